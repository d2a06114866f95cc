"""Maps in the kernel, from Python: written, read, full, closed."""

import copy
import itertools
import os
import pickle
import threading

import pandas as pd
import pytest

from bpflab import LabError, load
from bpflab.bindings import bpf_map
from bpflab.bindings.cpus import possible as possible_cpus

pytestmark = pytest.mark.usefixtures("nothing_left")

MAPS = """
struct path { char path[512]; };
struct state { u32 per_event_count; u32 total_count; };
struct odd { char c[12]; };
BPF_HASH(EXCLUDED, struct path, u8, 10);
BPF_TABLE("lru_hash", u32, u64, recent, 64);
BPF_ARRAY(counts, u64, 4);
BPF_PERCPU_ARRAY(STATE, struct state, 1);
BPF_PERCPU_ARRAY(ODD, struct odd, 2);
BPF_PERCPU_HASH(by_uid, u32, u64, 16);
typedef u32 quad[4];
BPF_PERCPU_HASH(quads, quad, quad, 8);
BPF_PROG_ARRAY(jump_table, 2);
BPF_HASH(many, u32, u64, 200000);
struct key { u32 pid; char comm[16]; s16 sign; };
struct inner { u16 x; u8 y; };
struct mixed { u64 big; bool flag; u32 slots[2]; struct inner inner; };
BPF_HASH(KEYS, struct key, struct mixed, 8);
struct own { u32 cpu; u32 key; };
BPF_PERCPU_ARRAY(OWN, struct own, 1);
int hook(void *ctx) { jump_table.call(ctx, 0); return 0; }
int filter(void *ctx) { return 0; }
"""


@pytest.fixture(scope="module")
def program():
    """One program with a map of each type."""
    with load("maps", text=MAPS) as loaded:
        yield loaded


def test_a_hash_of_paths_is_filled_with_their_text(program):
    """A path stands for its bytes, padded with zeros; it is found again, and another is not."""
    excluded = program.maps["EXCLUDED"].clear().fill(["/usr/bin/ls", b"/usr/bin/\xff"])

    assert "/usr/bin/ls" in excluded
    assert "/usr/bin/l" not in excluded
    assert excluded.frame().to_dict("list") == {
        "path": ["/usr/bin/ls", "/usr/bin/\\xff"],
        "value": [1, 1],
    }


def test_the_eleventh_entry_of_ten_is_refused(program):
    """A full hash says how many it was made for, and keeps what it has."""
    excluded = program.maps["EXCLUDED"].clear()

    with pytest.raises(LabError) as caught:
        excluded.fill(f"/bin/{n}" for n in range(11))

    assert caught.value.kind == "map-full"
    assert "10 entries" in caught.value.message
    assert len(excluded) == 10
    del excluded["/bin/0"]
    excluded["/bin/10"] = 1


@pytest.mark.parametrize(
    "entries",
    [["/a", "/b", "/" * 513, "/c"], {"/a": 1, "/b": 1, "/c": 256, "/d": 1}, ["/a", "/b", 7]],
)
def test_what_stands_before_a_wrong_entry_is_written(program, entries):
    """A key that is too long or no text and a value that is too large end the writing."""
    excluded = program.maps["EXCLUDED"].clear()

    with pytest.raises(LabError):
        excluded.fill(entries)

    assert excluded.frame()["path"].tolist() == ["/a", "/b"]


def test_a_map_that_takes_nothing_names_the_first_entry():
    """The kernel refuses a map that user space may only read as a whole."""
    text = 'BPF_F_TABLE("hash", u32, u64, fixed, 8, BPF_F_RDONLY);\nint f(void *ctx) { return 0; }'
    with load("fixed", text=text) as program:
        for entries in ([7], [7, 8]):
            with pytest.raises(LabError) as caught:
                program.maps["fixed"].fill(entries)
            assert caught.value.kind == "map-write"
            assert "write 7 to fixed" in caught.value.message


