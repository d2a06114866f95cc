"""The features that lessons ask for by name: what each is good for, and how this machine is asked.

A check of `bpflab.doctor` looks at a machine as a whole; a feature is what one lesson uses of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bpflab.doctor import headers, kernel, probes, tools, user
from bpflab.doctor.machine import CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN, Machine
from bpflab.doctor.report import Check

_BPFFS = "sudo mount -t bpf bpf /sys/fs/bpf"


@dataclass(frozen=True)
class Feature:
    """One thing that a lesson may need.

    Attributes:
        use: what a lesson does with it, as the end of a sentence that begins with its name.
        look: asks this machine; the check's status is ``"ok"`` where the feature is there.
    """

    use: str
    look: Callable[[Machine], Check]


def look(name: str, machine: Machine) -> Check:
    """Ask *machine* for one feature; the check has its name, and is ``"ok"`` or a ``"fault"``.

    Takes milliseconds, but for what is missing and must be explained.

    Raises:
        KeyError: *name* is not in `FEATURES`.
    """
    check = FEATURES[name].look(machine)
    return replace(check, name=name, status="ok" if check.status == "ok" else "fault")


def _programs(machine: Machine) -> Check:
    """Look where BCC is and let the kernel load two instructions; ask no compiler."""
    looks = [user.privilege, kernel.lockdown, headers.headers]
    if not user.sees_bcc(machine):
        looks.append(user.bcc)
    if "trial" in vars(machine):  # the doctor has loaded a real one already
        looks.append(partial(user.program, before=[]))
    for check in (look(machine) for look in looks):
        if check.status == "fault":
            return check
    refused = probes.program(machine, probes.TRACEPOINT)
    return _asked(machine, refused, "the kernel loads a program")


def _asked(machine: Machine, refused: str, what: str) -> Check:
    """Turn a probe's answer into a check; for want of privilege the kernel is not to blame."""
    if not refused:
        return Check("", "ok", what)
    privilege = user.privilege(machine)
    if privilege.status == "fault":
        return privilege
    return Check("", "fault", f"this kernel refuses it: {refused}", kernel.other_kernel(machine))


def _probed(use: str, probe: Callable[[Machine], str], what: str = "the kernel has it") -> Feature:
    return Feature(use, lambda machine: _asked(machine, probe(machine), what))


def _two_cpus(machine: Machine) -> Check:
    if machine.cpus > 1:
        return Check("", "ok", f"this process may run on {machine.cpus}")
    fix = "# give the machine or the container a second CPU, and start the lab without taskset"
    return Check("", "fault", "this process may run on one CPU only", fix)


def _pages(machine: Machine) -> Check:
    if machine.page_size == 4096:
        return Check("", "ok", "so they are")
    found = f"a page of memory has {machine.page_size} bytes on this kernel"
    return Check("", "fault", found, kernel.other_kernel(machine))


def _ptrace(machine: Machine) -> Check:
    if not (refused := probes.traced_child()):
        return Check("", "ok", "a child can be traced")
    fix = f"# in a container: start it with --cap-add=SYS_PTRACE\n{kernel.VIRTUAL_MACHINE}"
    return Check("", "fault", f"a child of this process cannot be traced: {refused}", fix)


def _for_root(look: Callable[[Machine], Check], machine: Machine) -> Check:
    check = look(machine)
    if check.status != "ok" or (machine.uid == 0 and machine.capabilities() >> CAP_SYS_ADMIN & 1):
        return check
    return Check(
        "", "fault", "it runs for root only, and the lab does not run as root", "# none needed"
    )


def _other_users(machine: Machine) -> Check:
    held = machine.capabilities()
    if held >> CAP_SETUID & 1 and held >> CAP_SETGID & 1:
        return Check("", "ok", "this process may start others as any user")
    return Check("", "fault", "only root can run a command as another user", "# none needed")


def _bpffs(machine: Machine) -> Check:
    """Look for the first one that is mounted, as `bpflab.programs.keep` does."""
    rows = (line.split() for line in machine.text("/proc/self/mounts").splitlines())
    place = next((row[1] for row in rows if row[2] == "bpf"), "")
    if not place:
        return Check("", "fault", "no bpffs is mounted", f"# none needed; to pin:\n{_BPFFS}")
    if not os.access(machine.path(place), os.W_OK | os.X_OK):
        return Check("", "fault", f"only root may write to {place}", "# none needed")
    return Check("", "ok", f"{place} can be written to")


FEATURES: dict[str, Feature] = {
    "programs": Feature("are compiled by BCC and loaded into the kernel", _programs),
    "tracepoints": Feature("are where its programs are attached", kernel.tracefs),
    "raw tracepoints": _probed("are where its programs are attached", probes.raw_tracepoint),
    "kprobes": Feature("are the other place for a program", kernel.kprobes),
    "ring buffer": _probed(
        "carries its events to Python",
        partial(probes.maps, kinds=(27,), key=0, value=0, entries=1 << 16),
    ),
    "perf buffer": _probed(
        "carries its events to Python", partial(probes.maps, kinds=(4,), value=4)
    ),
    "per-CPU maps": _probed("hold what CPUs must not share", partial(probes.maps, kinds=(5, 6))),
    "LRU maps": _probed("are among the maps it compares", partial(probes.maps, kinds=(9, 10))),
    "tail calls": _probed(
        "lead from program to program", partial(probes.maps, kinds=(3,), value=4)
    ),
    "tail calls in functions": _probed("are what it measures", probes.tail_call_in_function),
    "bpf_loop": _probed("is the loop that it compares with", probes.loop_helper),
    "test runs": _probed(
        "let the kernel run a program and time it", partial(probes.run, kind=probes.SOCKET_FILTER)
    ),
    "raw test runs": _probed(
        "let a raw tracepoint's program run on numbers of ours",
        partial(probes.run, kind=probes.RAW_TRACEPOINT),
    ),
    "system-call names": Feature("are what it dispatches by", user.syscalls),
    "clang": Feature("compiles what BCC cannot", tools.clang),
    "libbpf": Feature("loads what BCC cannot", tools.libbpf),
    "two CPUs": Feature("let two things happen at once", _two_cpus),
    "pages of 4096 bytes": Feature("are what its arithmetic counts with", _pages),
    "ptrace": Feature("stops an execve half way", _ptrace),
    "bpftool": Feature("confirms what it shows", partial(_for_root, tools.bpftool)),
    "bpftrace": Feature("counts the same, as a second witness", partial(_for_root, tools.bpftrace)),
    "other users": Feature("execute commands too", _other_users),
    "bpffs": Feature("is where a map can be pinned", _bpffs),
}
"""All features by the name that a lesson calls them; the names do not change."""
