"""The doctor names each fault of a machine with the line that mends it."""

import json

import pytest

from bpflab import doctor
from bpflab.doctor import Check
from bpflab.doctor.lessons import Lesson
from tests.machines import FILES, on_a_bare_machine


def test_healthy(machine):
    """A machine that lacks nothing gets fifteen checks, all ok, none with a fix."""
    checks = doctor.examine(machine)
    assert [(check.status, check.fix) for check in checks] == [("ok", "")] * 15
    assert len({check.name for check in checks}) == 15


def test_fixes_can_be_pasted(machine):
    """On a machine that lacks everything, each line of each fix is a command or a comment."""
    for name in FILES:
        machine.remove(name)
    machine.arch = "riscv64"
    machine.sys_path = ()
    machine.with_trial(ImportError("No module named 'numpy'"))
    checks = doctor.examine(machine)
    assert [c.name for c in checks if c.status == "ok"] == ["python", "kernel", "lockdown"]
    starts = ("#", "sudo ", "./lab", "rm -rf .venv", "unset ")
    assert all(line.startswith(starts) for c in checks if c.fix for line in c.fix.splitlines())
    assert all(c.fix for c in checks if c.status != "ok")


@pytest.mark.parametrize("status, code", [("ok", 0), ("note", 0), ("fault", 1)])
def test_main(monkeypatch, capsys, status, code):
    """The exit status is 1 for a fault and 0 for a note, in words and as JSON."""
    monkeypatch.setattr(doctor, "examine", lambda machine: [Check("jit", status, "found", "fix")])
    monkeypatch.setattr(doctor, "survey", lambda machine: doctor.Survey([], {}))
    assert doctor.main(in_json=True) == code
    shown = json.loads(capsys.readouterr().out)
    check = {"name": "jit", "status": status, "found": "found", "fix": "fix"}
    assert shown == {"checks": [check], "lessons": []}
    assert doctor.main() == code
    assert "fix  fix" in capsys.readouterr().out


def test_main_with_a_lesson_that_cannot_run(monkeypatch, capsys):
    """A lesson that cannot run is a fault, whatever the checks say."""
    lesson = Lesson("07-x", needs=("two CPUs",))
    survey = doctor.Survey([lesson], {"two CPUs": Check("two CPUs", "fault", "one", "buy")})
    monkeypatch.setattr(doctor, "examine", lambda machine: [])
    monkeypatch.setattr(doctor, "survey", lambda machine: survey)
    assert doctor.main() == 1
    assert capsys.readouterr().out.endswith("1 lessons: 0 ok, 0 notes, 1 fault\n")


def test_bare_machine(tmp_path):
    """The doctor needs nothing but the standard library, and ends with a fault, not a traceback."""
    printed = on_a_bare_machine(
        tmp_path,
        "print(doctor.as_text(doctor.examine(machine)))",
        "print('pandas' in sys.modules, 'numpy' in sys.modules, 'bcc' in sys.modules)",
        seconds=20,
    )
    assert printed.splitlines()[-1] == "False False False"
