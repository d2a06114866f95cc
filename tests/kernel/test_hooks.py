"""What is said of a hook that is not there, or that a program does not fit."""

import errno

import pytest

from bpflab import LabError, load
from bpflab.bindings import perfevent, tracepoints

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("nothing_left")]

EXECVE = "syscalls:sys_enter_execve"
PLAIN = "int hook(void *ctx) { return 0; }"
TYPED = "int hook(struct tracepoint__{} *ctx)\n{{\n\treturn 0;\n}}\n"


def refused(program, target):
    """Return why *program* is not attached to *target*."""
    with pytest.raises(LabError) as caught:
        program.attach(hook=target)
    assert program.links == {}
    return caught.value


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("syscalls:sys_enter_exec", EXECVE),
        ("syscall:sys_enter_execve", EXECVE),
        ("syscalls/sys_enter_execve", EXECVE),
        ("syscalls.sys_enter_execve", EXECVE),
        (" syscalls:sys_enter_execve", EXECVE),
        ("sys_enter_execve", EXECVE),
        ("execve", f"{EXECVE} or syscalls:sys_exit_execve"),
        ("sched_swich", "sched:sched_switch"),
        ("syscalls:../sched/sched_switch", "sched"),
    ],
)
def test_a_tracepoint_that_is_not_there_brings_the_near_ones(target, near):
    """However the name was mistaken, and a path out of the category is no name."""
    with load("lesson.c", text=PLAIN) as program:
        error = refused(program, target)
        assert error.kind == "no-tracepoint"
        assert near in error.fix
        program.attach(hook=EXECVE)


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("sys_enter_execve", "Attach it to sys_enter,"),
        ("sched:sched_switch", "Did you mean sched_switch"),
        ("no_such_thing_at_all", ""),
    ],
)
def test_a_raw_tracepoint_that_is_not_there_brings_the_near_ones(target, near):
    """It has no category; the system calls are none of them."""
    with load("lesson.c", text=PLAIN, type="raw_tracepoint") as program:
        error = refused(program, target)
        assert error.kind == "no-tracepoint"
        assert error.fix.startswith(near)


@pytest.mark.parametrize("target", ["", "a\0b", "\ud800"])
@pytest.mark.parametrize("type", ["tracepoint", "raw_tracepoint"])
def test_what_is_no_name_at_all_is_refused(target, type):
    """A NUL, a lone surrogate, nothing: as a hook that is not there."""
    with load("lesson.c", text=PLAIN, type=type) as program:
        assert refused(program, target).kind == "no-tracepoint"


def test_a_program_that_reads_beyond_the_event_is_told_so(capfd):
    """Registers at a tracepoint: the kernel's own errno, no word of privileges, no noise."""
    text = "int hook(void *ctx) { return *((u64 *)ctx + 19) == 0; }"
    with load("lesson.c", text=text) as program:
        error = refused(program, "syscalls:sys_enter_socket")
    assert error.kind == "attach"
    assert "Permission denied" in error.message
    assert "beyond the end of this event" in error.why
    assert "doctor" not in error.fix and "sys_enter_socket" in error.fix
    assert capfd.readouterr().err == ""


def test_a_program_of_another_event_is_refused():
    """Its fields are elsewhere; the refusal names both events."""
    with load("lesson.c", text=TYPED.format("syscalls__sys_enter_openat")) as program:
        error = refused(program, EXECVE)
        assert error.kind == "attach"
        assert "syscalls:sys_enter_openat" in error.message and EXECVE in error.message
        program.attach(hook="syscalls:sys_enter_openat")


def test_a_program_of_an_event_with_the_same_fields_is_attached():
    """The kernel has families of events that are laid out alike."""
    with load("lesson.c", text=TYPED.format("sched__sched_wakeup")) as program:
        program.attach(hook="sched:sched_wakeup_new")
        assert ("hook", "sched:sched_wakeup_new") in program.links


def test_a_privilege_that_is_missing_is_named(monkeypatch):
    """Where the kernel opens no event, and only there."""

    def denied(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    with load("lesson.c", text=PLAIN) as program:
        monkeypatch.setattr(perfevent, "open_event", denied)
        error = refused(program, EXECVE)
    assert "CAP_PERFMON" in error.why and "doctor" in error.fix


def test_a_typed_hook_that_is_no_text_is_refused():
    """And so is one without the name of its function."""
    with load("lesson.c", text=PLAIN) as program:
        assert refused(program, None).kind == "argument"
        with pytest.raises(LabError) as caught:
            program.attached("hook")
        assert caught.value.kind == "argument"
        assert "hook=" in caught.value.fix
        with pytest.raises(LabError) as caught:
            program.attach(hok=EXECVE)
        assert caught.value.fix == "Did you mean hook?"


def test_tracefs_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    """With the command that mounts it."""
    with load("lesson.c", text=PLAIN) as program:
        monkeypatch.setattr(tracepoints, "TRACEFS", tmp_path / "nowhere")
        assert refused(program, EXECVE).kind == "no-tracefs"
