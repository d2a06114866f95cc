"""What befalls the set-up: no network, a full disk, somebody else's files, Ctrl-C, a kill."""

import os
import signal
import subprocess
import time

import pytest

from tests.lab.machine import PYTHON

# What pip prints without a network: since all is pinned, it ends with a conflict of versions.
PIP_ALONE = """
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: refused': /x/
ERROR: ResolutionImpossible: for help visit the page on dependency conflicts
"""
NO_NETWORK = f"printf %b {PIP_ALONE!r}; exit 1"
APT_ALONE = "Err:1 http://archive.example bookworm InRelease\n  Temporary failure resolving 'x'"


def test_apts_own_words_are_the_reason(machine):
    """When apt-get cannot install, and no environment is begun."""
    machine.stub("dpkg-query")
    body = 'case "$*" in *install*) echo "E: Failed to fetch"; echo bye; exit 100 ;; esac'
    machine.stub("apt-get", body)
    assert machine.refuses("run", "01").endswith("E: Failed to fetch")
    assert not machine.venv.exists()


def test_apt_without_a_network(machine):
    """The missing network is the reason, not the package that apt does not know then."""
    machine.stub("dpkg-query")
    body = f'update*) echo "{APT_ALONE}" ;; *) echo "E: Unable to locate package"; exit 100'
    machine.stub("apt-get", f'case "${{*: -1}}" in {body} ;; esac')
    says = machine.refuses("run", "01")
    assert "there is no network" in says and "Temporary failure resolving" in says


def test_pip_without_a_network(machine):
    """The missing network is the reason, not pip's conflict of versions; nothing stays."""
    machine.stub_python("*-m\\ pip*", NO_NETWORK)
    says = machine.refuses("run", "01")
    assert "there is no network" in says and "NewConnectionError" in says
    assert "ResolutionImpossible" not in says
    assert not machine.venv.exists()


def test_an_environment_that_worked_goes_on_without_a_network(machine):
    """After a pull this is printed, and the next run asks again; other faults of pip are faults."""
    machine.runs("run", "01")
    stamp = (machine.venv / "lab-stamp").read_text()
    with (machine.clone / "constraints.txt").open("a") as file:
        file.write("# newer\n")
    machine.stub_python("*-m\\ pip*", NO_NETWORK)
    for _ in range(2):
        printed = machine.runs("run", "01")
        assert "There is no network." in printed
        assert printed.splitlines()[-1] == "python -m bpflab run 01"
    assert (machine.venv / "lab-stamp").read_text() == stamp
    assert "there is no network" in machine.refuses("test", "-k", "x")  # those were never there
    machine.stub_python("*-m\\ pip*", "echo ERROR: no such; exit 1")
    assert machine.refuses("run", "01").endswith("ERROR: no such")
    assert (machine.venv / "bin/python").exists()


def test_a_killed_pip_is_a_reason(machine):
    """A set-up whose pip is killed says so, and nothing else."""
    machine.stub_python("*-m\\ pip*", "kill -9 $$")
    assert "it was killed (signal 9)" in machine.refuses("run", "01")
    assert not machine.venv.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk_is_a_reason(machine):
    """A set-up that fills its disk says that it is full."""
    fill = 'mkdir "$folder" && cat /dev/zero >"$folder/x"; exit 1'
    body = PYTHON.replace('mkdir -p "$folder/bin"', fill)
    machine.stub("python3", body)
    disk = machine.root / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], check=True)
    try:
        says = machine.refuses("run", "01", BPFLAB_LOCAL=str(disk))
    finally:
        subprocess.run(["umount", disk], check=True)
    assert says.endswith("is full")


