"""What a guest's name stands for: a distribution, an architecture, and one of its kernels."""

import os
from dataclasses import dataclass

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Debian's names for what uname(2) calls them."""
MOVING = {"debian-13-backports": "trixie-backports", "debian-sid": "sid"}
"""The guests whose kernel is another one every few weeks, and the suite that has it."""
NEWEST = "newest"
"""Stands for the one of these whose kernel is the newest on the day it is asked."""
SUITES = {
    "debian-12": "bookworm",
    "debian-13": "trixie",
    "debian-13-backports": "trixie",
    "debian-sid": "sid",
}
"""The guests of this machine's architecture."""
ARM = {"debian-13-arm64": "arm64", "debian-13-arm64-16k": "arm64-16k"}
"""The guests of an ARM machine, whatever this one is: pages of 4 KiB, and of 16 KiB."""


@dataclass(frozen=True)
class Guest:
    """A distribution, an architecture as uname(2) says it, and Debian's name for a kernel."""

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
        has_both = (self.distribution, self.architecture) == ("debian-13", "arm64")
        return tuple(ARM.values()) if has_both else (self.architecture,)

    @property
    def suite(self) -> str:
        """Where all its packages are but, perhaps, its kernel."""
        return SUITES[self.distribution]

    @property
    def kernel_suite(self) -> str:
        """Where its kernel is."""
        return MOVING.get(self.distribution, self.suite)

    @property
    def kernel_package(self) -> str:
        """The package that stands for the newest kernel of a suite."""
        return f"linux-image-{self.kernel}"

    @property
    def foreign(self) -> bool:
        """Whether this machine's CPU cannot run it, so that it is emulated."""
        return self.machine != os.uname().machine


def find(name: str) -> Guest:
    """Return a guest by its name, one of ``SUITES`` or ``ARM``."""
    if name in ARM:
        return Guest("debian-13", "aarch64", ARM[name])
    machine = os.uname().machine
    return Guest(name, machine, ARCHITECTURES[machine])
