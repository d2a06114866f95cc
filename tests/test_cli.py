"""The command line: what it prints, and the exit statuses that scripts rely on."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from bpflab import LabError, cli, doctor
from bpflab.paths import ROOT
from tests.course.test_notebooks import code, processes_in, store, text

GOOD = (text("# t"), code("\n\nx = 6 * 7", "exercise"), code(f"print(x)  # {'long ' * 20}"))
BAD = (code("x = 1"), code("import time\n1/0"), code("print('never')"))
NAMES = ("01-good", "02-bad", "03-sleeps")
SLEEPS = (code("x = 1"), code("import time\ntime.sleep(100)"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Copy the package into a clone of its own, which has lessons of its own."""
    root = tmp_path_factory.mktemp("clone")
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "helpers" / "bpflab", root / "helpers" / "bpflab", ignore=skip)
    return root


@pytest.fixture
def clone(package):
    """Give the test a clone with three lessons: one that runs, one that fails, one that sleeps."""
    folder = package / "notebooks"
    folder.mkdir()
    store(folder / "01-good.ipynb", *GOOD)
    store(folder / "02-bad.ipynb", *BAD)
    store(folder / "03-sleeps.ipynb", *SLEEPS)
    yield package
    assert processes_in(folder) == []
    shutil.rmtree(folder)


