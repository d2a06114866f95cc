"""`./lab bench`: what it prints is complete, and nothing of it stays in the kernel."""

import contextlib
import importlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[1]
STATS = Path("/proc/sys/kernel/bpf_stats_enabled")
ROWS = {
    "loading": {"load-new", "load-known", "load-verifier", "load-compiler"},
    "reading": {f"ring-{n}{what}" for n in (8, 64) for what in ("", "-sent", "-lost")},
    "hashes": {"hash-read", "hash-written"},
    "frames": {"frame", "frame-comm"},
    "latency": {"latency-1000", "latency-100000", "latency-1000000"},
    "cost": {f"cost-{n:02}" for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12)},
    "memory": {"memory"},
    "live": {"live-cpu", "live-messages", "live-kB"},
    "tools": {f"tools-{what}" for what in ("rows", "lost", "cpu", "pss", "start")},
    "lessons": set(),
}


def programs():
    """Return the ids of all programs that are loaded."""
    done = subprocess.run(["bpftool", "-j", "prog"], capture_output=True, check=True)
    return {program["id"] for program in json.loads(done.stdout)}


def held():
    """Return the ids of the programs that processes other than this one hold."""
    infos = [p for p in Path("/proc").glob("[0-9]*/fdinfo/*") if p.parts[2] != str(os.getpid())]
    found = set()
    for info in infos:
        with contextlib.suppress(OSError):  # it has ended
            found |= set(map(int, re.findall(r"^prog_id:\s*(\d+)", info.read_text(), re.M)))
    return found


def left(processes, ids, stats):
    """Return what came since and stays: processes, programs, and another sysctl."""
    mine = set(psutil.Process().children(recursive=True)) - set(processes)
    mine -= {p for p in mine if "multiprocessing.resource_tracker" in " ".join(p.cmdline())}
    _, alive = psutil.wait_procs(mine, 10)
    ends, new = time.monotonic() + 10, programs() - ids
    while (new := (new & programs()) - held()) and time.monotonic() < ends:
        time.sleep(0.5)  # one whose process is just ending
    return [process.cmdline() for process in alive], sorted(new), STATS.read_text() != stats


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return what tiny measurements of everything but the lessons found, and what is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        bench, sizes = (importlib.import_module(f"bench.{name}") for name in ("__main__", "sizes"))
        before = psutil.Process().children(recursive=True), programs(), STATS.read_text()
        tiny = replace(
            sizes.QUICK, rounds=2, ready_s=0.1, ring_s=0.1, latency_s=0.1, keys=100, events=10_000,
            cost_rounds=1, execs=2, calls=100, kernels=1, live_rounds=2, live_s=0.3,
        )  # fmt: skip
        measured = bench.measured(list(bench.NAMES), tiny)
    return measured | {"left": left(*before)}


def rows(found):
    """Return all rows."""
    return [row for part in found["measurements"] for row in part["rows"]]


def test_every_row_is_there(found):
    """Nothing failed, and each row has a value of the lab for each round."""
    assert {part["name"]: part["failed"] for part in found["measurements"] if part["failed"]} == {}
    assert {p["name"]: {row["name"] for row in p["rows"]} for p in found["measurements"]} == ROWS
    counts = {len(values) for row in rows(found) for values in (row["lab"] | row["peers"]).values()}
    assert counts <= {1, 2}
    assert all(row["lab"] for row in rows(found))


def test_a_peer_is_measured_or_missed_with_its_reason(found):
    """bpftrace may be missing, and execsnoop where there are no kprobes; all else is built."""
    alone = {"frame", "frame-comm", *ROWS["latency"]}
    assert {row["name"] for row in rows(found) if not row["peers"] and not row["missing"]} == alone
    assert {row["name"] for row in rows(found) if row["missing"]} <= ROWS["cost"] | ROWS["tools"]


def test_a_ratio_is_of_the_same_round(found):
    """The median over the rounds of the lab's value through the peer's, for every pair."""
    for row in rows(found):
        for side, ratios in row["ratios"].items():
            assert ratios.keys() == row["peers"].keys()
            for peer, ratio in ratios.items():
                pairs = zip(row["lab"][side], row["peers"][peer], strict=True)
                assert ratio == statistics.median(mine / theirs for mine, theirs in pairs)


def test_the_versions_are_there(found):
    """The machine, the kernel, and what was measured with."""
    known = ("date", "processor", "kernel", "Python", "BCC", "LLVM", "libbpf", "numpy", "pandas")
    assert all(found["machine"][name] for name in known)


def test_nothing_is_left(found):
    """No process, no program that one holds or none, and the sysctl is as it was."""
    assert found["left"] == ([], [], False)


def test_the_page_has_every_number_of_the_json(found):
    """A line for each side, written by a command from the JSON alone."""
    command = [sys.executable, "-m", "bench.report"]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(found), capture_output=True, text=True, check=True
    )
    lines = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    sides = [side for row in rows(found) for side in (row["lab"] | row["peers"] | row["missing"])]
    assert [line[1].strip() for line in lines if line[1].strip() != "who"] == sides
    assert all(value in done.stdout for value in found["machine"].values() if value)