def test_a_clone_that_cannot_be_written_to(machine):
    """It is one sentence, with what helps."""
    says = machine.refuses("run", "01", BPFLAB_LOCAL="/proc")
    assert "nothing can be written into /proc" in says and "a clone of your own" in says


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_set_up_of_another_user(machine):
    """Who ran it with sudo is to clean with sudo; in another's clone, to make one's own."""
    machine.venv.mkdir()
    machine.become_user()
    os.chown(machine.venv, 12345, -1)
    machine.stub("stat", "echo root")
    assert "sudo ./lab clean" in machine.refuses("run", "01")
    machine.stub("stat", "echo teacher")
    says = machine.refuses("run", "01")
    assert "belongs to teacher" in says and "a clone of your own" in says


def test_one_at_a_time(machine):
    """While one ./lab sets up, another one ends."""
    (machine.clone / ".lab").mkdir()
    lock = machine.clone / ".lab/lock"
    with subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE) as holder:
        wait_until(lambda: subprocess.run(["flock", "-n", lock, "true"]).returncode == 1)
        assert "another ./lab" in machine.refuses("run", "01")
        holder.communicate()


def wait_until(happened):
    """Wait until *happened* returns true."""
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def start_pip(machine, body):
    """Start ./lab, and return it once pip, which does *body*, runs."""
    machine.stub_python("*-m\\ pip*", f'touch "$HOME/pip"; {body}')
    lab = machine.start("run", "01")
    wait_until(lambda: (machine.root / "home/pip").exists() or lab.poll() is not None)
    return lab


by_key_or_kill = pytest.mark.parametrize(
    ("send", "signum"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)], ids=["key", "kill"]
)


@by_key_or_kill
def test_an_interrupt_leaves_nothing_behind(machine, send, signum):
    """Neither half an environment nor a process."""
    with start_pip(machine, "exec sleep 1") as lab:
        assert machine.venv.exists()
        time.sleep(0.2)  # from the stub's touch to its sleep
        send(lab.pid, signum)
        assert lab.wait(timeout=20) == 130
    assert not machine.venv.exists()
    wait_until(lambda: not alive(lab.pid))  # the clock's last second may still run


@by_key_or_kill
def test_an_interrupt_ends_both_guests(machine, send, signum):
    """The one in the foreground, and the one beside it, which has a minute to go."""
    began = [machine.root / f"home/{guest}" for guest in ("newest", "debian-12")]
    body = 'touch "$HOME/$5"; [[ $5 == newest ]] && exec sleep 60 || exec sleep 1'
    machine.stub_python("*bpflab.vm\\ test*", body)
    with machine.start("test", "--rest") as lab:
        wait_until(lambda: all(file.exists() for file in began))
        time.sleep(0.2)  # from the stub's touch to its sleep
        send(lab.pid, signum)
        assert lab.wait(timeout=20) == 130
    wait_until(lambda: not alive(lab.pid))


def alive(group):
    """Tell whether a process group has a process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupt_that_has_to_wait_says_so(machine):
    """While a command that defers Ctrl-C, as dpkg does, comes to its end."""
    with start_pip(machine, "trap : INT; sleep 0.3; sleep 0.3; exit 1") as lab:
        time.sleep(0.1)  # from the stub's touch to its trap
        os.killpg(lab.pid, signal.SIGINT)
        printed, _ = lab.communicate(timeout=20)
    assert lab.returncode == 130
    assert "Interrupted: the step that runs now ends first." in printed


def test_a_killed_set_up_leaves_no_clock_and_no_race(machine):
    """When ./lab itself is killed its clock ends, and the next one waits for what still runs."""
    with start_pip(machine, "exec sleep 1") as lab:
        os.kill(lab.pid, signal.SIGKILL)
        lab.wait(timeout=10)
        assert "another ./lab is busy" in machine.refuses("run", "01")
        lab.communicate(timeout=20)  # all that could print has ended, the clock too
    lock = machine.clone / ".lab/lock"
    subprocess.run(["flock", "-w", "20", lock, "true"], check=True)  # and now pip
    machine.stub("python3", PYTHON)
    machine.runs("run", "01")