def start(clone, *words):
    """Start ``python -m bpflab`` of this clone."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(
        [sys.executable, "-B", "-m", "bpflab", *words],
        env=env | {"PYTHONPATH": str(clone / "helpers")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def bpflab(clone, *words):
    """Run ``python -m bpflab`` of this clone to its end; return its status, stdout and stderr."""
    with start(clone, *words) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.jupyter
def test_run_prints_a_line_a_cell_and_goes_on_after_a_failure(clone):
    """Each cell has a line, a failed one its error below; the next lesson runs; nothing is stored.

    The status is 1, and a lesson that is named twice runs once.
    """
    files = sorted((clone / "notebooks").iterdir())
    before = [path.read_bytes() for path in files]
    status, out, err = bpflab(clone, "run", "02", "1", "02")
    lines = [re.sub(r" {2,}\d+\.\d\d s", "  N s", line) for line in out.splitlines()]
    long = f"print(x)  # {'long ' * 20}"[:59]
    assert (status, err) == (1, "")
    assert lines[:3] == ["02-bad", "   1  x = 1  N s  ok", "   2  import time  N s  failed"]
    assert "      ZeroDivisionError: division by zero" in lines
    assert lines[-3:] == ["01-good", "   1  x = 6 * 7  N s  ok", f"   2  {long}…  N s  ok"]
    assert "never" not in out
    assert out.count("02-bad") == 1
    assert [path.read_bytes() for path in files] == before


@pytest.mark.jupyter
def test_refresh_takes_all_lessons_and_stores_once_those_that_ran(clone):
    """Without a number all are refreshed; one that fails is not stored, and the status is 1.

    A second refresh finds what it stored unchanged.
    """
    good, bad, sleeps = (clone / "notebooks" / f"{name}.ipynb" for name in NAMES)
    sleeps.unlink()
    before = bad.read_bytes()
    status, out, err = bpflab(clone, "refresh")
    assert (status, err) == (1, "")
    assert out.count("  stored\n") == 1
    assert bad.read_bytes() == before
    stored = good.read_bytes()
    assert b'"42\\n"' in stored
    status, out, err = bpflab(clone, "refresh", "01")
    assert (status, out.splitlines()[-1], err) == (0, "  unchanged", "")
    assert good.read_bytes() == stored


@pytest.mark.jupyter
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interrupt_ends_quietly_with_the_kernel_stopped(clone, number, status):
    """Ctrl-C, kill and a closed terminal stop the kernel, store nothing, and print no traceback."""
    path = clone / "notebooks" / "03-sleeps.ipynb"
    before = path.read_bytes()
    with start(clone, "refresh", "03") as process:
        seen = ""
        while "import time" not in seen:  # the line starts before its cell does
            seen += os.read(process.stdout.fileno(), 4096).decode()
        time.sleep(0.5)
        assert processes_in(path.parent) != []
        process.send_signal(number)
        began = time.monotonic()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip(), err) == (status, "", "")
    assert time.monotonic() - began < 20
    assert processes_in(path.parent) == []
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 3


@pytest.mark.jupyter
def test_an_impatient_second_interrupt_leaves_no_kernel(clone):
    """Two interrupts in a row still end with 130 and no kernel, also when it ignores the first."""
    path = store(
        clone / "notebooks" / "04-deaf.ipynb",
        code("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(100)"),
    )
    with start(clone, "run", "04") as process:
        while b"import signal" not in os.read(process.stdout.fileno(), 4096):
            pass
        time.sleep(0.5)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert processes_in(path.parent) == []


def test_an_unknown_lesson_is_one_sentence_and_status_2(clone):
    """Before anything is executed, a wrong number is answered with the lessons that there are."""
    status, out, err = bpflab(clone, "run", "01", "77")
    known = "01-good, 02-bad, 03-sleeps"
    assert (status, out, err) == (2, "", f"There is no lesson '77'; the lessons: {known}.\n")


def test_a_dry_run_needs_no_package_of_the_lab_and_executes_nothing(clone):
    """On a bare Python it names the lessons, or says which there are: ./lab asks it beforehand."""
    command = [sys.executable, "-I", "-S", "-B", "-c"]
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from bpflab.cli import main; "
        "sys.exit(main(['run', '--dry-run', *sys.argv[1:]]))"
    )

    def dry_run(name):
        words = [*command, program, str(clone / "helpers"), name]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    done = dry_run("notebooks/03-sleeps.ipynb")
    assert (done.returncode, done.stdout, done.stderr) == (0, "03-sleeps\n", "")
    done = dry_run("99")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no lesson '99'; the lessons: 01-good, ")


@pytest.mark.parametrize(
    "words",
    [[], ["fly"], ["run"], ["run", "--fast", "01"], ["refresh", "-x"], ["compare"], ["explain"]],
)
def test_a_usage_error_is_status_2(words, capsys):
    """A wrong word, a missing one, an unknown option: how it is called, and what is wrong."""
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert re.fullmatch(r"usage: bpflab .*\nbpflab.*: error: .+\n", err, re.DOTALL)


@pytest.mark.jupyter
def test_a_cell_is_executed_and_what_it_shows_is_printed(clone):
    """With the cells that it needs; as JSON it is one line, and nothing else is on stdout."""
    lesson = clone / "notebooks" / "01-good.ipynb"
    unused = code("raise SystemExit", id="01-unused")
    store(lesson, code("x = 6 * 7", id="a"), unused, code("print(x)", id="01-b"))
    status, out, err = bpflab(clone, "run", "01:b")
    assert (status, err) == (0, "")
    assert re.search(r"\n01:b on Linux [\d.]+\n42\n$", out)
    assert "SystemExit" not in out
    status, out, err = bpflab(clone, "run", "--json", "01:b")
    assert (status, json.loads(out)["lines"]) == (0, ["42"])
    assert "x = 6 * 7" in err


def test_an_unknown_cell_is_status_2(clone):
    """So is a machine that there is not; nothing is executed."""
    status, out, err = bpflab(clone, "run", "02:b")
    assert (status, out, err[:32]) == (2, "", "Lesson 02 has no code cell 'b'.\n")
    status, out, err = bpflab(clone, "compare", "debian-1")
    assert (status, out) == (2, "")
    assert "nor a machine" in err


@pytest.mark.parametrize(("kind", "status"), [("tracefs", 1), ("no-lesson", 2)])
def test_a_fault_is_its_own_text_on_stderr(kind, status, monkeypatch, capsys):
    """A LabError is shown as the four lines that it is, without a traceback."""
    fault = LabError(kind, "tracefs is not mounted.", fix="./lab")

    def fails(_):
        raise fault

    monkeypatch.setattr(doctor, "main", fails)
    assert cli.main(["doctor"]) == status
    assert capsys.readouterr() == ("", f"{fault}\n")


@pytest.mark.parametrize(
    "words",
    ["doctor", "doctor --json", "progress", "progress --json", "run 01", "run -n 99", "--help"],
)
def test_what_nobody_reads_ends_quietly(clone, words):
    """As when `head` has what it wants: no traceback, the status of SIGPIPE, no kernel left."""
    reader, writer = os.pipe()
    os.close(reader)
    stderr = subprocess.STDOUT if "99" in words else subprocess.PIPE
    command = [sys.executable, "-B", "-m", "bpflab", *words.split()]
    env = os.environ | {"PYTHONPATH": str(clone / "helpers")}
    run = subprocess.run(command, env=env, stdout=writer, stderr=stderr, text=True, check=False)
    os.close(writer)
    assert (run.returncode, run.stderr or "") == (cli.UNREAD, "")


def test_the_doctor_gives_the_status(monkeypatch):
    """What ``doctor`` returns is the status, and ``--json`` reaches it."""
    given = []
    monkeypatch.setattr(doctor, "main", lambda in_json: given.append(in_json) or 1)
    assert [cli.main(["doctor"]), cli.main(["doctor", "--json"])] == [1, 1]
    assert given == [False, True]


def test_the_doctor_needs_nothing_but_the_standard_library(clone):
    """On a Python without any site-packages he still examines, and says what is missing."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from bpflab.cli import main; "
        "sys.exit(main(['doctor', '--json']))"
    )
    command = [sys.executable, "-I", "-S", "-B", "-c", program, str(clone / "helpers")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.stderr == ""
    assert run.returncode in (0, 1)
    assert {"name", "status", "found", "fix"} == set(json.loads(run.stdout)["checks"][0])
