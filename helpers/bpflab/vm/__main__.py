"""The machines: ``python -m bpflab.vm test NAME|all [words for pytest]``, ``up NAME PORT PAGE``."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bpflab.vm import guests, qemu, session, suite

# Loops, imports and compilers were measured, in a guest beside its host.
EMULATED = (
    "{why}, so the machine is emulated: it computes 5 to 20 times slower than this one, and needs"
    " minutes to start."
)
CLOSED = "/dev/kvm is there but not open to you. With it, often by the group kvm, this may be fast."


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit status: 2 for a fault of its own, 130 for Ctrl-C."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, frame: sys.exit(128 + number))
    command, which, *rest = words
    offered = [*guests.SUITES, *(guests.ARM if command == "test" else ())]
    names = list(guests.SUITES) if (command, which) == ("test", "all") else [which]
    known = ", ".join(offered) + (" or all" if command == "test" else "")
    if not set(names) <= set(offered):
        return _fault(f"no distribution {which!r}: {known}")
    if os.uname().machine not in guests.ARCHITECTURES:
        return _fault(f"no virtual machines on {os.uname().machine}")
    try:
        accel = _accelerator(names[0])
        if command == "up":
            port, page = rest
            return session.up(which, int(port), Path(page), accel)
        return max(suite.test(name, rest, accel) for name in names)
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        return _fault(f"{error.cmd[0]} failed; what it printed stands above")
    except OSError as error:
        return _fault(str(error))


def _fault(text: str) -> int:
    print(f"lab: {text}", file=sys.stderr)
    return 2


def _accelerator(name: str) -> str:
    """Return what moves a guest, and say so."""
    if guests.find(name).foreign:
        print(EMULATED.format(why="This machine has another CPU"), flush=True)
        return "tcg"
    accel = qemu.accelerator()
    why = EMULATED.format(why="KVM does not work here")
    print("KVM works here." if accel == "kvm" else why, flush=True)
    if qemu.KVM.exists() and not os.access(qemu.KVM, os.R_OK | os.W_OK):
        print(CLOSED, flush=True)
    return accel


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
