"""A live view's life, through the real screen: frames, ways to end, and the frame that stays."""

import contextvars
import gc
import threading
import time
import weakref
from types import SimpleNamespace

import pytest

from bpflab.errors import LabError
from bpflab.screen import live_view, painter, start
from bpflab.screen.live_view import Live
from bpflab.screen.painter import Painter
from bpflab.screen.pictures import Picture
from bpflab.screen.start import live
from bpflab.views import View
from tests.screen.page import Page


class Counting(Picture):
    """A picture whose number the test sets."""

    def __init__(self):
        super().__init__(lambda: View(f"<b>{self.number}</b>", f"number {self.number}"))
        self.number, self.begun, self.finished, self.why = 1, 0, 0, ""

    @property
    def gone(self):
        """Why nothing new can come."""
        return self.why

    def begin(self):
        """Attach."""
        self.begun += 1

    def finish(self):
        """Count the last events."""
        self.finished += 1
        self.number += 1000


@pytest.fixture
def page(monkeypatch):
    """A page whose clock moves when the test says so, and no painter: the test draws."""
    page = Page(monkeypatch)

    def sleep(seconds):
        page.now += seconds

    clock = SimpleNamespace(monotonic=lambda: page.now, sleep=sleep)
    monkeypatch.setattr(live_view, "time", clock)
    nobody = SimpleNamespace(add=lambda view: None, hurry=lambda: None, draws_here=False)
    monkeypatch.setattr(live_view, "painter", nobody)
    return page


@pytest.fixture
def painted(monkeypatch):
    """A page whose views are drawn by a real painter, in time that runs 40 times as fast."""
    page = Page(monkeypatch)
    monkeypatch.setattr(live_view, "painter", Painter())
    for name in ("_BEAT_S", "_UNSEEN_S", "_NOBODY_S", "_STOOD_STILL_S"):
        monkeypatch.setattr(live_view, name, getattr(live_view, name) / 40)
    monkeypatch.setattr(painter, "FASTEST", 400.0)
    monkeypatch.setattr(painter, "CPU_SHARE", 10.0)
    yield page
    until(lambda: live_view.painter._thread is None)


def until(true, seconds=20.0):
    """Wait until *true* says so; fail if it does not."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.005)


def shown(picture=None, seconds=60.0):
    """Return a picture and its live view, shown on the page."""
    picture = picture or Counting()
    view = Live(picture, seconds)
    view.show()
    return picture, view


def pass_time(page, view, seconds):
    """Let time pass as the painter does: it draws four times a second, and beats when it must."""
    for _ in range(round(seconds * 4)):
        page.now += 0.25
        view.draw()
        if view.beat_at <= page.now:
            view.beat()
        page.look()


def test_a_frame_is_sent_when_it_differs(page):
    """The same frame twice is not sent again."""
    picture, view = shown()
    view.draw()
    picture.number = 2
    view.draw()

    assert [s["html"] for s in page.statuses] == ["<b>1</b>", "<b>2</b>"]
    assert all(s["live"] for s in page.statuses)


def test_a_picture_belongs_to_its_cell(painted):
    """By its context ipykernel knows the cell below which what a picture prints is shown."""
    cell, seen = contextvars.ContextVar("cell", default="none"), []
    before = cell.set("the view's")
    _, view = shown(Picture(lambda: (seen.append(cell.get()), View("now", "now"))[1]))
    cell.reset(before)
    until(lambda: len(seen) > 2)
    view.stop()

    assert set(seen) == {"the view's"}


def test_a_picture_that_does_not_change_stays_alive(page):
    """For five minutes: the page hears something all the time, answers, and nothing ends."""
    _, view = shown(seconds=600)
    pass_time(page, view, 300)

    assert not view.over
    assert not page.missed
    assert {s["html"] for s in page.statuses} == {"<b>1</b>"}


def test_a_picture_that_does_not_change_stays_alive_with_a_real_painter(painted):
    """Three times as long as a view lives that no page shows."""
    _, view = shown()
    lived = view.wait(3 * live_view._NOBODY_S)
    statuses = len(painted.statuses)
    view.stop()

    assert not lived
    assert statuses > 20
    assert view.reason == "stopped"


def test_a_view_that_no_page_shows_ends_with_a_real_painter(painted):
    """The same, but no page answers."""
    painted.answers = False
    _, view = shown()

    assert view.wait(20)
    assert view.reason == "no page showed it"


def test_a_slow_frame_of_another_view_silences_none(page, monkeypatch):
    """The budget delays frames, and never a sign of life."""
    ours = Painter()
    _, view = shown()
    ours._due = {view: page.now}
    monkeypatch.setattr(painter, "time", live_view.time)

    for _ in range(9):
        page.now += 1
        page.look()
        if view.beat_at <= page.now:
            assert ours._next(ready=page.now + 100) is view
            monkeypatch.setattr(painter.time, "thread_time", lambda: 0.0, raising=False)
            ours._step(view, ready=page.now + 100)
    assert not page.missed
    assert len(page.statuses) == 5


def test_a_kernel_that_was_stopped_goes_on(page):
    """After a minute in which this process stood still the page, which answers, has its view."""
    _, view = shown(seconds=600)
    pass_time(page, view, 10)
    view.draw()  # it has heard all answers so far
    page.now += 60
    page.answers = False  # the page's answers are not yet read when the painter draws
    pass_time(page, view, 1)
    page.answers = True
    pass_time(page, view, 60)

    assert not view.over


def test_stopping_leaves_the_last_frame(page):
    """What is attached is taken off first: the frame that stays has all events."""
    picture, view = shown()
    view.ask()
    assert view.asked
    view.draw()

    assert (view.over, view.reason, picture.finished) == (True, "stopped", 1)
    assert page.statuses[-1]["html"] == "<b>1001</b>"
    assert not page.statuses[-1]["live"]
    assert page.texts == ["number 1001\nEnded: stopped."]
    assert page.stored[0].html.startswith("<b>1001</b>")


def test_the_button_stops_it(page):
    """A press on the page asks for the end."""
    _, view = shown()
    page.answer(stop=True)
    view.draw()

    assert view.reason == "stopped"


@pytest.mark.parametrize(
    ("answers", "seconds", "reason"),
    [(True, 61, "its 60 s are over"), (False, 31, "no page showed it")],
)
def test_it_ends_by_itself(page, answers, seconds, reason):
    """When its time is over, and when nobody has the page open."""
    _, view = shown()
    page.answers = answers
    pass_time(page, view, seconds)

    assert view.reason == reason
    assert page.statuses[-1]["state"] == f"Ended: {reason}."


def test_it_ends_with_its_program(page):
    """The reason is the picture's."""
    picture, view = shown()
    picture.why = "the program was closed"
    view.draw()

    assert view.reason == "the program was closed"
    assert repr(view) == "<Live: number 1001, ended: the program was closed>"


