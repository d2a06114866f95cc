"""Workloads: real commands, counted, pinned, bounded, and nothing left behind."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import bpflab
from bpflab import LabError
from bpflab.workload.ran import Run
from bpflab.workload.runs import run
from tests.workload.conftest import children

TRUE, FALSE, SH, SLEEP = "/usr/bin/true", "/usr/bin/false", "/bin/sh", "/usr/bin/sleep"
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


def interrupted_after(seconds):
    """Return a started timer that sends this process a Ctrl-C."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    return timer


def test_a_command_runs_as_often_as_asked():
    """Each of 23 times is one process of its own, and its status is kept."""
    done = run(TRUE, times=23)

    assert len(done) == len(set(done.pids)) == 23
    assert done.returncodes == (0,) * 23
    assert done.paths == (TRUE,) * 23


def test_one_process_and_one_execve_each(tmp_path):
    """The command's parent is this process: no shell and no second program in between."""
    out = tmp_path / "out"

    done = run(SH, "-c", f'echo $$ $PPID >> "{out}"', times=3)

    assert out.read_text() == "".join(f"{pid} {os.getpid()}\n" for pid in done.pids)


def test_commands_read_and_print_nothing(capfd):
    """Standard input is empty at once; what a command prints does not reach the notebook."""
    assert run("/usr/bin/cat").returncodes == (0,)
    assert run(SH, "-c", "echo out; echo err >&2").returncodes == (0,)
    assert capfd.readouterr() == ("", "")


def test_a_failing_command_is_no_error():
    """An exit status or a signal is data."""
    done = run(SH, "-c", "exit 7") + run(SH, "-c", "kill -9 $$")

    assert done.returncodes == (7, -9)


def test_runs_join_and_know_their_pids():
    """A sum keeps paths, pids and statuses in order, and knows whose a pid is."""
    first, second = run(TRUE, times=2), run(FALSE)

    both = first + second

    assert both.paths == (TRUE, TRUE, FALSE)
    assert both.pids == first.pids + second.pids
    assert both.returncodes == (0, 0, 1)
    assert all(pid in both for pid in second.pids)
    assert second.pids[0] not in first
    assert os.getpid() not in both


def test_the_text_of_a_run_repeats():
    """It names no pids."""
    shown = [repr(run(TRUE, times=2) + run(FALSE)) for _ in range(2)]

    assert shown == ["Run(2 x /usr/bin/true, 1 x /usr/bin/false, 1 failed)"] * 2
    assert repr(Run((), (), ())) == "Run()"
    assert repr(Run(("/tmp/\x1b\n",), (1,), (0,))) == "Run(1 x /tmp/\\x1b\\n)"


@pytest.mark.parametrize(
    "name", [b"<script>", b"a\nb", b"\x1b[31mred", b"\xff\xfe", b"$x$ 'y' \"z"]
)
def test_hostile_names_run(tmp_path, name):
    """A path is bytes: any of them can be executed, and is shown escaped."""
    path = os.fsencode(tmp_path) + b"/" + name
    shutil.copy(TRUE, path)

    done = run(path, times=2)

    assert (done.paths, done.returncodes) == ((path, path), (0, 0))
    assert "\x1b" not in repr(done)
    assert "\n" not in repr(done)


def test_a_path_object_is_a_path():
    """pathlib's paths are taken as the names they stand for."""
    assert run(Path(TRUE)).paths == (TRUE,)


@pytest.mark.parametrize(("name", "fix"), [("true", f"run({TRUE!r})"), ("./no-such", ""), ("", "")])
def test_a_name_without_a_directory_is_refused(name, fix):
    """PATH search would make several execve calls; the fault names the path that was meant."""
    with pytest.raises(LabError, match="not an absolute path") as caught:
        run(name)

    assert caught.value.kind == "not-absolute"
    assert caught.value.fix in (fix, fix.replace("/usr/bin", "/bin"))


