"""``python -m bpflab``: the same as the ``bpflab`` command."""

from __future__ import annotations

import sys

from bpflab.cli import main

if __name__ == "__main__":
    sys.exit(main())
