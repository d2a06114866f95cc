"""Watchers of `execve` for the shell: execwatch with BCC and with libbpf, and bpftrace's execsnoop.

Each starts, says that it watches, and then a shell executes the same command many times, as fast as
it can. A command without a row is lost. CPU time is the tool's own from its header to its end; the
time of its programs in the kernel belongs to the commands, so it is not included. BCC's own
execsnoop needs kprobes: where the kernel has none, it does not start.
"""

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.memory import pss
from bench.peers import NO_BPFTRACE, bpftrace
from bench.row import Row, turned
from bench.sizes import Sizes
from bpflab.errors import LabError
from bpflab.paths import ROOT

TITLE = "Watchers of execve"
TOOL = ROOT / "bpf/execwatch"
OURS = ("execwatch, BCC", "execwatch, libbpf")
LOOP = 'i=0; while [ $i -lt "$2" ]; do "$1"; i=$((i+1)); done'
START_S = 60.0
Found = dict[str, float]


def commands(folder: Path) -> dict[str, list[str]]:
    """Return how each watcher is started that is here; the one of libbpf is built in *folder*."""
    found = {OURS[0]: [str(TOOL / "execwatch.py"), "--skip-others"]}
    built = shutil.copytree(TOOL / "libbpf", folder / "libbpf")
    done = subprocess.run(["make", "-C", built, "execwatch"], capture_output=True, check=False)
    if done.returncode == 0:
        found[OURS[1]] = [str(built / "execwatch")]
    script = Path(bpftrace()).parents[1] / "sbin/execsnoop.bt" if bpftrace() else None
    if script and script.exists():
        found["execsnoop.bt"] = [bpftrace(), "-B", "line", str(script)]
    if path := shutil.which("execsnoop-bpfcc"):
        found["execsnoop, BCC"] = [path]
    return found


def cpu_ms(pid: int) -> float:
    """Return how long the threads of a process have run."""
    each = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text(encoding="ascii").split()[0]) for one in each) / 1e6


def watched(command: list[str], path: Path, times: int, folder: Path) -> Found:
    """Let a watcher see *path* executed so often; return what it took.

    Raises:
        LabError: ``no-peer`` where it ends before it watches, with its last line.
    """
    with (folder / "out").open("wb+") as out, (folder / "err").open("wb+") as errors:
        began = time.monotonic()
        tool = subprocess.Popen(command, stdout=out, stderr=errors)
        try:
            while b"PID" not in (folder / "out").read_bytes():
                if tool.poll() is not None or time.monotonic() > began + START_S:
                    last = (folder / "err").read_text(errors="replace").splitlines()[-1:]
                    raise LabError(
                        "no-peer", last[0].split(",")[0] if last else "it does not start"
                    )
                time.sleep(0.02)
            start = time.monotonic() - began
            time.sleep(1)  # bpftrace prints its header before all is attached
            before = cpu_ms(tool.pid)
            subprocess.run(["/bin/sh", "-c", LOOP, "sh", str(path), str(times)], check=True)
            time.sleep(1)  # the last rows
            cpu, memory = cpu_ms(tool.pid) - before, pss(tool.pid)
            tool.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):  # bpftrace 0.17 once went on
                tool.wait(30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                tool.kill()
            tool.wait()
        lines = (folder / "out").read_bytes().splitlines()
        shown = sum(line.endswith(bytes(path)) for line in lines)  # the shell's own has more behind
    return {"rows": shown, "lost": times - shown, "cpu": cpu, "pss": memory, "start": start}


def measure(sizes: Sizes) -> list[Row]:
    """Measure each watcher in each round, with *sizes.tool_execs* commands."""
    rounds: list[dict[str, Found]] = []
    missing: dict[str, str] = {} if bpftrace() else {"execsnoop.bt": NO_BPFTRACE}
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name, "true")
        path.symlink_to("/usr/bin/true")
        tools = commands(folder)
        for _ in range(sizes.cost_rounds):
            rounds.append({})
            for tool in [tool for tool in tools if tool not in missing]:
                try:
                    rounds[-1][tool] = watched(tools[tool], path, sizes.tool_execs, folder)
                except LabError as error:
                    missing[tool] = error.message
    return [
        _row(rounds, missing, "rows", f"Rows of {sizes.tool_execs} commands", "rows"),
        _row(rounds, missing, "lost", f"Lost of {sizes.tool_execs} commands", "rows"),
        _row(rounds, missing, "cpu", f"CPU time for {sizes.tool_execs} commands", "ms"),
        _row(rounds, missing, "pss", "Memory (PSS)", "MB"),
        _row(rounds, missing, "start", "From the start to the header", "s"),
    ]


def _row(
    rounds: list[dict[str, Found]], missing: dict[str, str], key: str, what: str, unit: str
) -> Row:
    found = turned([{tool: each[key] for tool, each in one.items()} for one in rounds])
    lab = {tool: values for tool, values in found.items() if tool in OURS}
    peers = {tool: values for tool, values in found.items() if tool not in OURS}
    return Row(f"tools-{key}", what, unit, lab, peers, missing, key not in ("rows", "lost"))
