"""내 과정: the instructor's first page. Set-up or sign-in, then the classes and a new one."""

from ui import session
from ui.widgets import class_form, class_list, desk

key = session.instructor_key()
if key is None:
    desk.title("강사", "수업을 여는 분이 들어오는 곳입니다. 수강생은 ‘시작’에서 이름만 적으면 됩니다.")
    desk.door()
else:
    desk.title("내 과정", "과정을 만들고, 하나를 골라 수업을 진행합니다.")
    part = desk.parts("teach", ["과정 목록", "새 과정 만들기", "치운 과정과 지운 기록"])
    if part == "과정 목록":
        class_list.classes(key)
    elif part == "새 과정 만들기":
        class_form.create(key)
    else:
        class_list.put_away(key)
        class_list.deletions(key)
