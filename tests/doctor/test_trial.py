"""The trial of a real program, in a child process."""

import sys
from pathlib import Path
from shlex import quote

from bpflab import doctor
from bpflab.doctor import Trial
from bpflab.doctor.trial import is_gone, last_lines, read_facts, try_program
from tests.machines import DONE


def test_one_trial(machine):
    """All checks share one trial, which gets the machine's time."""
    given = []
    machine.try_program = lambda seconds: given.append(seconds) or DONE
    machine.seconds = 3.5
    doctor.examine(machine)
    assert given == [3.5]


def test_deadline():
    """A trial that does not end is ended at its deadline, and says how far it came."""
    trial = try_program(0.001)
    assert (trial.timed_out, trial.stage, trial.left) == (True, "started", False)


def test_child_without_bcc(monkeypatch, tmp_path):
    """A Python without BCC gives a trial that found nothing, and no exception."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec {quote(sys.executable)} -I -S "$@"\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    assert try_program(8) == Trial()


def test_child_with_an_impostor(monkeypatch, tmp_path):
    """A `bcc` without BPF is found out, also when importing it fails."""
    (tmp_path / "bcc.py").write_text("class Lattice: pass\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # a folder of ours alone is not looked at
    trial = try_program(8)
    assert (Path(trial.file).name, trial.genuine, trial.stage) == ("bcc.py", False, "imported")
    (tmp_path / "bcc.py").write_text("print 'Python 2'\n")
    trial = try_program(8)
    assert (trial.genuine, trial.stage) == (False, "found")
    assert "SyntaxError" in trial.error


def test_child_that_dies(monkeypatch, tmp_path):
    """A process that LLVM ends gives a trial with the stage it reached and its last words."""
    (tmp_path / "bcc").mkdir()
    (tmp_path / "bcc" / "libbcc.py").write_text("")
    text = """
import os
from bcc import libbcc
__version__ = "0.99"
class BPF:
    def __init__(self, text):
        os.write(1, b"said on fd 1\\n")
        os.write(2, b"LLVM ERROR: out of \\x1b[31mstack\\n    ^ caret\\n")
        os._exit(1)
"""
    (tmp_path / "bcc" / "__init__.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # a folder of ours alone is not looked at
    trial = try_program(8)
    assert (trial.stage, trial.genuine, trial.version) == ("imported", True, "0.99")
    assert trial.error == "said on fd 1 | LLVM ERROR: out of \\x1b[31mstack"


def test_read_facts():
    """Later lines win, unknown facts and a last line cut short are left out."""
    said = b'{"stage": "found", "file": "f", "new": 1}\n{"stage": "compiled"}\n{"stage": "lo'
    assert read_facts(said) == Trial(stage="compiled", file="f")
    assert read_facts(b"") == Trial()


def test_last_lines():
    """Of what was printed the last three lines that say something remain, on one line."""
    printed = b"a\nb\n\nTraceback (most recent call last):\n  File x\n    raise\nc\nException: d\n"
    assert last_lines(printed) == "b | c | Exception: d"


def test_is_gone():
    """No program has the id 2**32 - 1."""
    assert is_gone(2**32 - 1)
