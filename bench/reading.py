"""Three readers of a ring buffer, in turn beside the same producer, each a process of its own.

One is in C on libbpf, one is BCC's callback, and both touch one field of a record. The third is the
lab's `Ring.read`, which copies into numpy. Each looks every 2 ms. A record has 32 bytes, and the
ring 8 MB.
"""

import sys
import tempfile

from bench import ring
from bench.row import Row
from bench.sizes import Sizes
from bench.worker import worker

TITLE = "Ring → array"
BURSTS = (8, 64)  # records a call
SIDES = {"lab": "the lab, into an array", "C": "C on libbpf", "BCC": "BCC's callback"}


def measure(sizes: Sizes) -> list[Row]:
    """Measure 8 and 64 records a system call: CPU time of the reader, and what found no room."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, worker() as call:
        python = [sys.executable, "-P", "-c"]
        readers = {
            "C": [ring.built(folder)],
            "lab": [*python, ring.LOOP.format(ring.LAB)],
            "BCC": [*python, ring.LOOP.format(ring.BCC)],
        }
        for burst in BURSTS:
            rows += _rows(burst, call(ring.rounds, readers, burst, sizes.ring_s, sizes.rounds))
    return rows


def _rows(burst: int, found: list[dict[str, dict[str, float]]]) -> list[Row]:
    def row(name: str, what: str, unit: str, key: str, scale: float = 1) -> Row:
        sides = {to: [scale * one[side][key] for one in found] for side, to in SIDES.items()}
        lab = {SIDES["lab"]: sides.pop(SIDES["lab"])}
        return Row(f"ring-{burst}{name}", f"{burst} records a call: {what}", unit, lab, sides)

    sent = row("-sent", "sent", "million a second", "M/s")
    lost = row("-lost", "found no room, of what was sent", "%", "lost", 100)
    sent.compared = lost.compared = False
    return [row("", "CPU time of an event", "ns", "ns"), sent, lost]
