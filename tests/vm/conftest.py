"""A QEMU that a shell script makes up: no kernel is booted with it."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

from bpflab.paths import ROOT
from bpflab.vm import disk, guests


def made_up(directory, name="debian-12"):
    """Return a guest's disk that has the names of its files, and nothing in them."""
    directory.mkdir(exist_ok=True)
    made = disk.Disk(directory, guests.find(name))
    for what in ("vmlinuz", "initrd.img"):
        (directory / f"{what}-6.1.0-9-{made.guest.kernel}").touch()
    return made


@pytest.fixture
def fake_qemu(tmp_path, monkeypatch):
    """Return what makes a shell script the QEMU of this test, of some version."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def make(body, version="QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)"):
        script = tmp_path / "qemu-system-x86_64"
        script.write_text(
            "#!/bin/bash\n"
            f'[[ "$*" != *--version ]] || {{ echo "{version}"; exit; }}\n'
            f'status=$(grep -o "path=[^ ]*/status" <<<"$*")\n{body}\n'
        )
        script.chmod(0o755)

    return make


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """Return what starts `python -m bpflab.vm` in a clone whose disk seems to be ready."""
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "helpers", clone / "helpers")
    shutil.copytree(ROOT / "scripts", clone / "scripts")
    for name in ("pyproject.toml", "constraints.txt", "lab"):
        shutil.copy(ROOT / name, clone)
    (clone / "notebooks").symlink_to(ROOT / "notebooks")
    ready = tmp_path / "cache" / "bpflab" / "vm" / "debian-12-amd64"
    ready.parent.mkdir(parents=True)
    made_up(ready)
    (ready / "stamp").write_text(f"{disk._stamp()}\n\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(clone / "helpers"))
    # A runner that is killed removes no files: here they go with the test's.
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    @contextmanager
    def start(*words):
        command = [sys.executable, "-m", "bpflab.vm", *words]
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": clone}
        with subprocess.Popen(command, **how) as process:
            yield process

    return start
