"""How long a run of each lesson's program takes in the kernel, beside one line of bpftrace.

The kernel adds up the time of all programs of a process and counts their runs (`BPF_ENABLE_STATS`).
Counting adds some 80 ns to each run, for both sides, and ends with this process: no sysctl is
changed. The time of a program that a tail call reaches is part of the run. Each exec of
/usr/bin/true is a run; for lessons 09 and 12 each system call of a process that makes many is.
bpftrace keeps 64 bytes of a path, the lessons up to 512.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import psutil

from bench import peers
from bench.programs import CASES
from bench.row import Row, turned
from bench.sizes import Sizes
from bench.worker import worker
from bpflab import bpftrace, load, run
from bpflab.bindings.bpf import bpf

TITLE = "What an event costs in the kernel"
ENABLE_STATS, RUN_TIME = 32, 0  # enum bpf_cmd and bpf_stats_type, include/uapi/linux/bpf.h
HOOKED = {2, 5, 17}  # program types: kprobe, tracepoint, raw tracepoint; not bpftrace's own timers
LAB, ONE_LINE = "the lesson's program", "bpftrace"


def spent(pid: int) -> tuple[int, int]:
    """Return the ns that the programs of process *pid* have run, and the runs of the busiest."""
    found: dict[str, tuple[int, int]] = {}
    for path in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except OSError:  # the folder's own descriptor
            continue
        row = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        if "run_time_ns" in row and int(row["prog_type"]) in HOOKED:
            found[row["prog_id"]] = int(row["run_time_ns"]), int(row["run_cnt"])
    return sum(ns for ns, _ in found.values()), max(runs for _, runs in found.values())


def a_run(pid: Callable[[], int], happen: Callable[[], object]) -> float:
    """Return the ns of a run while *happen* does."""
    process = pid()
    before = spent(process)
    happen()
    after = spent(process)
    return (after[0] - before[0]) / (after[1] - before[1])


def round_of(number: int, times: int, peer: bool) -> dict[str, float]:
    """Return the ns of a run of case *number*'s program, and then with *peer* of bpftrace's."""
    case = CASES[number]

    def happen() -> None:
        if not case.by_calls:
            run("/usr/bin/true", times=times)
            return
        for _ in range(times):
            os.getppid()

    try:
        stats, _ = bpf(ENABLE_STATS, struct.pack("I", RUN_TIME))
    except PermissionError:
        raise RuntimeError("only root may turn the kernel's statistics on") from None
    found = {}
    try:
        with load(case.name, type=case.type, defines=case.defines) as program:
            case.fill(program, os.getpid())
            with program.attached(**case.hooks):
                found[LAB] = a_run(os.getpid, happen)
        if peer:
            line = case.line.replace("PID", str(os.getpid()))
            bpftrace(line, lambda: found.update({ONE_LINE: a_run(_tracer, happen)}))
    finally:
        os.close(stats)
    return found


def look_in(folder: Path) -> None:
    """Let this process find bpftrace, wherever it is."""
    os.environ["PATH"] += f":{folder}"


def _tracer() -> int:
    """Return the pid of the bpftrace that this process has started."""
    mine = psutil.Process().children(recursive=True)
    return next(child.pid for child in mine if child.name() == "bpftrace")


def measure(sizes: Sizes) -> list[Row]:
    """Measure each lesson that attaches a program."""
    peer = peers.bpftrace()
    rows = []
    with worker() as lab:
        if peer:
            lab(look_in, Path(peer).parent)
        for number, case in enumerate(CASES):
            times = sizes.calls if case.by_calls else sizes.execs
            rounds = turned(
                [lab(round_of, number, times, bool(peer)) for _ in range(sizes.cost_rounds)]
            )
            theirs = {ONE_LINE: rounds.pop(ONE_LINE)} if peer else {}
            missing = {} if peer else {ONE_LINE: peers.NO_BPFTRACE}
            what = f"Lesson {case.lesson}, {case.name}"
            rows.append(Row(f"cost-{case.lesson}", what, "ns", rounds, theirs, missing))
    return rows
