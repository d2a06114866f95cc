"""The features that lessons ask for by name in their first cell, and how this machine is asked.

A check of `bpflab.doctor` looks at a machine as a whole; a feature is what one lesson uses of it.
What each kernel of the course has, from 6.1 on, is no feature: maps of all types, rings, tail
calls, raw tracepoints, test runs. The doctor reads the calls of `needs` from the
notebooks' files (`bpflab.doctor.lessons`), so it says of a lesson what the lesson says itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from bpflab.arguments import checked
from bpflab.bindings.capabilities import SETGID, SETUID, SYS_ADMIN
from bpflab.doctor import headers, kernel, tools, trial, user
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check
from bpflab.errors import LabError

_NONE = "# none needed"


def look(name: str, machine: Machine) -> Check:
    """Ask *machine* for one feature; the check has its name, and is ``"ok"`` or a ``"fault"``.

    Raises:
        KeyError: *name* is not in `FEATURES`.
    """
    check = FEATURES[name](machine)
    return replace(check, name=name, status="ok" if check.status == "ok" else "fault")


def _check(missing: str, fix: str = _NONE) -> Check:
    return Check("", "fault" if missing else "ok", missing or "it is here", fix if missing else "")


def _programs(machine: Machine) -> Check:
    """Look where BCC is and let the kernel load two instructions; ask no compiler."""
    looks = (user.privilege, kernel.lockdown, headers.headers, user.bcc)
    for check in (look(machine) for look in looks):
        if check.status == "fault":
            return check
    refused = trial.load_two_instructions()
    return _check(refused and f"this kernel refuses it: {refused}", kernel.other_kernel(machine))


def _two_cpus(machine: Machine) -> Check:
    fix = "# give the machine or the container a second CPU, and start the lab without taskset"
    return _check("" if machine.cpus > 1 else "this process may run on one CPU only", fix)


def _pages(machine: Machine) -> Check:
    found = f"a page of memory has {machine.page_size} bytes on this kernel"
    return _check("" if machine.page_size == 4096 else found, kernel.other_kernel(machine))


def _ptrace(machine: Machine) -> Check:
    refused = trial.trace_child()
    fix = f"# in a container: start it with --cap-add=SYS_PTRACE\n{kernel.VIRTUAL_MACHINE}"
    return _check(refused and f"a child of this process cannot be traced: {refused}", fix)


def _sleepable(machine: Machine) -> Check:
    refused = trial.load_sleepable()
    found = refused and f"this kernel lets no program sleep where execve begins: {refused}"
    return _check(found, kernel.VIRTUAL_MACHINE)


def _for_root(look: Callable[[Machine], Check], machine: Machine) -> Check:
    check = look(machine)
    if check.status != "ok" or (machine.uid == 0 and machine.capabilities() >> SYS_ADMIN & 1):
        return check
    return _check("it runs for root only, and the lab does not run as root")


def _other_users(machine: Machine) -> Check:
    mine = machine.capabilities()
    may = mine >> SETUID & mine >> SETGID & 1
    return _check("" if may else "only root can run a command as another user")


def _bpffs(machine: Machine) -> Check:
    """Look for the first one that is mounted, as `bpflab.data.pins` does."""
    rows = (line.split() for line in machine.text("/proc/self/mounts").splitlines())
    place = next((row[1] for row in rows if row[2] == "bpf"), "")
    if not place:
        fix = f"{_NONE}; to pin:\nsudo mount -t bpf bpf /sys/fs/bpf"
        return _check("no bpffs is mounted", fix)
    writable = os.access(machine.path(place), os.W_OK | os.X_OK)
    return _check("" if writable else f"only root may write to {place}")


FEATURES: dict[str, Callable[[Machine], Check]] = {
    "programs": _programs,
    "tracepoints": kernel.tracefs,
    "kprobes": kernel.kprobes,
    "system-call names": user.syscalls,
    "clang": tools.clang,
    "libbpf": tools.libbpf,
    "build tools": tools.build,
    "sleepable programs": _sleepable,
    "two CPUs": _two_cpus,
    "pages of 4096 bytes": _pages,
    "ptrace": _ptrace,
    "bpftool": partial(_for_root, tools.bpftool),
    "bpftrace": partial(_for_root, tools.bpftrace),
    "other users": _other_users,
    "bpffs": _bpffs,
}
"""How this machine is asked for each feature, by the name that a lesson calls it."""


@checked
def needs(
    *names: str, optional: dict[str, str] | None = None, machine: Machine | None = None
) -> None:
    """Look for each of these features, and say that all are here.

    Of *optional* features it says what the lesson does without those that are not here: the feature
    is the key, and that is the value. Takes a few ms where all are here.

    Raises:
        LabError: ``missing``, with what to do, where one of *names* is not here; ``no-feature`` for
            a name that is none of `bpflab.doctor.features.FEATURES`.

    >>> needs("programs", optional={"kprobes": "the program is attached to a tracepoint"})
    This machine has what the lesson needs: programs.
    Without kprobes, the program is attached to a tracepoint.
    """
    optional, machine = optional or {}, machine or Machine()
    if unknown := [name for name in (*names, *optional) if name not in FEATURES]:
        known = f"The features are: {', '.join(FEATURES)}."
        raise LabError("no-feature", f"There is no feature {unknown[0]!r}.", fix=known)
    if lacking := _lacking(names, machine):
        lines = dict.fromkeys(line for check in lacking for line in check.fix.splitlines())
        wanted = " and ".join(check.name for check in lacking)
        raise LabError(
            "missing",
            f"This lesson cannot run here without {wanted}.",
            why="; ".join(f"{check.name}: {check.found}" for check in lacking),
            fix="\n         ".join(lines),
        )
    print(f"This machine has what the lesson needs: {', '.join(names)}.")
    missed = _lacking(optional, machine)
    for check in missed:
        print(f"Without {check.name}, {optional[check.name]}.")
    if optional and not missed:
        print("Nothing is missing here that would change what the lesson shows.")


def _lacking(names: Iterable[str], machine: Machine) -> list[Check]:
    checks = [look(name, machine) for name in names]
    return [check for check in checks if check.status != "ok"]
