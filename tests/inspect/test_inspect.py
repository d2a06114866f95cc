"""What the kernel tells, read from bytes and texts made here: no program is loaded."""

import ctypes
import errno
import os
import re
import struct
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bpflab import inspect, syscalls
from bpflab.bindings import info as infos
from bpflab.bindings import uapi as words
from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.inspect import attached, code, fds, objects, syscall

HEADER = Path("/usr/include/linux/bpf.h")
BOOTED_NS = 1_700_000_000 * 10**9


def program_info(xlated=464, jited=349, name=b"prog1"):
    """Return ``struct bpf_prog_info`` as the kernel lays it out, packed by hand."""
    head = struct.pack("=II8sIIQQ", 5, 458, bytes.fromhex("e565e9de685a30d2"), jited, xlated, 0, 0)
    middle = struct.pack("=QIIQ16sI", 90 * 10**9, 1000, 2, 0, name, 0)
    stats_at = 192  # run_time_ns, after all the lengths and pointers of BTF
    raw = bytearray(head + middle + struct.pack("=I", 1)).ljust(232, b"\0")
    struct.pack_into("=QQ", raw, stats_at, 80097915, 1605)
    return infos.ProgramInfo.from_buffer_copy(bytes(raw))


def refuse(code):
    """Return a bpf(2) that fails with *code*."""

    def bpf(*_):
        raise OSError(code, os.strerror(code))

    return bpf


def test_a_program_is_read_from_the_kernels_struct():
    """Each cell comes from its own place in struct bpf_prog_info and in fdinfo."""
    facts = {"prog_jited": "1", "memlock": "8192"}

    row = objects.program_row(program_info(), (338, 339), facts, BOOTED_NS)

    assert row == {
        "id": 458, "name": "prog1", "type": "tracepoint", "tag": "e565e9de685a30d2",
        "instructions": 58, "bytes_xlated": 464, "bytes_jited": 349, "jited": True,
        "bytes_memlock": 8192, "map_ids": (338, 339), "attached_to": "", "pids": (), "comms": (),
        "run_cnt": 1605, "run_time_ns": 80097915, "gpl_compatible": True, "uid": 1000,
        "loaded_at": pd.Timestamp("2023-11-14 22:14:50", tz="UTC"),
    }  # fmt: skip


def test_a_size_that_the_kernel_hides_is_missing():
    """Zero instructions mean "not told", and are not shown as zero."""
    row = objects.program_row(program_info(xlated=0, jited=0), (), {}, BOOTED_NS)

    assert [row[n] for n in ("instructions", "bytes_xlated", "bytes_jited")] == [None] * 3
    assert row["name"] == "prog1"


def test_a_name_cannot_act():
    """A program's name belongs to whoever loaded it: no escape sequence passes."""
    row = objects.program_row(program_info(name=b"\x1b[31mred"), (), {}, BOOTED_NS)

    assert row["name"] == "\\x1b[31mred"


def test_a_map_is_read_from_the_kernels_struct_and_fdinfo():
    """A program array says which type of program it takes; another map has no owner."""
    raw = struct.pack("=6I16s", 3, 340, 4, 4, 2, 0, b"TAIL_CALL_MAP")
    info = infos.MapInfo.from_buffer_copy(raw)
    facts = {"memlock": "344", "frozen": "0", "owner_prog_type": "26", "owner_jited": "1"}

    row = objects.map_row(info, facts)

    assert row == {
        "id": 340, "name": "TAIL_CALL_MAP", "type": "prog_array", "key_size": 4, "value_size": 4,
        "max_entries": 2, "flags": 0, "bytes_memlock": 344, "owner_prog_type": "tracing",
        "owner_jited": True, "frozen": False, "pids": (), "comms": (),
    }  # fmt: skip
    other = objects.map_row(info, {"frozen": "1"})
    assert (other["owner_prog_type"], other["owner_jited"], other["frozen"]) == ("", "", True)


def test_fdinfo_is_read_as_names_and_values():
    """Tabs and blanks around a value go, a colon inside one stays."""
    text = "pos:\t0\nprog_id:\t1656\ntp_name:\tsched:odd\n\n"

    assert fds.parse(text) == {"pos": "0", "prog_id": "1656", "tp_name": "sched:odd"}


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"link_type": "raw_tracepoint", "tp_name": "sched_process_exec", "cookie": "0"},
         "sched_process_exec"),
        ({"link_type": "cgroup", "cgroup_id": "7", "attach_type": "1"},
         "cgroup_id 7, attach_type 1"),
    ],
)  # fmt: skip
def test_a_link_says_where_it_is(facts, place):
    """A link's place is its tracepoint, or all that the kernel tells of it."""
    one = attached._link({"pos": "0", "link_id": "9", "prog_id": "5", **facts}, 12, 3)

    assert (one.hook, one.place, one.program, one.link) == (facts["link_type"], place, 5, 9)


