"""Exercise 06-4: two judges on one machine take turns, since each program counts all calls."""

import threading
import time

from bpflab.exercises import lesson_06


def test_judges_take_turns():
    """The second one waits until the first has ended, and no longer."""
    came = threading.Event()

    def second():
        with lesson_06._alone():
            came.set()

    with lesson_06._alone():
        other = threading.Thread(target=second)
        other.start()
        assert not came.wait(0.3)
    assert came.wait(5)
    other.join()


def test_a_judge_that_hangs_holds_up_nobody_for_ever(monkeypatch):
    """After a while the next one goes on."""
    monkeypatch.setattr(lesson_06, "_ALONE_S", 0.2)
    with lesson_06._alone():
        began = time.monotonic()
        with lesson_06._alone():
            assert time.monotonic() - began < 5
