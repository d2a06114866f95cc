"""The machines: ``python -m bpflab.vm COMMAND NAME``.

``test NAME|newest|all [words for pytest]``, ``lab NAME words for ./lab``, ``up NAME PORT PAGE``;
``disk NAME`` makes its disk, and no more.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bpflab.vm import boot, disk, guests, lab, session, suite

KVM = Path("/dev/kvm")
# Loops, imports and compilers were measured, in a guest beside its host.
EMULATED = (
    "{why}, so the machine is emulated: it computes 5 to 20 times slower than this one, and needs"
    " minutes to start."
)
CLOSED = (
    "/dev/kvm is there, but you may not open it. With that right (often by the group "
    "kvm) this may be fast."
)


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit status: 2 for a fault of its own, 130 for Ctrl-C."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, frame: sys.exit(128 + number))
    command, which, *rest = words
    offered = [*guests.SUITES, guests.NEWEST, *(guests.ARM if command == "test" else ())]
    names = list(guests.SUITES) if (command, which) == ("test", "all") else [which]
    known = ", ".join(offered) + (" or all" if command == "test" else "")
    if not set(names) <= set(offered):
        return _fault(f"no distribution {which!r}: {known}")
    if os.uname().machine not in guests.ARCHITECTURES:
        return _fault(f"no virtual machines on {os.uname().machine}")
    try:
        if which == guests.NEWEST:
            names = [disk.newest()]
            print(f"The newest kernel that Debian has is {names[0]}'s.", flush=True)
        if command == "disk":
            disk.prepare(names[0])
            return 0
        return moved(names[0], lambda accel: _run(command, names, rest, accel))
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        return _fault(f"{error.cmd[0]} failed; what it printed stands above")
    except OSError as error:
        return _fault(str(error))


def moved(name: str, run: Callable[[str], int]) -> int:
    """Run a guest with what moves it, ``kvm`` or ``tcg``, and return its exit status."""
    try:
        return run(_accelerator(name))
    except boot.NotMoved:
        print(EMULATED.format(why="KVM does not work here"), flush=True)
        return run("tcg")


def _fault(text: str) -> int:
    print(f"lab: {text}", file=sys.stderr)
    return 2


def _run(command: str, names: list[str], words: list[str], accel: str) -> int:
    if command == "up":
        port, page = words
        return session.up(names[0], int(port), Path(page), accel)
    if command == "lab":
        return lab.run(names[0], words, accel)
    return max(suite.test(name, words, accel) for name in names)


def _accelerator(name: str) -> str:
    """Return what moves a guest, and say so: KVM may be there, and hang, so it is tried."""
    if guests.find(name).foreign:
        print(EMULATED.format(why="This machine has another CPU"), flush=True)
        return "tcg"
    if os.access(KVM, os.R_OK | os.W_OK):
        print("KVM is tried.", flush=True)
        return "kvm"
    print(EMULATED.format(why="KVM is not here"), flush=True)
    if KVM.exists():
        print(CLOSED, flush=True)
    return "tcg"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
