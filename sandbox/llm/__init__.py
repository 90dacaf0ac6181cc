"""The endpoints: one door out to every OpenAI-compatible server.

Hides the ``openai`` package (imported nowhere else, and only when first used), the quirks of
endpoints, their faults and the reading of the event stream. ``clients`` streams, ``check`` tests
a connection and finds local servers, ``wire`` reads answers, ``faults`` and ``overlong`` say in
Korean what went wrong. What may be sent is a ``Cleared`` and nothing else.
"""

from sandbox.llm.clients import Clients, warm
from sandbox.llm.local import find_local

__all__ = ["Clients", "find_local", "warm"]
