"""Prepare the model file from a shell: ``python -m sandbox.local_model DATA_DIR``, one JSON line a step.

``start.py`` draws its progress bar from these lines; the last one holds ``path`` or ``message`` and
``remedy``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sandbox.local_model.file import Progress, prepare
from sandbox.records import ModelError


def _say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _on_progress(progress: Progress) -> None:
    _say(done=progress.done_bytes, total=progress.total_bytes, label=progress.label)


def main(arguments: list[str]) -> int:
    """Prepare the model; arguments are the data folder and, for a model of one's own, its path and hash."""
    data_dir, path, sha256 = (*arguments, "", "")[:3]
    try:
        found = prepare(
            Path(data_dir), path=Path(path) if path else None, sha256=sha256, on_progress=_on_progress
        )
    except ModelError as error:
        _say(message=error.message, remedy=error.remedy)
        return 1
    except KeyboardInterrupt:
        return 130
    _say(path=str(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
