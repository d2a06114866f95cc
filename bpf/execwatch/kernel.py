"""The kernel side of execwatch: its programs, from their load to their end."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import bcc
from rows import LIST_LENGTH, Row, Trouble

HERE = Path(__file__).resolve().parent
# One text: BCC knows the methods of maps (`CALLS.lookup`) in a program's own file, not in a header.
TEXT = ("calls.c", "rows.c", "hooks.c")
HOOKS = {
    "enter_execve": "syscalls:sys_enter_execve",
    "enter_execveat": "syscalls:sys_enter_execveat",
    "succeeded": "sched:sched_process_exec",
    "exit_execve": "syscalls:sys_exit_execve",
    "exit_execveat": "syscalls:sys_exit_execveat",
}
COUNTS = ("seen", "excluded", "skipped", "dropped")  # enum count of calls.c
OWN = ("execve", "execveat")  # what is shown is not counted among the others
MOST_FREQUENT = 10
BATCH = 1000  # rows, after which the tool looks for signals and for the time


def syscall_names() -> dict[int, str]:
    """Return the system calls of this architecture: BCC has a list, or asks ausyscall."""
    try:
        from bcc import syscall
    except Exception as error:  # BCC raises no other
        raise Trouble(f"no names of system calls: {error}; start it with --skip-others") from None
    return {number: name.decode() for number, name in syscall.syscalls.items()}


class Watch:
    """The programs in the kernel, from their load to their end."""

    def __init__(self, *, ring_pages: int, failures: bool, others: bool) -> None:
        self.others = None
        flags = [
            "-w",  # some kernels' headers have warnings of their own
            f"-I{HERE.parent / 'include'}",
            f"-DLIST_LENGTH={LIST_LENGTH}",
            f"-DRING_PAGES={ring_pages}",
            f"-DONLY_FAILURES={failures:d}",
        ]
        text = "".join((HERE / name).read_text() for name in TEXT)
        self.bpf = bcc.BPF(text=text, cflags=flags)
        self.programs = [self.bpf.load_func(name, bcc.BPF.TRACEPOINT) for name in HOOKS]
        self._arrived: list[bytes] = []
        self.bpf["rows"].open_ring_buffer(self._keep)
        if others:
            self.names = syscall_names()
            numbers = {name: number for number, name in self.names.items()}
            flags = ["-w", *(f"-DNR_{name.upper()}={numbers[name]}" for name in OWN)]
            self.others = bcc.BPF(text=(HERE / "others.c").read_text(), cflags=flags)
            self.programs.append(self.others.load_func("count_others", bcc.BPF.RAW_TRACEPOINT))

    def _keep(self, context: Any, data: int, size: int) -> int:
        # BCC swallows an exception of this function, so it does nothing that can fail.
        self._arrived.append(ctypes.string_at(data, size))
        return 0 if len(self._arrived) < BATCH else -1  # -1: the poll returns now

    def exclude(self, paths: list[bytes]) -> None:
        """Replace the whole list: fill the one that is not in use, then switch to it."""
        active = self.bpf["ACTIVE"]
        unused = 1 - active[0].value
        table = self.bpf[f"LIST_{unused}"]
        table.clear()
        for path in paths:
            table[table.Key(path)] = table.Leaf(1)
        active[0] = ctypes.c_uint32(unused)

    def attach(self) -> None:
        """From here on each call is seen."""
        for name, hook in HOOKS.items():
            self.bpf.attach_tracepoint(tp=hook, fn_name=name)
        if self.others is not None:
            self.others.attach_raw_tracepoint("sys_enter", "count_others")

    def detach(self) -> None:
        """Detach the ends of calls first. The kernel waits for what runs: then no count changes."""
        for hook in reversed(HOOKS.values()):
            self.bpf.detach_tracepoint(hook)
        if self.others is not None:
            self.others.detach_raw_tracepoint("sys_enter")

    def rows(self, wait_ms: int) -> list[Row]:
        """Return rows that are there, `BATCH` at most; wait for the first one at most so long."""
        self.bpf.ring_buffer_poll(wait_ms)
        arrived, self._arrived = self._arrived, []
        return [Row.from_buffer_copy(each) for each in arrived]

    def counts(self) -> dict[str, int]:
        """Return what the programs counted."""
        return {name: self.bpf["COUNT"][n].value for n, name in enumerate(COUNTS)}

    def missed(self) -> int:
        """Return how often the kernel skipped a run of a program."""
        texts = (Path(f"/proc/self/fdinfo/{each.fd}").read_text() for each in self.programs)
        pairs = (each.split() for text in texts for each in text.splitlines())
        return sum(int(value) for name, value in pairs if name == "recursion_misses:")

    def most_frequent(self) -> list[tuple[str, int]]:
        """Return the names of the other system calls that were made most, and how often."""
        table = self.others["OTHERS"] if self.others is not None else {}
        often = sorted(((sum(values), nr.value) for nr, values in table.items()), reverse=True)
        return [
            (self.names.get(nr, str(nr)), count) for count, nr in often[:MOST_FREQUENT] if count
        ]
