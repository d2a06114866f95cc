"""What programs print, read while they do, without taking a line from anybody."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bpflab import inspect, load, run
from bpflab.bindings import tracepoints
from bpflab.bindings.hooks import syscall_entry
from bpflab.data.trace import Trace

pytestmark = pytest.mark.usefixtures("nothing_left")

INSTANCES = tracepoints.TRACEFS / "instances"
HELLO = 'int hello(void *ctx) { bpf_trace_printk("Hello World!"); return 0; }'
PATH = """
int hello(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char path[256] = {};

	bpf_probe_read_user_str(path, sizeof(path), ctx->filename);
	bpf_trace_printk("Hello %s", path);
	return 0;
}
"""


@pytest.fixture
def hello():
    """A program that prints on each execve, wherever this kernel lets it."""
    entry = syscall_entry("execve")
    with load("hello", text=HELLO, type=entry.type) as program:
        yield program.attach(hello=entry.target)


@pytest.fixture
def instances():
    """Skip where this user may not make an instance of the trace buffer."""
    if not os.access(INSTANCES, os.W_OK):
        pytest.skip("an instance of the trace buffer is for root")
    return INSTANCES


def messages(trace, own):
    """Return what the processes of *own* printed."""
    return [line.message for line in trace.lines(own)]


def test_each_exec_is_a_line_of_its_own_process(hello):
    """23 execs are 23 lines, each with another pid of ours; asked again, they are still 23."""
    with inspect.trace() as trace:
        own = run("/usr/bin/true", times=23)
        assert messages(trace, own) == ["Hello World!"] * 23
        assert messages(trace, own) == ["Hello World!"] * 23
        assert trace.frame(own)["pid"].tolist() == list(own.pids)


def test_two_readers_do_not_share_the_lines(hello):
    """Each has all of them, and so has the machine's own buffer."""
    with (
        inspect.trace() as one,
        inspect.trace() as other,
        Trace(None, tracepoints.TRACEFS) as machine,
    ):
        own = run("/usr/bin/true", times=5)
        assert [len(messages(each, own)) for each in (one, other, machine)] == [5, 5, 5]


def test_a_reader_begins_when_it_is_made(hello):
    """What was printed before is not there."""
    before = run("/usr/bin/true", times=3)
    for trace in (inspect.trace(), Trace(None, tracepoints.TRACEFS)):
        with trace:
            after = run("/usr/bin/true", times=2)
            assert messages(trace, before) == []
            assert len(messages(trace, after)) == 2


def test_an_empty_pipe_does_not_wait():
    """Nothing printed, nothing read, and no wait for it."""
    with inspect.trace() as trace:
        assert trace.lines(run("/usr/bin/true")) == []


def test_a_path_with_a_newline_writes_a_line_of_its_own(tmp_path):
    """This is no fault of ours to mend: the text is all there is."""
    name = "x\n  init-1 [000] ..... 1.0: bpf_trace_printk: all is well"
    (tmp_path / name).symlink_to("/usr/bin/true")
    with load("path", text=PATH) as program, inspect.trace() as trace:
        with program.attached(hello="syscalls:sys_enter_execve"):
            own = run(str(tmp_path / name))
        said = {line.pid: line.message for line in trace.lines()}

    assert said[1] == "all is well"
    assert said[own.pids[0]] == f"Hello {tmp_path}/x"


def test_no_instance_is_left(instances):
    """Neither after the block, nor when the reader is lost, nor when its process was killed."""
    with inspect.trace() as trace:
        folder = trace.file.parent
        assert folder.parent == instances
    assert not folder.exists()
    folder = inspect.trace().file.parent
    assert not folder.exists()

    child = "from bpflab import inspect; t = inspect.trace(); print(t.file, flush=True); input()"
    held = subprocess.Popen(
        [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with held:
        folder = Path(held.stdout.readline()).parent
        assert folder.exists()
        held.send_signal(signal.SIGKILL)
    assert folder.exists()
    inspect.trace().close()
    assert not folder.exists()
