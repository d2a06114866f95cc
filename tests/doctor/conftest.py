"""Made-up machines, on which nothing is missing."""

import pytest

from bpflab.doctor import probes
from tests.machines import healthy


@pytest.fixture
def machine(tmp_path):
    """A machine that has all, and a learner."""
    return healthy(tmp_path)


@pytest.fixture
def machine_of_root(machine, monkeypatch):
    """A machine that has all, with root at work."""
    monkeypatch.setattr(probes, "traced_child", lambda: "")
    machine.uid = 0
    machine.write("/proc/self/status", "CapEff:\t000001ffffffffff\n")
    machine.write("/proc/self/mounts", "proc /proc proc rw 0 0\nbpf /sys/fs/bpf bpf rw 0 0\n")
    machine.path("/sys/fs/bpf").mkdir(parents=True)
    return machine
