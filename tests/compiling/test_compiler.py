"""A compiler in a process of its own: what it is given, what it gives, and how it may end."""

import errno
import os
import signal
import subprocess
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from bpflab import LabError
from bpflab.compiling import compiler


def run(command, text=b"", folder=Path("/")):
    """Run a command as the compiler of a.c."""
    return compiler.run("a.c", text, partial(compiler.start, "a.c", list(command), folder))


def fault(*command, text=b""):
    """Return the LabError that such a compiler ends in."""
    with pytest.raises(LabError) as caught:
        run(command, text)
    return caught.value


def test_it_gets_the_text_and_gives_what_it_printed(tmp_path):
    """On each channel apart, and in the folder that was asked for."""
    done = run(["/bin/sh", "-c", "cat; pwd; echo moon >&2; exit 3"], b"C ", tmp_path)
    assert (done.stdout, done.stderr) == (f"C {tmp_path}\n".encode(), b"moon\n")
    assert done.returncode == 3


def test_it_has_a_deadline(monkeypatch, tmp_path):
    """It is ended then, and its source named."""
    monkeypatch.setattr(compiler, "DEADLINE_S", 0.2)
    script = f"echo $$ >{tmp_path}/pid; exec sleep 60"
    error = fault("/bin/sh", "-c", script)
    assert (error.kind, error.message) == ("deadline", "a.c did not compile within 0 s.")
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_who_kills_it_is_named():
    """The kernel does so when memory runs out."""
    assert fault("/bin/sh", "-c", "kill -9 $$").kind == "killed"


def test_there_may_be_none():
    """Which is not taken for a lack of memory."""
    error = fault("no-such-compiler")
    assert (error.kind, error.message) == ("no-compiler", "There is no no-such-compiler here.")


@pytest.mark.parametrize("code", [errno.ENOMEM, errno.EAGAIN])
def test_no_process_may_be_had(monkeypatch, code):
    """No memory or no more processes: said with what to do."""

    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    error = fault("/bin/true")
    assert error.kind == "memory"
    assert os.strerror(code) in error.message
    assert "Close the kernels" in error.fix


def test_no_descriptor_is_left(monkeypatch):
    """Named as what it is, with the limit to raise; closing other notebooks would not help."""

    def refuse(*_, **__):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    error = fault("/bin/true")
    assert error.kind == "descriptors"
    assert "ulimit -n" in error.fix and "notebooks" not in error.fix


def test_an_interrupt_ends_it_at_once(tmp_path):
    """Ctrl-C does not wait for a compiler, and leaves none."""
    script = f"echo $$ >{tmp_path}/pid; exec sleep 60"

    def interrupt():
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run(["/bin/sh", "-c", script])
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_it_is_in_a_group_of_its_own():
    """Jupyter interrupts all processes of a notebook's group: a waiting child is not in it."""
    done = run(["/bin/sh", "-c", "ps -o pgid= -p $$; echo $$"])
    group, pid = done.stdout.split()
    assert group == pid