def test_what_an_iterator_gave_before_it_failed_is_written(program):
    """The caller's own error comes out."""
    recent = program.maps["recent"].clear()

    with pytest.raises(ZeroDivisionError):
        recent.fill(1 // n for n in (1, 0))

    assert list(recent) == [1]


@pytest.mark.parametrize("count", [1, 65536, 65537, 100_000])
def test_many_entries_are_written_in_few_calls(program, monkeypatch, count):
    """Each entry is there with its value, and the kernel was asked once for 65,536 of them."""
    many, real, calls = program.maps["many"].clear(), bpf_map.update_batch, []

    def update_batch(*arguments):
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(bpf_map, "update_batch", update_batch)
    many.fill({n: n * n for n in range(count)})

    frame = many.frame()
    assert frame["key"].tolist() == list(range(count))
    assert (frame["value"] == frame["key"] ** 2).all()
    assert len(calls) == -(-count // 65536)


def test_a_key_longer_than_the_map_allows_is_never_cut(program):
    """511 bytes and a NUL are a key; 512 leave no room for the NUL, and 513 do not fit."""
    excluded = program.maps["EXCLUDED"].clear()
    excluded["/" * 511] = 1

    for size in (512, 513):
        with pytest.raises(LabError) as caught:
            excluded.fill(["/" * size])
        assert caught.value.kind == "too-long"
    assert len(excluded) == 1


def test_one_string_is_no_list_of_keys(program):
    """The letters of a path are not written as ten keys."""
    excluded = program.maps["EXCLUDED"].clear()

    with pytest.raises(LabError) as caught:
        excluded.fill("/usr/bin/ls")

    assert caught.value.kind == "argument"
    assert "['/usr/bin/ls']" in caught.value.fix
    assert len(excluded) == 0


def test_rows_stand_in_the_order_of_the_keys(program):
    """Keys are sorted as numbers and text, not as the bytes that hold them."""
    recent = program.maps["recent"].clear().fill({n: n for n in (256, 1, 2, 65536, 257)})
    excluded = program.maps["EXCLUDED"].clear().fill(["/b", "/a", "/B"])

    assert recent.frame()["key"].tolist() == [1, 2, 256, 257, 65536]
    assert excluded.frame()["path"].tolist() == ["/B", "/a", "/b"]
    order = [(0, "b", 3), (1, "a", 300), (1, "b", -2), (1, "b", 2)]
    keys = program.maps["KEYS"].clear().fill({key: {} for key in order[::-1]})
    assert list(keys.frame()[["pid", "comm", "sign"]].itertuples(index=False, name=None)) == order


def test_a_key_comes_once_though_the_kernel_starts_over(program, monkeypatch):
    """Where the last key was deleted meanwhile, the kernel goes back to the first one."""
    by_uid = program.maps["by_uid"].clear().fill(dict.fromkeys(range(8), 1))
    monkeypatch.setattr(bpf_map, "lookup_batch", lambda *_, **__: None)
    real, asked = bpf_map.next_key, []

    def next_key(fd, key, size):
        asked.append(key)
        if len(asked) == 5:
            bpf_map.delete(fd, key)
        return real(fd, key, size)

    monkeypatch.setattr(bpf_map, "next_key", next_key)
    keys = list(by_uid)

    assert len(asked) > 9
    assert len(keys) == len(set(keys)) >= 7


def test_all_at_once_and_key_by_key_are_the_same(program, monkeypatch):
    """For a map of each type, the frame, the keys and their number do not depend on the way."""
    maps = program.maps
    maps["EXCLUDED"].clear().fill(["/b", b"/\xff", "/"])
    maps["recent"].clear().fill({1: 2**63, 256: 7})
    maps["by_uid"].clear().fill({5: list(range(possible_cpus())), 1: 2})
    maps["ODD"].fill({0: b"a\0b", 1: "c"})
    maps["jump_table"].fill({1: "filter"})
    maps["KEYS"].clear().fill({(1, "b", 2): {"flag": True, "slots": [1, 2]}})
    maps["KEYS"].fill({(1, "a", -2): {"big": 2**64 - 1}, (0, "b", 3): {"inner": {"x": 1}}})
    at_once = {name: (one.frame(), list(one), len(one)) for name, one in maps.items()}
    monkeypatch.setattr(bpf_map, "lookup_batch", lambda *_, **__: None)

    for name, (frame, keys, count) in at_once.items():
        pd.testing.assert_frame_equal(maps[name].frame(), frame)
        assert sorted(map(repr, maps[name])) == sorted(map(repr, keys)), name
        assert len(maps[name]) == count == len(keys)
    assert sum(count for *_, count in at_once.values()) > 15


def test_every_key_comes_once_while_the_map_changes(program):
    """Keys that stay are in each frame, once, whatever comes and goes beside them."""
    many = program.maps["many"].clear().fill(range(2000))
    stop = threading.Event()

    def change():
        for key in itertools.cycle(range(2000, 4000)):
            many[key] = key
            del many[key]
            if stop.is_set():
                return

    thread = threading.Thread(target=change)
    thread.start()
    try:
        frames = [many.frame()["key"].tolist() for _ in range(200)]
    finally:
        stop.set()
        thread.join()
    for keys in frames:
        assert len(keys) == len(set(keys))
        assert keys[:2000] == list(range(2000))


def test_a_map_is_not_copied_or_pickled(program):
    """A copy would keep the number of a descriptor that another map may get."""
    for wrong in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(LabError) as caught:
            wrong(program.maps["counts"])
        assert caught.value.kind == "copy"


def test_a_duplicate_outlives_the_program():
    """It has a descriptor of its own: the map stays in the kernel until that is closed."""
    with load("twin", text="BPF_ARRAY(counts, u64, 4); int hook(void *ctx) { return 0; }") as gone:
        counts = gone.maps["counts"]
        counts[0] = 7
        twin = counts.duplicate()
    fd = twin.fd
    try:
        assert twin[0] == 7
        with pytest.raises(LabError):
            counts[0]
    finally:
        twin.close()
        os.close(fd)
    with pytest.raises(LabError):
        twin[0]


def test_only_an_array_of_numbers_counts(program):
    """`total` has a meaning for arrays of whole numbers, and for no hash and no struct."""
    counting = {name for name, one in program.maps.items() if one.counts}

    assert counting == {"counts"}
    with pytest.raises(LabError) as caught:
        program.maps["STATE"].total()
    assert caught.value.kind == "no-number"
    assert "per_event_count, total_count" in caught.value.message


def test_a_per_cpu_value_is_a_list_with_an_item_for_each_possible_cpu(program):
    """Structs read as dicts, and a list writes each CPU's own."""
    state, cpus = program.maps["STATE"], possible_cpus()
    state[0] = [{"per_event_count": cpu, "total_count": 7} for cpu in range(cpus)]

    assert [value["per_event_count"] for value in state[0]] == list(range(cpus))
    frame = state.frame()
    assert frame.columns.tolist() == ["key", "cpu", "per_event_count", "total_count"]
    assert frame["total_count"].sum() == 7 * cpus
    with pytest.raises(LabError):
        state[0] = [{"total_count": 1}] * (cpus + 1)


def test_a_values_field_never_hides_the_key_or_the_cpu(program):
    """Fields called cpu and key stand beside the map's own columns of these names."""
    program.maps["OWN"][0] = {"cpu": 7, "key": 9}
    frame = program.maps["OWN"].frame()

    assert frame["cpu"].tolist() == list(range(possible_cpus()))
    assert set(frame["key"]) == {0}
    assert (set(frame["value_cpu"]), set(frame["value_key"])) == ({7}, {9})


def test_a_per_cpu_value_that_is_no_multiple_of_eight_is_read_right(program):
    """Twelve bytes stand sixteen apart in the kernel."""
    odd = program.maps["ODD"]
    odd[1] = [f"cpu {n}" for n in range(possible_cpus())]

    assert odd[1] == [f"cpu {n}".encode() for n in range(possible_cpus())]


def test_an_array_is_a_cell_with_a_list(program):
    """A value that is an array of numbers, for each CPU, and keys in the order of their numbers."""
    quads, value = program.maps["quads"], [2**32 - 1, 0, 5, 6]
    quads[[1, 256, 0, 0]] = quads[[1, 2, 3, 4]] = [value] * possible_cpus()
    frame = quads.frame()

    assert quads[[1, 2, 3, 4]] == [value] * possible_cpus()
    assert frame["key"].tolist()[:: possible_cpus()] == [[1, 2, 3, 4], [1, 256, 0, 0]]
    assert frame["cpu"].tolist() == [*range(possible_cpus())] * 2
    assert frame["value"].tolist() == [value] * 2 * possible_cpus()


def test_a_per_cpu_hash_sums_over_cpus(program):
    """total adds what each CPU counted."""
    by_uid = program.maps["by_uid"]
    by_uid[1000] = 3

    assert by_uid.total(1000) == 3 * possible_cpus()


def test_a_jump_table_is_filled_by_name(program):
    """A slot takes a program's name; a wrong name or slot is refused, saying what there is."""
    table = program.maps["jump_table"].clear().fill({0: "filter"})

    assert len(table) == 1
    for slot, name, kind in ((0, "fliter", "no-program"), (2, "filter", "map-full")):
        with pytest.raises(LabError) as caught:
            table[slot] = name
        assert caught.value.kind == kind
    del table[0]
    assert len(table) == 0


def test_reading_what_is_not_there_raises(program):
    """An absent key is an error, not a zero."""
    with pytest.raises(LabError) as caught:
        program.maps["recent"][5]
    assert caught.value.kind == "no-key"


def test_clear_zeroes_an_array_and_empties_a_hash(program):
    """Every entry of an array stays, as zero."""
    program.maps["counts"].fill({0: 5, 3: 6})
    program.maps["recent"].fill({1: 1, 2: 2})

    assert program.maps["counts"].clear().frame()["value"].tolist() == [0, 0, 0, 0]
    assert len(program.maps["recent"].clear()) == 0


def test_a_map_says_what_it_is(program):
    """Its name, its type, what it holds by what, how much; and whether it is closed."""
    assert repr(program.maps["EXCLUDED"]) == (
        "<Map EXCLUDED: hash, {path: char[512]} → u8, 10 entries>"
    )
    assert repr(program.maps["STATE"]) == (
        "<Map STATE: percpu_array, s32 → {per_event_count: u32, total_count: u32}, 1 entry>"
    )
    twin = program.maps["counts"].duplicate()
    os.close(twin.fd)
    twin.close()
    assert repr(twin) == "<Map counts: array, s32 → u64, 4 entries; closed>"


def test_a_map_without_entries_has_its_columns(program):
    """So that a view that moves begins before the first key; texts are no numbers."""
    empty, full = program.maps["KEYS"].clear().frame(), program.maps["OWN"].frame()
    assert len(empty) == 0 and len(full)
    assert list(empty.columns)[:4] == ["pid", "comm", "sign", "big"]
    assert empty["comm"].str.upper().tolist() == [] and empty["big"].sum() == 0
    assert program.maps["by_uid"].clear().frame().columns.tolist() == ["key", "cpu", "value"]
    assert "why none" not in full.attrs and empty.attrs["why none"] == "the map is empty"


COUNTED = """struct key { u32 bits, number; };
%s
int by_increment(void *ctx) { struct key key = { 32, 1 }; calls.increment(key); return 0; }
int by_atomic(void *ctx) { struct key key = { 32, 2 }; calls.atomic_increment(key); return 0; }
"""


@pytest.mark.parametrize(
    ("declared", "keys"),
    [
        ('BPF_TABLE("hash", struct key, u64, calls, 8);', 2),
        ("BPF_HISTOGRAM(calls, struct key);", 2),
        ("BPF_PERCPU_HASH(calls, struct key);", 0),
        ('BPF_TABLE("lru_hash", struct key, u64, calls, 8);', 0),
        ('BPF_TABLE("lru_percpu_hash", struct key, u64, calls, 8);', 0),
        ('BPF_F_TABLE("lpm_trie", struct key, u64, calls, 8, BPF_F_NO_PREALLOC);', 0),
    ],
)
def test_an_increment_makes_a_key_where_no_warning_says_that_it_does_not(declared, keys):
    """What BCC makes of it is asked here, and said in `bpflab.mistakes.increments`."""
    with load("counted", text=COUNTED % declared) as program:
        hook = "syscalls:sys_enter_getppid"
        with program.attached(by_increment=hook, by_atomic=hook):
            os.getppid()
        assert len(program.maps["calls"]) == keys
        assert [each.kind for each in program.warnings] == ["no-new-key"] * (2 - keys)
