"""Check of the kernel headers that BCC compiles against: there, and of the running kernel."""

from __future__ import annotations

import re

from bpflab.compiling.headers import KCONFIG, directory
from bpflab.doctor.kernel import SET_UP, distribution_kernel
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check

_PACKAGE = f"{SET_UP}: the package of these headers, or a link to others where it has none"


def headers(machine: Machine) -> Check:
    """The kernel headers that BCC compiles against, and whether they are this kernel's.

    BCC looks for ``include/linux/kconfig.h`` and, without it, for the kernel's own archive
    (src/cc/frontends/clang/loader.cc and kbuild_helper.cc).
    """
    directory = headers_directory(machine)
    if machine.access(f"{directory}/{KCONFIG}") != "here":
        return _no_headers(machine, directory)
    release = headers_release(machine)
    if release == machine.release:
        return Check("headers", "ok", f"{directory}: headers of {release}, the running kernel")
    found = (
        f"headers of {release or 'an unnamed version'}, and the kernel is {machine.release}: they "
        "serve programs that read no kernel struct; one that does reads the wrong bytes"
    )
    if machine.environ.get("BCC_KERNEL_SOURCE"):
        return Check("headers", "note", f"BCC_KERNEL_SOURCE: {found}", "unset BCC_KERNEL_SOURCE")
    by_hand = machine.path(f"/lib/modules/{machine.release}").is_symlink()
    fix = distribution_kernel(machine) if by_hand else _PACKAGE
    none = "# none needed: the lessons read no kernel struct; for programs that do:"
    return Check("headers", "note", found, f"{none}\n{fix}")


def headers_directory(machine: Machine) -> str:
    """Return the directory that BCC would compile in."""
    return directory(machine.root, machine.release, machine.environ)


def headers_release(machine: Machine) -> str:
    """Return the release that the headers say they are of, or an empty text.

    ``utsrelease.h`` is read first: Debian's ``kernel.release`` holds the upstream version
    (6.1.192) where ``uname -r`` says the package's (6.1.0-56-amd64).
    """
    directory = headers_directory(machine)
    if not machine.environ.get("BCC_KERNEL_SOURCE"):
        directory = f"/lib/modules/{machine.release}/build"  # the generated half, if it is split
    uts = machine.text(f"{directory}/include/generated/utsrelease.h")
    found = re.search(r'UTS_RELEASE\s+"([^"]+)"', uts)
    if found:
        return found[1]
    return machine.text(f"{directory}/include/config/kernel.release")


def version_key(release: str) -> tuple[int, ...]:
    """Return the numbers of a release in order: ``6.8.0-45-generic`` gives (6, 8, 0, 45)."""
    numbers = re.match(r"\d+(?:[.-]\d+)*", release)
    return tuple(int(n) for n in re.findall(r"\d+", numbers[0])) if numbers else ()


def _no_headers(machine: Machine, directory: str) -> Check:
    found = f"no {directory}/{KCONFIG}, the file that BCC looks for"
    if machine.environ.get("BCC_KERNEL_SOURCE"):
        found += " because BCC_KERNEL_SOURCE says so"
        return Check("headers", "fault", found, "unset BCC_KERNEL_SOURCE")
    if machine.exists("/sys/kernel/kheaders.tar.xz"):
        found = "no package: BCC unpacks the kernel's own archive into /tmp, which takes root once"
        return Check("headers", "note", found, _PACKAGE)
    others = _other_headers(machine)
    newer = [
        r
        for r in others
        if _is_installed(machine, r) and version_key(r) > version_key(machine.release)
    ]
    if newer:
        found += f"; the newer kernel {newer[-1]} is installed with its own, and is not running"
        return Check("headers", "fault", found, f"sudo reboot   # into {newer[-1]}")
    if others and not machine.exists(f"/lib/modules/{machine.release}"):
        found += (
            f"; there are those of {others[-1]}, which serve programs that read no kernel struct"
        )
    return Check("headers", "fault", found, _PACKAGE)


def _other_headers(machine: Machine) -> list[str]:
    """The releases whose headers are installed, oldest first."""
    modules = machine.path("/lib/modules")
    names = [path.name for path in modules.iterdir()] if modules.is_dir() else []
    has = [
        name
        for name in names
        if name != machine.release
        and any(machine.exists(f"/lib/modules/{name}/{d}/{KCONFIG}") for d in ("source", "build"))
    ]
    return sorted(has, key=version_key)


def _is_installed(machine: Machine, release: str) -> bool:
    return machine.exists(f"/boot/vmlinuz-{release}")