@pytest.mark.parametrize("why", ["the program was closed", ""])
def test_the_last_frame_stays_when_its_maps_are_closed(page, why):
    """Not the refusal to read them; a view that knows no program ends too."""
    picture, view = shown()
    picture._render, picture.why = gone, why
    view.draw()

    assert view.reason == (why or "what it shows was closed")
    assert page.texts == [f"number 1\nEnded: {view.reason}."]
    assert page.statuses[-1]["html"] == "<b>1</b>"


def test_a_view_of_what_was_closed_before_says_so(page):
    """There is no frame that could stay."""
    picture = Counting()
    picture._render = gone
    _, view = shown(picture)
    view.draw()

    assert view.reason == "it could not be drawn"
    assert "BUF is gone" in page.texts[0]


def test_a_page_that_does_not_answer_gets_no_frames(page):
    """After some seconds only signs of life are sent; with the next answer frames come again."""
    picture, view = shown()
    page.answers = False
    pass_time(page, view, 10)
    picture.number = 2
    pass_time(page, view, 5)
    unseen = page.statuses[-1]["html"]
    page.answers = True
    pass_time(page, view, 5)

    assert (unseen, page.statuses[-1]["html"]) == ("<b>1</b>", "<b>2</b>")
    assert not view.over


def test_a_function_that_fails_ends_the_view(page):
    """Its panel is the last frame."""
    picture, view = shown()
    picture._render = lambda: 1 / 0
    view.draw()

    assert view.over
    assert "ZeroDivisionError" in page.texts[0]
    assert view.reason == "it could not be drawn"
    assert picture.finished == 1


def gone():
    """Do what a map of a closed program does."""
    raise LabError("closed", "BUF is gone: its program is closed.")


def exits():
    """Do what a learner's function may do."""
    raise SystemExit(3)


@pytest.mark.parametrize(
    "bad",
    [lambda: View("<i>bad</i>", "bad"), lambda: View(7, "7"), lambda: View("\ud800", "x"), exits],
)
def test_a_bad_frame_ends_its_view_and_no_other(painted, bad):
    """Whatever goes wrong with it: the others go on, new ones start, and what it attached goes."""
    painted.broken = "<i>bad</i>"
    picture, view = shown()
    other, beside = shown()
    picture._render = bad
    assert view.wait(20)
    other.number += 1000
    until(lambda: any(s["html"] == f"<b>{other.number}</b>" for s in painted.statuses))
    _, later = shown()

    assert view.reason.startswith("it could not be")
    assert picture.finished >= 1
    assert not beside.over
    for each in (later, beside):
        each.stop()
        assert each.reason == "stopped"


def test_a_view_that_cannot_even_be_ended_is_over(page):
    """Where the panel cannot be sent either, its repr says what happened, and nothing is raised."""
    picture, view = shown()
    page.broken = "No picture"
    view.fail(ZeroDivisionError())

    assert view.over and picture.finished
    assert repr(view) == (
        "<Live: ✗ No picture: view, ended: "
        "it could not be shown: ConnectionError: the wire is broken>"
    )


