"""A QEMU that a shell script makes up: no kernel is booted with it."""

import os

import pytest


@pytest.fixture
def fake_qemu(tmp_path, monkeypatch):
    """Return what makes a shell script the QEMU of this test."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def make(body):
        script = tmp_path / "qemu-system-x86_64"
        script.write_text(f'#!/bin/bash\nstatus=$(grep -o "path=[^ ]*/status" <<<"$*")\n{body}\n')
        script.chmod(0o755)

    return make
