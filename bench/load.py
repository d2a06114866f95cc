"""What the guard costs: ``load`` beside a bare ``BPF(text=...)`` on the same source."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable

from bcc import BPF

from bpflab import Program, find, load
from bpflab.bindings import engine
from bpflab.compiling import build

ROUNDS = 9
NAME = "first_map/right_map"


def timed(action: Callable[[], BPF | Program]) -> float:
    """Return the seconds that *action* takes; what it returns is closed outside of them."""
    began = time.perf_counter()
    made = action()
    seconds = time.perf_counter() - began
    (made.cleanup if isinstance(made, BPF) else made.close)()
    return seconds


def bare() -> BPF:
    """Compile and load with BCC alone."""
    bpf = BPF(text=find(NAME).text.encode(), cflags=["-w"])
    bpf.load_func(b"hook", BPF.TRACEPOINT)
    return bpf


def main() -> None:
    """Print medians and the ratios to bare BCC, round by round in turn."""
    print(
        f"What {NAME} takes until it is loaded: with BCC alone, with the lab when it has compiled\n"
        "this text before, and with the lab when the text is new and a child compiles it first."
    )
    rows: dict[str, list[float]] = {"BCC alone": [], "load, known": [], "load, new": []}
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        load(NAME).close()
        for _ in range(ROUNDS):
            rows["BCC alone"].append(timed(bare))
            rows["load, known"].append(timed(lambda: load(NAME)))
            build.forget(find(NAME), "tracepoint", engine.VERSION)
            rows["load, new"].append(timed(lambda: load(NAME)))
    base = rows["BCC alone"]
    print(f"{'':17} {'median s':>9} {'min':>6} {'max':>6} {'ratio':>6}   ({ROUNDS} rounds in turn)")
    for name, seconds in rows.items():
        ratio = statistics.median(s / b for s, b in zip(seconds, base, strict=True))
        print(f"{name:17} {statistics.median(seconds):9.3f} {min(seconds):6.3f}", end="")
        print(f" {max(seconds):6.3f} {ratio:6.2f}")
