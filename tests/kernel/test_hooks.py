"""What is said of a hook that is not there, or that a program does not fit."""

import errno
from pathlib import Path

import pytest

from bpflab import LabError, live, load, plot, run, table
from bpflab.bindings import capabilities, perfevent, tracepoints
from bpflab.views.view import View

pytestmark = pytest.mark.usefixtures("nothing_left")

OPENAT = "syscalls:sys_enter_openat"
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
        ("bpf:bpf_prog_load", "syscalls:sys_enter_bpf?"),
        ("sched:qqqq", "ls /sys/kernel/tracing/events/sched."),
        ("qqqq:qqqq", "ls /sys/kernel/tracing/events."),
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


def test_a_macro_of_another_event_is_refused():
    """As BCC writes it, and by a live view too."""
    text = "TRACEPOINT_PROBE(syscalls, sys_enter_openat)\n{\n\treturn args->dfd == 0;\n}\n" + RING
    with load("lesson.c", text=text.replace("CONTEXT", "void")) as program:
        function = "tracepoint__syscalls__sys_enter_openat"
        for ask in (program.attach, lambda **hooks: live(program, **hooks)):
            with pytest.raises(LabError) as caught:
                ask(**{function: EXECVE})
            assert caught.value.kind == "attach" and OPENAT in caught.value.message
            assert program.links == {}


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


KNOWN = """
TRACEPOINT_PROBE(syscalls, sys_enter_unlinkat)
{
	return args->dfd == 0;
}

RAW_TRACEPOINT_PROBE(sched_process_exit)
{
	return ctx->args[0] == 0;
}

int typed(struct tracepoint__sched__sched_process_fork *ctx)
{
	return 0;
}

int called(void *ctx)
{
	return 0;
}
"""


def test_a_text_in_bccs_own_style_knows_its_hooks():
    """Nothing is attached by loading it; without arguments each goes where the text says."""
    with load("lesson.c", text=KNOWN) as program:
        assert program.links == {}
        assert program.types == {
            "tracepoint__syscalls__sys_enter_unlinkat": "tracepoint",
            "raw_tracepoint__sched_process_exit": "raw_tracepoint",
            "typed": "tracepoint",
            "called": "tracepoint",
        }
        with program.attached():
            assert set(program.links) == {
                ("tracepoint__syscalls__sys_enter_unlinkat", "syscalls:sys_enter_unlinkat"),
                ("raw_tracepoint__sched_process_exit", "sched_process_exit"),
                ("typed", "sched:sched_process_fork"),
            }
        assert program.links == {}


@pytest.mark.parametrize(
    ("text", "hook"),
    [
        ("int kprobe__vfs_unlink(void *ctx) { return 0; }", "vfs_unlink"),
        ("int kretprobe__vfs_unlink(void *ctx) { return 0; }", "kretprobe:vfs_unlink"),
        ("int kprobe__sys_sync(void *ctx) { return 0; }", "sys_sync"),
    ],
)
def test_a_kprobe_by_its_name(text, hook):
    """It is loaded as a kprobe, and attached where the kernel has kprobes."""
    with load("lesson.c", text=text) as program:
        assert program.type == "kprobe"
        assert list(program.hooks.values()) == [hook]
        if perfevent.KPROBES.exists():
            program.attach()
        else:
            with pytest.raises(LabError) as caught:
                program.attach()
            assert caught.value.kind == "no-kprobes"


def test_a_hook_alone_is_of_the_only_function():
    """Of a text with several it is not, and the refusal names them."""
    with load("lesson.c", text=PLAIN) as program:
        assert repr(program.attached(EXECVE)).startswith(f"<Attached: hook → {EXECVE};")
    with load("lesson.c", text=PLAIN) as program, program.attached(EXECVE):
        assert list(program.links) == [("hook", EXECVE)]
    with load("lesson.c", text=PLAIN + "\nint other(void *ctx) { return 0; }") as program:
        with pytest.raises(LabError) as caught:
            program.attach(EXECVE)
        assert caught.value.kind == "argument"
        assert "hook, other" in caught.value.why


def test_a_text_that_names_no_hook_is_not_attached_without_arguments():
    """Nothing would happen, and nobody would know."""
    with load("lesson.c", text=PLAIN) as program:
        with pytest.raises(LabError) as caught:
            program.attach()
        assert caught.value.kind == "no-hook"
        assert 'attach(hook="category:event")' in caught.value.fix


@pytest.mark.parametrize(
    ("section", "says"),
    [("xdp", "network interface"), ("tc", "network interface"), ("perf_event", "timer")],
)
def test_a_program_that_the_lab_does_not_attach_says_where_it_belongs(section, says):
    """It loads, and runs on a packet where that is possible."""
    text = f'#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("{section}")\n'
    mine = capabilities.mask(Path("/proc/self/status").read_text(encoding="ascii"))
    with pytest.raises(LabError) as caught, load("lesson.c", text=text + PLAIN) as program:
        program.attach()
    if says == "network interface" and not mine >> capabilities.NET_ADMIN & 1:
        assert (caught.value.kind, "CAP_NET_ADMIN" in caught.value.why) == ("privilege", True)
    else:
        assert (caught.value.kind, says in caught.value.why) == ("attach", True)


