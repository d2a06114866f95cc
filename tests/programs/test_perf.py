"""Records of a perf buffer taken apart, held against bytes laid out as the kernel lays them out."""

import mmap
import struct

import pytest

from bpflab.errors import LabError
from bpflab.programs.perf import between, unpacked


def sample(event):
    """Return a PERF_RECORD_SAMPLE of raw data: its size, the event, and padding to 8."""
    body = struct.pack("I", len(event)) + event
    body += bytes(-len(body) % 8)
    return struct.pack("IHH", 9, 0, 8 + len(body)) + body


def lost(count):
    """Return a PERF_RECORD_LOST."""
    return struct.pack("IHHQQ", 2, 0, 24, 77, count)


def test_events_come_without_headers_and_padding():
    """Three events of twelve bytes come back as they were sent, one behind the other."""
    events = [b"abcdefghijkl", b"mnopqrstuvwx", b"ABCDEFGHIJKL"]

    assert unpacked(b"".join(map(sample, events)), 12) == (b"".join(events), 0)


def test_what_was_lost_is_added_up():
    """Two notes of losses between events count, and take no event away."""
    held = lost(3) + sample(b"first...") + lost(115) + sample(b"second..")

    assert unpacked(held, 8) == (b"first...second..", 118)


def test_a_record_of_another_kind_is_stepped_over():
    """A kind that we do not read, such as PERF_RECORD_THROTTLE, hides no event behind it."""
    other = struct.pack("IHHQ", 5, 0, 16, 1)

    assert unpacked(other + sample(b"an event"), 8) == (b"an event", 0)


def test_a_record_smaller_than_its_struct_is_refused():
    """An event that is too short is another struct, and is not filled up with what follows it."""
    with pytest.raises(LabError) as refused:
        unpacked(sample(b"1234"), 12)

    assert refused.value.kind == "record-size"


@pytest.mark.parametrize("page", [4096, 16384, 65536])
def test_the_data_begin_after_a_page_and_go_on_at_their_start(monkeypatch, page):
    """Whatever a page is, what was written comes in its order, also across the end."""
    monkeypatch.setattr(mmap, "PAGESIZE", page)
    size = 2 * page
    data = (b"%08d" % n for n in range(size // 8))
    with mmap.mmap(-1, page + size) as memory:
        memory[page:] = b"".join(data)
        assert between(memory, size, 0, 0) == b""
        assert between(memory, size, 5 * size + 8, 5 * size + 24) == b"0000000100000002"
        assert between(memory, size, size - 8, size + 8) == b"%08d00000000" % (size // 8 - 1)
        assert between(memory, size, size, 2 * size) == memory[page:]
