"""Whether somebody watches, and what the widgets have in common."""

import sys
from types import SimpleNamespace

import pytest

from bpflab.notebook import layout, shell, watched

KERNEL, TERMINAL = SimpleNamespace(kernel=object()), SimpleNamespace()


@pytest.mark.parametrize("running", [KERNEL, TERMINAL, None])
@pytest.mark.parametrize("headless", ["", "1"])
def test_a_reader_watches_a_notebook_alone(monkeypatch, running, headless):
    """No terminal, no script, and no lesson that is executed for its outputs."""
    monkeypatch.setattr("IPython.get_ipython", lambda: running)
    monkeypatch.setenv("BPFLAB_HEADLESS", headless)
    assert shell() is (running if running is KERNEL else None)
    assert watched() == (running is KERNEL and not headless)


def test_a_process_without_ipython(monkeypatch):
    """It is not imported for the question: a command would start late."""
    monkeypatch.delitem(sys.modules, "IPython")
    assert not watched()
    assert "IPython" not in sys.modules


def test_one_layout_for_all_widgets():
    """It outlives each of them, and where a learner closes all widgets there is a new one."""
    first = layout()
    assert layout() is first
    first.close()
    assert layout() is not first
    assert layout().comm is not None
