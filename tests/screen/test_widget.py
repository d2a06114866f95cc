"""The widget, without a browser: what it sends, and what an answer does."""

import pytest

from bpflab.screen import widget
from bpflab.screen.widget import Screen
from tests.screen.page import Page

STATUS = {"live": True, "state": "● Live", "said": "x"}


@pytest.fixture
def page(monkeypatch):
    """What reaches a page."""
    return Page(monkeypatch)


@pytest.fixture
def screen(page):
    """A screen, closed afterwards."""
    screen = Screen(lambda: None)
    yield screen
    screen.close()


def test_a_frame_that_is_the_same_sends_no_html_and_a_sign_of_life(page, screen, monkeypatch):
    """Each time one message, with what changed; its size is told."""
    sent = []
    monkeypatch.setattr(Screen, "send_state", lambda self, key=None: sent.append(set(key)))
    big = screen.show("<b>1</b>" * 100, STATUS)
    small = screen.show("<b>1</b>" * 100, STATUS)
    screen.show("<b>1</b>" * 100, STATUS)

    assert sent == [{"html", "status"}, {"status"}, {"status"}]
    assert big - small == 800


def test_it_is_closed_when_the_last_page_has_left_it(page, screen):
    """Not before its end, and not while another page shows it."""
    screen.show("x", STATUS)
    page.answer(page="b")
    page.answer(page="b", gone=True)
    page.answer(page="b")
    screen.leave()
    page.answer(gone=True)
    before = len(page.open)
    page.answer(page="b", gone=True)

    assert (before, page.open) == (1, set())


def test_without_a_page_it_is_closed_at_its_end(page, screen):
    """Nobody is there to leave it."""
    page.answers = False
    screen.show("x", STATUS)
    screen.leave()
    screen.leave()

    assert page.open == set()


def test_nothing_is_fetched_from_the_network():
    """The widget's files are ours, and import nothing."""
    for name in ("widget.js", "widget.css"):
        text = (widget._HERE / name).read_text()
        assert "import " not in text and "http" not in text and "url(" not in text
