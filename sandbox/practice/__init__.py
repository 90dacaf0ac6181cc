"""What a trainee does: preview, run, follow, stop, check, and find the work again.

Hides the order in which library, guard, turns, store and checks are used, and who may see what:
``desk`` holds the use cases, ``pressing`` what a press of 실행 sends, ``opinions`` the model as a
judge, ``drafting`` what is being typed, ``following`` a live answer on its way to the screen, ``shapes`` what goes in and comes out.
"""

from sandbox.checks.proved import ProvedFormula, proved_formula
from sandbox.practice.desk import Practice
from sandbox.practice.picture import TokenPicture, token_picture
from sandbox.practice.pressing import JustPressed, Pressing
from sandbox.practice.shapes import LivePart, Preview, Typed, Work, score

__all__ = [
    "JustPressed", "LivePart", "Practice", "Pressing", "Preview", "ProvedFormula", "TokenPicture", "Typed", "Work", "proved_formula", "score", "token_picture",
]  # fmt: skip
