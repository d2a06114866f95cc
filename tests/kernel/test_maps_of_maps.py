"""A map of maps: a whole list is put in place by one write, and the wrong map is refused."""

import os
import shutil

import pytest

from bpflab import LabError, load, run

EXECVE = "syscalls:sys_enter_execve"
clang = pytest.mark.skipif(
    not shutil.which("clang") and not os.environ.get("CI"), reason="there is no clang"
)
DIALECTS = ["exclusion/swap", pytest.param("exclusion/swap.bpf", marks=clang)]
MAPS = """
struct path { char path[512]; };
BPF_HASH(LIST, struct path, u8, 10);
BPF_HASH(larger, struct path, u8, 20);
BPF_HASH(short_key, u32, u8, 10);
BPF_HASH(long_value, struct path, u64, 10);
BPF_TABLE("lru_hash", struct path, u8, other_type, 10);
BPF_ARRAY(slots, u32, 2);
BPF_ARRAY_OF_MAPS(LISTS, "LIST", 2);
BPF_ARRAY_OF_MAPS(OF_ARRAYS, "slots", 1);
BPF_ARRAY(more_slots, u32, 3);
int hook(void *ctx) { return 0; }
"""

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.fixture
def maps():
    """Give the maps of a program, closed behind the test."""
    with load("of maps", text=MAPS) as program:
        yield program.maps


@pytest.mark.parametrize("name", DIALECTS)
def test_a_list_is_swapped_by_one_write(name):
    """What is in the slot decides; without a list nothing is left out."""
    seen = []
    with load(name) as program, program.attached():
        program.maps["A"].fill(["/usr/bin/id"])
        program.maps["B"].fill(["/usr/bin/uname"])
        for each in (None, "A", "B", "A"):
            if each:
                program.maps["LISTS"][0] = program.maps[each]
            mine = run("/usr/bin/id") + run("/usr/bin/uname")
            seen.append(program.events.frame(mine)["path"].tolist())
        del program.maps["LISTS"][0]
        seen.append(program.events.frame(run("/usr/bin/id"))["path"].tolist())
    both = ["/usr/bin/id", "/usr/bin/uname"]
    assert seen == [both, both[1:], both[:1], both[1:], both[:1]]


def test_a_value_is_read_as_the_number_of_its_map(maps):
    """The kernel gives the map's id, which differs from map to map; an empty slot has none."""
    maps["LISTS"].fill({0: maps["LIST"], 1: maps["larger"]})
    frame = maps["LISTS"].frame()
    assert frame["key"].tolist() == [0, 1]
    assert len(set(frame["value"])) == 2
    maps["LISTS"].clear()
    assert maps["LISTS"].frame().empty


@pytest.mark.parametrize("other", ["short_key", "long_value", "other_type", "slots", "LISTS"])
def test_a_map_of_another_shape_is_refused(maps, other):
    """The program was verified for maps like the first one; a size of its own is no difference."""
    maps["LISTS"][0] = maps["larger"]
    with pytest.raises(LabError, match="refuses this map for 0 of LISTS") as caught:
        maps["LISTS"][0] = maps[other]
    assert caught.value.kind == "other-map"
    assert "must have one type" in caught.value.why


def test_an_array_of_another_length_is_refused(maps):
    """The verifier knows how long the first one is."""
    with pytest.raises(LabError, match="refuses this map") as caught:
        maps["OF_ARRAYS"][0] = maps["more_slots"]
    assert "arrays also have the same number of entries" in caught.value.why


@pytest.mark.parametrize("value", [7, "LIST", None])
def test_what_is_no_map_is_refused(maps, value):
    """A number could be any descriptor of this process."""
    with pytest.raises(LabError, match="which takes a map") as caught:
        maps["LISTS"][0] = value
    assert 'LISTS[0] = program.maps["LIST"]' in caught.value.fix


def test_a_slot_that_is_not_there_is_refused(maps):
    """As in an array."""
    with pytest.raises(LabError, match="slots 0 to 1, and no 2"):
        maps["LISTS"][2] = maps["LIST"]
