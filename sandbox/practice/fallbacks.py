"""What a second endpoint that may answer instead means for a prompt before it is sent.

Hides that one is cleared for the farthest place it may end up in, whichever endpoint answers.
"""

from __future__ import annotations

from sandbox import tokens
from sandbox.records import Cleared, Endpoint, Location, PromptTooLongError, Sampling


def stricter(wanted: Location | None, endpoint: Endpoint) -> Location:
    """Return where to think the prompt goes: outside if the class, the endpoint or its fallback says so."""
    return Location.OUTSIDE if Location.OUTSIDE in (wanted, endpoint.reach) else Location.INSIDE


def fitting(endpoint: Endpoint, cleared: Cleared, sampling: Sampling) -> Endpoint | None:
    """Return the endpoint's fallback, unless it reads less at once than this prompt needs."""
    if endpoint.fallback is None:
        return None
    try:
        tokens.check_fits(cleared.messages, endpoint.fallback, sampling)
    except PromptTooLongError:
        return None
    return endpoint.fallback