def test_targets_of_a_table_have_the_type_of_the_program_that_calls_them():
    """The kernel takes no other into the table."""
    text = (
        "BPF_PROG_ARRAY(table, 4);\nint hook(struct bpf_raw_tracepoint_args *ctx)\n"
        "{\n\ttable.call(ctx, 0);\n\treturn 0;\n}\nint target(void *ctx) { return 0; }\n"
    )
    with load("lesson.c", text=text) as program:
        assert set(program.types.values()) == {"raw_tracepoint"}
        program.maps["table"][0] = "target"


RING = """struct event { u32 pid; };
BPF_RINGBUF_OUTPUT(events, 1);
int hook(CONTEXT *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""
ANYWHERE = RING.replace("CONTEXT", "void")
PLACED = RING.replace("CONTEXT", "struct tracepoint__syscalls__sys_enter_execve")


@pytest.mark.parametrize("text", [ANYWHERE, PLACED])
def test_a_live_view_leaves_what_is_attached_as_it_is(text):
    """Whether the text names a hook or not."""
    with load("lesson.c", text=text) as program:
        program.attach(hook=OPENAT if text is ANYWHERE else EXECVE)
        before = dict(program.links)
        live(program)
        assert program.links == before


def test_a_live_view_attaches_a_program_where_its_text_says():
    """And detaches it when it ends."""
    during = []

    def draw(frame):
        during.extend(program.links)
        return View("", "")

    with load("lesson.c", text=PLACED) as program:
        live(program, draw=draw)
        assert during and set(during) == {("hook", EXECVE)}
        assert program.links == {}


def test_a_live_view_of_a_program_that_nobody_placed_attaches_nothing():
    """It shows what is in the ring."""
    with load("lesson.c", text=ANYWHERE) as program:
        live(program)
        assert program.links == {}


STORES = """BPF_HASH(counts, u32, u64);
int hook(struct tracepoint__syscalls__sys_enter_open *ctx)
{
	counts.increment(bpf_get_current_pid_tgid() >> 32);
	return 0;
}
"""


def test_a_map_without_entries_says_why():
    """Before the program was attached, and where the C library makes another call."""
    with load("opened", text=STORES) as program:
        shown = table(program.maps["counts"], "t").text
        assert shown.split("\n")[1:] == [
            "key  value",
            "---  -----",
            "no rows: the map is empty; its program was never attached",
        ]
        with program.attached():
            pass
        assert table(program.maps["counts"], "t").text.endswith(
            "no rows: the map is empty; its program was attached to syscalls:sys_enter_open "
            "(The C library's open() makes openat.)"
        )
        empty = program.maps["counts"].frame().set_index("key")["value"]
        assert "its program was attached to" in plot(empty, "t", kind="bar", unit="n").text


FILLED_BY_PYTHON = """BPF_HASH(OWN, u32, u8);
BPF_PROG_ARRAY(NEXT, 2);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	if (OWN.lookup(&pid))
		OWN.delete(&pid);
	NEXT.call(ctx, 0);
	return 0;
}
"""


def test_a_map_that_only_python_fills_is_just_empty():
    """Whether its program is attached does not matter to it."""
    with load("asked", text=FILLED_BY_PYTHON) as program, program.attached():
        for name in ("OWN", "NEXT"):
            assert table(program.maps[name], "t").text.endswith("no rows: the map is empty")


TWO_RINGS = """struct event { u32 pid; };
BPF_RINGBUF_OUTPUT(events, 8);
BPF_RINGBUF_OUTPUT(left_out, 8);
BPF_ARRAY(seen, u64, 1);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};
	seen.atomic_increment(0);
	if (e.pid)
		events.ringbuf_output(&e, sizeof(e), 0);
	else
		left_out.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""


def test_a_ring_beside_another_says_why_it_has_nothing():
    """What the program saw came through the other one."""
    with load("two", text=TWO_RINGS) as program:
        with program.attached():
            mine = run("/usr/bin/true")
        assert len(program.events.frame(mine)) and program.maps["seen"].total()
        assert table(program.log("left_out"), "t").text.endswith(
            f"no rows: while attached to {EXECVE} it sent nothing through left_out"
        )


def test_a_program_without_a_ring_says_how_it_is_shown():
    """And the two lines do it."""
    with load("opened", text=STORES) as opened:
        with pytest.raises(LabError) as caught:
            live(opened)
        first, second = caught.value.fix.split("\n")
        assert first == "opened.attach()"
        names = {"opened": opened, "live": live, "table": table}
        eval(first, names)
        view = eval(second.removeprefix("and then "), names)
        assert view.over


def test_a_live_view_of_nothing_says_why():
    """In its frame."""
    with load("lesson.c", text=ANYWHERE) as program:
        assert live(program)._shown.text.split("\n")[3].startswith("no rows: the program was never")


def test_a_text_without_a_program_has_nothing_to_attach():
    """Whether a hook is given or not."""
    with load("lesson.c", text="BPF_ARRAY(seen, u64, 1);\n") as program:
        for attach in (program.attach, lambda: program.attach(EXECVE)):
            with pytest.raises(LabError) as caught:
                attach()
            assert caught.value.kind == "no-program"
