"""Does a prompt of the course get better answers than a naive one? The same checks judge both.

Hides how the question is put and answered: ``cases`` what is asked in which order and how a naive
prompt is made, ``journal`` the finished answers on disk, ``figures`` pass rates with confidence
intervals, ``report`` the Korean tables. Nothing here talks to a model: ``sandbox.shell`` does.
"""

from sandbox.evaluation.cases import Asked, Case, LeftOut, Plan, naive_of_exercise, naive_of_prompt, plan
from sandbox.evaluation.figures import Comparison, Interval, Mark, Pair, Result, compare, pair_up
from sandbox.evaluation.journal import Entry, Journal
from sandbox.evaluation.report import END, START, Setting, put_between_markers, render

__all__ = [
    "END",
    "START",
    "Asked",
    "Case",
    "Comparison",
    "Entry",
    "Interval",
    "Journal",
    "LeftOut",
    "Mark",
    "Pair",
    "Plan",
    "Result",
    "Setting",
    "compare",
    "naive_of_exercise",
    "naive_of_prompt",
    "pair_up",
    "plan",
    "put_between_markers",
    "render",
]
