"""What one more notebook on a server takes: its kernel's share of memory (PSS).

All kernels of a kind run at the same time, so memory that they share is divided among them. The
lab's kernels load a known text and show a table; the spare child is the process that waits with BCC
for the next text. The other kind imports BCC and pandas, loads the same text, and shows the same
table.
"""

import contextlib
import re
from pathlib import Path

from bench.kernel import kernel, run
from bench.row import Row
from bench.sizes import Sizes
from bench.worker import worker
from bpflab import find, load

TITLE = "Memory of a notebook"
NAME = "start_here/execs"
LAB = f"""
from bpflab import load, table
execs = load({NAME!r})
table(execs.maps["seen"].frame(), "Calls")
"""
BCC = """
import pandas as pd
from bcc import BPF
bpf = BPF(text={!r}, cflags=["-w"])
bpf.load_func("hook", BPF.TRACEPOINT)
pd.DataFrame([(key.value, value.value) for key, value in bpf["seen"].items()])
"""


def learn() -> None:
    """Make the text a known one; in a process of its own, since a spare child stays with it."""
    load(NAME).close()


def pss(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
    return int(found[1]) / 1000 if found else 0.0


def together(count: int, code: str, ready_s: float) -> list[tuple[float, float]]:
    """Return for each of *count* kernels its PSS and that of its children, after *code*."""
    with contextlib.ExitStack() as stack:
        kernels = [stack.enter_context(kernel()) for _ in range(count)]
        for client, _ in kernels:
            run(client, code)
        run(kernels[-1][0], f"import time; time.sleep({ready_s})")  # the last child is ready, too
        found = []
        for _, process in kernels:
            children = sum(pss(child.pid) for child in process.children(recursive=True))
            found.append((pss(process.pid), children))
    return found


def measure(sizes: Sizes) -> list[Row]:
    """Measure *sizes.kernels* kernels of each kind."""
    with worker() as call:
        call(learn)
    lab = together(sizes.kernels, LAB, 2 * sizes.ready_s)
    bare = together(sizes.kernels, BCC.format(find(NAME).text), 0)
    ours = {
        "the kernel": [own for own, _ in lab],
        "the kernel and its spare child": [own + child for own, child in lab],
        "the spare child": [child for _, child in lab],
    }
    theirs = {"a kernel with BCC and pandas": [own + child for own, child in bare]}
    what = f"One of {sizes.kernels} notebooks that are open"
    return [Row("memory", what, "MB", ours, theirs)]
