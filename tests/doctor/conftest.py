"""Made-up machines, on which nothing is missing."""

import pytest

from bpflab.doctor import trial
from tests.machines import healthy


@pytest.fixture
def machine(tmp_path):
    """A machine that has all, and a learner."""
    return healthy(tmp_path)


@pytest.fixture
def root_at_work(machine, monkeypatch):
    """Have root at work on the machine, where a learner was."""
    monkeypatch.setattr(trial, "trace_child", lambda: "")
    monkeypatch.setattr(trial, "load_two_instructions", lambda: "")
    monkeypatch.setattr(trial, "load_sleepable", lambda: "")
    machine.uid = 0
    machine.write("/proc/self/status", "CapEff:\t000001ffffffffff\n")
    machine.write("/proc/self/mounts", "proc /proc proc rw 0 0\nbpf /sys/fs/bpf bpf rw 0 0\n")
    machine.path("/sys/fs/bpf").mkdir(parents=True)
