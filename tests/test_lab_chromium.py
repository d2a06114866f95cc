"""What ``./lab test --all`` installs for the browser tests, on a made-up machine of stubs."""

import pytest

from tests import test_lab_script

machine = test_lab_script.machine
MISSING = '[[ "$*" == *" chromium" ]] || echo installed'
DEBIAN = '[ "$2" = chromium ] && printf "Package: chromium\\nVersion: 156.0-1~deb12u1\\n"'
UBUNTU = '[ "$2" = chromium ] && printf "Package: chromium\\nVersion: 2:1snap1-0ubuntu2\\n"'


def installs(machine, *words):
    """Return what apt-get was told to install by ./lab with some words."""
    machine.lab(*words)
    return [call for call in machine.calls if call.startswith("apt-get") and " install " in call]


@pytest.fixture
def bare(machine):
    """Give a machine on which only Chromium is missing, and apt offers Debian's."""
    machine.stub("dpkg-query", MISSING)
    machine.stub("apt-cache", DEBIAN)
    return machine


def test_a_run_of_all_tests_brings_chromium(bare):
    """Where no browser is, a run of all tests installs Debian's; nothing else does."""
    for words in (["run", "01"], ["test"], ["test", "-k", "x"], ["check"]):
        assert installs(bare, *words) == []
    assert [call.endswith(" chromium") for call in installs(bare, "test", "--all")] == [True]


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_a_browser_that_is_there_will_do(bare, name):
    """A browser that answers is enough, whoever installed it."""
    bare.stub(name, "echo 'Google Chrome 156.0.1'")
    assert installs(bare, "test", "--all") == []


def test_a_stub_is_no_browser(bare):
    """A command that only asks for a snap, or is one, does not count."""
    bare.stub("chromium-browser", "echo 'install the snap'; exit 1")
    bare.stub("chromium", "echo 'Chromium 156.0.1 snap'")
    assert len(installs(bare, "test", "--rest")) == 1


@pytest.mark.parametrize("offer", ["", UBUNTU])
def test_a_snap_is_not_installed(bare, offer):
    """Where apt has no Chromium, or a stub that fetches a snap, the run goes on without."""
    bare.stub("apt-cache", offer)
    assert installs(bare, "test", "--all") == []
    assert any("-m pip install" in call for call in bare.calls)
