"""Every public function checks its arguments, in the one way that there is."""

import inspect

import pytest

import bpflab
from bpflab import LabError
from bpflab.arguments.check import _evaluated

# What checks more than annotations say, or is no function of the learner's.
OTHERWISE = {
    "doctor",
    "LabError",
    "Live",  # made by live
    "Place",
    "Program",  # made by load
    "Run",  # made by run
    "View",
    "inspect",
    "safe_text",  # below everything else, and given bytes or text by the package alone
    "syscalls",
}


@pytest.mark.parametrize("name", sorted(set(bpflab.__all__) - OTHERWISE))
def test_a_public_function_checks_its_arguments(name):
    """One that nobody declared is refused with the form of the call; each one has its type."""
    function = getattr(bpflab, name)
    made = function.__init__ if inspect.isclass(function) else function
    with pytest.raises(LabError) as caught:
        function(no_such_argument=1)
    assert caught.value.kind == "argument"
    assert caught.value.why.startswith(f"It is called as {name}(")
    hints = _evaluated(made.__wrapped__)
    assert set(inspect.signature(made).parameters) - {"self"} == set(hints) - {"return"}
