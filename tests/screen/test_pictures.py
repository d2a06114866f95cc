"""What a live view draws."""

from types import SimpleNamespace

import pytest

from bpflab.errors import LabError
from bpflab.screen import pictures
from bpflab.screen.pictures import OfLog, Picture, blamed
from bpflab.views import View, newest
from tests.logs import FakeMap, log_of, row


class Program:
    """Stands for a program: what is attached, and whether it was closed."""

    def __init__(self, *attached):
        self.attached, self.closed = set(attached), False

    def attach_new(self, hooks):
        """Attach what is not attached yet."""
        new = [name for name in hooks if name not in self.attached]
        self.attached |= set(new)
        return new

    def detach(self, *names):
        """Detach these."""
        assert not self.closed
        self.attached -= set(names)


@pytest.fixture(autouse=True)
def pump(monkeypatch):
    """A pump that only notes what it was asked."""
    kept = SimpleNamespace(
        keep=lambda log: kept.logs.add(log), release=lambda log: kept.logs.discard(log)
    )
    kept.logs = set()
    monkeypatch.setattr(pictures, "pump", kept)
    return kept


def pids(frame):
    """Draw the column of pids."""
    return newest(frame, "Execs", ["pid"])


def counted(*rows, seen=None, **kwargs):
    """Return a log whose program counts what it produced."""
    maps = {"seen": FakeMap(len(rows) if seen is None else seen), "dropped": FakeMap()}
    return log_of(*rows, maps=maps, **kwargs)


def test_a_function_is_drawn_as_it_is():
    """What it returns is what is shown."""
    view = View("<b>1</b>", "1")

    assert Picture(lambda: view).draw() is view


def test_a_function_must_return_a_view():
    """Anything else would reach the page as text that nobody escaped."""
    with pytest.raises(LabError) as refused:
        Picture(lambda: "<script>").draw()

    assert refused.value.kind == "not-a-view"
    assert "str" in refused.value.message


def test_the_newest_events_and_their_books():
    """The last rows, and sums of all: also those above the first row."""
    picture = OfLog(counted(*(row(n, pid=n) for n in range(5))), pids, rows=2)

    text = picture.draw().text.split("\n")

    assert text[:5] == ["Execs", "pid", "---", "  3", "  4"]
    assert text[5] == "5 produced = 5 shown + 0 filtered + 0 dropped"


def test_only_ones_own():
    """The events of other processes are in the books as filtered."""
    log = counted(*(row(n, pid=n % 2) for n in range(5)))
    picture = OfLog(log, pids, only=SimpleNamespace(pids=[1]))

    assert "5 produced = 2 shown + 3 filtered + 0 dropped" in picture.draw().text


def test_the_speed_is_that_of_the_kernels_count(monkeypatch):
    """Events a second between two frames, also of those that were dropped."""
    clock = SimpleNamespace(now=5.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(pictures, "time", clock)
    log = counted(row())
    picture = OfLog(log, pids)
    picture.draw()
    clock.now, log._maps["seen"].value = 5.5, 501

    assert picture.draw().text.endswith("█ 1,000 events a second, 1,000 at most")


def test_what_it_attached_it_detaches(pump):
    """When it is finished nothing is attached by it, and the ring is no longer read for it."""
    program, log = Program(), counted()
    picture = OfLog(log, pids, program=program, hooks={"hook": "syscalls:sys_enter_execve"})
    picture.draw()
    before = set(program.attached), set(pump.logs)

    picture.finish()
    picture.draw()

    assert before == ({"hook"}, {log})
    assert (program.attached, pump.logs) == (set(), set())


def test_what_was_attached_before_stays():
    """A program that the reader attached is the reader's to detach."""
    program = Program("hook")
    picture = OfLog(counted(), pids, program=program, hooks={"hook": "syscalls:sys_enter_execve"})

    picture.finish()

    assert program.attached == {"hook"}


def test_a_closed_program_is_told_and_its_books_stay():
    """The last frame of a program that is gone has the counts that it left."""
    log = counted(row())
    program = Program()
    picture = OfLog(log, pids, program=program, hooks={"hook": "x"})
    log.settle()
    log._ring.closed = program.closed = True
    log._maps["seen"].open = False

    picture.finish()

    assert picture.gone == "the program was closed"
    assert "1 produced = 1 shown" in picture.draw().text


def test_a_program_without_counts_is_shown_all_the_same():
    """Its events are there; of drops nothing is known, and the frame says so."""
    picture = OfLog(log_of(row(), row()), pids)

    assert picture.draw().text.split("\n")[-1].startswith("2 shown; the program does not count")


def test_a_function_that_fails_is_named_with_its_line():
    """The panel says what was raised, in which function and line of the learner's."""

    def busy():
        return {}["<img src=x>"]

    with pytest.raises(KeyError) as raised:
        Picture(busy).draw()
    view = blamed(raised.value)

    assert "KeyError: '<img src=x>'" in view.text
    assert "your function busy:" in view.text and 'return {}["<img src=x>"]' in view.text
    assert "<img" not in view.html


def test_a_function_that_fails_inside_ours_is_named_by_its_own_line():
    """The line to look at is the reader's, not one of the package's that it led to."""

    def busy():
        return newest(None, "x")

    with pytest.raises(AttributeError) as raised:
        Picture(busy).draw()

    assert "your function busy:" in blamed(raised.value).text


def test_a_fault_that_the_lab_foresees_keeps_its_words():
    """A LabError is shown as it is everywhere."""
    assert "try    Say what." in blamed(LabError("x", "Nothing.", fix="Say what.")).text
