"""Controls by themselves: where they start, and what their widgets give back."""

import pytest

from bpflab.errors import LabError
from bpflab.screen.controls import control

NAMES = {"date", "ls", "ps"}


@pytest.mark.parametrize(
    ("start", "first"),
    [
        (None, ["date", "ls", "ps"]),
        (("ps", "ls", "ps"), ["ps", "ls"]),
        ({"ps", "date"}, ["date", "ps"]),
        ([], []),
    ],
)
def test_a_set_of_names_starts_with_the_functions_own_default(start, first):
    """The widget shows the same names as the function gets."""
    made = control("names", NAMES, start)
    assert made.start == first and made.value(made.widget()) == first


@pytest.mark.parametrize("start", [("ls", "nx"), "ls", 7, ([],)])
def test_a_default_that_is_no_part_of_the_names_is_refused(start):
    """The reader would see names of which nobody wrote that they can be chosen."""
    with pytest.raises(LabError, match=r"names begins at .*, which is not among"):
        control("names", NAMES, start)


@pytest.mark.parametrize("name", ["a,b", ",", " a", "a\n", ""])
def test_a_name_that_the_text_would_tear_apart_is_refused(name):
    """Commas, and the spaces around them, part the names that a reader edits."""
    with pytest.raises(LabError, match="cannot stand in a list with commas") as refused:
        control("names", {"ls", name})
    assert repr(name) in refused.value.message and "menu" in refused.value.fix
