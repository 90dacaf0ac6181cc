"""The personal-data gate: find it, let the person decide, mask it, bring it back on their own screen.

Hides how Korean personal data looks and everything a text can do to look otherwise. The walk is
``find`` → the person's choices by fingerprint → ``clear``, the only maker of ``Cleared``. Inside:
kinds (the table), views (Unicode), numbers and phrases (the rules), finding (who wins),
placeholders, clearing. It connects to nothing and keeps nothing but the placeholders in memory.
"""

from sandbox.guard.clearing import clear, may_keep, nothing_kept, redact
from sandbox.guard.finding import find
from sandbox.guard.kinds import KINDS, Kind
from sandbox.guard.placeholders import Placeholders

__all__ = ["KINDS", "Kind", "Placeholders", "clear", "find", "may_keep", "nothing_kept", "redact"]
