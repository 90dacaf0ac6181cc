"""The room from a shell: ``python -m sandbox``, the same use cases without a screen.

Hides argparse (and its English), exit codes and printing. Results go to stdout as UTF-8 JSON,
progress and complaints to stderr. Everything heavy is imported by the command that needs it.
Exit codes: 0 fine, 1 a check failed, 2 bad input or a model that cannot be reached.
"""

from sandbox.shell.commands import main

__all__ = ["main"]
