"""Whether this process is a notebook's kernel, and whether a reader watches it."""

from __future__ import annotations

import os
import sys
from typing import Any

_layout: Any = None


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


def layout() -> Any:
    """Return the one `ipywidgets.Layout` of the lab's own widgets, which stays open.

    JupyterLab has a thread of the kernel (a subshell) for the messages of widgets, and ends it with
    the last model, while messages may be on their way: then the cell that runs prints "Task was
    destroyed but it is pending!" (JupyterLab 4.6, ipykernel 7.4). With this model it has no last.
    """
    global _layout
    if _layout is None or _layout.comm is None:  # `Widget.close_all` closes it
        from ipywidgets import Layout

        _layout = Layout()
    return _layout
