"""What runs the guests, with a QEMU that a shell script makes up: no kernel is booted here."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from bpflab.vm import __main__ as main
from bpflab.vm import disk, guest


@pytest.fixture
def qemu(tmp_path, monkeypatch):
    """Return what makes a shell script the QEMU of this test."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def make(body):
        script = tmp_path / "qemu-system-x86_64"
        script.write_text(f'#!/bin/bash\nstatus=$(grep -o "path=[^ ]*/status" <<<"$*")\n{body}\n')
        script.chmod(0o755)

    return make


@pytest.fixture
def run(tmp_path):
    """Return what runs a script in a guest whose disk is made up."""
    made = disk.Disk(tmp_path)
    return lambda: guest.run(made, disk.clone(), "true\n", tmp_path / "logs", "tcg")


@pytest.mark.skipif(not os.access("/dev/kvm", os.R_OK | os.W_OK), reason="needs a /dev/kvm")
@pytest.mark.parametrize(
    ("body", "found"),
    [("exit 33", "kvm"), ("exit 1", "tcg"), ("exec sleep 60", "tcg")],
    ids=["works", "refuses", "hangs"],
)
def test_kvm_is_taken_where_a_guest_ends_on_it(qemu, body, found):
    """KVM counts as there only if a guest of a few instructions comes to its end in time."""
    qemu(body)
    assert guest.accelerator(deadline_s=1) == found


def test_output_and_status_come_back(qemu, run, tmp_path, capfdbinary):
    """What a guest prints appears and is kept, and its exit status is the run's."""
    qemu('echo "hello from $1"; echo 3 >"${status#path=}"')
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
def test_a_guest_that_goes_wrong(qemu, run, monkeypatch, body, limits, says):
    """A guest that hangs or dies is a failure that says so, and is ended."""
    monkeypatch.setattr(guest, "BOOT_S", limits[0])
    monkeypatch.setattr(guest, "RUN_S", limits[1])
    qemu(body)
    with pytest.raises(guest.Failed, match=says):
        run()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_qemu_outlives_the_runner(qemu, tmp_path, sent):
    """Ctrl-C, an end and even a kill of the runner take the guest with it."""
    pid = tmp_path / "pid"
    qemu(f"echo $$ >{pid}; echo up; exec sleep 60")
    code = (
        "import sys; from pathlib import Path; from bpflab.vm import __main__ as m\n"
        f"m.disk.prepare = lambda name: m.disk.Disk(Path({str(tmp_path)!r}))\n"
        f"m.LOGS = Path({str(tmp_path)!r}); m.guest.accelerator = lambda: 'tcg'\n"
        "sys.exit(m.main(['debian-12']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=disk.REPO, stdout=subprocess.PIPE
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


def test_unknown_distribution(capsys):
    """A distribution that there is not is one sentence with those that there are."""
    assert main.main(["debian-11"]) == 2
    assert "debian-12, debian-13 or all" in capsys.readouterr().err
