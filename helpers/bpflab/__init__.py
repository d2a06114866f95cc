"""Learn eBPF on a live kernel: load a program, make something happen, look at what it saw."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bpflab.errors import LabError, Place

if TYPE_CHECKING:
    from bpflab.program import Program, close, load, loaded
    from bpflab.text import safe_text

_HOMES = {
    "Program": "program",
    "close": "program",
    "load": "program",
    "loaded": "program",
    "safe_text": "text",
}

__all__ = ["LabError", "Place", "Program", "close", "load", "loaded", "safe_text"]


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for: the doctor must run without them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bpflab' has no attribute {name!r}")
    return getattr(import_module(f"bpflab.{_HOMES[name]}"), name)
