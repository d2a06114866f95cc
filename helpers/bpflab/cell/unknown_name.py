"""A name that the notebook's kernel does not know: after a restart, cells above did not run."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from bpflab.cell import attempts
from bpflab.text import safe_text

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_FEW = 20  # cells that have run: later a name is more often mistyped than missing
_IN_CELL = ("<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_RUN = "run that first: menu Run, Run All Above Selected Cell."


def hint(shell: InteractiveShell, error: NameError, trace: TracebackType | None) -> str:
    """Return what to try for a name that a cell itself uses and that has no value, or nothing.

    The kernel does not know the notebook's other cells, so no more is said than "if".
    """
    name = error.name
    if not name or type(error) is not NameError or not _of_cell(shell, trace):
        return ""
    attempt = attempts.last(name)
    if attempt and attempt.error:
        return f"{name} has no value: the cell that makes it ended with an error."
    import bpflab

    if name in bpflab.__all__:
        own = f"bpflab has this name: from bpflab import {name}"
        return f"{own}\nIf a cell above imports it or gives it a value, {_RUN}"
    if shell.execution_count > _FEW:
        return ""
    return f"If a cell above gives {safe_text(name, 60)} a value, {_RUN}"


def _of_cell(shell: InteractiveShell, trace: TracebackType | None) -> bool:
    """Return whether the name stands in a cell, and in no function."""
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    return frame.f_code.co_name in _IN_CELL and frame.f_globals is shell.user_ns
