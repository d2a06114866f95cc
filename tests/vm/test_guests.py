"""What the guests' names stand for, on machines of either architecture."""

import io
import os
import tarfile
from types import SimpleNamespace

import pytest

from bpflab.paths import NOTEBOOKS, ROOT
from bpflab.vm import boot, disk, guests, qemu, suite
from tests.vm.conftest import made_up


@pytest.fixture(params=guests.ARCHITECTURES)
def host(request, monkeypatch):
    """Run on a machine of each architecture."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=request.param))
    return request.param


@pytest.mark.parametrize("name", [*guests.SUITES, *guests.ARM])
def test_a_guest_has_a_suite_a_machine_and_a_kernel_of_its_tree(host, name):
    """No name leads to what there is not."""
    guest = guests.find(name)
    assert guest.distribution in guests.SUITES
    assert guest.machine in qemu.MACHINES
    assert guest.kernel in guest.kernels


def test_what_is_not_foreign_is_of_this_machine(host):
    """A distribution alone means this machine's architecture; the others say which."""
    assert not any(guests.find(name).foreign for name in guests.SUITES)
    assert {guests.find(name).machine for name in guests.ARM} == {"aarch64"}
    assert guests.find("debian-13-arm64-16k").foreign == (host != "aarch64")


def test_an_arm_host_makes_one_disk_for_its_own_guest_and_the_named_one(monkeypatch):
    """There both names mean the same."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="aarch64"))
    assert guests.find("debian-13") == guests.find("debian-13-arm64")


@pytest.mark.parametrize(
    ("name", "paths"), [("debian-12", suite.EVERYTHING), ("debian-13-arm64", suite.FOREIGN)]
)
def test_a_foreign_guest_runs_what_its_architecture_decides(tmp_path, monkeypatch, name, paths):
    """What the arguments name comes in its place."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="x86_64"))
    monkeypatch.setattr(disk, "prepare", lambda name: made_up(tmp_path, name))
    asked = []

    def run(name, made, bundle, accel):
        with tarfile.open(fileobj=io.BytesIO(bundle)) as tar:
            script = tar.extractfile("./.guest-script").read().decode()
        asked.append(script.split()[-1])
        return 1

    monkeypatch.setattr(boot, "run", run)
    suite.test(name, [], "kvm")
    suite.test(name, ["tests/test_text.py"], "kvm")
    assert asked == [paths[-1], "tests/test_text.py"]
    assert all((ROOT / path).exists() for path in (*paths, *suite.TOO_LONG))


def test_every_lesson_is_in_one_part():
    """A new lesson is run without anybody's naming it."""
    lessons = sorted(path for path in suite.EVERYTHING if path.startswith("notebooks/"))
    assert lessons == sorted(str(file.relative_to(ROOT)) for file in NOTEBOOKS.glob("*.ipynb"))
    assert {"notebooks/02-first-map.ipynb", "notebooks/09-syscall-dispatcher.ipynb"} <= set(
        suite.FOREIGN
    )
