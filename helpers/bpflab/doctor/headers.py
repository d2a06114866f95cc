"""Check of the kernel headers that BCC compiles against: there, and of the running kernel."""

from __future__ import annotations

import re

from bpflab.compiling.headers import KCONFIG, directory
from bpflab.doctor.kernel import SET_UP
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check

_PACKAGE = f"{SET_UP}: the package of these headers, or a link to others where it has none"


def headers(machine: Machine) -> Check:
    """The kernel headers that BCC compiles against, and whether they are this kernel's.

    BCC looks for ``include/linux/kconfig.h`` and, without it, for the kernel's own archive
    (src/cc/frontends/clang/loader.cc and kbuild_helper.cc).
    """
    place = directory(machine.root, machine.release, machine.environ)
    if machine.access(f"{place}/{KCONFIG}") != "here":
        if machine.exists("/sys/kernel/kheaders.tar.xz"):
            found = "no package: BCC unpacks the kernel's archive into /tmp, which takes root once"
            return Check("headers", "note", found, _PACKAGE)
        found = f"no {place}/{KCONFIG}, the file that BCC looks for"
        return Check("headers", "fault", found, _PACKAGE)
    release = _release(machine, place)
    if release == machine.release:
        return Check("headers", "ok", f"{place}: headers of {release}, the running kernel")
    found = (
        f"headers of {release or 'an unnamed version'}, but the kernel is {machine.release}: "
        "programs that read no kernel struct work; a program that reads one gets the wrong bytes"
    )
    none = "# none needed: the lessons read no kernel struct; for programs that do:"
    return Check("headers", "note", found, f"{none}\n{_PACKAGE}")


def _release(machine: Machine, place: str) -> str:
    """Return the release that the headers say they are of, or an empty text.

    ``utsrelease.h`` is read first: Debian's ``kernel.release`` holds the upstream version
    (6.1.192) where ``uname -r`` says the package's (6.1.0-56-amd64).
    """
    if not machine.environ.get("BCC_KERNEL_SOURCE"):
        place = f"/lib/modules/{machine.release}/build"  # the generated half, if it is split
    uts = machine.text(f"{place}/include/generated/utsrelease.h")
    found = re.search(r'UTS_RELEASE\s+"([^"]+)"', uts)
    return found[1] if found else machine.text(f"{place}/include/config/kernel.release")
