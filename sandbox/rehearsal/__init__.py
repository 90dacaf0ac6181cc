"""A class before the class: simulated trainees walk a path against the endpoint that will serve it.

- ``walk``: everybody presses, through the real Practice and queue   - ``figures``: whether it will hold
- ``journal``: what has been measured, so that it goes on after a stop  - ``stage``: one at a time, on screen
"""

from sandbox.rehearsal.figures import ExerciseFigures, Report, Verdict, sum_up
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.stage import Rehearsals, Stage
from sandbox.rehearsal.walk import Plan, Press, Walk, usual_path, walkable

__all__ = [
    "ExerciseFigures",
    "Journal",
    "Plan",
    "Press",
    "Rehearsals",
    "Report",
    "Stage",
    "Verdict",
    "Walk",
    "sum_up",
    "usual_path",
    "walkable",
]
