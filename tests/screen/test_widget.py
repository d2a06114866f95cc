"""The widget, without a page: what it sends, and what an answer does."""

import time

import pytest

from bpflab.screen import widget
from bpflab.screen.widget import Frames, Screen

STATUS = {"number": 1, "live": True, "state": "● Live", "said": "x"}


@pytest.fixture
def sent(monkeypatch):
    """The states that would go to the page."""
    states = []
    monkeypatch.setattr(Frames, "send_state", lambda self, key=None: states.append(set(key)))
    return states


@pytest.fixture
def screen():
    """A screen, closed afterwards."""
    screen = Screen(lambda: screen.stopped.append(True))
    screen.stopped = []
    yield screen
    screen.close()


def test_a_frame_that_is_the_same_sends_no_html(screen, sent):
    """Only what changed crosses to the page, in one message, and its size is told."""
    big = screen.show("<b>1</b>" * 100, STATUS)
    small = screen.show("<b>1</b>" * 100, STATUS | {"number": 2})

    assert sent == [{"html", "status"}, {"status"}]
    assert big - small == 800


def test_an_answer_is_noted(screen):
    """When a page says that it shows the frames, it is known when."""
    screen.frames.answered = 0.0
    before = time.monotonic()

    screen.frames._handle_custom_msg({"shown": 1}, [])

    assert before <= screen.answered <= time.monotonic()


def test_the_button_stops_and_is_then_of_no_use(screen):
    """A press asks for the end; with the last frame it can be pressed no more."""
    button = screen.box.children[0]
    button.click()
    screen.show("x", STATUS)
    before = button.disabled
    screen.show("x", STATUS | {"live": False})

    assert screen.stopped == [True]
    assert (before, button.disabled) == (False, True)


def test_nothing_is_fetched_from_the_network():
    """The widget's files are ours, and import nothing."""
    for name in ("widget.js", "widget.css"):
        text = (widget._HERE / name).read_text()
        assert "import " not in text and "http" not in text and "url(" not in text
