"""What befalls the `lab` script's set-up: no network, a full disk, a kill; on made-up machines."""

import os
import signal
import subprocess
import time

import pytest

from tests.test_lab_script import PYTHON, Machine, machine, refused  # noqa: F401  a fixture

# What pip prints without a network: since all is pinned, it ends with a conflict of versions.
PIP_ALONE = """
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: refused': /x/
ERROR: ResolutionImpossible: for help visit the page on dependency conflicts
"""
APT_ALONE = "Err:1 http://archive.example bookworm InRelease\n  Temporary failure resolving 'x'"


def stub_pip(machine: Machine, body: str) -> None:  # noqa: F811
    """Let pip do what a shell's *body* says, in this machine's venv and in those to come."""
    python = PYTHON.replace("    *) echo", f"    *pip*) {body} ;;\n    *) echo")
    machine.stub("python3", python)
    made = machine.clone / ".venv/bin/python"
    if made.exists():
        made.write_bytes((machine.root / "bin/python3").read_bytes())


def test_pip_without_a_network_is_said_so(machine: Machine) -> None:  # noqa: F811
    """pip's conflict of versions is not what is wrong: there is no network."""
    stub_pip(machine, f"printf %b {PIP_ALONE!r}; exit 1")
    says = refused(machine.lab("run", "01"))
    assert "there is no network" in says and "NewConnectionError" in says
    assert "ResolutionImpossible" not in says
    assert not (machine.clone / ".venv").exists()


def test_apt_without_a_network_is_said_so(machine: Machine) -> None:  # noqa: F811
    """apt's unknown package is not what is wrong, and no other distribution's is asked for."""
    machine.stub("dpkg-query")
    machine.stub("bpftool", "exit 1")
    body = f'update*) echo "{APT_ALONE}" ;; *) echo "E: Unable to locate package"; exit 100'
    machine.stub("apt-get", f'case "${{*: -1}}" in {body} ;; esac')
    says = refused(machine.lab("run", "01"))
    assert "there is no network" in says and "Temporary failure resolving" in says
    (install,) = [call for call in machine.calls if call.startswith("apt-get") and " -y " in call]
    assert install.split()[-1] == "bpftool"


def test_an_old_environment_goes_on_without_a_network(machine: Machine) -> None:  # noqa: F811
    """After a pull the packages that are there serve, this is said, and the next run asks again."""
    assert machine.lab("run", "01").returncode == 0
    stamp = (machine.clone / ".venv/lab-stamp").read_text()
    with (machine.clone / "pyproject.toml").open("a") as file:
        file.write("# newer\n")
    stub_pip(machine, f"printf %b {PIP_ALONE!r}; exit 1")
    for _ in range(2):
        done = machine.lab("run", "01")
        assert done.returncode == 0, done
        assert "There is no network." in done.stdout
        assert done.stdout.splitlines()[-1] == "python -m bpflab run 01"
    assert (machine.clone / ".venv/lab-stamp").read_text() == stamp
    # The tests' packages were never there.
    assert "there is no network" in refused(machine.lab("test", "-k", "x"))


def test_a_killed_pip_is_a_reason(machine: Machine) -> None:  # noqa: F811
    """A set-up whose pip is killed says so, and nothing else."""
    stub_pip(machine, "kill -9 $$")
    done = machine.lab("run", "01")
    assert "it was killed (signal 9)" in refused(done)
    assert not (machine.clone / ".venv").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk_is_a_reason(machine: Machine) -> None:  # noqa: F811
    """A set-up that fills its disk says that it is full."""
    machine.stub(
        "python3", PYTHON.replace('mkdir -p "$4/bin"', 'mkdir "$4" && cat /dev/zero >"$4/x"')
    )
    disk = machine.root / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], check=True)
    try:
        says = refused(machine.lab("run", "01", BPFLAB_LOCAL=str(disk)))
    finally:
        subprocess.run(["umount", disk], check=True)
    assert says.endswith("is full")


