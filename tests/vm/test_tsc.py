"""How fast the TSC counts, and that an emulated guest is told."""

import os
import re
from pathlib import Path

import pytest

from bpflab.vm import qemu, tsc
from tests.vm.conftest import made_up

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86 has a TSC")


def kernels_khz():
    """Return the TSC's frequency as /proc/cpuinfo has it on most virtual machines."""
    text = Path("/proc/cpuinfo").read_text(encoding="ascii")
    flags = set(re.search(r"^flags\s*:(.*)", text, re.MULTILINE)[1].split())
    if "tsc_known_freq" not in flags or "aperfmperf" in flags:
        pytest.skip("/proc/cpuinfo says how fast the CPU is now, and not its TSC")
    return float(re.search(r"^cpu MHz\s*: ([\d.]+)", text, re.MULTILINE)[1]) * 1000


def test_the_frequency_is_the_kernel_s():
    """What is measured is what the kernel measured: it corrects an error of 1 %, and no more."""
    assert tsc.khz() == pytest.approx(kernels_khz(), rel=0.005)


@pytest.mark.parametrize(("accel", "told"), [("tcg", True), ("kvm", False)])
def test_an_emulated_guest_is_told(tmp_path, accel, told):
    """The guest's kernel gets the frequency where QEMU emulates; with KVM it knows."""
    files = (tmp_path / "bundle", tmp_path / "console")
    options = dict(qemu.system(made_up(tmp_path), *files, accel))
    found = re.search(r" tsc_early_khz=(\d+)", options["-append"])
    assert bool(found) == told
    if found:
        assert int(found[1]) == pytest.approx(tsc.khz(), rel=0.01)
