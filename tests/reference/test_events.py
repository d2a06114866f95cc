"""What events are for, and what the C library calls."""

from bpflab.reference.events import EVENTS, LIBC, callers
from bpflab.reference.signature import rows


def test_each_event_has_one_short_sentence_and_words():
    """As the other tables of what a program can use."""
    for name, event in EVENTS.items():
        assert name.count(":") == 1 and event.words
        assert event.summary.endswith(".") and len(event.summary) < 90
    assert "connect" in EVENTS["sock:inet_sock_set_state"].words


def test_each_function_of_the_c_library_names_its_source():
    """A file of glibc, and system calls by names other than its own."""
    for row in rows("libc.tsv"):
        assert row["source"].rpartition(".")[2] in ("c", "h", "list")
        assert row["function"] not in row["calls"].split()
    assert LIBC["open"] == ("openat",)
    assert LIBC["gettimeofday"] == ()
    assert callers("wait4") == ["wait", "waitpid"] and callers("openat2") == []
