"""Templates and exercises made on screen, without a file and without YAML.

Hides that what is made here is the same text the library reads from files, parsed by the same parser
and held to the same proof. The database is the truth; the library sees it as folders (``publishing``).

- ``forms``: a form and its file          - ``looking``: what is wrong, beside its field
- ``check_forms``: checks as inputs       - ``advice``: what could be better
- ``drafting``: begin, keep, try          - ``releasing``: versions, before the class
- ``comparing``: two versions in words    - ``exchange``: files and .zip, in and out
- ``suggesting``: a trainee's prompt      - ``trying``: what an exercise would send
- ``originals``: what these share
"""

from __future__ import annotations

from sandbox.authoring.drafting import Drafting, Listed, Opened
from sandbox.authoring.exchange import Arrival, Exchange
from sandbox.authoring.looking import LookedAt, Problem
from sandbox.authoring.originals import ChangedMeanwhileError, Originals
from sandbox.authoring.publishing import Published
from sandbox.authoring.releasing import Releasing
from sandbox.authoring.suggesting import Reviewing, Suggesting
from sandbox.classroom.instructors import Instructors
from sandbox.library import Library
from sandbox.store import Store

__all__ = [
    "INSTRUCTOR_CASES",
    "Arrival",
    "Authoring",
    "ChangedMeanwhileError",
    "Drafting",
    "Exchange",
    "Listed",
    "LookedAt",
    "Opened",
    "Problem",
    "Published",
    "Releasing",
    "Reviewing",
    "Suggesting",
]

# Every public method of these asks for an InstructorKey first.
INSTRUCTOR_CASES = (Drafting, Releasing, Exchange, Reviewing)


class Authoring:
    """The use cases of this package, one per server process."""

    def __init__(
        self, store: Store, instructors: Instructors, library: Library, published: Published
    ) -> None:
        originals = Originals(store, library, published)
        self.drafting = Drafting(originals, instructors)
        self.releasing = Releasing(originals, instructors)
        self.exchange = Exchange(originals, instructors)
        self.reviewing = Reviewing(originals, instructors)
        self.suggesting = Suggesting(store)
