"""A moving picture: in one place, not too fast, always with a last frame."""

import itertools
import os
import signal
import threading
import time

import nbclient
import nbformat
import pytest

from bpflab.views import View, live, watch


class Handle:
    """Stands for IPython's, and remembers what reached the page, and when."""

    def __init__(self):
        self.frames, self.times = [], []

    def display(self, view):
        """Take the first frame."""
        assert self.frames == []
        self.update(view)

    def update(self, view):
        """Take a frame in its place."""
        self.frames.append(view.text)
        self.times.append(time.monotonic())


@pytest.fixture
def page(monkeypatch):
    """A notebook's page, with somebody who watches it."""
    handle = Handle()
    monkeypatch.setattr(live, "_in_notebook", lambda: True)
    monkeypatch.setattr(live, "_new_handle", lambda: handle)
    monkeypatch.delenv("BPFLAB_HEADLESS", raising=False)
    monkeypatch.setattr(live, "_headless", lambda: bool(os.environ.get("BPFLAB_HEADLESS")))
    return handle


def counter(width=1):
    """Return a render function whose every frame differs."""
    numbers = itertools.count()

    def render():
        number = str(next(numbers))
        return View(number.rjust(width), number)

    return render


def test_frames_follow_each_other_in_one_place(page):
    """The first is displayed, the others replace it, at about the rate that was asked for."""
    watch(counter(), seconds=1.0, per_second=5)

    assert page.frames == [str(n) for n in range(len(page.frames))]
    assert 3 <= len(page.frames) <= 7


def test_no_more_than_ten_frames_a_second(page):
    """Whatever is asked for: the server would drop the rest."""
    watch(counter(), seconds=1.0, per_second=1000)

    gaps = [b - a for a, b in itertools.pairwise(page.times[:-1])]
    assert len(page.frames) >= 3
    assert min(gaps) > 0.08


def test_large_frames_come_more_slowly(page):
    """Half a megabyte a second is all that is sent."""
    watch(counter(width=250_000), seconds=1.2, per_second=10)

    assert 2 <= len(page.frames) <= 4


def test_a_frame_that_shows_nothing_new_is_not_sent(page):
    """The page gets one frame of a picture that stands still."""
    watch(lambda: View("same", "same"), seconds=0.5, per_second=10)

    assert page.frames == ["same"]


def test_it_ends_when_the_reader_has_seen_enough(page):
    """``until`` ends it, and the last frame shows what made it true."""
    seen = []
    began = time.monotonic()

    def render():
        seen.append(1)
        return View(str(len(seen)), str(len(seen)))

    watch(render, seconds=60, until=lambda: len(seen) >= 3, per_second=10)

    assert page.frames == ["1", "2", "3", "4"]
    assert time.monotonic() - began < 20


def test_there_is_a_last_frame_even_without_time(page):
    """No seconds at all still show the picture."""
    watch(counter(), seconds=0)

    assert page.frames == ["0"]


def test_an_interrupt_ends_it_gently(page):
    """No traceback, and a last frame."""
    began = time.monotonic()
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()

    watch(counter(), seconds=60, per_second=1)

    timer.join()
    assert page.frames == ["0", "1"]
    assert time.monotonic() - began < 20


def test_a_fault_in_the_picture_comes_through(page):
    """It is not swallowed, and not tried again."""
    calls = []

    def render():
        calls.append(1)
        raise RuntimeError("no picture")

    with pytest.raises(RuntimeError, match="no picture"):
        watch(render, seconds=1)
    assert len(calls) == 1


@pytest.mark.parametrize("bounds", [(60, 0.2), (0.2, 60)])
def test_where_nobody_watches_it_is_short(page, monkeypatch, bounds):
    """The smaller of the two bounds counts."""
    began = time.monotonic()
    monkeypatch.setenv("BPFLAB_HEADLESS", "1")

    watch(counter(), seconds=bounds[0], headless_seconds=bounds[1])

    assert len(page.frames) >= 2
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("name", ["BPFLAB_HEADLESS", "PYTEST_CURRENT_TEST"])
def test_what_says_that_nobody_watches(monkeypatch, name):
    """One variable is enough; an empty one says nothing."""
    for variable in ("BPFLAB_HEADLESS", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(variable, raising=False)
    assert not live._headless()
    monkeypatch.setenv(name, "")
    assert not live._headless()
    monkeypatch.setenv(name, "1")
    assert live._headless()


def test_outside_a_notebook_the_last_frame_is_printed(capsys):
    """A script's output has one table, not sixty."""
    watch(counter(), seconds=0.5, per_second=10)

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert int(out) >= 1


def test_a_saved_notebook_holds_the_last_frame(monkeypatch):
    """One output, both its forms, after an interrupt-free run in a real kernel."""
    monkeypatch.setenv("BPFLAB_HEADLESS", "1")
    source = (
        "from bpflab.views import View, watch\n"
        "seen = []\n"
        "def render():\n"
        "    seen.append(1)\n"
        "    return View(f'<b>{len(seen)}</b>', str(len(seen)))\n"
        "watch(render, until=lambda: len(seen) >= 3, per_second=10)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])

    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()

    (output,) = notebook.cells[0].outputs
    assert output.data == {"text/html": "<b>4</b>", "text/plain": "4"}
