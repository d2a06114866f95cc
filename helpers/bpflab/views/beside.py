"""Where a view goes that no cell returns: what a call has to say beside its result."""

from __future__ import annotations

import sys

from bpflab import notebook
from bpflab.views.view import View


def show(view: View) -> None:
    """Show *view* below the cell that runs; outside of a notebook print its text on stderr."""
    if notebook.shell() is None:
        print(view.text, file=sys.stderr)
        return
    from IPython.display import display

    display(view)  # type: ignore[no-untyped-call]
