"""Whether a second endpoint may answer a prompt instead: it must be able to read it.

That a prompt is cleared for the farthest place it may end up in is ``Endpoint.reach``.
"""

from __future__ import annotations

from sandbox import tokens
from sandbox.records import Cleared, Endpoint, PromptTooLongError, Sampling


def fitting(endpoint: Endpoint, cleared: Cleared, sampling: Sampling) -> Endpoint | None:
    """Return the endpoint's fallback, unless it reads less at once than this prompt needs."""
    if endpoint.fallback is None:
        return None
    try:
        tokens.check_fits(cleared.messages, endpoint.fallback, sampling)
    except PromptTooLongError:
        return None
    return endpoint.fallback
