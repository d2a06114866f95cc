"""Tests in virtual machines: ``python -m bpflab.vm DISTRIBUTION|all [pytest's arguments]``."""

import shlex
import shutil
import signal
import subprocess
import sys
import time

from bpflab.vm import disk, guest

LOGS = disk.REPO / ".lab" / "vm"
EVERYTHING = ("tests/kernel", "notebooks")
# An emulated CPU compiles a program in five to ten seconds, and some tests compile twenty.
PATIENCE = ("-o", "timeout=1500", "--nbval-cell-timeout=600")


def test(distribution: str, words: list[str], accel: str) -> int:
    """Run pytest in a distribution's guest; return its exit status, and keep a failure's logs."""
    began = time.monotonic()
    made = disk.prepare(distribution)
    print(f"{distribution}: disk ready in {time.monotonic() - began:.0f} s", flush=True)
    words = [*(PATIENCE if accel == "tcg" else ()), *(words or EVERYTHING)]
    script = f"uname -srv; export CI=true; exec ./lab test {shlex.join(words)}\n"
    logs = LOGS / distribution
    began = time.monotonic()
    try:
        status = guest.run(made, disk.clone(), script, logs, accel)
    except guest.Failed as failed:
        print(f"{distribution}: {failed}", file=sys.stderr)
        status = 2
    print(
        f"{distribution}: exit status {status} after {time.monotonic() - began:.0f} s", flush=True
    )
    if status:
        print(f"{distribution}: logs in {logs}", file=sys.stderr)
    else:
        shutil.rmtree(logs)
    return status


def main(words: list[str]) -> int:
    """Run the tests in the guests that the first word names."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, frame: sys.exit(128 + number))
    which, *rest = words or ["all"]
    if which != "all" and which not in disk.SUITES:
        print(f"lab: no distribution {which!r}: {', '.join(disk.SUITES)} or all", file=sys.stderr)
        return 2
    accel = guest.accelerator()
    print(
        "KVM works here."
        if accel == "kvm"
        else "KVM does not work here, so the guests are emulated."
    )
    try:
        return max(test(name, rest, accel) for name in ([which] if which != "all" else disk.SUITES))
    except KeyboardInterrupt:
        return 130
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