def test_a_link_that_no_process_shows_has_no_holder(monkeypatch):
    """A link that only a file of bpffs holds is a row; one that a process shows is one row."""
    facts = {n: {"link_id": str(n), "link_type": "xdp", "prog_id": "5"} for n in (8, 9)}
    monkeypatch.setattr(fds, "each", lambda *_, **__: list(facts.items()))
    monkeypatch.setattr(fds, "held_by_all", lambda: ([fds.Held(77, 3, "link", 8)], 0))
    monkeypatch.setattr(fds, "facts", lambda *_: facts[8])
    monkeypatch.setattr(attached, "name", lambda _: "prog")

    frame = inspect.links(everyone=True)

    assert frame["link_id"].tolist() == [8, 9]
    assert frame["pid"].fillna(0).tolist() == [77, 0]


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ((5, 2, "do_exit", 0), [(5, "kprobe", "do_exit")]),
        ((5, 2, "do_exit", 4), [(5, "kprobe", "do_exit+0x4")]),
        (OSError(errno.ENOENT, "no program"), []),
        (OSError(errno.EOPNOTSUPP, "of type perf_event"), [(None, "perf_event", None)]),
    ],
)
def test_a_perf_event_says_what_runs_behind_it(monkeypatch, answer, rows):
    """A symbol with its offset; nothing for one that counts; a gap for one not told of."""

    def bpf(_, attributes):
        if isinstance(answer, OSError):
            raise answer
        program, hook, name, offset = answer
        room, length = struct.unpack_from("Q", attributes, 16)[0], len(name) + 1
        ctypes.memmove(room, name.encode() + b"\0", length)
        return 0, struct.pack("IIIIQIIQ", 1, 2, 0, length, room, program, hook, offset)

    monkeypatch.setattr(syscall, "bpf", bpf)
    found = attached._perf_event(os.getpid(), 3)

    assert [(one.program, one.hook, one.place) for one in found] == rows


@pytest.mark.parametrize(
    ("known", "unknown", "shown"),
    [
        ([], [], ""),
        (["b:y", "a:x"], [], "a:x, b:y"),
        ([None], [], None),
        ([], [None], None),
        (["a:x"], [None], "a:x"),
    ],
)
def test_a_program_that_may_be_attached_is_not_called_unattached(known, unknown, shown):
    """An attachment whose program or place is not told makes the cell missing, not empty."""
    assert objects._places(known, unknown) == shown


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
        (0, "helper", 14),
        (3, "tail call", 12),
        (4, "function", 12),
        (5, "kernel function", 12),
        (6, "helper", 0),
    ]


def test_a_helper_is_named_from_the_kernels_symbols(tmp_path, monkeypatch):
    """An offset from __bpf_call_base names a helper; where addresses are hidden, nothing does."""
    symbols = tmp_path / "kallsyms"
    monkeypatch.setattr(code, "_SYMBOLS", symbols)
    call = instruction(0x85, 0, 0x40)

    symbols.write_text("ffffffff80000040 T bpf_ktime_get_ns\nffffffff80000000 T __bpf_call_base\n")
    shown = list(code._translated_calls(call))
    symbols.write_text("0000000000000040 A irq_stack\n0000000000000000 T __bpf_call_base\n")
    hidden = list(code._translated_calls(call))

    assert (shown, hidden) == ([(0, "helper", "bpf_ktime_get_ns")], [(0, "helper", None)])


@pytest.mark.parametrize(("size", "word"), [(0, "CAP_BPF"), (16, "bpf_jit_harden")])
def test_instructions_that_the_kernel_keeps_back_are_refused(monkeypatch, size, word):
    """No size means no CAP_BPF, a size without the code means blinded; neither is "no calls"."""
    held_back = infos.ProgramInfo(xlated_prog_len=size)
    monkeypatch.setattr(code, "info", lambda *_: held_back)

    with pytest.raises(LabError) as caught:
        code._translated(3, "prog1")

    assert caught.value.kind == "privilege"
    assert word in caught.value.why


def test_a_number_newer_than_the_list_is_shown_as_it_is():
    """A type that this release does not know is a number, not a wrong word."""
    assert words.word(words.MAP_TYPES, 3) == "prog_array"
    assert words.word(words.MAP_TYPES, 999) == "999"
    assert code._helper(99999) == "99999"


def test_the_words_are_those_of_the_lab():
    """Map types, program types and the tail call agree with the rooms that use them."""
    assert [words.MAP_TYPES[n] for n in (1, 3, 27)] == ["hash", "prog_array", "ringbuf"]
    assert [words.PROGRAM_TYPES[n] for n in (2, 5, 17)] == [
        "kprobe",
        "tracepoint",
        "raw_tracepoint",
    ]
    assert words.TAIL_CALL == 12


