"""The panel of a fault that ended a cell, in the place of a traceback."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bpflab.errors import LabError
from bpflab.notebook import watched

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def install(shell: InteractiveShell) -> None:
    """Show a `LabError` that ends a cell as a panel, where *shell* is a notebook's.

    Below the traceback of a name that has no value a line says what may give it one.
    A terminal shows its text as before. Exceptions for which somebody has set a handler keep it;
    whoever sets one later takes the place of the panel, and then a `LabError` is text again.
    """
    others: tuple[type[BaseException], ...] = shell.custom_exceptions
    if getattr(shell, "kernel", None) is None or LabError in others:
        return
    theirs: Any = shell.CustomTB

    def handle(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
        tb_offset: int | None = None,
    ) -> Any:
        if isinstance(error, others):
            return theirs(kind, error, trace, tb_offset=tb_offset)
        if isinstance(error, LabError):
            _show(shell, error, trace)
        elif isinstance(error, NameError):
            _show_name(shell, error, trace)
        return None

    shell.set_custom_exc((LabError, NameError, *others), handle)  # type: ignore[no-untyped-call]


def _show_name(shell: Any, error: NameError, trace: TracebackType | None) -> None:
    """Show IPython's own traceback, and below it what is to be said of the name."""
    from bpflab.cell.unknown_name import hint

    if watched() and (said := hint(shell, error, trace)):
        error.add_note(said)
    shell.showtraceback((type(error), error, trace))


def _show(shell: Any, error: LabError, trace: TracebackType | None) -> None:
    """Show the panel below the cell, and end the cell with an error of one line.

    Where nobody watches (``BPFLAB_HEADLESS``) the error has the text: it is printed elsewhere.
    So it has where the panel cannot be drawn: no fault of ours may hide the error.
    """
    kind = type(error)
    if not watched():
        shell.showtraceback((kind, error, trace))
        return
    # As IPython does for every other exception; the panel says where the whole log is.
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    try:
        from IPython.display import display

        from bpflab.views.refusal import refusal

        display(refusal(error, log=True))  # type: ignore[no-untyped-call]
        brief = LabError(error.kind, error.message)
    except Exception:
        brief = error
    shell._showtraceback(kind, brief, brief._render_traceback_())
