"""What the kernel itself holds: programs, maps, where they are attached, and jump tables."""

from __future__ import annotations

from bpflab.inspect.attached import links
from bpflab.inspect.code import calls, instructions
from bpflab.inspect.jumps import slots
from bpflab.inspect.left import left_behind
from bpflab.inspect.objects import maps, programs

__all__ = ["calls", "instructions", "left_behind", "links", "maps", "programs", "slots"]
