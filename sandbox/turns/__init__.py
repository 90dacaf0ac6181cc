"""Whose turn it is in front of an endpoint, and the live answers that outlive a browser tab.

Hides the one event-loop thread that serves everybody, the fair queue (``queue``) and the keeping
of live runs (``live``). ``rooms`` binds them: ``Turns`` is what practice talks to.
"""

from sandbox.turns.live import LiveRun, LiveView, Order, Outcome
from sandbox.turns.queue import FairQueue
from sandbox.turns.rooms import Turns

__all__ = ["FairQueue", "LiveRun", "LiveView", "Order", "Outcome", "Turns"]
