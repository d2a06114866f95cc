"""The kernel of a notebook that shows the newest events, four times a second.

One way is a loop that clears the output and shows pandas' frame, as in many tutorials: its cell
stays busy. The lab's live view runs beside the cells. The events and the time are the same.
"""

import queue
import time
from typing import Any

import psutil

from bench.kernel import kernel, run
from bench.row import Row, turned
from bench.sizes import Sizes

TITLE = "A live view"
LOOP_SIDE, LIVE_SIDE = "clear_output in a loop", "live()"
SETUP = """
import time
from IPython.display import clear_output, display
from bpflab import live, load, run

execs = load("start_here/execs").attach(hook="syscalls:sys_enter_execve")
busy = run("/usr/bin/true", per_second=20, seconds=600)
"""
LOOP = """
ends = time.monotonic() + {}
while time.monotonic() < ends:
    clear_output(wait=True)
    display(execs.events.frame().tail(10))
    time.sleep(0.25)
"""
LIVE = "view = live(execs)"
STOP = "view.stop()"


def drained(client: Any, seconds: float) -> tuple[int, int]:
    """Return how many messages came to the page in *seconds*, and how many bytes of content."""
    ends, count, size = time.monotonic() + seconds, 0, 0
    while (left := ends - time.monotonic()) > 0:
        try:
            message = client.get_iopub_msg(timeout=left)
        except queue.Empty:  # nothing came any more
            break
        count, size = count + 1, size + len(str(message["content"]))
    return count, size


def measured(client: Any, process: psutil.Process, code: str, seconds: float) -> dict[str, float]:
    """Return what *code* takes in a second, while it runs for *seconds*."""
    drained(client, 0.5)
    before, began = sum(process.cpu_times()[:2]), time.monotonic()
    client.execute(code, store_history=False)
    count, size = drained(client, seconds)
    cpu = sum(process.cpu_times()[:2]) - before
    while client.get_shell_msg(timeout=60)["msg_type"] != "execute_reply":
        pass
    wall = time.monotonic() - began
    return {"cpu": 100 * cpu / wall, "messages": count / wall, "kB": size / wall / 1000}


def measure(sizes: Sizes) -> list[Row]:
    """Measure a loop and a live view, in turn in one kernel."""
    rounds = []
    with kernel() as (client, process):
        run(client, SETUP)
        for _ in range(sizes.live_rounds):
            loop = measured(client, process, LOOP.format(sizes.live_s), sizes.live_s)
            view = measured(client, process, LIVE, sizes.live_s)
            run(client, STOP)
            rounds.append({LOOP_SIDE: loop, LIVE_SIDE: view})
        run(client, "busy.stop()")

    def row(key: str, what: str, unit: str) -> Row:
        sides = turned([{side: found[key] for side, found in one.items()} for one in rounds])
        peers = {LOOP_SIDE: sides.pop(LOOP_SIDE)}
        return Row(f"live-{key}", what, unit, sides, peers)

    return [
        row("cpu", "CPU of the kernel", "%"),
        row("messages", "Messages to the page", "a second"),
        row("kB", "Their content", "kB a second"),
    ]