def test_what_pip_puts_elsewhere_is_no_set_up(machine: Machine) -> None:  # noqa: F811
    """The stamp is given to packages that can be imported alone."""
    stub_pip(machine, "exit 0")
    python = (machine.root / "bin/python3").read_text()
    python = python.replace(
        "    *pip*)", '    *"import bpflab"*) echo "No module"; exit 1 ;;\n    *pip*)'
    )
    (machine.root / "bin/python3").write_text(python)
    for _ in range(2):
        assert "does not work: No module" in refused(machine.lab("run", "01"))
        assert not (machine.clone / ".venv/lab-stamp").exists()


def test_pips_places_are_ours(machine: Machine) -> None:  # noqa: F811
    """A user's PIP_PREFIX, PIP_TARGET and the like lead no package away from the venv."""
    stub_pip(machine, "env | grep ^PIP_ >$HOME/pip")
    elsewhere = dict.fromkeys(("PIP_PREFIX", "PIP_TARGET", "PIP_ROOT"), "/x")
    assert machine.lab("run", "01", PIP_REQUIRE_HASHES="1", **elsewhere).returncode == 0
    given = {line.partition("=")[0] for line in (machine.root / "home/pip").read_text().split()}
    assert "PIP_CONSTRAINT" in given and not given & {*elsewhere, "PIP_REQUIRE_HASHES"}


def started(machine: Machine, lab: subprocess.Popen[str], body: str) -> None:  # noqa: F811
    """Wait until pip, which does *body*, runs in this ./lab."""
    deadline = time.monotonic() + 20
    while not (machine.root / "home/pip").exists():
        assert lab.poll() is None and time.monotonic() < deadline, body
        time.sleep(0.05)


def test_a_killed_set_up_leaves_no_clock_and_no_race(machine: Machine) -> None:  # noqa: F811
    """When ./lab itself is killed its clock ends, and the next one waits for what still runs."""
    body = "touch $HOME/pip; exec sleep 2"
    stub_pip(machine, body)
    with machine.start("run", "01") as lab:
        started(machine, lab, body)
        os.kill(lab.pid, signal.SIGKILL)
        lab.wait(timeout=10)
        assert "another ./lab is busy" in refused(machine.lab("run", "01"))
        lab.communicate(timeout=20)  # all that could print has ended, the clock too
    lock = machine.clone / ".lab/lock"
    subprocess.run(["flock", "-w", "20", lock, "true"], check=True)  # and now pip
    stub_pip(machine, "exit 0")
    assert machine.lab("run", "01").returncode == 0


def test_an_interrupt_that_has_to_wait_says_so(machine: Machine) -> None:  # noqa: F811
    """While a command that defers Ctrl-C, as dpkg does, comes to its end, the screen says it."""
    body = "trap : INT; touch $HOME/pip; sleep 1; sleep 1; exit 1"
    stub_pip(machine, body)
    with machine.start("run", "01") as lab:
        started(machine, lab, body)
        os.killpg(lab.pid, signal.SIGINT)
        said, _ = lab.communicate(timeout=20)
    assert lab.returncode == 130
    assert "Interrupted: what runs comes to its end first." in said


def test_a_clone_that_cannot_be_written_to(machine: Machine) -> None:  # noqa: F811
    """It is one sentence, with what helps."""
    says = refused(machine.lab("run", "01", BPFLAB_LOCAL="/proc"))
    assert "nothing can be written into /proc" in says and "a clone of your own" in says


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_set_up_of_another_user(machine: Machine) -> None:  # noqa: F811
    """Who ran it with sudo is told to clean with sudo; in another's clone, to make one's own."""
    made = machine.clone / ".venv"
    made.mkdir()
    machine.stub("id", "echo 1000")
    os.chown(made, 12345, -1)
    machine.stub("stat", "echo root")
    assert "sudo ./lab clean" in refused(machine.lab("run", "01"))
    machine.stub("stat", "echo teacher")
    says = refused(machine.lab("run", "01"))
    assert "belongs to teacher" in says and "a clone of your own" in says


