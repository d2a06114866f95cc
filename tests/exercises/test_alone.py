"""Exercise 06-4: two judges on one machine take turns, since each program counts all calls."""

import threading

import pytest

from bpflab.errors import LabError
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


def test_a_judge_that_hangs_gives_nobody_a_wrong_verdict(monkeypatch):
    """After a while the next one says that it cannot judge, and why."""
    monkeypatch.setattr(lesson_06, "_ALONE_S", 0.2)
    others = pytest.raises(LabError, match="at 06-4 for")
    with lesson_06._alone(), others as refused, lesson_06._alone():
        pytest.fail("two judges at once")
    assert refused.value.of_machine
