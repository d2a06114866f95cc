"""Names that the package had: an old lesson is told what to write now."""

import pytest

import bpflab
from bpflab import LabError, gone
from bpflab.data.maps import Map
from bpflab.programs.program import Program


@pytest.mark.parametrize("name", gone.NOW)
def test_an_old_import_says_what_to_write_now(name):
    """The name is not public, and what is said begins with a name that is there."""
    with pytest.raises(LabError) as caught:
        exec(f"from bpflab import {name}")
    assert caught.value.kind == "gone"
    assert f"no {name} any more" in caught.value.message
    first, _, method = gone.NOW[name].partition("(")[0].partition(".")
    assert name not in bpflab.__all__
    owner = {"program": Program, "map": Map}.get(first)
    assert owner or first in bpflab.__all__
    assert not method or hasattr(owner or getattr(bpflab, first), method)


def test_a_name_that_never_was_is_an_import_error():
    """As of any package."""
    with pytest.raises(ImportError):
        exec("from bpflab import nosuchname")
    assert not hasattr(bpflab, "nosuchname")
