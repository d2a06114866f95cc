"""A hash of numbers, read as a whole and written as a whole.

Each side has its own map, of u64 to u64. For BCC's `items_update_batch` the time to make its arrays
of the same Python numbers is included, as it is for `fill`.
"""

import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from bench.row import Row, turned
from bench.sizes import Sizes
from bench.worker import worker
from bpflab import load

TITLE = "A map of many keys"
TEXT = """
BPF_HASH(numbers, u64, u64, ENTRIES);
int hook(void *ctx) { u64 zero = 0; return numbers.lookup(&zero) != 0; }
"""
FRAME, ITEMS, BATCH = "frame()", "BCC's items()", "BCC's items_lookup_batch()"
BATCH_FRAME = "items_lookup_batch(), then a DataFrame"
FILL, ONE_BY_ONE, UPDATE = "fill()", "BCC, table[key] = value", "BCC's items_update_batch()"

_open: dict[str, Any] = {}  # this process's map


def seconds(action: Callable[[], object]) -> float:
    """Return what *action* takes until it has returned."""
    began = time.perf_counter()
    made = action()
    found = time.perf_counter() - began
    del made  # freed outside of the time
    return found


def lab(entries: dict[int, int]) -> dict[str, float]:
    """Write and read the lab's map once."""
    program = _open.get("program")
    if not program:
        program = _open["program"] = load("hash", text=TEXT, defines={"ENTRIES": 2 * len(entries)})
    numbers = program.maps["numbers"].clear()
    return {FILL: seconds(lambda: numbers.fill(entries)), FRAME: seconds(numbers.frame)}


def close() -> None:
    """Close the lab's map."""
    _open["program"].close()


def bcc(entries: dict[int, int]) -> dict[str, float]:
    """Write and read BCC's map once, in each of its ways."""
    from bcc import BPF

    bpf = _open.get("bpf")
    if not bpf:
        flags = [f"-DENTRIES={2 * len(entries)}"]
        bpf = _open["bpf"] = BPF(text=TEXT.encode(), cflags=flags)
        bpf.load_func(b"hook", BPF.TRACEPOINT)
    table = bpf[b"numbers"]

    def one_by_one() -> None:
        for key, value in entries.items():
            table[table.Key(key)] = table.Leaf(value)

    def update() -> None:
        keys, values = table.Key * len(entries), table.Leaf * len(entries)
        table.items_update_batch(keys(*entries), values(*entries.values()))

    def batch_frame() -> pd.DataFrame:
        return pd.DataFrame(table.items_lookup_batch(), columns=["key", "value"])

    def emptied(write: Callable[[], None]) -> float:
        table.items_delete_batch()
        return seconds(write)

    return {
        ONE_BY_ONE: emptied(one_by_one),
        UPDATE: emptied(update),
        ITEMS: seconds(table.items),
        BATCH: seconds(lambda: list(table.items_lookup_batch())),
        BATCH_FRAME: seconds(batch_frame),
    }


def measure(sizes: Sizes) -> list[Row]:
    """Measure a hash of *sizes.keys* keys."""
    entries = {7 * number: number for number in range(sizes.keys)}
    with worker() as ours, worker() as theirs:
        found = turned([ours(lab, entries) | theirs(bcc, entries) for _ in range(sizes.rounds)])
        ours(close)
    ms = {side: [1000 * s for s in of] for side, of in found.items()}

    def row(name: str, what: str, mine: str, *peers: str) -> Row:
        what = f"{sizes.keys:,} keys {what}"
        return Row(name, what, "ms", {mine: ms[mine]}, {peer: ms[peer] for peer in peers})

    return [
        row("hash-read", "read", FRAME, ITEMS, BATCH, BATCH_FRAME),
        row("hash-written", "written", FILL, ONE_BY_ONE, UPDATE),
    ]
