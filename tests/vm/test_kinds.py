"""What the guests' names stand for, on machines of either architecture."""

import os
from types import SimpleNamespace

import pytest

from bpflab.paths import ROOT
from bpflab.vm import disk, guest, kinds, qemu, suite


@pytest.fixture(params=kinds.ARCHITECTURES)
def host(request, monkeypatch):
    """Run on a machine of each architecture."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=request.param))
    return request.param


@pytest.mark.parametrize("name", [*kinds.SUITES, *kinds.FOREIGN])
def test_a_guest_has_a_suite_a_machine_and_a_kernel_of_its_tree(host, name):
    """No name leads to what there is not."""
    kind = kinds.find(name)
    assert kind.distribution in kinds.SUITES
    assert kind.machine in qemu.MACHINES
    assert kind.kernel in kind.kernels


def test_what_is_not_foreign_is_of_this_machine(host):
    """A distribution alone means this machine's architecture; the others say which."""
    assert not any(kinds.find(name).foreign for name in kinds.SUITES)
    assert {kinds.find(name).machine for name in kinds.FOREIGN} == {"aarch64"}
    assert kinds.find("debian-13-arm64-16k").foreign == (host != "aarch64")


def test_an_arm_host_makes_one_disk_for_its_own_guest_and_the_named_one(monkeypatch):
    """There both names mean the same."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="aarch64"))
    assert kinds.find("debian-13") == kinds.find("debian-13-arm64")


@pytest.mark.parametrize(
    ("name", "paths", "limit"),
    [("debian-12", suite.EVERYTHING, None), ("debian-13-arm64", suite.FOREIGN, suite.FOREIGN_S)],
)
def test_a_foreign_guest_runs_what_its_architecture_decides(
    tmp_path, monkeypatch, name, paths, limit
):
    """And may take longer; what the arguments name comes in their place."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="x86_64"))
    monkeypatch.setattr(disk, "prepare", lambda name: disk.Disk(tmp_path, kinds.find(name)))
    monkeypatch.setattr(guest, "logs", lambda name: tmp_path)
    asked = []

    def run(made, clone, script, logs, accel, finish_s):
        asked.append((script.split()[-1], finish_s))
        return 1

    monkeypatch.setattr(guest, "run", run)
    suite.test(name, [], "kvm")
    suite.test(name, ["tests/test_text.py"], "kvm")
    assert asked == [(paths[-1], limit), ("tests/test_text.py", limit)]
    assert all((ROOT / path).exists() for path in paths)
