"""QEMU's command lines: a machine for each architecture."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from bpflab.vm import tsc
from bpflab.vm.disk import Disk

Option = tuple[str, str]

MEMORY = "3G"
BOOT_LINE = "root=/dev/vda rw panic=-1 init=/sbin/lab-init"
# An emulated CPU has no leaks to close. And QEMU translates code once for each address where it
# stands: if libraries keep theirs, a second process runs at two to four times the speed.
EMULATED_LINE = "mitigations=off norandmaps init_on_alloc=0"


@dataclass(frozen=True)
class Machine:
    """What differs between architectures: QEMU's words, and what an emulated kernel gets."""

    command: tuple[str, ...]
    console: str
    emulated_cpu: str
    emulated_line: str = EMULATED_LINE


MACHINES = {
    "x86_64": Machine(
        command=("qemu-system-x86_64",),
        console="ttyS0",
        # numpy's wheels need more than the default, and QEMU 7.2 fails at their AVX2.
        emulated_cpu="max,la57=off,avx2=off",
        # Its CPUs share a clock, which the kernel fails to see. _clock says how fast that one is.
        emulated_line=f"{EMULATED_LINE} tsc=reliable",
    ),
    "aarch64": Machine(
        command=("qemu-system-aarch64", "-M", "virt,gic-version=max"),
        console="ttyAMA0",
        emulated_cpu="max,pauth-impdef=on",  # else it spends its time on hashes of return addresses
    ),
}


def command(machine: Machine, options: Iterable[Option]) -> list[str]:
    """Return the command line of a bare machine with some options."""
    bare = ("-nodefaults", "-display", "none", "-no-reboot")
    return [*machine.command, *bare, *chain.from_iterable(options)]


def system(disk: Disk, bundle: Path, console: Path, accel: str) -> Iterator[Option]:
    """Yield the options of a guest that boots a disk, with another one that holds the bundle."""
    this, fast = MACHINES[disk.guest.machine], accel == "kvm"
    line = f"{BOOT_LINE} console={this.console}"
    line = line if fast else f"{line} {this.emulated_line}{_clock(disk.guest.machine)}"
    yield "-accel", "kvm" if fast else _emulator(this)
    yield "-cpu", "host" if fast else this.emulated_cpu
    yield "-smp", str(min(4, os.cpu_count() or 1))
    yield "-m", MEMORY
    yield "-serial", f"file:{console}"
    yield "-kernel", str(disk.boots("vmlinuz"))
    yield "-initrd", str(disk.boots("initrd.img"))
    yield "-append", line
    yield "-drive", f"file={value(disk.image)},format=raw,if=virtio,snapshot=on"
    yield "-drive", f"file={value(bundle)},format=raw,if=virtio,readonly=on"
    yield "-device", "virtio-serial"


def _clock(machine: str) -> str:
    """Return what tells an emulated x86 kernel how fast its TSC counts, which is this machine's.

    Left alone, the kernel measures it against the PIT. If QEMU is not running between the start of
    the PIT and the first look at the TSC, as on a busy machine, the kernel sees too few ticks: 43.8
    MHz instead of 2600 was seen on Linux 6.1, and its clock then ran 59 times too fast.
    Within 1 % the kernel corrects the number that it gets (arch/x86/kernel/tsc.c).
    """
    if machine != "x86_64":
        return ""
    with suppress(OSError):
        return f" tsc_early_khz={tsc.khz()}"
    return ""


def _emulator(machine: Machine) -> str:
    """Return how to emulate: with a thread for each CPU, where QEMU does that well.

    Before 8.1 it translates code without a lock. So a CPU can keep what another has just written
    over, and the kernel writes over its own code each time that a tracepoint is attached: the
    guest then spins at a breakpoint which is no more.
    """
    printed = subprocess.run([*machine.command, "--version"], capture_output=True, text=True).stdout
    version = re.search(r"version (\d+)\.(\d+)", printed)
    locks = version is not None and tuple(map(int, version.groups())) >= (8, 1)
    return f"tcg,thread={'multi' if locks else 'single'}"


def port(name: str, path: Path) -> Iterator[Option]:
    """Yield the options of a virtio port: what a guest writes into it, a file receives."""
    yield "-chardev", f"file,id={name},path={value(path)}"
    yield "-device", f"virtserialport,chardev={name},name={name}"


def value(text: Path | str) -> str:
    """Return a value as QEMU reads it between commas."""
    return str(text).replace(",", ",,")
