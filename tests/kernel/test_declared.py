"""Texts for BCC whose maps are of rare types, or whose program is of the fewest instructions."""

import pytest

from bpflab import LabError, load

HOOK = "int hook(void *ctx)\n{\n\tint unset;\n\treturn unset;\n}\n"
PLAIN = "int hook(void *ctx) { return 0; }\n"


@pytest.mark.parametrize(
    ("line", "type"),
    [
        ('BPF_ARRAY_OF_MAPS(outer, "inner", 4);', "array_of_maps"),
        ('BPF_HASH_OF_MAPS(outer, int, "inner", 4);', "hash_of_maps"),
        ("BPF_SK_STORAGE(outer, u64);", "sk_storage"),
        ("BPF_TASK_STORAGE(outer, u64);", "task_storage"),
    ],
)
def test_a_map_that_takes_more_than_sizes_is_refused_at_its_line(line, type, own_cache):
    """The kernel would say EINVAL, which is no help."""
    text = f'BPF_TABLE("hash", int, int, inner, 16);\n{line}\n{PLAIN}'
    with pytest.raises(LabError, match=type) as caught:
        load("rare", text=text)
    assert (caught.value.kind, caught.value.place.line) == ("map-type", 2)


@pytest.mark.usefixtures("own_cache")
def test_a_key_of_sixteen_bytes_is_read_as_bytes():
    """An integer that numpy does not have is no fault of the text."""
    with load("wide", text=f"BPF_HASH(wide, __int128, u32);\n{PLAIN}") as program:
        program.maps["wide"][bytes(range(16))] = 7
        assert program.maps["wide"][bytes(range(16))] == 7


@pytest.mark.usefixtures("own_cache")
def test_a_refused_program_of_one_instruction_has_its_line():
    """What it returns was never set, and nothing else is left of it."""
    with pytest.raises(LabError) as caught:
        load("one", text=HOOK)
    assert (caught.value.kind, caught.value.place.line) == ("uninitialised", 4)
