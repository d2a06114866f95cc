"""A live view's life: frames, ways to end, and the frame that stays. The page is a list here."""

import gc
import time
import weakref
from types import SimpleNamespace

import pytest

from bpflab.errors import LabError
from bpflab.screen import handle
from bpflab.screen.handle import Live
from bpflab.screen.pictures import Picture
from bpflab.views import View


class Page:
    """What reached the page: statuses with the HTML at that time, and the display's updates."""

    def __init__(self):
        self.statuses, self.stored, self.answers = [], [], True
        self.clock = 100.0
        self._answered = self.clock

    @property
    def answered(self):
        """A page that is open answers at once."""
        if self.answers:
            self._answered = self.clock
        return self._answered

    def show(self, html, status):
        """Take a frame."""
        self.statuses.append(status | {"html": html})
        return len(html)

    def update(self, view):
        """Take the frame that stays."""
        self.stored.append(view)


@pytest.fixture
def page(monkeypatch):
    """A page whose clock moves when the test says so, and no painter: the test draws."""
    page = Page()
    clock = SimpleNamespace(monotonic=lambda: page.clock, sleep=lambda s: None)
    monkeypatch.setattr(handle, "time", clock)
    monkeypatch.setattr(handle, "painter", SimpleNamespace(add=lambda v: None, hurry=lambda: None))
    return page


class Counting(Picture):
    """A picture whose number the test sets."""

    def __init__(self):
        super().__init__(lambda: View(f"<b>{self.number}</b>", f"number {self.number}"))
        self.number, self.finished, self.why = 1, 0, ""

    @property
    def gone(self):
        """Why nothing new can come."""
        return self.why

    def finish(self):
        """Count the last events."""
        self.finished += 1
        self.number += 1000


def shown(page, picture=None, seconds=60.0):
    """Return a picture and its live view, shown on *page*."""
    picture = picture or Counting()
    view = Live(picture, 4.0, seconds)
    view._screen = view._handle = page
    view._send(view._render(), "● Live")
    return picture, view


def test_a_frame_is_sent_when_it_differs(page):
    """The same frame twice is not sent again, and frames are numbered."""
    picture, view = shown(page)
    view.draw()
    picture.number = 2
    view.draw()

    assert [(s["html"], s["number"]) for s in page.statuses] == [("<b>1</b>", 1), ("<b>2</b>", 2)]
    assert all(s["live"] for s in page.statuses)


def test_a_picture_that_does_not_change_still_says_that_it_lives(page):
    """After two seconds without a new frame the page hears something: else it would say so."""
    _, view = shown(page)
    for _ in range(10):
        page.clock += 0.5
        view.draw()

    assert len(page.statuses) == 3
    assert {s["html"] for s in page.statuses} == {"<b>1</b>"}


def test_stopping_leaves_the_last_frame(page):
    """What is attached is taken off first: the frame that stays has all events."""
    picture, view = shown(page)
    view.ask()
    assert view.urgent
    view.draw()

    assert (view.over, view.reason, picture.finished) == (True, "stopped", 1)
    assert page.statuses[-1]["html"] == "<b>1001</b>"
    assert not page.statuses[-1]["live"]
    assert [stored.text for stored in page.stored] == ["number 1001\nEnded: stopped."]
    assert page.stored[0].html.startswith("<b>1001</b>")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"clock": 161.0}, "its 60 s are over"),
        ({"answers": False, "clock": 131.0}, "no page showed it"),
    ],
)
def test_it_ends_by_itself(page, change, reason):
    """When its time is over, and when nobody has the page open."""
    _, view = shown(page)
    for name, value in change.items():
        setattr(page, name, value)
    view.draw()

    assert view.reason == reason
    assert page.stored[0].text.endswith(f"Ended: {reason}.")


def test_it_ends_with_its_program(page):
    """The reason is the picture's."""
    picture, view = shown(page)
    picture.why = "the program was closed"
    view.draw()

    assert view.reason == "the program was closed"
    assert repr(view) == "<Live: number 1001, ended: the program was closed>"


def test_a_page_that_does_not_answer_gets_no_frames(page):
    """After some seconds only signs of life are sent; with the next answer frames come again."""
    picture, view = shown(page)
    page.answers = False
    page.clock += 10
    picture.number = 2
    view.draw()
    unseen = page.statuses[-1]["html"]
    page.answers = True
    page.clock += 0.1
    view.draw()

    assert (unseen, page.statuses[-1]["html"]) == ("<b>1</b>", "<b>2</b>")
    assert not view.over


def test_a_function_that_fails_ends_the_view(page):
    """Its panel is the last frame; the thread that draws lives on."""
    picture, view = shown(page)
    picture._render = lambda: 1 / 0
    view.draw()

    assert view.over
    assert "ZeroDivisionError" in page.stored[0].text
    assert view.reason == "it could not be drawn"
    assert picture.finished == 1


def test_an_error_while_it_ends_is_shown(page):
    """The kernel may refuse even the last step."""
    picture, view = shown(page)

    def refuse():
        raise LabError("detach", "It cannot be detached.")

    picture.finish = refuse
    view.ask()
    view.draw()

    assert view.over
    assert "It cannot be detached." in page.stored[0].text


def test_what_has_ended_holds_nothing(page):
    """A notebook keeps its views; their programs must be free to go."""
    picture, view = shown(page)
    reference = weakref.ref(picture)
    view.ask()
    view.draw()
    del picture
    gc.collect()

    assert reference() is None
    view.ask()
    assert not page.stored[1:]


def test_a_screen_reader_is_told_the_same_in_words(page):
    """The words are the text twin, on one line and not without end."""
    _, view = shown(page)
    assert page.statuses[0]["said"] == "number 1"

    view._send(View("x", "word\n" * 1000), "● Live")
    assert page.statuses[-1]["said"] == ("word " * 60)[:300]


def test_where_nobody_watches_the_last_frame_is_returned(page):
    """A few frames, each time as few; then it is over, and all is let go."""
    picture = Counting()
    view = Live(picture, 1000.0, 60.0)
    render = picture._render

    def counting():
        picture.number += 1
        return render()

    picture._render = counting
    last = view.run()

    assert last.text == f"number {1000 + 1 + handle._HEADLESS_FRAMES + 1}"
    assert view.over and picture.finished == 1


def test_nobody_watches_for_ever(page):
    """A picture that stands still is drawn for a limited time only."""
    began = time.monotonic()
    view = Live(Counting(), 1000.0, 60.0)

    def sleep(seconds):
        page.clock += 0.1

    handle.time.sleep = sleep
    assert view.run().text == "number 1001"
    assert page.clock == pytest.approx(100 + handle._HEADLESS_S, abs=0.2)
    assert time.monotonic() < began + 10
