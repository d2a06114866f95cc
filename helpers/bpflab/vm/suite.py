"""The tests in guests: pytest under a distribution's own kernel."""

import shlex
import subprocess
import sys
import time
from contextlib import ExitStack

from bpflab.paths import NOTEBOOKS, lessons_in, number_of
from bpflab.vm import boot, disk
from bpflab.vm.process import running

LESSONS = {number_of(file.name): f"notebooks/{file.name}" for file in lessons_in(NOTEBOOKS)}
# pytest keeps one emulated CPU busy, and a machine has two: each part has a guest of its own.
# They take about the same time.
PARTS = {
    "lessons": sorted(file for number, file in LESSONS.items() if number != "11"),
    "kernel": ["tests/kernel", LESSONS["11"]],
}
EVERYTHING = tuple(word for words in PARTS.values() for word in words)
# What an architecture decides: system-call numbers, sizes of pages, the order of loads and stores;
# and two lessons, the first whose events cross a ring and the one that is about those numbers.
FOREIGN = (
    "tests/data/test_ring.py",
    "tests/programs/test_perf.py",
    "tests/test_syscalls.py",
    *(f"tests/kernel/test_{name}.py" for name in ("ring", "dispatcher", "perf", "events", "life")),
    LESSONS["02"],
    LESSONS["09"],
)
# More than a thousand programs, each of which an emulated CPU compiles in five to ten seconds; and
# five lessons once more.
TOO_LONG = tuple(f"tests/kernel/test_{name}.py" for name in ("exercises", "pairs", "two_compilers"))
LEFT_OUT = "{name}: emulated, it leaves out " + " and ".join(TOO_LONG) + ". To run them, name them."
# An emulated CPU compiles a program in five to ten seconds, and some tests compile twenty.
PATIENCE = (
    *("-o", "timeout=1500"),
    *("--nbval-cell-timeout=600", "--nbval-kernel-startup-timeout=300"),
)
FEWER = "BPFLAB_TIMES=5"
"""How often such a guest repeats what the host repeats twenty times."""


def test(name: str, words: list[str], accel: str) -> int:
    """Run pytest in a guest; return its exit status, and keep a failure's logs.

    Without words for pytest it runs all that a kernel decides: in two guests where it takes long.
    """
    began = time.monotonic()
    made = disk.prepare(name)
    ready = f"disk ready in {time.monotonic() - began:.0f} s"
    print(f"{name}: {ready}, kernel {made.release}", flush=True)
    began, slow, foreign = time.monotonic(), accel == "tcg", made.guest.foreign
    if slow and not words and not foreign:
        print(LEFT_OUT.format(name=name), flush=True)
        status = _side_by_side(name)
    else:
        words = [*(PATIENCE if slow else ()), *(words or (FOREIGN if foreign else EVERYTHING))]
        variables = f"CI=true {FEWER}" if slow else "CI=true"
        script = f"uname -srv; export {variables}; exec ./lab test {shlex.join(words)}\n"
        status = boot.run(name, made, disk.bundle(script), accel)
    print(f"{name}: exit status {status} after {time.monotonic() - began:.0f} s", flush=True)
    return status


def _side_by_side(name: str) -> int:
    """Run each part in a guest of its own, all at once; put its name before each line."""
    command = [sys.executable, "-B", "-m", "bpflab.vm", "test", name, "-v"]
    command += [f"--ignore={path}" for path in TOO_LONG]
    with ExitStack() as stack:
        parts, marks = [], []
        for part, words in PARTS.items():
            how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            parts.append(stack.enter_context(running([*command, *words], **how)))
            mark = ["sed", "--unbuffered", f"s/^/{part:7} | /"]
            marks.append(stack.enter_context(running(mark, stdin=parts[-1].stdout)))
        status = max(process.wait() for process in parts)
        for process in marks:
            process.wait()
        return status
