"""The names that the package shows, and where they come from."""

import inspect
import subprocess
import sys

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import bpflab
from bpflab.data.events import EventLog
from bpflab.data.maps import Map
from bpflab.programs.perf import PerfBuffer
from bpflab.programs.program import Program
from bpflab.screen import Live
from bpflab.views.view import View
from bpflab.workload.ran import Run

NAMES = {"load", "run", "table", "LabError", "live", "inspect", "syscalls", "check"}


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def completed(request, monkeypatch, tmp_path):
    """Return what a Tab offers behind a text, as a notebook asks for it."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    shell.Completer.use_jedi = request.param
    shell.user_ns["bpflab"] = bpflab
    bpflab.load_ipython_extension(shell)
    bpflab.load_ipython_extension(shell)  # a second time changes nothing

    def ask(text):
        with provisionalcompleter():
            found = list(shell.Completer.completions(text, len(text)))
        # What stands there once one is chosen, from the last word on.
        return {(text[: one.start] + one.text).split("bpflab", 1)[-1] for one in found}

    return ask


def test_dir_shows_the_public_names_alone():
    """Nothing that the module itself needs, nothing twice, and each of them is there."""
    assert dir(bpflab) == sorted(bpflab.__all__) == sorted(set(bpflab.__all__))
    assert set(bpflab.__all__) >= NAMES
    for name in dir(bpflab):
        assert not name.startswith("_")
        found = getattr(bpflab, name)
        assert found.__name__.rpartition(".")[2] == name


def test_a_tab_offers_the_public_names_alone(completed):
    """Behind the dot; and behind a few letters."""
    assert completed("bpflab.") == {f".{name}" for name in bpflab.__all__}
    assert completed("bpflab.lo") == {".load"}


def test_a_tab_in_an_import_offers_the_public_names_alone(completed):
    """None of the package's modules; in brackets too, behind other names and behind letters."""
    for line in (" import ", " import load, ", " import (load,\n    "):
        assert completed(f"from bpflab{line}") == {line + name for name in bpflab.__all__}
    assert completed("from bpflab import lo") == {" import load"}
    assert completed("x = 1\nfrom bpflab import tab") == {" import table"}


def test_other_imports_are_completed_as_ever(completed):
    """Those of its modules; and nothing is offered behind the line."""
    assert ".errors import LabError" in completed("from bpflab.errors import ")
    assert not completed("from bpflab import load\nnothing_of_ours")


def test_a_name_that_is_not_there_is_an_error_as_in_any_module():
    """With the package's name."""
    with pytest.raises(AttributeError, match="module 'bpflab' has no attribute 'lode'"):
        _ = bpflab.lode


def test_a_name_imports_its_module_and_no_other():
    """The doctor runs where there is neither BCC nor numpy."""
    seen = "import sys, bpflab; bpflab.LabError; bpflab.needs; print('numpy' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", seen], capture_output=True, check=True)
    assert printed.stdout == b"False\n"


def test_what_learners_call_has_an_example():
    """A line that they can type: of each function, and of what programs, maps and logs have."""
    found = [getattr(bpflab, n) for n in bpflab.__all__ if not n.startswith("check_")]
    calls = [each for each in found if inspect.isfunction(each)]
    calls += [getattr(bpflab.inspect, name) for name in bpflab.inspect.__all__]
    calls += [PerfBuffer, Program, Run, View, Map]
    for owner, names in {
        Program: "attach attached close cost_ns detach events hold invoke log perf_buffer",
        Map: "clear fill frame pinned raw total",
        EventLog: "drain frame ledger pump records",
        Live: "stop",
    }.items():
        calls += [vars(owner).get(name) or getattr(owner, name) for name in names.split()]
    assert len(calls) > 50
    assert [each for each in calls if ">>> " not in (each.__doc__ or "")] == []
