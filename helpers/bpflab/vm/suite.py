"""The tests in a guest: pytest under a distribution's own kernel."""

import shlex
import shutil
import sys
import time

from bpflab.vm import disk, guest

EVERYTHING = ("tests/kernel", "notebooks")
# What an architecture decides: system-call numbers, sizes of pages, the order of loads and stores.
FOREIGN = (
    "tests/test_ring.py",
    "tests/test_perf.py",
    "tests/test_syscalls.py",
    *(f"tests/kernel/test_{name}.py" for name in ("ring", "dispatcher", "perf", "events", "life")),
)
FOREIGN_S = 4 * 3600
"""How long a guest of another architecture may take: KVM never moves it."""
# An emulated CPU compiles a program in five to ten seconds, and some tests compile twenty.
PATIENCE = (
    *("-o", "timeout=1500"),
    *("--nbval-cell-timeout=600", "--nbval-kernel-startup-timeout=300"),
)


def test(distribution: str, words: list[str], accel: str) -> int:
    """Run pytest in a distribution's guest; return its exit status, and keep a failure's logs."""
    began = time.monotonic()
    made = disk.prepare(distribution)
    print(f"{distribution}: disk ready in {time.monotonic() - began:.0f} s", flush=True)
    foreign = made.kind.foreign
    words = [
        *(PATIENCE if accel == "tcg" else ()),
        *(words or (FOREIGN if foreign else EVERYTHING)),
    ]
    script = f"uname -srv; export CI=true; exec ./lab test {shlex.join(words)}\n"
    logs = guest.logs(distribution)
    began = time.monotonic()
    try:
        limit = FOREIGN_S if foreign else None
        status = guest.run(made, disk.clone(), script, logs, accel, finish_s=limit)
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