@pytest.mark.parametrize("error", [LabError("detach", "It is lost."), OSError(9, "It is lost.")])
def test_an_error_while_it_ends_is_shown(page, error):
    """The kernel may refuse even the last step."""
    picture, view = shown()

    def refuse():
        raise error

    picture.finish = refuse
    view.ask()
    view.draw()

    assert view.over
    assert "It is lost." in page.texts[0]


def test_what_has_ended_holds_nothing(page):
    """A notebook keeps its views; their programs must be free to go."""
    picture, view = shown()
    reference = weakref.ref(picture)
    view.ask()
    view.draw()
    del picture
    gc.collect()

    assert reference() is None
    view.ask()
    assert not page.stored[1:]


def test_ten_views_leave_no_models(page):
    """Once plain HTML stands in the output, the widgets are closed, and can be collected."""
    views = [shown()[1] for _ in range(10)]
    screens = [weakref.ref(view._screen) for view in views]
    assert len(page.open) == 10
    for view in views:
        page._screen = view._screen.comm
        view.ask()
        view.draw()

    assert len(page.texts) == 10
    assert page.open == set()
    del views, view
    page._screen = None
    gc.collect()
    assert [screen() for screen in screens] == [None] * 10


def test_a_page_that_was_reloaded_keeps_its_last_frame(page):
    """Its output knows no display id: the widget is all it has, until the cell runs again."""
    _, view = shown()
    page.reloaded = True
    view.ask()
    view.draw()

    assert page.texts == []
    assert page.html == "<b>1001</b>"
    assert len(page.open) == 1
    view.forget()
    assert page.open == set()


def test_a_page_that_comes_back_has_the_last_frame(page):
    """A view that ended while its page was closed is there when the notebook is opened again."""
    _, view = shown()
    page.answers = False
    pass_time(page, view, 40)

    assert view.reason == "no page showed it"
    assert len(page.open) == 1


def test_a_screen_reader_is_told_the_same_in_words(page):
    """The words are the text twin, on one line and not without end."""
    _, view = shown()
    assert page.statuses[0]["said"] == "number 1"

    view._send(View("x", "word\n" * 1000), "● Live")
    assert page.statuses[-1]["said"] == ("word " * 60)[:300]


def test_a_view_that_does_not_end_says_so(painted, monkeypatch):
    """A function that never returns keeps the thread: who waits for the end is told."""
    monkeypatch.setattr(live_view, "_END_S", 0.2)
    runs, goes_on = threading.Event(), threading.Event()
    picture, view = shown()

    def hang():
        runs.set()
        goes_on.wait(20)
        return View("x", "x")

    picture._render = hang
    assert runs.wait(20)
    with pytest.raises(LabError) as refused:
        view.stop()
    assert refused.value.kind == "not-ended"
    assert not view.over

    goes_on.set()
    assert view.wait(20)


def test_a_function_may_stop_its_own_view(painted):
    """It does not wait for itself."""
    picture, view = shown()

    def draw():
        view.stop()
        return View("x", "last")

    picture._render = draw

    assert view.wait(20)
    assert (view.reason, painted.texts) == ("stopped", ["last\nEnded: stopped."])


def test_where_nobody_watches_the_last_frame_is_returned(page):
    """A few frames, each time as few; then it is over, and all is let go."""
    picture = Counting()
    view = Live(picture, 60.0)
    view.per_second = 1000.0
    render = picture._render

    def counting():
        picture.number += 1
        return render()

    picture._render = counting
    last = view.run()

    assert last.text == f"number {1000 + 1 + live_view._HEADLESS_FRAMES + 1}"
    assert view.over and (picture.begun, picture.finished) == (1, 1)


def test_nobody_watches_for_ever(page):
    """A picture that stands still is drawn for a limited time only."""
    view = Live(Counting(), 60.0)
    view.per_second = 10.0

    assert view.run().text == "number 1001"
    assert page.now == pytest.approx(100 + live_view._HEADLESS_S, abs=0.2)


@pytest.mark.parametrize("watched", [True, False])
@pytest.mark.parametrize("where", ["begin", "draw", "add"])
def test_an_interrupt_detaches(page, monkeypatch, watched, where):
    """Ctrl-C in the cell, wherever it comes: nothing stays attached, and no widget stays."""
    pictures = []

    class Interrupted(Counting):
        def __init__(self, *_):
            super().__init__()
            pictures.append(self)

        def begin(self):
            super().begin()
            self.strike("begin")

        def draw(self):
            self.strike("draw")
            return super().draw()

        def strike(self, at):
            if at == where:
                raise KeyboardInterrupt

    def add(view):
        pictures[0].strike("add")

    monkeypatch.setattr(start, "Picture", Interrupted)
    monkeypatch.setattr(start, "watched", lambda: watched)
    monkeypatch.setattr(start, "_display", lambda view: pictures[0].strike("add"))
    monkeypatch.setattr(live_view.painter, "add", add)
    with pytest.raises(KeyboardInterrupt):
        live(lambda: View("x", "x"))

    assert pictures[0].begun == 1
    assert pictures[0].finished >= 1
    assert page.open == set()
