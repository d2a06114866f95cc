"""Whether this process is a notebook's kernel, and whether a reader watches it."""

from __future__ import annotations

import os
import sys
from typing import Any


def shell() -> Any:
    """Return IPython's shell where this process is a notebook's kernel, else None."""
    # Where IPython was not imported nothing runs in it, and a command line starts without it.
    running = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return running if getattr(running, "kernel", None) is not None else None


def watched() -> bool:
    """Return whether a reader may see how a page changes, and answer.

    Nobody does outside of a notebook, nor where ``BPFLAB_HEADLESS`` is set: lessons are executed
    with it, and what they show then is the same each time.
    """
    return shell() is not None and not os.environ.get("BPFLAB_HEADLESS")
