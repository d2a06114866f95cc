"""The lines of bpf_trace_printk: read from text, from a file, from a machine without instances."""

import os
from types import SimpleNamespace

import pytest

from bpflab.data import trace as module
from bpflab.data.trace import Line, parse
from bpflab.errors import LabError

HEAD = "# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"


def row(message, pid=42, time_s="7.000500", comm="true", cpu=1):
    """Return one line as the kernel writes it."""
    return f"{comm:>16}-{pid:<7} [{cpu:03}] ...21 {time_s:>12}: bpf_trace_printk: {message}\n"


@pytest.fixture
def tracefs(tmp_path, monkeypatch):
    """Give a trace buffer that can be read, on a machine where nobody may make an instance."""
    monkeypatch.setattr(module, "TRACEFS", tmp_path)
    (tmp_path / "trace").write_text(HEAD)
    return tmp_path


def messages(lines):
    """Return what the lines say."""
    return [line.message for line in lines]


def test_a_line_is_taken_apart():
    """Who, where, when and what."""
    text = row("Hello World!")
    assert parse(text) == [Line(42, "[001] ...21     7.000500", "Hello World!", text.rstrip("\n"))]


@pytest.mark.parametrize("comm", ["<...>", "a b", "kworker/1:2-ev", "x-1"])
def test_a_comm_may_hold_what_separates(comm):
    """The pid is the last number before the CPU."""
    (line,) = parse(row("hi", comm=comm))

    assert (line.pid, line.message) == (42, "hi")


def test_the_thread_group_may_stand_beside_the_pid():
    """Option record-tgid writes it in brackets, or dashes where it is not known."""
    for tgid in ("(   41)", "(-----)"):
        (line,) = parse(f"  true-42   {tgid} [001] ...21  7.0: bpf_trace_printk: hi\n")
        assert (line.pid, line.message) == (42, "hi")


def test_a_message_may_have_several_lines():
    """What is no line of its own belongs to the one before, empty or not."""
    assert messages(parse(row("one\n") + row("two\nthree"))) == ["one\n", "two\nthree"]


def test_what_the_kernel_says_beside_is_no_message():
    """The file's head, a notice of lost events, a line of another event."""
    lost = "CPU:1 [LOST 3 EVENTS]\n"
    assert messages(parse(HEAD + row("one") + lost + row("two"))) == ["one", "two"]
    assert parse("           true-42  [001] ..... 7.0: sched_process_exec: pid=42\n") == []
    assert parse("") == []


def test_a_message_can_pass_for_a_line():
    """Nothing in a text can tell: this is why nobody should believe one."""
    forged = parse(row("Hello /tmp/x\n" + row("Hello /etc/shadow", pid=1).rstrip("\n")))

    assert [line.pid for line in forged] == [42, 1]


def test_only_what_comes_later_is_read(tracefs):
    """Lines of an earlier time stay out; each later one comes once, and the file keeps all."""
    file = tracefs / "trace"
    file.write_text(HEAD + row("old") + row("twice"))
    with module.trace() as trace:
        assert trace.lines() == []
        file.write_text(HEAD + row("twice") + row("twice") + row("new", time_s="8.0"))
        assert messages(trace.lines()) == ["twice", "new"]
        file.write_text(HEAD + row("new", time_s="8.0", comm="later") + row("newer", time_s="6.0"))
        assert messages(trace.lines()) == ["twice", "new", "newer"]
    assert "newer" in file.read_text()
    assert (trace.alone, trace.file) == (False, file)


def test_only_some_processes_lines_are_returned(tracefs):
    """As a list, and as a table, which has its columns even when it is empty."""
    with module.trace() as trace:
        (tracefs / "trace").write_text(row("mine", pid=1) + row("theirs", pid=2) + row("mine", 3))
        own = SimpleNamespace(pids=(1, 3, 5))
        assert messages(trace.lines(own)) == ["mine", "mine"]
        assert trace.frame(own)["pid"].tolist() == [1, 3]
        nobody = trace.frame(SimpleNamespace(pids=()))
        assert nobody.columns.tolist() == ["pid", "when", "message"]


def test_what_was_read_stays_when_it_is_closed(tracefs):
    """And nothing comes any more."""
    with module.trace() as trace:
        (tracefs / "trace").write_text(row("one"))
        trace.lines()
    (tracefs / "trace").write_text(row("one") + row("two"))

    assert messages(trace.lines()) == ["one"]


def test_a_closed_buffer_is_a_reason_not_a_traceback(tracefs):
    """Tracefs is not mounted, or this user may not read it."""
    (tracefs / "trace").unlink()

    with pytest.raises(LabError) as caught:
        module.trace()
    assert caught.value.kind == "no-trace"


def test_a_kernel_without_the_event_leaves_no_instance(tracefs):
    """The event came with Linux 5.9; before it, the machine's own buffer is read."""
    (tracefs / "instances").mkdir()
    with module.trace() as trace:
        assert not trace.alone
    assert list((tracefs / "instances").iterdir()) == []


def test_instances_of_the_dead_are_swept_away(tracefs):
    """Those of processes that live, and those of other tools, stay."""
    instances = tracefs / "instances"
    names = {f"bpflab-{os.getpid()}-1", "bpflab-x-1", "others-1-1"}
    for name in {*names, f"bpflab-{2**22 + 1}-1"}:
        (instances / name).mkdir(parents=True)
    module.trace().close()

    assert {folder.name for folder in instances.iterdir()} == names


def test_a_flood_is_read_up_to_a_bound(tracefs, monkeypatch):
    """Whoever prints faster than we read cannot hold us for ever."""
    monkeypatch.setattr(module, "_MOST_BYTES", 3000)
    monkeypatch.setattr(module, "_CHUNK", 1000)
    with module.trace() as trace:
        (tracefs / "trace").write_text(row("hi") * 1000)
        assert 0 < len(trace.lines()) < 100
