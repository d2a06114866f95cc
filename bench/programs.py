"""The lessons' programs, each with what bpftrace says in one line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpflab import syscalls
from bpflab.programs.program import Program

EXECVE = "syscalls:sys_enter_execve"
_ON_EXECVE = f"tracepoint:{EXECVE}"
_CALLS = "tracepoint:raw_syscalls:sys_enter"
_PATH = '{ printf("%d %s %s\\n", pid, comm, str(args->filename)); }'
_NOT_LS = f'/str(args->filename) != "/usr/bin/ls"/ {_PATH}'
_LS = ["/usr/bin/ls"]


@dataclass(frozen=True)
class Case:
    """A lesson's program.

    Attributes:
        lesson: its number.
        hooks: where its functions are attached.
        line: bpftrace's; PID stands for the process that makes the calls.
        type: the program type, if it is not a tracepoint's.
        fill: what fills its maps, given the program and the pid of that process.
    """

    lesson: str
    name: str
    hooks: Mapping[str, str]
    line: str
    type: str = ""
    fill: Callable[[Program, int], Any] = lambda program, pid: None
    defines: Mapping[str, object] = field(default_factory=dict)

    @property
    def by_calls(self) -> bool:
        """Whether it looks at system calls of one process, not at commands."""
        return "sys_enter" in self.hooks.values()


def _chain(program: Program, pid: int) -> None:
    program.maps["JUMP_TABLE"].fill({0: "filter", 1: "display"})
    program.maps["EXCLUDED_CMDS"].fill(_LS)


def _shared(program: Program, pid: int) -> None:
    program.maps["TAIL_CALL_MAP"].fill({0: "prog2", 1: "prog3"})


def _dispatched(program: Program, pid: int) -> None:
    program.maps["SYSCALL"].fill({syscalls.number("getppid"): "exec"})
    program.maps["OWN"].fill([pid])


def _swapped(program: Program, pid: int) -> None:
    program.maps["JUMP_TABLE"].fill({0: "filter_1", 1: "display"})
    program.maps["WATCHED"].fill([syscalls.number("getppid")])
    program.maps["OWN"].fill([pid])


def _excluded(program: Program, pid: int) -> None:
    program.maps["EXCLUDED_CMDS"].fill(_LS)


CASES = (
    Case("00", "start_here/execs", {"hook": EXECVE}, f"{_ON_EXECVE} {_PATH}"),
    Case("01", "hello/hello", {"hello": EXECVE}, f'{_ON_EXECVE} {{ printf("Hello World!\\n"); }}'),
    Case("02", "first_map/right_map", {"hook": EXECVE}, f"{_ON_EXECVE} {_PATH}"),
    Case("03", "reset_bug/reset", {"hook": EXECVE}, f"{_ON_EXECVE} {_PATH}"),
    Case("04", "exclusion/exclude", {"hook": EXECVE}, f"{_ON_EXECVE} {_NOT_LS}", fill=_excluded),
    Case("05", "map_types/counter", {"hello": EXECVE}, f"{_ON_EXECVE} {{ @[uid] = count(); }}"),
    Case(
        "06",
        "events/ring",
        {"hook": EXECVE},
        f'{_ON_EXECVE} {{ printf("%d %d %s hello world\\n", pid, uid, comm); }}',
    ),
    Case("07", "tail_calls/5-inlined", {"hook": EXECVE}, f"{_ON_EXECVE} {_NOT_LS}", fill=_chain),
    Case(
        "08",
        "shared_state",
        {"prog1": "sched:sched_process_exec"},
        "tracepoint:sched:sched_process_exec "
        '{ @n[cpu]++; printf("%d %d %d\\n", pid, cpu, @n[cpu]); }',
        fill=_shared,
    ),
    Case(
        "09",
        "dispatcher/table",
        {"dispatch": "sys_enter"},
        f'{_CALLS} /pid == PID/ {{ printf("%d %d %s\\n", pid, args->id, comm); }}',
        "raw_tracepoint",
        _dispatched,
    ),
    Case(
        "11",
        "two_hooks/join",
        {"hook_enter": EXECVE, "hook_exit": "syscalls:sys_exit_execve"},
        f"{_ON_EXECVE} {{ @path[tid] = str(args->filename); }} "
        "tracepoint:syscalls:sys_exit_execve "
        '{ printf("%d %s %d\\n", pid, @path[tid], args->ret); delete(@path[tid]); }',
    ),
    Case(
        "12",
        "hot_swap",
        {"hook": "sys_enter"},
        f"{_CALLS} /pid == PID && args->id == GETPPID/ {{ @ = count(); }}".replace(
            "GETPPID", str(syscalls.number("getppid"))
        ),
        "raw_tracepoint",
        _swapped,
    ),
)
"""Lesson 10's programs are at no hook: they are test runs."""
