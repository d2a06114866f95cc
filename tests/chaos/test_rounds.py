"""Kill, restart, interrupt, and the end of memory or descriptors, in the middle of the work.

``BPFLAB_CHAOS=100`` makes that many rounds. ``BPFLAB_CHAOS_SEED``, which pytest prints first of
all, makes those of an earlier time again: the same strikes at the same phases, as far as two runs
of a machine are the same.
"""

import collections
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.chaos import debris, strikes
from tests.chaos.kernels import Kernel
from tests.chaos.work import PHASES

ROUNDS = int(os.environ.get("BPFLAB_CHAOS") or 5)
SEED = int(os.environ["BPFLAB_CHAOS_SEED"])  # the root's conftest.py chooses and prints it
LONGEST_S = {"compile": 0.6, "load": 0.4, "attach": 0.03, "read": 0.03, "close": 0.05}
ANSWER_S, SOON_S = 20.0, 5.0
FAULTS = ("KeyboardInterrupt", "LabError", "MemoryError")

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(300 + 90 * ROUNDS)]

SETUP = """
import os
from bpflab.programs.loading import loaded
from bpflab.inspect import left_behind
from tests.chaos.work import Work
from tests.kernel.held import held
answer = os.getpid()
"""
# Where Python itself does not end a block: between a call that returned and the block's begin, and
# as its end is called (CPython issue 74174). Memory that is short makes these moments long.
BETWEEN = ("_in_blocks", "__enter__", "__exit__", "close")
# What an interrupt left loaded has an owner; once that is closed nothing is held.
LOOK = """
import sys, traceback
answer = [f"nobody's {kind} {name}" for kind, name in left_behind()[["kind", "name"]].values]
open = [p for p in loaded()]
at = traceback.extract_tb(getattr(sys, "last_traceback", None))[-1:]
between = at and at[0].name in BETWEEN
answer += [f"open {p.name}, struck at {at}" for p in open if BLOCKS and not between]
for p in open: p.close()
p = open = None
answer += [f"held {kind}" for kind, count in held(os.getpid()).items() if count]
seen = WORK.once()
answer += [f"a fresh program saw {seen}"] if seen != 1 else []
"""


@dataclass
class Round:
    """One strike: where it was aimed, where it fell, what the kernel said, and what was left."""

    strike: str
    aimed: str
    phase: str = ""
    said: str = ""
    left: list[str] = field(default_factory=list)


def look(work: str, blocks: bool) -> str:
    """Return the code that says what is left, and whether a fresh program works."""
    filled = LOOK.replace("WORK", work).replace("BLOCKS", str(blocks))
    return filled.replace("BETWEEN", str(BETWEEN))


class Arena:
    """A kernel, and rounds in it one after the other."""

    def __init__(self, kernel: Kernel, rng: random.Random, fifo: Path) -> None:
        self._kernel, self._rng = kernel, rng
        self._fifo, self._said = fifo, os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        self._kernel.run(SETUP)

    def strike(self, strike: str, aimed: str) -> Round:
        """Let the kernel work, strike it, and see what is left."""
        kernel, rng, done = self._kernel, self._rng, Round(strike, aimed)
        token, blocks = f"{rng.getrandbits(32):08x}", rng.random() < 0.5
        self._heard()
        work = f"Work({token!r}, {str(self._fifo)!r})"
        message = kernel.start(f"work = {work}; work.loop(blocks={blocks})")
        self._wait_for(aimed)
        time.sleep(rng.uniform(0, LONGEST_S[aimed]))  # the moment is meant to be any
        done.phase = self._phase(aimed)
        strikes.STRIKES[strike](kernel, rng)
        if strike == "restart":
            kernel.wait_until_ready()
            done.said = "restarted"
        else:
            done.said = self._said_by(message, token, done)
        strikes.relieve(kernel)
        if kernel.alive and strike != "restart":
            done.left += eval(kernel.run(look("work", blocks)))
        done.left += debris.gone(lambda: debris.in_kernel(token))
        done.left += debris.gone(lambda: debris.processes(kernel))
        if not kernel.alive or strike == "restart":
            if strike != "restart":
                kernel.restart()
            kernel.run(SETUP)
            done.left += eval(kernel.run(look(work, True)))
        done.left += debris.files(kernel)
        return done

    def close(self) -> None:
        """Close the FIFO."""
        os.close(self._said)

    def _said_by(self, message: str, token: str, done: Round) -> str:
        """Return how the cell ended; what struck no vital part is followed by an interrupt."""
        kernel = self._kernel
        soon = not kernel.alive or done.strike in strikes.AT_COMPILE  # else a spare was struck
        try:
            content = kernel.reply(message, SOON_S if soon else ANSWER_S)
        except TimeoutError:
            kernel.manager.interrupt_kernel()
            content = kernel.reply(message, ANSWER_S)
        if content is None:
            return "died"
        said, text = (content.get(name, "") for name in ("ename", "evalue"))
        if said not in FAULTS and "Cannot allocate memory" not in text:
            done.left.append(f"unforeseen: {content}")
        text = text.partition("\n")[0].replace(token, "x")
        return f"{said} {text}".rstrip()

    def _phase(self, aimed: str) -> str:
        """Return where the kernel is: *aimed*, or where it has gone on to meanwhile."""
        heard = self._heard()  # once: what was read is gone
        return PHASES[int(heard[-1])] if heard else aimed

    def _wait_for(self, phase: str) -> None:
        ends = time.monotonic() + 120
        while str(PHASES.index(phase)) not in self._heard():
            assert time.monotonic() < ends, f"the kernel never came to {phase}"
            time.sleep(0.002)

    def _heard(self) -> str:
        with contextlib.suppress(BlockingIOError):
            return os.read(self._said, 1 << 16).decode()
        return ""


