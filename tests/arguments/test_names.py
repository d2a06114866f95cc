"""Names that are not there, and numbers out of range."""

import copy

import pytest

from bpflab.arguments import Named, within
from bpflab.errors import LabError

MAPS = Named("no-map", "map", "mine", {"seen": 1, "dropped": 2})


def test_a_name_that_is_missing_brings_the_near_ones():
    """As a LabError of the given kind; all else is a dict's."""
    with pytest.raises(LabError) as caught:
        MAPS["sean"]
    assert caught.value.kind == "no-map"
    assert caught.value.message == "mine has no map 'sean'."
    assert caught.value.fix == "Did you mean seen? There are seen, dropped."
    assert MAPS["seen"] == 1 and MAPS.get("sean") is None and "sean" not in MAPS
    assert copy.copy(MAPS) == MAPS


def test_a_number_in_range_is_taken():
    """Both ends belong to the range."""
    within("pages", 1, 1, 8)
    within("pages", 8, 1, 8)


@pytest.mark.parametrize("value", [0, 9, float("nan")])
def test_a_number_out_of_range_is_refused(value):
    """The message names the argument and the range."""
    with pytest.raises(LabError, match=r"pages is .*, and must be 1 to 8\.") as caught:
        within("pages", value, 1, 8)
    assert caught.value.kind == "argument"
