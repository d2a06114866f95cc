"""A live view beside the loop that people write instead, on the same events for as long."""

import os
import queue
import statistics
import time
from typing import Any

import psutil
from jupyter_client.manager import KernelManager

SECONDS = 5.0
ROUNDS = 3
SETUP = """
import time
from IPython.display import clear_output, display
from bpflab import live, load, steady

execs = load("start_here/execs").attach(hook="syscalls:sys_enter_execve")
busy = steady("/usr/bin/true", per_second=20, seconds=600)
"""
# As in many a tutorial: the cell is busy, the frame is pandas' own, the place is cleared each time.
LOOP = f"""
ends = time.monotonic() + {SECONDS}
while time.monotonic() < ends:
    clear_output(wait=True)
    display(execs.events.frame().tail(10))
    time.sleep(0.25)
"""
LIVE = "view = live(execs)"
STOP = "view.stop()"


def run(client: Any, code: str) -> None:
    """Execute *code* to its end."""
    client.execute(code, store_history=False)
    while client.get_shell_msg(timeout=60)["msg_type"] != "execute_reply":
        pass


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


def measured(client: Any, process: psutil.Process, code: str) -> tuple[float, float, float]:
    """Return what *code* takes in a second: CPU seconds, messages, bytes."""
    drained(client, 0.5)
    before, began = sum(process.cpu_times()[:2]), time.monotonic()
    client.execute(code, store_history=False)
    count, size = drained(client, SECONDS)
    cpu = sum(process.cpu_times()[:2]) - before
    while client.get_shell_msg(timeout=60)["msg_type"] != "execute_reply":
        pass
    wall = time.monotonic() - began
    return cpu / wall, count / wall, size / wall


def main() -> None:
    """Print the medians and their ratios, the two in turn."""
    manager = KernelManager(transport="ipc")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    process = psutil.Process(manager.provisioner.process.pid)
    rows: dict[str, list[tuple[float, ...]]] = {"loop with clear_output": [], "live": []}
    try:
        run(client, SETUP)
        for _ in range(ROUNDS):
            rows["loop with clear_output"].append(measured(client, process, LOOP))
            rows["live"].append(measured(client, process, LIVE))
            run(client, STOP)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(
        "What the kernel of a notebook takes to show the newest events, 4 times a second, "
        f"for {SECONDS:.0f} s\n({os.cpu_count()} CPUs): a loop that clears and prints, as in many "
        "tutorials, beside the lab's live view."
    )
    base = None
    for name, runs in rows.items():
        cpu, count, size = (statistics.median(column) for column in zip(*runs, strict=True))
        base = base or (cpu, size)
        print(
            f"  {name:<24} {cpu * 100:5.1f} % CPU ({cpu / base[0]:.2f}x)  {count:5.1f} messages/s  "
            f"{size / 1000:6.1f} kB/s ({size / base[1]:.2f}x)"
        )


if __name__ == "__main__":
    main()