@pytest.fixture
def arena():
    """Give a kernel in a directory of its own, which is empty of processes and sockets after."""
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="chaos") as name:  # a short path: sockets go there
        private = Path(name)
        os.mkfifo(private / "phase")
        kernel = Kernel(private)
        made = Arena(kernel, rng, private / "phase")
        try:
            yield made
        finally:
            made.close()
            kernel.end()
        assert debris.gone(kernel.processes) == []
        assert [path for path in private.iterdir() if path.is_socket()] == []
        assert not (private / "kernel.json").exists()


def test_whatever_strikes_leaves_nothing(arena, capsys):
    """No program, map, process or file outlives a strike, and the next load works."""
    print(f"BPFLAB_CHAOS_SEED={SEED}")  # shown again where it fails
    names = [n for n in strikes.STRIKES if n != "out of memory" or strikes.memory_cgroup()]
    began = time.monotonic()
    rounds = [arena.strike(strike, aimed) for strike, aimed in plan(names)]
    with capsys.disabled():
        print(table(rounds, time.monotonic() - began))
    assert [done for done in rounds if done.left] == []


def plan(names: list[str]) -> list[tuple[str, str]]:
    """Return the strikes and the phases at which they are aimed, as the seed decides."""
    rng = random.Random(SEED + 1)
    names = rng.sample(names, len(names))  # each in turn, but a few rounds are not always the same
    planned = [names[number % len(names)] for number in range(ROUNDS)]
    # A child compiles in the first phase, and waits for a text in all others.
    return [(n, rng.choice(PHASES[:1] * 3 * (n in strikes.AT_COMPILE) + PHASES)) for n in planned]


def test_a_seed_repeats_the_rounds():
    """The seed that was printed plans the same strikes again, and another one others."""
    words = [
        sys.executable,
        "-c",
        "from tests.chaos.test_rounds import *; print(plan([*'abcdefgh']))",
    ]

    def planned(seed: str) -> str:
        env = os.environ | {"BPFLAB_CHAOS_SEED": seed, "BPFLAB_CHAOS": "5"}
        return subprocess.run(words, env=env, capture_output=True, text=True, check=True).stdout

    assert planned("1") == planned("1") != planned("2")


def table(rounds: list[Round], seconds: float) -> str:
    """Return rounds and leaks by strike and by the phase that was struck, and what was said."""
    cells = collections.Counter((done.strike, done.phase) for done in rounds)
    leaks = collections.Counter((done.strike, done.phase) for done in rounds if done.left)
    walked = "" if debris.may_walk() else ", without a look at the whole machine"
    rows = [f"\n{len(rounds)} rounds in {seconds:.0f} s, seed {SEED}{walked}: rounds (leaks)"]
    rows.append(f"{'strike':20}" + "".join(f"{phase:>10}" for phase in PHASES))
    for strike in dict.fromkeys(done.strike for done in rounds):
        shown = [f"{cells[strike, p]} ({leaks[strike, p]})" for p in PHASES]
        rows.append(f"{strike:20}" + "".join(f"{cell:>10}" for cell in shown))
    said = collections.Counter((done.strike, done.said) for done in rounds)
    rows += [f"{count:4}  {strike}: {word}" for (strike, word), count in sorted(said.items())]
    rows += [f"LEFT  {done}" for done in rounds if done.left]
    return "\n".join(rows)
