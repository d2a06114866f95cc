"""What the kernel really delivers: paths of every kind, and what a full ring refuses."""

import pandas as pd
import pytest

from bpflab import load
from bpflab.source import find
from tests.kernel.execs import execute, fresh_binary

pytestmark = pytest.mark.usefixtures("nothing_left")

EXECVE = "syscalls:sys_enter_execve"


def seen(*paths: bytes | str):
    """Return the frame of what was recorded of executing *paths*."""
    with load("start_here/execs") as program:
        with program.attached(hook=EXECVE):
            own = execute(*paths)
        return program.events.frame(own)


@pytest.mark.parametrize(
    ("length", "status"),
    [(1, "whole"), (510, "whole"), (511, "whole"), (512, "cut"), (4095, "cut")],
)
def test_a_path_says_whether_it_was_cut(length, status):
    """A path that just fits is whole; one byte more is cut, and the text is what fits."""
    path = b"/" + b"x" * (length - 1)

    frame = seen(path)

    assert frame["path_status"].tolist() == [status]
    assert frame["path_bytes"].tolist() == [path[:511]]


def test_hostile_names_arrive_whole_and_cannot_act():
    """Names with escapes, markup, newlines and broken UTF-8: bytes kept, text made visible."""
    names = [
        b"/tmp/<script>alert(1)</script>",
        b"/tmp/\x1b[31mred",
        b"/tmp/two\nlines",
        b"/tmp/\xff\xfe",
        "/tmp/\u202egnp.exe".encode(),
    ]

    frame = seen(*names)

    assert frame["path_bytes"].tolist() == names
    assert all(text.isprintable() for text in frame["path"])
    assert frame["path"].tolist()[1] == "/tmp/\\x1b[31mred"


def test_a_path_that_cannot_be_read_is_never_an_empty_text(tmp_path):
    """A fresh binary's constant is on a page not yet in memory: said so, with its errno."""
    binary = fresh_binary(tmp_path)
    with load("start_here/execs") as program:
        with program.attached(hook=EXECVE):
            own = execute(binary)
        frame = program.events.frame(own)

    assert len(frame) == 2  # the test's own call, then the binary's
    second = frame.iloc[1]
    assert (second.path_status, second.path) in {
        ("unreadable", "(unreadable: EFAULT)"),
        ("whole", "/usr/bin/true"),
    }
    assert (second.path_len < 0) == (second.path_status == "unreadable")


def test_times_are_utc_and_in_order():
    """Each event's time lies within the workload's, in UTC."""
    before = pd.Timestamp.now("UTC")
    frame = seen(*["/usr/bin/true"] * 5)
    after = pd.Timestamp.now("UTC")

    assert frame["time"].is_monotonic_increasing
    assert before <= frame["time"].iloc[0] <= frame["time"].iloc[-1] <= after


def test_a_full_ring_drops_and_nothing_is_unaccounted():
    """A ring of one page under 300 executions: what does not fit is counted, nothing is missing."""
    text = find("start_here/execs").listing().replace("(events, 256)", "(events, 1)")
    with load("tiny", text=text) as program:
        with program.attached(hook=EXECVE):
            own = execute(*["/usr/bin/true"] * 300)
        ledger = program.events.ledger(own)
        ring = program.ring()
        room = ring.size // (8 + ring.dtype.itemsize)  # 7, or 29 in a page of 16 KiB

    assert ledger["produced"] >= 300
    assert ledger["dropped"] >= 300 - room > 100
    assert 0 < ledger["shown"] + ledger["others"] <= room  # others execute programs, too
    assert ledger["waiting"] == ledger["unaccounted"] == 0
