"""What the kernel tells, read from bytes and texts made here: no program is loaded."""

import os
import struct

import numpy as np
import pandas as pd
import pytest

from bpflab import inspect
from bpflab.bindings import info as infos
from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.inspect import code, fds, objects

BOOTED_NS = 1_700_000_000 * 10**9


def program_info(xlated=464, jited=349, name=b"prog1"):
    """Return ``struct bpf_prog_info`` as the kernel lays it out, packed by hand."""
    head = struct.pack("=II8sIIQQ", 5, 458, bytes.fromhex("e565e9de685a30d2"), jited, xlated, 0, 0)
    middle = struct.pack("=QIIQ16sI", 90 * 10**9, 1000, 2, 0, name, 0)
    stats_at = 192  # run_time_ns, after all the lengths and pointers of BTF
    raw = bytearray(head + middle + struct.pack("=I", 1)).ljust(232, b"\0")
    struct.pack_into("=QQQ", raw, stats_at, 80097915, 1605, 17)
    return infos.ProgramInfo.from_buffer_copy(bytes(raw))


def test_a_program_is_read_from_the_kernels_struct():
    """Each cell comes from its place in struct bpf_prog_info and in fdinfo."""
    facts = {"memlock": "8192"}

    row = objects.program_row(program_info(), (338, 339), facts, BOOTED_NS)

    assert row == {
        "id": 458, "name": "prog1", "type": "tracepoint", "tag": "e565e9de685a30d2",
        "instructions": 58, "bytes_xlated": 464, "bytes_jited": 349,
        "bytes_memlock": 8192, "map_ids": (338, 339), "attached_to": "", "pids": (os.getpid(),),
        "run_cnt": 1605, "recursion_misses": 17,
        "loaded_at": pd.Timestamp("2023-11-14 22:14:50", tz="UTC"),
    }  # fmt: skip


def test_a_size_that_the_kernel_hides_is_missing():
    """Zero instructions mean "not shown", and are not shown as zero."""
    row = objects.program_row(program_info(xlated=0, jited=0), (), {}, BOOTED_NS)

    assert [row[n] for n in ("instructions", "bytes_xlated", "bytes_jited")] == [None] * 3
    assert row["name"] == "prog1"


def test_a_name_cannot_act():
    """A program's name belongs to whoever loaded it: no escape sequence passes."""
    row = objects.program_row(program_info(name=b"\x1b[31mred"), (), {}, BOOTED_NS)

    assert row["name"] == "\\x1b[31mred"


def test_a_map_is_read_from_the_kernels_struct_and_fdinfo():
    """A program array says which type of program it accepts; another map has no owner."""
    raw = struct.pack("=6I16s", 3, 340, 4, 4, 2, 0, b"TAIL_CALL_MAP")
    info = infos.MapInfo.from_buffer_copy(raw)
    facts = {"memlock": "344", "frozen": "0", "owner_prog_type": "26", "owner_jited": "1"}

    row = objects.map_row(info, facts)

    assert row == {
        "id": 340, "name": "TAIL_CALL_MAP", "type": "prog_array", "key_size": 4, "value_size": 4,
        "max_entries": 2, "flags": 0, "bytes_memlock": 344, "owner_prog_type": "tracing",
        "owner_jited": True, "frozen": False,
    }  # fmt: skip
    other = objects.map_row(info, {"frozen": "1"})
    assert (other["owner_prog_type"], other["owner_jited"], other["frozen"]) == ("", "", True)


@pytest.mark.parametrize(
    ("recorded", "attached", "complete"),
    [
        ({}, {}, True),
        ({3: (10, "b:y"), 4: (10, "a:x")}, {5: {"a:x", "b:y"}}, True),
        ({3: (10, "b:y")}, {5: {"b:y"}}, False),
    ],
)
def test_a_program_that_may_be_attached_is_not_called_unattached(
    monkeypatch, recorded, attached, complete
):
    """A perf event that no open program made leaves open where the others are attached."""
    events = [fds.Descriptor(fd, "perf event", 0, {}) for fd in (3, 4)][: 2 if recorded else 0]
    monkeypatch.setattr(objects, "attachments", lambda: recorded)

    places, all_known = objects._places([fds.Descriptor(10, "program", 5, {}), *events])

    assert {program: at for program, at in places.items() if program} == attached
    assert all_known == complete


def instruction(operation, registers=0, number=0):
    """Return one ``struct bpf_insn`` of a little-endian machine."""
    return struct.pack("=BBhi", operation, registers, 0, number)


@pytest.mark.skipif(struct.pack("=H", 1) != b"\1\0", reason="the bytes are little-endian ones")
def test_calls_are_told_apart():
    """Helper, tail call, function and kernel function; half of a constant is no call."""
    program = [
        instruction(0x85, 0, 14),
        instruction(0x18, 0x12, 0x85), instruction(0, 0, 0x85),
        instruction(0x85, 0, 12),
        instruction(0x85, 0x10, 12),
        instruction(0x85, 0x20, 12),
        instruction(0x85, 0, 0),
        instruction(0x95),
    ]  # fmt: skip

    assert list(code.read_calls(b"".join(program))) == [
        (0, "helper"),
        (3, "tail call"),
        (4, "function"),
        (5, "kernel function"),
        (6, "helper"),
    ]


@pytest.mark.parametrize(("size", "word"), [(0, "CAP_BPF"), (16, "bpf_jit_harden")])
def test_instructions_that_the_kernel_keeps_back_are_refused(monkeypatch, size, word):
    """No size means no CAP_BPF, a size without the code means blinded; neither is "no calls"."""
    kept_back = infos.ProgramInfo(xlated_prog_len=size)
    monkeypatch.setattr(code, "info", lambda *_: kept_back)

    with pytest.raises(LabError) as caught:
        code._translated(3, "prog1")

    assert caught.value.kind == "privilege"
    assert word in caught.value.why


def a_map(name, fd, type):
    """Return a map of this type behind this descriptor."""
    return Map(name, fd, type, np.dtype("u4"), np.dtype("u4"), 3)


@pytest.mark.parametrize(
    ("table", "kind", "word"),
    [
        (a_map("EXCLUDED", 3, 1), "map-type", "hash"),
        (a_map("JUMPS", -1, 3), "closed", "JUMPS"),
    ],
)
def test_slots_are_asked_of_an_open_program_array(table, kind, word):
    """Another map is refused by its type, a closed one by its name."""
    with pytest.raises(LabError) as caught:
        inspect.slots(table)

    assert caught.value.kind == kind
    assert word in caught.value.message


def test_a_process_that_has_nothing_gives_empty_frames_with_their_columns():
    """An empty frame has every column."""
    for look, column in ((inspect.programs, "tag"), (inspect.maps, "key_size"),
                         (inspect.left_behind, "kind")):  # fmt: skip
        frame = look()
        assert (len(frame), column in frame.columns) == (0, True)
