"""From a text to a loaded program, or to the reason why it is refused.

The text is lesson 02's `first_map/right_map`; a comment with a number makes it new. BCC alone is
`BPF(text=...)` and `load_func`, in a process that has imported BCC and compiled before. The lab is
`load`: in a process that has loaded before, so that a spare child waits, or as the first load of
a process, which has imported the lab.
"""

import contextlib
import time

from bench.row import Row, turned
from bench.sizes import Sizes
from bench.worker import worker
from bpflab import LabError, find, load

TITLE = "Edit → verdict"
FAULTS = {
    "verifier": "int no(void *ctx) { int zero = 0; u64 *n = seen.lookup(&zero); return *n; }",
    "compiler": "int no(void *ctx) { return missing; }",
}
WAITS, FIRST, BCC = "load, a spare child waits", "load, the first of a process", "BCC alone"


def by_lab(text: str) -> float:
    """Return the seconds until *text* is loaded or refused."""
    program = None
    began = time.perf_counter()
    with contextlib.suppress(LabError):
        program = load("edited", text=text)
    seconds = time.perf_counter() - began
    if program:
        program.close()
    return seconds


def by_bcc(text: str) -> float:
    """Return the same of BCC alone."""
    from bcc import BPF

    bpf = None
    began = time.perf_counter()
    try:
        bpf = BPF(text=text.encode(), cflags=["-w"])
        for name in (b"hook", b"no")[: 1 + (" no(" in text)]:
            bpf.load_func(name, BPF.TRACEPOINT)
    except Exception:  # BCC raises it for whatever is refused
        pass
    seconds = time.perf_counter() - began
    if bpf:
        bpf.cleanup()
    return seconds


def ready() -> None:
    """Have this module's imports behind us."""


def first(text: str) -> float:
    """Return what *text* takes as the first one of a process."""
    with worker() as fresh:
        fresh(ready)
        return fresh(by_lab, text)


def measure(sizes: Sizes) -> list[Row]:
    """Measure texts that are new, known, and refused."""
    written = "\n".join(place.text for place in find("first_map/right_map").lines)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ("new", "known", *FAULTS)}
    with worker() as lab, worker() as bcc:
        for call, function in ((lab, by_lab), (bcc, by_bcc)):
            call(function, written)
        for number in range(sizes.rounds):
            text = f"{written}\n/* {number} */\n"
            time.sleep(sizes.ready_s)
            alone = {BCC: bcc(by_bcc, text)}
            new, known = lab(by_lab, text), lab(by_lab, text)
            found["new"].append({WAITS: new, FIRST: first(f"{text}/* first */\n")} | alone)
            found["known"].append({WAITS: known, FIRST: first(text)} | alone)
            for name, fault in FAULTS.items():
                lab(by_lab, written)  # so that a spare child waits
                time.sleep(sizes.ready_s)
                text = f"{written}\n{fault}\n/* {number} */\n"
                found[name].append({WAITS: lab(by_lab, text), BCC: bcc(by_bcc, text)})
    whats = {
        "new": "A new text",
        "known": "A text that was loaded before",
        "verifier": "A text that the verifier refuses",
        "compiler": "A text that the compiler refuses",
    }
    return [_row(f"load-{name}", what, found[name]) for name, what in whats.items()]


def _row(name: str, what: str, found: list[dict[str, float]]) -> Row:
    sides = {side: [1000 * s for s in seconds] for side, seconds in turned(found).items()}
    return Row(name, what, "ms", sides, {BCC: sides.pop(BCC)})
