"""What the package is given, checked where it comes in: one way for every public function."""

from __future__ import annotations

from bpflab.arguments.check import checked
from bpflab.arguments.names import Named, within

__all__ = ["Named", "checked", "within"]
