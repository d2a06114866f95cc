"""What a guest's name stands for: a distribution, an architecture, and one of its kernels."""

import os
from dataclasses import dataclass

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
SUITES = {"debian-12": "bookworm", "debian-13": "trixie"}
"""The guests of this machine's own architecture."""
KERNELS = {("debian-13", "aarch64"): ("arm64", "arm64-16k")}
"""Debian's names for the kernels in a tree that has several: pages of 4 KiB and 16 KiB."""
FOREIGN = {f"debian-13-{kernel}": kernel for kernel in KERNELS["debian-13", "aarch64"]}
"""The guests whose architecture need not be this machine's, and their kernels."""


@dataclass(frozen=True)
class Kind:
    """A guest: its distribution, its architecture as uname(2) says it, and its kernel."""

    distribution: str
    machine: str
    kernel: str

    @property
    def architecture(self) -> str:
        """The architecture as Debian says it."""
        return ARCHITECTURES[self.machine]

    @property
    def kernels(self) -> tuple[str, ...]:
        """The kernels in its tree: guests that differ in nothing else share a disk."""
        return KERNELS.get((self.distribution, self.machine), (self.architecture,))

    @property
    def foreign(self) -> bool:
        """Whether this machine's CPU cannot run it, so that it is emulated."""
        return self.machine != os.uname().machine


def find(name: str) -> Kind:
    """Return the kind of a guest by its name, one of ``SUITES`` or ``FOREIGN``."""
    if name in FOREIGN:
        return Kind("debian-13", "aarch64", FOREIGN[name])
    machine = os.uname().machine
    return Kind(name, machine, ARCHITECTURES[machine])
