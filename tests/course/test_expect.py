"""A refusal that must come, and one that may come."""

import pytest

from bpflab import expect
from bpflab.errors import LabError
from bpflab.views.view import View


@pytest.fixture
def shown(monkeypatch):
    """Collect what is shown below the cell."""
    views = []
    monkeypatch.setattr("bpflab.course.expect.display", views.append)
    return views


def refuse(kind="stack"):
    """Refuse, as `load` does."""
    raise LabError(kind, "Too much.", why="It has 600 bytes.", fix="Take less.", log="R0 = 7")


def test_what_must_be_refused_is_shown(shown):
    """The cell goes on below the block."""
    with expect("stack") as refused:
        refuse()
    (view,) = shown
    assert isinstance(view, View) and "Too much." in view.text
    assert refused and refused.kind == "stack"


def test_what_must_be_refused_and_is_not_is_an_error(shown):
    """So a lesson fails whose machine accepts what its prose calls refused."""
    with pytest.raises(AssertionError, match=r"expected to be refused \(stack\)"), expect("stack"):
        pass
    with pytest.raises(AssertionError, match="expected to be refused, and"), expect():
        pass


@pytest.mark.parametrize("must", [True, False])
def test_another_kind_is_an_error(shown, must):
    """With the error itself; and nothing is shown as expected."""
    with pytest.raises(LabError) as caught, expect("null", must=must):
        refuse()
    assert caught.value.kind == "stack" and shown == []


@pytest.mark.parametrize("kind", ["stack", ""])
def test_what_may_be_refused_is_told_and_not_shown(shown, kind):
    """Each text of the refusal, and all of it as one."""
    with expect(kind, must=False) as refused:
        refuse()
    assert refused and shown == []
    assert (refused.kind, refused.message) == ("stack", "Too much.")
    assert (refused.why, refused.fix, refused.log) == ("It has 600 bytes.", "Take less.", "R0 = 7")
    assert str(refused).splitlines()[0] == "Too much." and "Take less." in str(refused)


def test_what_may_be_refused_and_is_not_is_false(shown):
    """Then the texts are empty."""
    with expect("stack", must=False) as refused:
        done = True
    assert done and not refused
    assert (refused.kind, refused.message, str(refused), shown) == ("", "", "", [])


def test_another_exception_is_not_kept(shown):
    """A fault of the cell's own is no refusal."""
    with pytest.raises(ZeroDivisionError), expect(must=False):
        _ = 1 / 0
