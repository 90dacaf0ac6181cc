"""Whose turn it is in front of an endpoint, and the live answers that outlive a browser tab.

Hides the one event-loop thread that serves everybody. ``queue`` is fair over all endpoints, with a
``counter`` and a ``breaker`` for each; ``live`` is an answer while it grows, ``keeping`` has it stored,
``journal`` holds what was shown, ``standing`` keeps the places in the queue true. ``rooms`` binds them: ``Turns`` is what practice talks to.
"""

from sandbox.turns.gathering import CROWD, GATHERS
from sandbox.turns.live import LiveRun, LiveView, Order, Outcome
from sandbox.turns.queue import FairQueue
from sandbox.turns.rooms import Turns

__all__ = ["CROWD", "GATHERS", "FairQueue", "LiveRun", "LiveView", "Order", "Outcome", "Turns"]
