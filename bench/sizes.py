"""How much is measured: rounds, seconds, keys, events."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """What each measurement is given.

    Attributes:
        rounds: how often each side is measured, in turn with the others.
        ready_s: between two loads, while the spare child gets ready; a learner edits meanwhile.
        ring_s, latency_s: for which a producer sends.
        rates: events a second, for the latency.
        keys: of the hash.
        events: of the frame.
        cost_rounds: of the lessons' programs, for each of which bpftrace starts anew.
        execs, calls: commands and system calls for these programs.
        kernels: of Jupyter, at the same time.
        tool_execs: commands that the watchers for the shell see.
        live_rounds, live_s: of each way to show the newest events.
        lessons: whether all lessons are executed, which takes minutes.
    """

    rounds: int = 5
    ready_s: float = 1.0
    ring_s: float = 2.0
    latency_s: float = 2.0
    rates: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    keys: int = 100_000
    events: int = 1_000_000
    cost_rounds: int = 3
    execs: int = 200
    calls: int = 20_000
    tool_execs: int = 2_000
    kernels: int = 3
    live_rounds: int = 3
    live_s: float = 5.0
    lessons: bool = True


FULL = Sizes()
QUICK = Sizes(
    rounds=3,
    ring_s=0.5,
    latency_s=0.5,
    cost_rounds=1,
    execs=50,
    calls=5_000,
    tool_execs=200,
    kernels=2,
    live_rounds=2,
    live_s=2.0,
    lessons=False,
)