def test_what_cannot_be_executed_is_named(tmp_path):
    """A missing file, a directory, a file without x, a NUL, and text without #! each say so."""
    plain = tmp_path / "plain"
    plain.write_text("no program\n")
    text = tmp_path / "text"
    text.write_text("no program\n")
    text.chmod(0o755)

    for path, said in [
        ("/usr/bin/no-such-command", "no file"),
        (tmp_path, "no file"),
        ("/usr/bin/tr\0ue", "no file /usr/bin/tr\\x00ue"),
        ("/tmp/\ud800", "no file"),
        (plain, "not executable"),
        (text, os.strerror(errno.ENOEXEC)),
    ]:
        with pytest.raises(LabError, match=said.replace("\\", "\\\\")) as caught:
            run(path)
        assert caught.value.kind == "no-command"


@pytest.mark.parametrize(("head", "fix"), [("#!/bin/sh\n", "chmod +x"), ("root:x:0:0\n", "")])
def test_only_a_program_is_to_be_made_executable(tmp_path, head, fix):
    """A script is; a file of the system's, as /etc/passwd, is no program at all."""
    path = tmp_path / "file"
    path.write_text(head)
    with pytest.raises(LabError, match="not executable") as caught:
        run(path)
    assert caught.value.fix == (f"{fix} {path}" if fix else "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run(TRUE, times="3"), "times is '3'"),
        (lambda: run(TRUE, times=1.5), "times is 1.5"),
        (lambda: run(TRUE, times=-1), "times is -1"),
        (lambda: run(TRUE, 5), "args is 5"),
        (lambda: run([TRUE, "-l"]), "path is"),
        (lambda: run(TRUE, cpu="0"), "cpu is '0'"),
        (lambda: run(TRUE, uid="root"), "uid is 'root'"),
        (lambda: run(TRUE, uid=-1), "uid is -1"),
        (lambda: run(TRUE, uid=2**40), "uid is 1099511627776"),
        (lambda: run(TRUE, deadline_s="1"), "deadline_s is '1'"),
        (lambda: run(TRUE, "a\0b"), r"cannot be given 'a\\\\x00b'"),
        (lambda: run(TRUE, "\ud800"), r"cannot be given '\\\\ud800'"),
        (lambda: run(TRUE, time=3), "no argument 'time'"),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(call, message):
    """Before anything runs; no exception of Python's own comes out."""
    with pytest.raises(LabError, match=message) as caught:
        call()
    assert caught.value.kind == "argument"


def test_the_parts_of_a_command_are_no_list():
    """The refusal shows the call that was meant."""
    with pytest.raises(LabError) as caught:
        run(["/usr/bin/ls", "-l"])
    assert caught.value.fix == "run('/usr/bin/ls', '-l')"


def test_a_command_stays_on_its_cpu(tmp_path):
    """The command's own mask holds the one CPU, and this thread's mask comes back."""
    out = tmp_path / "cpus"
    show = f"import os; print(os.sched_getaffinity(0), file=open({str(out)!r}, 'a'))"
    before = os.sched_getaffinity(0)

    for cpu in sorted(before):
        assert run(sys.executable, "-c", show, cpu=cpu).returncodes == (0,)
        assert os.sched_getaffinity(0) == before

    assert out.read_text() == "".join(f"{{{cpu}}}\n" for cpu in sorted(before))


@pytest.mark.parametrize("cpu", [-1, 100_000, 10**30])
def test_a_cpu_that_is_not_there_is_named_with_those_that_are(cpu):
    """Nothing runs, and the fault lists this process's CPUs."""
    with pytest.raises(LabError, match=f"CPU {cpu} is not there") as caught:
        run(TRUE, cpu=cpu)

    assert caught.value.kind == "no-cpu"
    assert ", ".join(map(str, sorted(os.sched_getaffinity(0)))) in caught.value.fix


@as_root
def test_a_command_runs_as_another_user():
    """User and group are that user's, none of this process's groups stay, and it keeps them."""
    check = 'test "$(id -u):$(id -G)" = 65534:65534'
    before = os.getgroups()
    os.setgroups([54321])
    try:
        assert run(SH, "-c", check, uid=NOBODY).returncodes == (0,)
        assert (os.geteuid(), os.getgroups()) == (0, [54321])
    finally:
        os.setgroups(before)


@as_root
def test_a_uid_without_an_entry_is_a_user_too():
    """The group is then the one of the same number."""
    check = 'test "$(id -u):$(id -G)" = 54321:54321'

    assert run(SH, "-c", check, uid=54321).returncodes == (0,)


def test_another_uid_without_privilege_is_refused():
    """The fault names the capabilities; one's own uid needs none."""
    script = (
        "import os\n"
        "from bpflab.workload.runs import run\n"
        "from bpflab import LabError\n"
        "print(run('/usr/bin/true', uid=os.geteuid()))\n"
        "try: run('/usr/bin/true', uid=0)\n"
        "except LabError as fault: print(fault.kind, fault.why)\n"
    )
    source = Path(bpflab.__file__).parents[1]
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    for needed in (sys.executable, bpflab.__file__):
        if subprocess.run(["/usr/bin/test", "-r", needed], **user).returncode:
            pytest.skip("this directory is closed to other users")
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(source)},
        **user,
    )
    assert done.stdout.splitlines() == [
        "Run(1 x /usr/bin/true)",
        "privilege To become another user it needs CAP_SETUID and CAP_SETGID.",
    ], done.stderr


