"""How far a long cell has come: shown while it takes long, and gone afterwards."""

from types import SimpleNamespace

import pytest

from bpflab.screen import bar as module
from bpflab.screen.bar import progress


class Handle:
    """Stands for IPython's, and remembers what stood on the page."""

    def __init__(self, shown):
        self.update = shown.append


@pytest.fixture
def page(monkeypatch):
    """A page, and a clock that each item moves on."""
    page = SimpleNamespace(shown=[], now=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: page.now))
    monkeypatch.setattr(module, "_display", lambda view, display_id: Handle(page.shown))
    monkeypatch.setattr(module, "watched", lambda: True)
    return page


def work(page, seconds, count=5):
    """Go through items that take so long each; return them."""
    done = []
    for item in progress(range(count), "Sizes <b>"):
        done.append(item)
        page.now += seconds
    return done


def test_long_work_says_how_far_it_is(page):
    """From the first second on: so many of so many; at the end the place is empty."""
    assert work(page, 0.6) == [0, 1, 2, 3, 4]

    assert [view.text for view in page.shown] == [
        "Sizes <b>: 2 of 5",
        "Sizes <b>: 3 of 5",
        "Sizes <b>: 4 of 5",
        "",
    ]
    assert 'value="2" max="5"' in page.shown[0].html
    assert "<b>" not in page.shown[0].html


def test_short_work_says_nothing(page):
    """What is done in a moment leaves no trace."""
    assert work(page, 0.01) == [0, 1, 2, 3, 4]
    assert page.shown == []


def test_it_does_not_flood_the_page(page):
    """However quick the items are, four times a second is enough."""
    work(page, 0.001, count=3000)

    assert len(page.shown) == 1 + 8


def test_it_is_gone_when_the_work_fails(page):
    """An error or an interrupt leaves no bar behind that stands still."""
    with pytest.raises(ZeroDivisionError):
        for item in progress([1, 2, 0], "Parts"):
            page.now += 2
            1 / item
    assert page.shown[-1].html == ""


def test_where_nobody_watches_nothing_is_shown(page, monkeypatch):
    """A lesson that is executed without a browser stores what its cells show, and no bar."""
    monkeypatch.setattr(module, "watched", lambda: False)

    assert work(page, 5) == [0, 1, 2, 3, 4]
    assert page.shown == []
