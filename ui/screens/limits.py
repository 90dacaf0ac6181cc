"""예산: what was used and what it cost, and how much may be."""

from ui.widgets import desk, limits

key = desk.needed()
desk.title("예산", "사람·과정·달·연결마다 얼마나 썼는지 보고, 한도를 늘립니다.")
desk.say_done()
part = desk.parts("limits", ["사용량과 비용", "과정과 사람", "실습실 전체 한도"])
if part == "사용량과 비용":
    limits.usage(key)
elif part == "과정과 사람":
    limits.classes(key)
else:
    limits.city(key)
