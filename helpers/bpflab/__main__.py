"""``python -m bpflab``: the ``bpflab`` command."""

from __future__ import annotations

import signal
import sys

from bpflab.cli import main

if __name__ == "__main__":
    for ends in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C does, with the lesson's kernel
        signal.signal(ends, lambda number, _: sys.exit(128 + number))
    # A terminal that lacks a sign shows its number, on stdout as on stderr.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
