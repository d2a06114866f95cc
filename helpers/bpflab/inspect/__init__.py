"""What the kernel has of this process: programs, maps, jump tables, and what was lost.

And which hooks it has.
"""

from __future__ import annotations

from bpflab.bindings.hooks import syscall_entry
from bpflab.data.trace import trace
from bpflab.inspect.code import calls, instructions
from bpflab.inspect.hook import hook
from bpflab.inspect.hooks import hooks
from bpflab.inspect.jumps import slots
from bpflab.inspect.leaks import left_behind
from bpflab.inspect.objects import maps, programs, run_stats
from bpflab.inspect.verifier import verifier

__all__ = [
    "calls",
    "hook",
    "hooks",
    "instructions",
    "left_behind",
    "maps",
    "programs",
    "run_stats",
    "slots",
    "syscall_entry",
    "trace",
    "verifier",
]
