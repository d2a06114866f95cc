"""bpftrace beside a lesson, played by a script."""

import contextlib
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bpflab import LabError
from bpflab.workload import bpftrace as module
from bpflab.workload.bpftrace import bpftrace

PYTHON = Path(sys.executable).resolve()  # the distribution's, for a venv's path may have spaces
BEGIN = f"#!{PYTHON}\nimport json, signal, sys, time\n"
SPEAKS = """
def say(kind, data): print(json.dumps({"type": kind, "data": data}), flush=True)
say("attached_probes", {"probes": 3})
"""
SIGNS = """
for n in (2, 1): time.sleep(0.05); say("printf", f"bpflab-{n}")
"""
MAPS = """
def end(*_): say("map", {"@": {"59": 3}}); say("map", {"@n": 3}); sys.exit(0)
signal.signal(signal.SIGINT, end)
"""
STAYS = "\nwhile True: time.sleep(1)\n"


@pytest.fixture
def plays(tmp_path, monkeypatch):
    """Put a script in the place of bpftrace."""

    def install(*parts):
        script = tmp_path / "bpftrace"
        script.write_text(BEGIN + "".join(parts))
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(tmp_path))
        return script

    return install


def test_its_maps_come_back(plays):
    """All of them, after what should happen has happened once."""
    plays(SPEAKS, MAPS, SIGNS, STAYS)
    happened = []
    assert bpftrace("x { }", lambda: happened.append(1)) == {"@": {"59": 3}, "@n": 3}
    assert happened == [1]


def test_it_is_waited_for_until_it_is_attached(plays, tmp_path):
    """Not only until it says that it will be: both of the probes around the line must speak."""
    mark = tmp_path / "attached"
    late = f"\ntime.sleep(0.3); open({str(mark)!r}, 'w').close()\n"
    plays(SPEAKS, MAPS, 'say("printf", "bpflab-1")\n', late, 'say("printf", "bpflab-2")\n', STAYS)
    seen = []
    bpftrace("x { }", lambda: seen.append(mark.exists()))
    assert seen == [True]


def test_the_line_stands_between_two_probes_that_speak(plays, tmp_path):
    """So that it has been attached when both have spoken, in whatever order it attaches."""
    told = tmp_path / "told"
    plays(f"open({str(told)!r}, 'w').write(sys.argv[-1])\n", SPEAKS, MAPS, SIGNS, STAYS)
    bpftrace("tracepoint:a:b { @ = count(); }", lambda: None)
    first, line, last = told.read_text().partition("tracepoint:a:b { @ = count(); }")
    assert line and "bpflab-1" in first and "bpflab-2" in last


def test_it_need_not_be_there(monkeypatch, tmp_path):
    """Then nothing happens, and the package is named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError) as caught:
        bpftrace("x { }", pytest.fail)
    assert caught.value.kind == "no-bpftrace"
    assert "apt install" in caught.value.fix


def test_what_it_refuses_is_quoted(plays):
    """Its last line, made safe; nothing happens."""
    plays('sys.stderr.write("WARNING: one\\nERROR: only \\x1b[1mroot\\n"); sys.exit(1)\n')
    with pytest.raises(LabError) as caught:
        bpftrace("x { }", pytest.fail)
    assert caught.value.why == "ERROR: only \\x1b[1mroot."


def test_one_that_is_never_attached_is_given_up(plays, monkeypatch):
    """Within the deadline."""
    monkeypatch.setattr(module, "DEADLINE_S", 0.5)
    plays(SPEAKS, STAYS)
    with pytest.raises(LabError, match="does not run here") as caught:
        bpftrace("x { }", pytest.fail)
    assert "not attached" in caught.value.why


def test_one_that_does_not_end_is_ended(plays, monkeypatch):
    """It ignores the signal, and is killed."""
    monkeypatch.setattr(module, "DEADLINE_S", 5.0)
    plays("signal.signal(signal.SIGINT, signal.SIG_IGN)\n", SPEAKS, SIGNS, STAYS)
    with pytest.raises(LabError) as caught:
        bpftrace("x { }", lambda: None)
    assert "did not end" in caught.value.why


def test_it_ends_with_who_started_it(plays, tmp_path):
    """A process that is killed while bpftrace is attached leaves no tracing behind."""
    told = tmp_path / "pid"
    plays(SPEAKS, f"import os; open({str(told)!r}, 'w').write(str(os.getpid()))\n", SIGNS, STAYS)
    happens = "lambda: os.kill(os.getpid(), 9)"
    killed = f"import os; from bpflab import bpftrace\nbpftrace('x {{}}', {happens})"
    subprocess.run([sys.executable, "-c", killed], check=False, timeout=60)
    state = Path(f"/proc/{told.read_text()}/stat")
    ends = time.monotonic() + 20
    with contextlib.suppress(FileNotFoundError):
        while state.read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < ends
            time.sleep(0.02)
