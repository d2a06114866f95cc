"""What befalls a kernel in the middle of its work."""

import contextlib
import os
import resource
import signal
import time
from pathlib import Path

import psutil

from tests.chaos.kernels import Kernel

MIB = 1 << 20
CGROUPS = Path("/sys/fs/cgroup")


def kill(kernel, rng):
    """``kill -9``, of the kernel's process alone."""
    os.kill(kernel.pid, signal.SIGKILL)


def restart(kernel, rng):
    """What JupyterLab's menu does."""
    kernel.manager.restart_kernel(now=True)


def interrupt(kernel, rng):
    """What JupyterLab's button does: to the kernel and all that it started."""
    kernel.manager.interrupt_kernel()


def key(kernel, rng):
    """An interrupt of the kernel alone."""
    os.kill(kernel.pid, signal.SIGINT)


def limit(kernel, rng):
    """No more addresses than it has, or fewer: MemoryError, LLVM's own end, or no process more."""
    process = psutil.Process(kernel.pid)
    _limit(process, -int(process.memory_info().vms * rng.choice((0.0, 0.5, 0.8))))


def limit_child(kernel, rng):
    """The same for the child that compiles, or waits to."""
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        _limit(_child(kernel), rng.choice((0, 8, 32)) * MIB)


def kill_child(kernel, rng):
    """What the kernel does to the child when memory runs out."""
    with contextlib.suppress(psutil.NoSuchProcess):
        _child(kernel).kill()


def stop_child(kernel, rng):
    """A child that compiles without end, until the learner interrupts."""
    with contextlib.suppress(psutil.NoSuchProcess):
        _child(kernel).suspend()
    time.sleep(rng.uniform(0, 0.5))
    interrupt(kernel, rng)


def descriptors(kernel, rng):
    """A few descriptors left, or none: for a child's pipes, a map, a program or a hook."""
    used = {int(fd) for fd in os.listdir(f"/proc/{kernel.pid}/fd")}  # noqa: PTH208
    free = [fd for fd in range(max(used) + 9) if fd not in used]
    most = resource.prlimit(kernel.pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(kernel.pid, resource.RLIMIT_NOFILE, (rng.choice(free[:8]), most))


def out_of_memory(kernel, rng):
    """A control group with a few MiB left: the kernel's own choice of whom to kill."""
    struck = _child(kernel) if rng.random() < 0.5 else kernel
    folder = Path(f"{memory_cgroup()}/bpflab-{kernel.mark}-{rng.getrandbits(32):08x}")
    folder.mkdir()
    kernel.cgroups.append(folder)
    size = (folder / "memory.max", folder / "memory.limit_in_bytes")
    next(file for file in size if file.exists()).write_text(str(rng.randint(4, 24) * MIB))
    with contextlib.suppress(ProcessLookupError):
        (folder / "cgroup.procs").write_text(str(struck.pid))


def memory_cgroup() -> str:
    """Return where a control group for memory can be made, or nothing."""
    first = CGROUPS / "memory"
    if (first / "memory.limit_in_bytes").exists() and os.access(first, os.W_OK):
        return str(first)
    with contextlib.suppress(OSError):
        if "memory" in (CGROUPS / "cgroup.subtree_control").read_text().split() and os.access(
            CGROUPS, os.W_OK
        ):
            return str(CGROUPS)
    return ""


def relieve(kernel: Kernel) -> None:
    """Take the limits off again, so that what is left can be asked."""
    if kernel.alive:
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE):
            most = resource.prlimit(kernel.pid, kind)[1]
            resource.prlimit(kernel.pid, kind, (most, most))
        for child in kernel.compilers():  # a spare that waits: stopped, or limited
            with contextlib.suppress(psutil.Error):
                least, most = child.rlimit(resource.RLIMIT_AS)
                child.resume() if least == most else child.kill()
    for folder in list(kernel.cgroups):
        for name in ("memory.max", "memory.limit_in_bytes"):
            if (folder / name).exists():
                (folder / name).write_text("max" if name == "memory.max" else "-1")
        with contextlib.suppress(OSError):  # the kernel lives in it: at its end, then
            folder.rmdir()
            kernel.cgroups.remove(folder)


def _limit(process: psutil.Process, more: int) -> None:
    """Let *process*, and what it starts, have *more* bytes of addresses than it has."""
    most = resource.prlimit(process.pid, resource.RLIMIT_AS)[1]
    resource.prlimit(process.pid, resource.RLIMIT_AS, (process.memory_info().vms + more, most))


def _child(kernel: Kernel) -> psutil.Process:
    """Return the child that compiles or waits for a text: soon there is one."""
    while not (children := kernel.compilers()):
        time.sleep(0.002)
    return children[0]


STRIKES = {
    "kill -9": kill,
    "restart": restart,
    "interrupt": interrupt,
    "interrupt, alone": key,
    "no addresses left": limit,
    "none for the child": limit_child,
    "child killed": kill_child,
    "child stopped": stop_child,
    "no descriptors left": descriptors,
    "out of memory": out_of_memory,
}
ENDS = ("kill -9", "restart")  # the kernel is gone, whatever it did
AT_COMPILE = ("none for the child", "child killed", "child stopped")  # in the middle, half the time
