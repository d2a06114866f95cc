"""A refusal through libbpf, brought back to the learner's line."""

import pytest

from bpflab import source
from bpflab.programs import elf

CODE = source.from_text("int a;\n\nint entry(void *ctx)\n{\n\treturn *v;\n}\n", "folder/own.bpf.c")


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (
            "0: R1=ctx()\n; int a; @ own.bpf.c:1\n0: (b7)\n; return *v; @ own.bpf.c:5",
            5,
        ),
        ("; int entry(void *ctx)\n0: (b7) r0 = 0\n; return *v;\n1: (79) r0 = *(u64 *)(r0 +0)", 5),
        (";  @ own.bpf.c:5\n1: (79) r0 = *(u64 *)(r0 +0)", 5),  # a text that LLVM could not read
        ("; return *v; @ other.h:5\n", None),
        ("; something else\n", None),
        ("0: (95) exit\n", None),
        ("", None),
    ],
)
def test_the_line_that_was_quoted_last(log, line):
    """By its number where the kernel gives one, else by its text; another file has none."""
    place = elf.place(CODE, log)
    assert (place.line if place else None) == line


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("limits/frames.bpf", "frames"),
        ("/a/b/own.bpf.c", "own"),
        ("static", "static"),
        ("x.c", "x"),
    ],
)
def test_what_libbpf_calls_it(name, short):
    """Its maps' names begin with it."""
    assert elf.short_name(name) == short


@pytest.mark.parametrize(
    ("section", "hook"),
    [
        ("tracepoint/syscalls/sys_enter_execve", "syscalls:sys_enter_execve"),
        ("tp/sched/sched_process_exec", "sched:sched_process_exec"),
        ("raw_tp/sched_switch", "sched_switch"),
        ("tp_btf/sched_switch", "sched_switch"),
        ("tp.s/syscalls/sys_enter_execve", "syscalls:sys_enter_execve"),
        ("fentry.s/vfs_read", "vfs_read"),
        ("iter.s/task", ""),
        ("kprobe/do_exit", "do_exit"),
        ("socket", ""),
    ],
)
def test_the_hook_of_a_section(section, hook):
    """As `attach` takes it."""
    assert elf.hook_of(section) == hook