@pytest.mark.parametrize(
    "words", ["test --help", "run -h", "refresh --help", "bench --help", "up --help", "clean -h"]
)
def test_help_never_sets_up(machine: Machine, words: str) -> None:  # noqa: F811
    """Wherever it is asked for, help is printed and nothing is done."""
    (machine.clone / ".venv").mkdir()
    done = machine.lab(*words.split())
    assert done.returncode == 0 and "./lab test" in done.stdout, done
    assert not (machine.clone / ".lab").exists() and (machine.clone / ".venv").exists()
    assert machine.calls == []


def test_an_unknown_lesson_is_said_before_the_set_up(machine: Machine) -> None:  # noqa: F811
    """The clone's own package is asked first, by the distribution's Python."""
    machine.stub("python3", 'case "$*" in *--dry-run*) echo "no such" >&2; exit 2 ;; esac')
    done = machine.lab("run", "99")
    assert (done.returncode, done.stderr) == (2, "no such\n")
    assert machine.calls[-1] == "python3 -B -m bpflab run --dry-run 99"
    assert not (machine.clone / ".lab").exists()


def test_the_doctor_leaves_a_half_made_environment_alone(machine: Machine) -> None:  # noqa: F811
    """An editor's .venv, or one at pip, has no package of the lab: the doctor does without it."""
    python = machine.clone / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/bash\necho 'No module named bpflab' >&2; exit 1\n")
    python.chmod(0o755)
    assert machine.lab("doctor").stdout == "python -B -m bpflab doctor\n"


CHECK = ["ruff check", "ruff format --check", "mypy"]
CHECK += ["pytest -n 2 -m not kernel and not jupyter and not slow"]
LIVE = "pytest -m (kernel or jupyter) and not slow"


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["check"], CHECK),
        (["test"], [*CHECK, LIVE]),
        (["test", "tests/data", "-k", "a b"], ["pytest tests/data -k a b"]),
        (["test", "--rest"], ["vm", "pytest -m slow"]),
        (["test", "--all"], [*CHECK, LIVE, "vm", "pytest -m slow"]),
    ],
    ids=lambda words: " ".join(words) if words[0] in ("check", "test") else "",
)
def test_the_tiers(machine: Machine, words: list[str], runs: list[str]) -> None:  # noqa: F811
    """Each tier adds to the one before, and `--rest` is what `--all` adds: nothing runs twice."""
    done = machine.lab(*words)
    assert done.returncode == 0, done
    lines = [line.removeprefix("python ") for line in done.stdout.splitlines()]
    shown = [
        line.removeprefix("-m ") for line in lines if line.startswith("-m ") or "bpflab.vm" in line
    ]
    shown = ["vm" if "bpflab.vm" in line else line for line in shown]
    assert shown == runs


@pytest.mark.parametrize("words", [["check"], ["test"], ["test", "--all"]], ids=" ".join)
def test_what_fails_ends_a_tier(machine: Machine, words: list[str]) -> None:  # noqa: F811
    """A fault of the format, say, is the script's status, and nothing is tested after it."""
    machine.stub(
        "python3", PYTHON.replace("    *) echo", "    *ruff\\ format*) exit 1 ;;\n    *) echo")
    )
    done = machine.lab(*words)
    assert done.returncode == 1, done
    assert "pytest" not in done.stdout and "mypy" not in done.stdout


def test_check_needs_neither_root_nor_apt(machine: Machine) -> None:  # noqa: F811
    """Whoever has a Python that makes venvs can run it."""
    machine.stub("id", "echo 1000")
    machine.stub("dpkg-query")
    for name in ("apt-get", "mountpoint"):
        machine.drop(name)
    done = machine.lab("check")
    assert done.returncode == 0, done
    assert not (machine.clone / ".lab/made").exists()


def test_the_users_warnings_stay_outside(machine: Machine) -> None:  # noqa: F811
    """PYTHONWARNINGS=error would end the kernel of a lesson in BCC's own code."""
    machine.stub(
        "python3", PYTHON.replace("    *) echo", "    *bpflab\\ run*) env ;;\n    *) echo")
    )
    done = machine.lab("run", "01", PYTHONWARNINGS="error", PYTHONPATH="/x", BPFLAB_X="kept")
    assert "BPFLAB_X=kept" in done.stdout, done
    assert "PYTHONWARNINGS" not in done.stdout and "PYTHONPATH" not in done.stdout