def test_the_deadline_ends_the_command():
    """It is killed and reaped long before its own end, and the fault says how far it got."""
    began = time.monotonic()

    with pytest.raises(LabError, match=r"it had not finished after 0\.3 s") as caught:
        run(SLEEP, "60", deadline_s=0.3, times=3)

    assert caught.value.kind == "deadline"
    assert caught.value.why == "0 of 3 runs were complete."
    assert time.monotonic() - began < 10


def test_the_deadline_is_for_all_times_together(monkeypatch):
    """Short commands pile up to it; none is started after it."""
    with pytest.raises(LabError, match=r"it had not finished after 0\.5 s"):
        run(SLEEP, "0.2", deadline_s=0.5, times=1000)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("it was started"))
    with pytest.raises(LabError, match="it had not finished after 0 s"):
        run(TRUE, deadline_s=0)


def test_an_interrupt_ends_the_command():
    """Ctrl-C comes through; the command is gone and the CPUs are as before (see the fixture)."""
    cpu = min(os.sched_getaffinity(0))
    began = time.monotonic()
    timer = interrupted_after(0.3)

    with pytest.raises(KeyboardInterrupt):
        run(SLEEP, "60", cpu=cpu)

    timer.join()
    assert time.monotonic() - began < 10


def test_an_interrupt_at_any_moment_leaves_nothing():
    """Also while the child is being started, when nothing holds its pid yet."""
    before = children()
    chance = random.Random(23)
    for _ in range(20):
        timer = threading.Timer(chance.uniform(0, 0.004), os.kill, (os.getpid(), signal.SIGINT))
        try:
            timer.start()
            run(SLEEP, "60", times=2)
        except KeyboardInterrupt as interrupt:
            assert interrupt.__traceback__  # kept, as a notebook keeps it with all its frames
            assert children() == before
        timer.join()


def test_a_whole_line_is_taken_apart_in_the_advice():
    """Words in one text, or in a list; nothing is advised where the first word is no file."""
    for given in ("/usr/bin/true -l a", ["/usr/bin/true", "-l", "a"]):
        with pytest.raises(LabError) as caught:
            run(given)
        assert caught.value.fix == "run('/usr/bin/true', '-l', 'a')"
    with pytest.raises(LabError) as caught:
        run("/no/such -l")
    assert caught.value.fix == ""
