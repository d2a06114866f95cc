"""Texts for BCC whose maps are of rare types, or whose program is of the fewest instructions."""

import pytest

from bpflab import LabError, load

HOOK = "int hook(void *ctx)\n{\n\tint unset;\n\treturn unset;\n}\n"
PLAIN = "int hook(void *ctx) { return 0; }\n"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('\nBPF_ARRAY_OF_MAPS(outer, "nowhere", 4);', "Nothing says what maps outer holds"),
        ('#define IT "inner"\nBPF_HASH_OF_MAPS(outer, int, IT, 4);', "Nothing says what maps"),
        ('BPF_PROG_ARRAY(jumps, 4);\nBPF_ARRAY_OF_MAPS(outer, "jumps", 4);', "no map of this type"),
        ("struct much { char c[70000]; };\nBPF_TASK_STORAGE(outer, struct much);", "too large"),
    ],
)
def test_a_map_that_cannot_be_made_is_refused_at_its_line(lines, says, own_cache):
    """The kernel would say EINVAL, which is no help."""
    text = f'BPF_TABLE("hash", int, int, inner, 16);\n{lines}\n{PLAIN}'
    with pytest.raises(LabError, match=says) as caught:
        load("rare", text=text)
    assert (caught.value.kind, caught.value.place.line) == ("map", 3)


@pytest.mark.parametrize(
    "line",
    [
        'BPF_ARRAY_OF_MAPS(outer, "inner", 4);',
        'BPF_HASH_OF_MAPS(outer, int, "inner", 4);',
        'BPF_TABLE("array_of_maps$inner", int, int, outer, 4);',
    ],
)
@pytest.mark.usefixtures("own_cache")
def test_a_map_of_maps_is_made_after_the_map_that_it_names(line):
    """BCC names the inner map in the type of the outer one, and tells nobody."""
    with load("of maps", text=f'{line}\nBPF_TABLE("hash", int, int, inner, 16);\n{PLAIN}') as made:
        made.maps["outer"][0] = made.maps["inner"]
        assert made.maps["outer"][0] > 0


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
