"""Control groups: what a learner's processes may use together, and their end.

A learner's group is one directory where the machine has cgroup v2, and one for each controller
where it has v1. Every process that a learner's server starts is in it, whatever session it makes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids", "cpu")
_PERIOD_US = 100_000
_END_S = 10


@dataclass(frozen=True)
class Limits:
    """What one learner may use at most."""

    memory_bytes: int
    processes: int
    """Processes and threads, as the kernel counts them."""
    cpus: float


def parent(state: Path) -> str:
    """Return the name of a hub's groups: another hub on this machine has another."""
    return f"bpflab-hub-{zlib.crc32(str(state.resolve()).encode()):08x}"


def lacking() -> list[str]:
    """Return the controllers that this machine does not have, or that are not ours to use."""
    return [name for name in CONTROLLERS if not os.access(_base(name), os.W_OK)]


def make(hub: str, learner: str, limits: Limits) -> None:
    """Make the group of a learner, with its limits; one that is there gets them anew."""
    quota = int(limits.cpus * _PERIOD_US)
    if _unified():
        _enable(ROOT)
        (ROOT / hub).mkdir(exist_ok=True)
        _enable(ROOT / hub)
    values = (
        {
            "memory.max": limits.memory_bytes,
            "memory.swap.max": 0,
            "pids.max": limits.processes,
            "cpu.max": f"{quota} {_PERIOD_US}",
        }
        if _unified()
        else {
            "memory.limit_in_bytes": limits.memory_bytes,
            "memory.memsw.limit_in_bytes": limits.memory_bytes,  # with swap
            "pids.max": limits.processes,
            "cpu.cfs_period_us": _PERIOD_US,
            "cpu.cfs_quota_us": quota,
        }
    )
    for file, value in values.items():
        folder = _base(file.partition(".")[0]) / hub / learner
        folder.mkdir(parents=True, exist_ok=True)
        if "sw" not in file or (folder / file).exists():  # a kernel may not count swap
            (folder / file).write_text(str(value))


def enter(hub: str, learner: str) -> None:
    """Put this process, and so all that it starts, into a learner's group."""
    for folder in _folders(hub, learner):
        (folder / "cgroup.procs").write_text(str(os.getpid()))


def end(hub: str, learner: str) -> int:
    """Kill all that is in a learner's group, remove it, and return how many processes were left.

    Raises:
        TimeoutError: a process did not end in ten seconds.
    """
    killed = set[int]()
    deadline = time.monotonic() + _END_S
    for folder in _folders(hub, learner):
        if (folder / "pids.max").exists():
            (folder / "pids.max").write_text("0")  # no child starts while the others are killed
    for folder in _folders(hub, learner):
        while pids := [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"processes of {learner} do not end: {pids}")
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            killed |= set(pids)
            time.sleep(0.02)
        while folder.exists():  # a dead process may keep the group for a moment
            with contextlib.suppress(OSError):
                folder.rmdir()
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"{folder} cannot be removed")
            time.sleep(0.02)
    return len(killed)


def end_all(hub: str) -> None:
    """End all that runs in the learners' groups of a hub, and remove the groups."""
    left = {path.name for name in CONTROLLERS for path in (_base(name) / hub).glob("*/")}
    for learner in left:
        end(hub, learner)
    for name in CONTROLLERS:
        with contextlib.suppress(OSError):
            (_base(name) / hub).rmdir()


def processes(hub: str, learner: str) -> list[int]:
    """Return the pids in a learner's group."""
    folders = _folders(hub, learner)
    return (
        [int(pid) for pid in (folders[0] / "cgroup.procs").read_text().split()] if folders else []
    )


def _unified() -> bool:
    return (ROOT / "cgroup.controllers").exists()


def _base(controller: str) -> Path:
    if not _unified():
        return ROOT / controller
    known = (ROOT / "cgroup.controllers").read_text().split()
    return ROOT if controller in known else ROOT / f"no {controller}"


def _enable(folder: Path) -> None:
    (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))


def _folders(hub: str, learner: str) -> list[Path]:
    """Return the directories of a learner's group that exist, each once."""
    found = dict.fromkeys(_base(name) / hub / learner for name in CONTROLLERS)
    return [folder for folder in found if folder.is_dir()]
