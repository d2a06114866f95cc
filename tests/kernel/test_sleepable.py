"""A program that may sleep reads a path whose page is not in memory yet."""

import shutil
import sys

import pytest

from bpflab import LabError, load, run

pytestmark = pytest.mark.skipif(not shutil.which("clang"), reason="there is no clang")

PATH = "/usr/bin/true"
COLD = f"""
import ctypes, mmap, sys, tempfile
at, size = map(int, sys.argv[1:])
file = tempfile.TemporaryFile()
file.write(bytes(at) + b"{PATH}\\0"), file.truncate(size)
page = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
path = ctypes.addressof(ctypes.c_char.from_buffer(page)) + at
ctypes.CDLL(None).execv(ctypes.c_void_p(path), (ctypes.c_char_p * 2)(b"true", None))
"""
"""Executes true by a path in a file that nobody has touched in this process."""
PAGE, LENGTH = 4096, len(PATH) + 1
WHERE = {
    "at the beginning of a page": (0, PAGE),
    "over two pages": (PAGE - 5, 2 * PAGE),
    "up to the end of what is mapped": (PAGE - LENGTH, PAGE),
}
WAYS = {"tracepoint": {}, "function": {"AT_FUNCTION": 1}}


def cold(at, size):
    """Run a command that executes by a cold path; return what it was seen to be."""
    return run(sys.executable, "-c", COLD, str(at), str(size))


def told(program, own):
    """Return the last path of a run, and its length."""
    events = program.events.frame(own)
    return events["path"].iloc[-1], events["path_len"].iloc[-1]


@pytest.fixture(params=WAYS)
def sleepable(request, nothing_left):
    """Give the program, attached, or skip with what this kernel answers."""
    try:
        program = load("two_hooks/sleepable.bpf", defines=WAYS[request.param])
    except LabError as reason:
        # libbpf 1.1 does not take a weak function that is missing, unless for root.
        assert reason.kind in ("not-sleepable", "privilege", "no-symbol"), str(reason)
        pytest.skip(reason.message)
    with program, program.attached():
        yield program


@pytest.mark.parametrize("where", WHERE)
def test_the_path_is_whole(sleepable, where):
    """It is read, wherever it lies."""
    assert told(sleepable, cold(*WHERE[where])) == (PATH, LENGTH)


@pytest.mark.parametrize("where", WHERE)
def test_a_program_that_may_not_sleep_cannot_read_it(where, nothing_left):
    """The same command's path is -14, EFAULT: what the sleepable program reads is really cold."""
    hooks = {f"hook_{end}": f"syscalls:sys_{end}_execve" for end in ("enter", "exit")}
    with load("two_hooks/join") as program, program.attached(**hooks):
        _, length = told(program, cold(*WHERE[where]))
    assert length == -14