@pytest.mark.skipif(not HEADER.exists(), reason="no linux/bpf.h: linux-libc-dev is not installed")
@pytest.mark.parametrize(
    ("mine", "pattern"),
    [
        (words.PROGRAM_TYPES, r"\tBPF_PROG_TYPE_(\w+)"),
        (words.MAP_TYPES, r"\tBPF_MAP_TYPE_(\w+)"),
        (words.HOOKS, r"\tBPF_FD_TYPE_(\w+)"),
        (words.HELPERS, r"\tFN\((\w+)(?:, \d+, ##ctx)?\)"),
    ],
    ids=["programs", "maps", "hooks", "helpers"],
)
def test_the_words_are_the_kernels(mine, pattern):
    """Every number of the kernel's header has its word here, at its place."""
    theirs = [name.lower() for name in re.findall(pattern, HEADER.read_text())]
    theirs = [n for n in dict.fromkeys(theirs) if not n.endswith("_deprecated")]
    shared = min(len(mine), len(theirs))

    assert shared >= 6
    assert mine[:shared] == theirs[:shared]


@pytest.mark.parametrize("look", [inspect.programs, inspect.maps, inspect.links])
def test_the_machines_objects_are_refused_in_words(look, monkeypatch):
    """Without CAP_SYS_ADMIN there is no frame at all, and the error says what one can see."""
    monkeypatch.setattr(syscall, "bpf", refuse(errno.EPERM))

    with pytest.raises(LabError) as caught:
        look(everyone=True)

    assert caught.value.kind == "privilege"
    assert "CAP_SYS_ADMIN" in caught.value.why
    assert f"Without everyone=True you see the {look.__name__}" in caught.value.fix


def test_a_kernel_that_tells_nothing_is_no_empty_frame(monkeypatch):
    """An old kernel closes bpf(2) altogether: that is said, and not shown as zeros."""
    monkeypatch.setattr(infos, "bpf", refuse(errno.EPERM))

    with pytest.raises(LabError) as caught:
        infos.info(0, infos.ProgramInfo())

    assert caught.value.kind == "privilege"
    assert "CAP_BPF" in caught.value.why


def test_a_machine_whose_call_number_is_unknown_is_named(monkeypatch):
    """No number is guessed."""
    monkeypatch.setattr(syscalls.platform, "machine", lambda: "vax")

    with pytest.raises(LabError) as caught:
        infos.info(0, infos.ProgramInfo())

    assert caught.value.kind == "machine"
    assert "vax" in caught.value.message


def test_a_walk_goes_on_over_what_has_gone(monkeypatch):
    """An object that ends between two calls is left out, and each fd of the walk is closed."""
    answers = {1: errno.ENOENT, 3: None}
    opened = []

    def open_id(_, number):
        if answers[number]:
            raise OSError(answers[number], "gone")
        opened.append(os.open("/dev/null", os.O_RDONLY))
        return opened[-1]

    monkeypatch.setattr(syscall, "ids", lambda _: iter(answers))
    monkeypatch.setattr(syscall, "open_id", open_id)

    assert len(fds.each("program", os.fstat, everyone=True)) == 1
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])
    answers[3] = errno.EMFILE
    with pytest.raises(OSError, match="gone"):
        fds.each("program", os.fstat, everyone=True)


def test_processes_that_refuse_are_counted_and_those_that_ended_are_not(monkeypatch):
    """Only a process that is still there hides something."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    pids = [Path("/proc", str(pid)) for pid in (os.getpid(), gone.pid)]
    monkeypatch.setattr(fds, "held", refuse(errno.EACCES))
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(pids))

    assert fds.held_by_all() == ([], 1)


def test_what_could_not_be_seen_is_noted():
    """A frame says which columns are not wholly the kernel's word, and only its own columns."""
    told = attached.Attachment(5, "tracepoint", "sched:x", 1, 2, None)
    recorded = attached.Attachment(5, "tracepoint", "sched:x", 1, 2, None, recorded=True)
    untold = attached.Attachment(5, "tracepoint", None, 1, 2, None)

    assert attached.hidden([told], 0) == {}
    assert "bpflab's own record" in attached.hidden([told, recorded], 0)["attached_to"]
    assert "CAP_SYS_ADMIN" in attached.hidden([recorded, untold], 0)["attached_to"]
    assert "record" not in attached.hidden([recorded, untold], 0)["attached_to"]
    frame = attached.noted(pd.DataFrame({"pids": []}), attached.hidden([], 3))
    assert list(frame.attrs["hidden"]) == ["pids"]
    assert "3 of the machine's" in frame.attrs["hidden"]["pids"]


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


def test_a_process_that_holds_nothing_gives_empty_frames_with_their_columns():
    """Nothing held is an empty frame that still has every column, and nothing hidden."""
    for look, column in ((inspect.programs, "tag"), (inspect.maps, "key_size"),
                         (inspect.links, "attached_to")):  # fmt: skip
        frame = look()
        assert (len(frame), column in frame.columns, frame.attrs["hidden"]) == (0, True, {})
    assert inspect.left_behind().empty
