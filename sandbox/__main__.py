"""``python -m sandbox``: see sandbox.shell."""

import sys

from sandbox.shell import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
