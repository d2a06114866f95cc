"""Cells of C in a notebook: the magic ``%%bpf``, and what IPython shows and completes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def install(shell: InteractiveShell) -> None:
    """Add to a running IPython what bpflab has for it. A second time changes nothing.

    ``import bpflab`` in a notebook does this, so none of it may import what is slow.
    """
    from bpflab.cell import attempts, completion, imports, magic, panel

    attempts.install(shell)
    magic.install(shell)
    panel.install(shell)
    completion.install(shell)
    imports.install(shell)
