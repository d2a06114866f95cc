"""Maps in the kernel, from Python: written, read, full, closed."""

import pytest

from bpflab import LabError, load
from bpflab.bindings.engine import possible_cpus

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("nothing_left")]

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
BPF_PROG_ARRAY(jump_table, 2);
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


def test_a_key_longer_than_the_map_allows_is_never_cut(program):
    """512 bytes are a key; 513 are refused."""
    excluded = program.maps["EXCLUDED"].clear()
    excluded["/" * 512] = 1

    with pytest.raises(LabError) as caught:
        excluded["/" * 513] = 1

    assert caught.value.kind == "too-long"


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


def test_a_per_cpu_hash_sums_over_cpus(program):
    """total adds what each CPU counted."""
    by_uid = program.maps["by_uid"]
    by_uid[1000] = 3

    assert by_uid.total(1000) == 3 * possible_cpus()


def test_a_jump_table_is_filled_by_name(program):
    """A slot takes a program's name; a wrong name or slot is refused, saying what there is."""
    table = program.maps["jump_table"].fill({0: "filter"})

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
