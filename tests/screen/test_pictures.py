"""What a live view draws."""

import linecache
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bpflab
from bpflab.errors import LabError
from bpflab.screen import pictures
from bpflab.screen.pictures import Picture, blamed
from bpflab.views import View, table
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
    return table(frame, "Execs", columns=["pid"])


def of_log(log, rows=None, only=None, program=None, hooks=None):
    """Return the picture of the pids of *log*."""
    return Picture(lambda: pids(log.frame(only, rows)), log, only, program, hooks)


def counted(*rows, seen=None):
    """Return a log whose program counts what it produced in *seen*."""
    maps = {"seen": seen or FakeMap(len(rows)), "dropped": FakeMap()}
    return log_of(*rows, maps=maps)


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


def test_the_newest_events_and_their_accounting():
    """The last rows, and sums of all: also those above the first row."""
    picture = of_log(counted(*(row(n, pid=n) for n in range(5))), rows=2)

    text = picture.draw().text.split("\n")

    assert text[:5] == ["Execs", "pid", "---", "  3", "  4"]
    assert text[5] == "5 produced = 5 shown + 0 filtered + 0 dropped"


def test_only_some_processes():
    """The events of other processes are counted as others'."""
    log = counted(*(row(n, pid=n % 2) for n in range(5)))
    picture = of_log(log, only=SimpleNamespace(pids=[1]))

    assert "5 produced = 2 shown + 0 filtered + 3 others + 0 dropped" in picture.draw().text


def test_the_speed_is_that_of_the_kernels_count(monkeypatch):
    """Events a second between two frames, also of those that were dropped."""
    clock = SimpleNamespace(now=5.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(pictures, "time", clock)
    seen = FakeMap(1)
    picture = of_log(counted(row(), seen=seen))
    picture.draw()
    clock.now, seen.value = 5.5, 501

    assert "█ 1,000 events a second, 1,000 at most" in picture.draw().text.split("\n")


def test_what_it_attached_it_detaches(pump):
    """When it is finished nothing is attached by it, and the ring is no longer read for it."""
    program, log = Program(), counted()
    picture = of_log(log, program=program, hooks={"hook": "syscalls:sys_enter_execve"})
    at_first = set(program.attached)
    picture.begin()
    picture.draw()
    before = set(program.attached), set(pump.logs)

    picture.finish()
    picture.draw()

    assert (at_first, *before) == (set(), {"hook"}, {log})
    assert (program.attached, pump.logs) == (set(), set())


def test_what_was_attached_before_stays():
    """A program that the reader attached is the reader's to detach."""
    program = Program("hook")
    picture = of_log(counted(), program=program, hooks={"hook": "syscalls:sys_enter_execve"})

    picture.begin()
    picture.finish()

    assert program.attached == {"hook"}


def test_a_closed_program_is_the_reason_and_its_accounting_stays():
    """The last frame of a program that is gone has the counts that it left."""
    seen = FakeMap(1)
    log = counted(row(), seen=seen)
    program = Program()
    picture = of_log(log, program=program, hooks={"hook": "x"})
    picture.begin()
    log.settle()
    log._ring.closed = program.closed = True
    seen.open = False

    picture.finish()

    assert picture.gone == "the program was closed"
    assert "1 produced = 1 shown" in picture.draw().text


def test_a_program_without_counts_is_shown_all_the_same():
    """Its events are there; of drops nothing is known, and the frame says so."""
    picture = of_log(log_of(row(), row()))

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


def where_it_failed(code, path):
    """Return the line "where" of the panel for code that fails in the file *path*."""
    linecache.cache[path] = (len(code), None, code.splitlines(True), path)
    space = {}
    exec(compile(code, path, "exec"), space)
    with pytest.raises(Exception) as raised:
        Picture(space["busy"]).draw()
    return next(line for line in blamed(raised.value).text.split("\n") if line.startswith("where"))


@pytest.mark.parametrize("path", ["/home/x/bpflab-course/mine.py", "/tmp/ipykernel_7/1.py"])
@pytest.mark.parametrize(
    "line",
    [
        "return accounted(None, {})",
        "return pd.DataFrame({'a': [1]})['b']",
        "return json.loads('{')",
        "return pd.Series([1]).apply(lambda n: n / 0)",
    ],
    ids=["the package", "pandas", "the standard library", "a function of theirs in pandas"],
)
def test_the_line_to_look_at_is_the_learners(path, line):
    """Not one of a library that it led to, wherever the learner's file and the package are."""
    code = (
        f"import json, pandas as pd\nfrom bpflab.views import accounted\ndef busy():\n    {line}\n"
    )

    assert where_it_failed(code, path).endswith(line)


def test_a_clone_of_any_name_is_the_package(tmp_path):
    """In one called `lessons`, too, the package's lines are not taken for the learner's."""
    package = Path(bpflab.__file__).parent
    clone = tmp_path / "lessons" / "helpers"
    clone.mkdir(parents=True)
    (clone / "bpflab").symlink_to(package)
    code = (
        "from bpflab.screen.pictures import Picture, blamed\n"
        "from bpflab.views import accounted\n"
        "try:\n    Picture(lambda: accounted(None, {})).draw()\n"
        "except Exception as error:\n    print(blamed(error).text)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(clone)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert "your function <lambda>:4" in done.stdout


def test_a_fault_that_the_lab_foresees_keeps_its_words():
    """A LabError is shown as it is everywhere."""
    assert "try    Say what." in blamed(LabError("x", "Nothing.", fix="Say what.")).text
