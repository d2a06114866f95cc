"""What a lesson says that it needs, asked of a machine, and what the doctor says of all lessons."""

import errno
import json
import os

import pytest

from bpflab import LabError, needs, prefers
from bpflab.doctor import Check, features, lessons, probes
from bpflab.doctor.features import FEATURES
from bpflab.doctor.lessons import Lesson, Survey
from tests.machines import (
    DEBIAN_KERNEL,
    DIST,
    MAP_CREATE,
    PROG_LOAD,
    RAW_TRACEPOINT_OPEN,
    TEST_RUN,
    VENV,
    healthy,
    on_a_bare_machine,
)

MOUNTS = "/proc/self/mounts"
TRACEFS_EXEC = "/sys/kernel/tracing/events/syscalls/sys_enter_execve/format"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine that has all, with root at work."""
    monkeypatch.setattr(probes, "traced_child", lambda: "")
    fake = healthy(tmp_path)
    fake.uid = 0
    fake.write("/proc/self/status", "CapEff:\t000001ffffffffff\n")
    fake.write(MOUNTS, "proc /proc proc rw 0 0\nbpf /sys/fs/bpf bpf rw 0 0\n")
    fake.path("/sys/fs/bpf").mkdir(parents=True)
    return fake


def missing(machine):
    """Return the names of the features that this machine lacks."""
    return {name for name in FEATURES if features.look(name, machine).status != "ok"}


# features


def test_nothing_is_missing(machine):
    """Each feature is found on a machine that has all, without a trial of a real program."""
    assert missing(machine) == set()
    assert "trial" not in vars(machine)


def test_a_name_says_what_it_is_for(machine):
    """A check carries the feature's name and the machine's answer; a note is a fault here."""
    machine.remove("/sys/bus/event_source/devices/kprobe/type")
    check = features.look("kprobes", machine)
    assert (check.name, check.status) == ("kprobes", "fault")
    assert "built without kprobes" in check.found
    with pytest.raises(KeyError):
        features.look("kprobe", machine)


@pytest.mark.parametrize(
    "command, kind, lost",
    [
        (MAP_CREATE, 27, {"ring buffer"}),
        (MAP_CREATE, 4, {"perf buffer"}),
        (MAP_CREATE, 5, {"per-CPU maps"}),
        (MAP_CREATE, 6, {"per-CPU maps"}),
        (MAP_CREATE, 9, {"LRU maps"}),
        (MAP_CREATE, 10, {"LRU maps"}),
        (MAP_CREATE, 3, {"tail calls", "tail calls in functions"}),
        (PROG_LOAD, 5, {"programs", "bpf_loop"}),
        (PROG_LOAD, 17, {"raw tracepoints", "raw test runs"}),
        (PROG_LOAD, 1, {"test runs", "tail calls in functions"}),
        (RAW_TRACEPOINT_OPEN, None, {"raw tracepoints"}),
        (TEST_RUN, None, {"test runs", "raw test runs"}),
    ],
)
def test_what_the_kernel_refuses_is_missing(machine, command, kind, lost):
    """A feature is probed by the very command that it takes, and another kernel mends it."""
    machine.refused = {(command, kind): errno.EINVAL}
    assert missing(machine) == lost
    check = features.look(min(lost), machine)
    assert check.found == "this kernel refuses it: Invalid argument"
    assert check.fix.splitlines()[0] == DEBIAN_KERNEL
    assert check.fix.splitlines()[1].startswith("./lab --vm")


def test_the_kernel_is_not_blamed_for_a_missing_privilege(machine):
    """Where the capabilities are missing, they are what is named."""
    machine.uid = 1000
    machine.refused = {(MAP_CREATE, 27): errno.EPERM}
    machine.write("/proc/self/status", "CapEff:\t0\nCapBnd:\t000001ffffffffff\n")
    check = features.look("ring buffer", machine)
    assert "lacks CAP_BPF and CAP_PERFMON" in check.found
    assert check.fix.startswith("sudo -v")


@pytest.mark.parametrize("path", [(), (f"/lab/{os.sep}",)])
def test_programs_take_bcc(machine, path):
    """A Python that does not see BCC loads nothing, whatever the kernel can."""
    machine.python = type(VENV)(VENV.executable, VENV.version, VENV.prefix, VENV.base_prefix, path)
    machine.with_trial(file="", genuine=False, stage="started")
    assert missing(machine) == {"programs"}


def test_programs_take_the_real_bcc(machine):
    """What shadows BCC is found by looking, not by importing."""
    machine.write("/lab/bcc.py")
    machine.with_trial(file="/lab/bcc.py", genuine=False, stage="imported")
    assert "another project" in features.look("programs", machine).found


@pytest.mark.parametrize(
    "file, text, lost",
    [
        (f"{DIST}/bcc/libbcc.py", None, {"programs"}),
        ("/lib/modules/6.12.9-amd64/build/include/linux/kconfig.h", None, {"programs"}),
        ("/sys/kernel/security/lockdown", "none [confidentiality]", {"programs"}),
        (TRACEFS_EXEC, None, {"tracepoints"}),
        ("/usr/bin/clang", None, {"clang"}),
        ("/usr/lib/libbpf.so.1", None, {"libbpf"}),
        ("/usr/sbin/bpftool", None, {"bpftool"}),
        ("/usr/bin/bpftrace", None, {"bpftrace"}),
        (MOUNTS, "proc /proc proc rw 0 0", {"bpffs"}),
        (
            "/proc/self/status",
            f"CapEff: {(1 << 39) | (1 << 38):x}",
            {"bpftool", "bpftrace", "other users"},
        ),
    ],
)
def test_what_the_machine_lacks_is_missing(machine, file, text, lost):
    """Each thing that is taken away takes its own feature, and no other."""
    machine.with_trial(file="", genuine=False, stage="started")
    machine.remove(file)
    if text is not None:
        machine.write(file, text)
    assert missing(machine) == lost


def test_numbers_of_the_machine(machine, monkeypatch):
    """One CPU, larger pages, another architecture and a child that cannot be traced are seen."""
    machine.cpus, machine.page_size, machine.arch = 1, 65536, "riscv64"
    monkeypatch.setattr(probes, "traced_child", lambda: "Operation not permitted")
    lost = {"two CPUs", "pages of 4096 bytes", "system-call names", "ptrace"}
    assert missing(machine) == lost
    assert "65536 bytes" in features.look("pages of 4096 bytes", machine).found


def test_a_trial_that_was_made_counts(machine):
    """Once the doctor has loaded a real program, it is what says whether programs run."""
    machine.with_trial(stage="compiled", error="R0 !read_ok")
    assert features.look("programs", machine).status == "ok"
    assert not machine.trial.left
    assert "R0 !read_ok" in features.look("programs", machine).found


# needs and prefers


def test_needs_says_the_same_on_every_machine_that_has_all(machine, capsys):
    """The sentence names what was asked for, and nothing of the machine."""
    needs("programs", "two CPUs", machine=machine)
    said = capsys.readouterr().out
    assert said == "This machine has what the lesson needs: programs, two CPUs.\n"


def test_needs_raises_what_is_missing_why_and_what_to_do(machine, capsys):
    """All that is missing is told at once; a line that mends two things is told once."""
    machine.refused = {(MAP_CREATE, 27): errno.EINVAL, (MAP_CREATE, 3): errno.EINVAL}
    machine.remove("/usr/bin/clang")
    with pytest.raises(LabError) as caught:
        needs("programs", "ring buffer", "tail calls", "clang", machine=machine)
    error = caught.value
    assert error.kind == "missing"
    assert (
        error.message == "This lesson cannot run here without ring buffer and tail calls and clang."
    )
    assert error.why.startswith(
        "ring buffer carries its events to Python, tail calls lead from program to program, and "
        "here: this kernel refuses it: Invalid argument; clang "
    )
    assert "clang compiles what BCC cannot, and here: not installed" in error.why
    lines = [line.strip() for line in error.fix.splitlines()]
    assert lines.count(DEBIAN_KERNEL) == 1
    assert lines[-1] == "sudo apt-get install clang"
    assert capsys.readouterr().out == ""


def test_prefers_says_what_the_lesson_does_without(machine, capsys):
    """A line for each thing that is missing, and one sentence where none is."""
    wishes = {"bpftrace": "nobody counts along", "bpffs": "nothing is pinned"}
    prefers(wishes, machine=machine)
    assert capsys.readouterr().out.startswith("Nothing is missing here")
    machine.remove("/usr/bin/bpftrace")
    prefers(wishes, machine=machine)
    assert capsys.readouterr().out == "Without bpftrace, nobody counts along.\n"


def test_a_feature_that_nobody_knows(machine):
    """A misspelt name is told from a missing feature, before anything is asked."""
    for ask in (lambda: needs("ringbuffer", machine=machine), lambda: prefers({"x": "y"})):
        with pytest.raises(LabError) as caught:
            ask()
        assert caught.value.kind == "no-feature"
        assert "ring buffer" in caught.value.fix


# the lessons


def cells(*sources):
    """Return the text of a notebook with these code cells."""
    made = [{"cell_type": "code", "source": source.splitlines(True)} for source in sources]
    made.insert(1, {"cell_type": "markdown", "source": ["needs(nothing)"]})
    return json.dumps({"cells": made})


@pytest.fixture
def folder(tmp_path):
    """Three lessons that need different things, and a file that is none."""
    made = tmp_path / "notebooks"
    made.mkdir()
    asks = 'from bpflab import needs\n\nneeds("programs", "two CPUs")'
    wishes = 'prefers(\n    {"bpftrace": "it counts alone"}\n)'
    (made / "01-one.ipynb").write_text(cells(asks, wishes, "lesson.needs('kprobes')"))
    (made / "02-two.ipynb").write_text(cells('needs("programs", "clang")'))
    (made / "03-three.ipynb").write_text(cells('needs("programs")'))
    (made / "notes.ipynb").write_text("nothing")
    return made


def test_a_lesson_is_read_from_its_own_calls(folder):
    """The calls of plain functions in code cells count; methods and prose do not."""
    found = lessons.read(folder / "01-one.ipynb")
    assert found == Lesson("01-one", ("programs", "two CPUs"), {"bpftrace": "it counts alone"})


def test_survey(machine, folder):
    """Each feature that a lesson names is asked once, and each lesson has its answer."""
    found = lessons.survey(machine, folder)
    assert list(found.found) == ["programs", "clang", "two CPUs", "bpftrace"]
    assert [row["status"] for row in found.as_data()] == ["runs", "runs", "runs"]
    machine.remove("/usr/bin/bpftrace")
    machine.remove("/usr/bin/clang")
    rows = lessons.survey(machine, folder).as_data()
    assert [row["status"] for row in rows] == ["runs in part", "cannot run", "runs"]
    assert [row["missing"] for row in rows] == [["bpftrace"], ["clang"], []]
    assert rows[0]["prefers"] == {"bpftrace": "it counts alone"}


def test_what_is_needed_hides_what_is_preferred(machine, folder):
    """A lesson that cannot run is not said to run in part."""
    machine.cpus = 1
    machine.remove("/usr/bin/bpftrace")
    row = lessons.survey(machine, folder).as_data()[0]
    assert (row["status"], row["missing"]) == ("cannot run", ["two CPUs"])


def test_the_matrix_as_text(machine, folder):
    """A sign where a lesson names a feature, what stops lessons and its fix, and the numbers."""
    machine.remove("/usr/bin/bpftrace")
    machine.remove("/usr/bin/clang")
    assert lessons.survey(machine, folder).as_text().splitlines() == [
        "          01 02 03",
        "programs   ✓  ✓  ✓",
        "clang         ✗",
        "two CPUs   ✓",
        "bpftrace   -",
        "✓ here   - not here, and the lesson shows less   ✗ not here",
        "",
        "02 cannot run: without clang, not installed: what libbpf loads is compiled by it",
        "   fix  sudo apt-get install clang",
        "01 runs in part: without bpftrace, it counts alone",
        "3 lessons: 1 run, 1 in part, 1 cannot run",
    ]


def test_lessons_that_one_cause_stops_stand_together():
    """Features missing for one reason are one paragraph, with a fix; what else is missing, another.

    Long reasons are wrapped, fixes are not.
    """
    fix = f"sudo {'x' * 120}\n./lab"
    found = {
        "programs": Check("programs", "fault", "no right " * 20 + "to", fix),
        "tail calls": Check("tail calls", "fault", "no right " * 20 + "to", fix),
        "clang": Check("clang", "fault", "not installed", "apt-get install clang"),
        "bpftrace": Check("bpftrace", "fault", "not installed", "apt-get install bpftrace"),
    }
    four = [
        Lesson("01-a", ("programs",), {"bpftrace": "it counts alone"}),
        Lesson("02-b", ("programs", "tail calls")),
        Lesson("03-c", ("clang",)),
        Lesson("04-d", ("tail calls", "clang")),
        Lesson("05-e", (), {"bpftrace": "it counts alone"}),
    ]
    text = Survey(four, found).as_text().partition("\n\n")[2]
    assert " ".join(text.split()) == (
        "01 to 02, 04 cannot run: without programs, tail calls, " + "no right " * 20 + "to "
        f"fix sudo {'x' * 120} fix ./lab "
        "03 to 04 cannot run: without clang, not installed fix apt-get install clang "
        "05 runs in part: without bpftrace, it counts alone "
        "5 lessons: none run, 1 in part, 4 cannot run"
    )
    assert all(len(row) <= 100 for row in text.splitlines() if "fix" not in row)


def test_frames(machine, folder):
    """The notebook's tables: the same signs, and a row for each thing that is missing."""
    machine.remove("/usr/bin/clang")
    machine.remove("/usr/bin/bpftrace")
    found = lessons.survey(machine, folder)
    assert found.frame()["02"].to_dict() == {
        "programs": "✓", "clang": "✗", "two CPUs": "", "bpftrace": "",
    }  # fmt: skip
    rows = found.reasons()
    assert rows[["lesson", "without", "fix"]].values.tolist() == [
        ["01-one", "bpftrace", ""],
        ["02-two", "clang", "sudo apt-get install clang"],
    ]


def test_without_notebooks(machine, tmp_path):
    """A package that stands alone has no lessons, and says so."""
    found = lessons.survey(machine, tmp_path / "nowhere")
    assert (found.as_data(), found.found) == ([], {})
    assert "lessons are not here" in found.as_text()


def test_bare_machine(tmp_path):
    """The matrix needs nothing but the standard library, and knows all lessons of this clone."""
    said = on_a_bare_machine(
        tmp_path,
        "survey = doctor.survey(machine)",
        "print(survey.as_text())",
        "print(len(survey.as_data()), 'pandas' in sys.modules, 'bcc' in sys.modules)",
        seconds=60,
    )
    count = len(list(lessons.NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")))
    assert said.splitlines()[-1] == f"{count} False False"
    assert f"{count} lessons: none run, none in part, {count} cannot run" in said
