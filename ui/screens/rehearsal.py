"""리허설: will the endpoint hold forty people who press at once?"""

from ui import session
from ui.widgets import desk, rehearsal

key = desk.needed()
desk.title("리허설", "수업 전에, 여러 명이 한꺼번에 실행해도 괜찮은지 실제로 해 봅니다.")
desk.say_done()
if session.services().after.rehearsals.stage(key).running:
    rehearsal.progress(key)
else:
    rehearsal.ended(key)
    rehearsal.begin(key)
rehearsal.reports(key)
