"""The end of a notebook: everything closed, and what the kernel still has of it."""

from __future__ import annotations

from bpflab.arguments import checked
from bpflab.inspect.leaks import left_behind
from bpflab.programs import loading
from bpflab.views.table import table
from bpflab.views.view import View, escaped

_NOTHING = "Everything is closed: the kernel has no program and no map of this notebook any more."


@checked
def close(name: str | None = None) -> View | None:
    """Close every program that is loaded, and say what the kernel still has of this process.

    With a *name*, close what was loaded under this name or label, if anything, and say nothing.
    What is still there is a table, as `inspect.left_behind` returns it: what another library
    loaded, for instance. A program that is closed is detached, too, and its maps are gone unless
    somebody else has them.

    >>> close("first_map/cut")
    >>> close().text
    'Everything is closed: the kernel has no program and no map of this notebook any more.'
    """
    if name is not None:
        loading.close(name)
        return None
    for program in loading.loaded():
        program.close()
    left = left_behind()
    if len(left):
        return table(left, "Still in the kernel, of no program of the lab", limit=len(left))
    return View(f"<p>{escaped(_NOTHING)}</p>", _NOTHING)
