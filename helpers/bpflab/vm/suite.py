"""The tests in guests: pytest under a distribution's own kernel."""

import os
import selectors
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack

from bpflab.paths import NOTEBOOKS
from bpflab.vm import disk, guest
from bpflab.vm.process import running

LESSONS = sorted(f"notebooks/{file.name}" for file in NOTEBOOKS.glob("*.ipynb"))
# pytest keeps one emulated CPU busy, and a machine has two: each part has a guest of its own.
# They take about the same time.
PARTS = {
    "lessons": [*LESSONS[:11], LESSONS[12]],
    "kernel": ["tests/kernel", LESSONS[11]],
}
EVERYTHING = tuple(word for words in PARTS.values() for word in words)
# What an architecture decides: system-call numbers, sizes of pages, the order of loads and stores;
# and two lessons, the first whose events cross a ring and the one that is about those numbers.
FOREIGN = (
    "tests/data/test_ring.py",
    "tests/programs/test_perf.py",
    "tests/test_syscalls.py",
    *(f"tests/kernel/test_{name}.py" for name in ("ring", "dispatcher", "perf", "events", "life")),
    LESSONS[2],
    LESSONS[9],
)
FOREIGN_S = 4 * 3600
"""How long a guest of another architecture may take: KVM never moves it."""
# An emulated CPU compiles a program in five to ten seconds, and some tests compile twenty.
PATIENCE = (
    *("-o", "timeout=1500"),
    *("--nbval-cell-timeout=600", "--nbval-kernel-startup-timeout=300"),
)
FEWER = "BPFLAB_TIMES=5"
"""How often such a guest repeats what the host repeats twenty times."""


def test(distribution: str, words: list[str], accel: str) -> int:
    """Run pytest in a distribution's guest; return its exit status, and keep a failure's logs.

    Without words for pytest it runs all that a kernel decides: in two guests where it takes long.
    """
    began = time.monotonic()
    made = disk.prepare(distribution)
    print(f"{distribution}: disk ready in {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    if words or made.kind.foreign or accel != "tcg":
        status = _one(made, distribution, words, accel)
    else:
        status = _side_by_side(distribution)
    print(
        f"{distribution}: exit status {status} after {time.monotonic() - began:.0f} s", flush=True
    )
    return status


def _one(made: disk.Disk, distribution: str, words: list[str], accel: str) -> int:
    """Run pytest in one guest."""
    foreign = made.kind.foreign
    words = [
        *(PATIENCE if accel == "tcg" else ()),
        *(words or (FOREIGN if foreign else EVERYTHING)),
    ]
    variables = f"CI=true {FEWER}" if accel == "tcg" else "CI=true"
    script = f"uname -srv; export {variables}; exec ./lab test {shlex.join(words)}\n"
    logs = guest.logs(f"{distribution}-{os.getpid()}")
    try:
        limit = FOREIGN_S if foreign else None
        status = guest.run(made, disk.clone(), script, logs, accel, finish_s=limit)
    except guest.Failed as failed:
        print(f"{distribution}: {failed}", file=sys.stderr)
        status = 2
    if status:
        print(f"{distribution}: logs in {logs}", file=sys.stderr)
    else:
        shutil.rmtree(logs)
    return status


def _side_by_side(distribution: str) -> int:
    """Run each part in a guest of its own, all at once; show what they print line by line."""
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        command = [sys.executable, "-B", "-m", "bpflab.vm", "test", distribution, "-v"]
        parts = {
            name: stack.enter_context(
                running([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            )
            for name, words in PARTS.items()
        }
        for name, process in parts.items():
            assert process.stdout
            selector.register(process.stdout, selectors.EVENT_READ, name)
        unfinished = dict.fromkeys(parts, b"")
        while selector.get_map():
            for key, _ in selector.select():
                name, chunk = key.data, os.read(key.fd, 65536)
                *lines, unfinished[name] = (unfinished[name] + chunk).split(b"\n")
                if not chunk:
                    selector.unregister(key.fileobj)
                    lines = [rest] if (rest := unfinished[name]) else []
                guest.show(b"".join(b"%-7s | %s\n" % (name.encode(), line) for line in lines))
        return max(process.wait() for process in parts.values())
