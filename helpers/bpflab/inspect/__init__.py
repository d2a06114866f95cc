"""What the kernel has of this process: programs, maps, jump tables, and what was lost."""

from __future__ import annotations

from bpflab.inspect.code import calls, instructions
from bpflab.inspect.jumps import slots
from bpflab.inspect.leaks import left_behind
from bpflab.inspect.objects import maps, programs
from bpflab.inspect.verifier import verifier

__all__ = ["calls", "instructions", "left_behind", "maps", "programs", "slots", "verifier"]
