"""The thread that draws: in turn, within its budget, and gone when nothing is live."""

import threading
import time
from itertools import pairwise

import pytest

from bpflab.screen import painter as module
from bpflab.screen.painter import BYTES_PER_SECOND, CPU_SHARE, FASTEST, Painter, pause
from tests.browser.waiting import until


class Drawn:
    """A view that notes when it was drawn."""

    def __init__(self, frames=5, size=0, per_second=1000.0, work_s=0.0):
        self.frames, self.size, self.per_second, self.work_s = frames, size, per_second, work_s
        self.times = []
        self.asked = ""
        self.threads = set()
        self.beats, self.failed, self.beat_at = 0, [], float("inf")

    @property
    def over(self):
        """Whether all frames were drawn, it was asked to end, or it failed."""
        return len(self.times) >= self.frames or bool((self.asked and self.times) or self.failed)

    def draw(self):
        """Note the time, and use the CPU."""
        self.times.append(time.monotonic())
        self.threads.add(threading.current_thread())
        ends = time.thread_time() + self.work_s
        while time.thread_time() < ends:
            pass
        return self.size

    def beat(self):
        """Note a sign of life."""
        self.beats += 1
        self.beat_at = time.monotonic() + 0.1
        return 0

    def fail(self, error):
        """Note the error that ends it."""
        self.failed.append(error)


def drawn(*views, seconds=20.0):
    """Let a painter draw these views until they are over; return all times, in order."""
    painter = Painter()
    for view in views:
        painter.add(view)
    until(lambda: painter._thread is None, "it does not end", seconds)
    return sorted(at for view in views for at in view.times)


def gaps(times):
    """Return the time between one frame and the next."""
    return [after - before for before, after in pairwise(times)]


def test_views_share_the_frames_of_a_second():
    """However many views there are, frames are never closer than a tenth of a second."""
    views = [Drawn(frames=4) for _ in range(3)]

    times = drawn(*views)

    assert len(times) == 12
    assert min(gaps(times)) > 0.9 / FASTEST


def test_views_take_turns():
    """The one that has waited longest is next: none starves, though each wants more."""
    views = [Drawn(frames=4) for _ in range(3)]
    drawn(*views)

    order = [view for _, view in sorted((at, n) for n, v in enumerate(views) for at in v.times)]

    assert order == [0, 1, 2] * 4


def test_a_slow_view_waits_for_its_own_rate():
    """A view is drawn no more often than it asks for."""
    view = Drawn(frames=3, per_second=4)

    assert min(gaps(drawn(view))) > 0.24


@pytest.mark.parametrize(
    ("cpu_s", "size", "wanted"),
    [
        (0.0, 0, 1 / FASTEST),
        (0.04, 0, 0.04 / CPU_SHARE),
        (0.0, 40_000, 40_000 / BYTES_PER_SECOND),
        (0.04, 80_000, 1.0),
    ],
)
def test_the_dearest_budget_decides(cpu_s, size, wanted):
    """A frame that cost much CPU, or many bytes, is paid for before the next one."""
    assert pause(cpu_s, size) == pytest.approx(wanted)


def test_a_frame_is_paid_for_by_what_it_cost():
    """The pause after a frame is that of its CPU time and its bytes."""
    assert min(gaps(drawn(Drawn(frames=3, size=24_000)))) > 0.29
    assert min(gaps(drawn(Drawn(frames=3, work_s=0.02)))) > 0.24


def test_an_urgent_view_is_drawn_at_once():
    """A reader who presses Stop does not wait for the budget."""
    dear, stopped = Drawn(frames=99, size=800_000), Drawn(frames=99, per_second=0.01)
    painter = Painter()
    painter.add(stopped)
    while not stopped.times:
        time.sleep(0.005)
    painter.add(dear)
    while not dear.times:
        time.sleep(0.005)

    began = time.monotonic()
    stopped.asked = "stopped"
    painter.hurry()
    while not stopped.over or len(stopped.times) < 2:
        time.sleep(0.005)
        assert time.monotonic() < began + 5
    dear.asked = "stopped"
    painter.hurry()
    until(lambda: painter._thread is None, "it does not end", 5)


def test_signs_of_life_wait_for_no_budget():
    """They are sent when they are due, while a dear frame is paid for."""
    dear, still = Drawn(frames=2, size=80_000), Drawn(frames=2, per_second=1)
    still.beat_at = 0.0
    drawn(dear, still)

    assert still.beats >= 3


@pytest.mark.parametrize("fault", [ValueError, SystemExit])
def test_a_view_that_raises_is_ended_and_no_other(fault):
    """It is told why; the other is drawn to its end by the same thread."""
    broken, sound = Drawn(frames=9), Drawn(frames=3)
    error = fault("bad")

    def draw():
        raise error

    broken.draw = draw
    drawn(broken, sound)

    assert broken.failed == [error]
    assert len(sound.times) == 3
    assert len(sound.threads) == 1


def test_a_thread_that_dies_is_not_taken_for_one_that_runs(monkeypatch):
    """Should the painter itself fail, the next view starts it again."""
    painter, view = Painter(), Drawn(frames=1)
    with monkeypatch.context() as broken:
        broken.setattr(threading, "excepthook", lambda failed: None)
        broken.setattr(painter, "_step", lambda view, ready: 1 / 0)
        painter.add(view)
        until(lambda: painter._thread is None, "it still claims to run", 5)
    painter.add(view)
    until(lambda: painter._thread is None, "it does not end", 5)

    assert len(view.times) == 1


def test_a_view_that_comes_later_starts_a_thread_again():
    """There is one thread while something is live, and none when not."""
    first, second = Drawn(frames=1), Drawn(frames=1)
    painter = Painter()
    for view in (first, second):
        painter.add(view)
        until(lambda: painter._thread is None, "it does not end", 5)

    assert len(first.times) == len(second.times) == 1
    assert first.threads != second.threads
    assert all(not thread.is_alive() for thread in first.threads | second.threads)


def test_the_budget_is_what_the_docs_say():
    """Ten frames and less than 100 kB a second, and well below 15 % of a CPU."""
    assert module.FASTEST == 10
    assert module.BYTES_PER_SECOND < 100_000
    assert module.CPU_SHARE < 0.15
