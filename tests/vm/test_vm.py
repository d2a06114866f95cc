"""What runs the guests, with a QEMU that a shell script makes up: no kernel is booted here."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from bpflab.vm import __main__ as main
from bpflab.vm import disk, guest, kinds, qemu


@pytest.fixture
def run(tmp_path):
    """Return what runs a script in a guest whose disk is made up."""
    made = disk.Disk(tmp_path, kinds.find("debian-12"))
    return lambda: guest.run(made, disk.clone(), "true\n", tmp_path / "logs", "tcg")


@pytest.mark.skipif(not os.access("/dev/kvm", os.R_OK | os.W_OK), reason="needs a /dev/kvm")
@pytest.mark.parametrize(
    ("body", "found"),
    [("exit 33", "kvm"), ("exit 1", "tcg"), ("exec sleep 60", "tcg")],
    ids=["works", "refuses", "hangs"],
)
def test_kvm_is_taken_where_a_guest_ends_on_it(fake_qemu, body, found):
    """KVM counts as there only if a guest of a few instructions comes to its end in time."""
    fake_qemu(body)
    assert qemu.accelerator(deadline_s=1) == found


@pytest.mark.parametrize("name", qemu.MACHINES)
def test_the_trial_comes_to_its_end(tmp_path, name):
    """What tries KVM comes to its end on an emulated CPU, with the status of success."""
    machine = qemu.MACHINES[name]
    if not shutil.which(machine.command[0]):
        pytest.skip(f"needs {machine.command[0]}")
    code = tmp_path / "code"
    code.write_bytes(machine.trial)
    options = [(option, how.format(file=code)) for option, how in machine.trial_options]
    options = [(option, "max" if how == "host" else how) for option, how in options]
    words = qemu.command(machine, [("-accel", "tcg"), ("-m", "32"), *options])
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == machine.trial_status, done.stderr


def test_output_and_status_come_back(fake_qemu, run, tmp_path, capfdbinary):
    """What a guest prints appears and is kept, and its exit status is the run's."""
    fake_qemu('echo "hello from $1"; echo 3 >"${status#path=}"')
    assert run() == 3
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b"hello from -nodefaults\n"
    assert (tmp_path / "logs/output.log").read_bytes() == b"hello from -nodefaults\n"


@pytest.mark.parametrize(
    ("body", "limits", "says"),
    [
        ("exec sleep 60", (0.2, 60), "did not boot"),
        ("echo up; exec sleep 60", (60, 0.5), "did not finish"),
        ("echo panic", (60, 60), "without an exit status"),
    ],
)
def test_a_guest_that_goes_wrong(fake_qemu, run, monkeypatch, body, limits, says):
    """A guest that hangs or dies is a failure that says so, and is ended."""
    monkeypatch.setattr(guest, "BOOT_S", limits[0])
    monkeypatch.setattr(guest, "RUN_S", limits[1])
    fake_qemu(body)
    with pytest.raises(guest.Failed, match=says):
        run()


def test_an_end_that_is_not_near(fake_qemu, tmp_path, monkeypatch):
    """A guest may run longer than one wait of the system's takes, if it is told so."""
    monkeypatch.setattr(guest, "GLANCE_S", 0.01)
    fake_qemu('echo up; sleep 0.1; echo 0 >"${status#path=}"')
    made = disk.Disk(tmp_path, kinds.find("debian-12"))
    assert guest.run(made, disk.clone(), "", tmp_path / "logs", "tcg", finish_s=1e9) == 0


@pytest.mark.parametrize("words", [["test", "debian-12"], ["up", "debian-12", "8899", "page"]])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_qemu_outlives_the_runner(fake_qemu, tmp_path, sent, words):
    """Ctrl-C, an end and even a kill of the runner take the guest with it."""
    pid = tmp_path / "pid"
    fake_qemu(f"echo $$ >{pid}; echo up; exec sleep 60")
    code = (
        "import sys; from pathlib import Path; from bpflab.vm import __main__ as m\n"
        f"made = m.suite.disk.Disk(Path({str(tmp_path)!r}), m.kinds.find('debian-12'))\n"
        "m.suite.disk.prepare = lambda name: made\n"
        f"m.suite.guest.logs = lambda name: Path({str(tmp_path)!r}, 'logs')\n"
        "m.qemu.accelerator = lambda: 'tcg'\n"
        f"sys.exit(m.main({words}))"
    )
    # A runner that is killed removes no files: here they go with the test's.
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=disk.REPO, env=env, stdout=subprocess.PIPE
    ) as it:
        while b"up" not in it.stdout.readline():
            assert it.poll() is None
        it.send_signal(sent)
        it.wait(timeout=20)
    running = Path("/proc", pid.read_text().strip())
    deadline = time.monotonic() + 10
    while running.exists() and "State:\tZ" not in (running / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_clone_is_what_stands_in_the_tree():
    """A guest gets the sources as they are now, and nothing that was made from them."""
    with tarfile.open(fileobj=io.BytesIO(disk.clone())) as tar:
        names = set(tar.getnames())
    assert {"./lab", "./tests/vm/test_vm.py"} <= names
    assert not [name for name in names if disk.MADE & set(name.split("/"))]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (
            ["test", "debian-11"],
            ": debian-12, debian-13, debian-13-arm64, debian-13-arm64-16k or all\n",
        ),
        (["up", "debian-11", "8899", "page"], ": debian-12, debian-13\n"),
        (["up", "all", "8899", "page"], ": debian-12, debian-13\n"),
    ],
    ids=["test", "up", "up all"],
)
def test_unknown_distribution(capsys, words, known):
    """A distribution that there is not is one sentence with those that there are."""
    assert main.main(words) == 2
    assert capsys.readouterr().err.endswith(known)


def test_every_architecture_has_its_machine():
    """Disks and machines are made for the same architectures, and a comma ends no path."""
    assert set(qemu.MACHINES) == set(kinds.ARCHITECTURES)
    options = dict(qemu.directory(Path("/a,b"), "tag"))
    assert "path=/a,,b," in options["-virtfs"]
