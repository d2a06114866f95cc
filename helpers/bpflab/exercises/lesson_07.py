"""The exercises of lesson 07: who is reached through a table, a fourth program, a silent chain."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, program, value
from bpflab.exercises.trial import EXECVE, Trial, events, fields, paths, times
from bpflab.exercises.users import as_users
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.runs import Run, run

_HOOK, _FILTER, _DISPLAY = range(3)  # enum stage of bpf/tail_calls
_ENTERED, _, _SHOWN, _FELL_THROUGH = range(4)  # enum what
_INFO, _DEBUG = 1, 2  # enum level
_STAGES = ("hook", "filter", "display")


@value(
    "07-1",
    "hook jumps to slot 0, whatever program is there.",
    "Does display jump anywhere?",
)
def reached(answer: object) -> str:
    """Execute one command, with the two programs in each other's slots."""
    return equal(answer, _entered({0: "display", 1: "filter"}))


@value(
    "07-2",
    "filter jumps to slot 1, where filter is.",
    "hook makes the first of the 33 jumps.",
)
def around(answer: object) -> str:
    """Execute one command, with the filter in both slots."""
    return equal(answer, _entered({0: "filter", 1: "filter"}).count("filter"))


def _entered(slots: Mapping[int, str]) -> list[str]:
    """Return which programs one command enters, in their order."""
    with load("tail_calls/4-chain", label="07") as chain:
        chain.maps["JUMP_TABLE"].fill(slots)
        chain.maps["LEVEL"][0] = _DEBUG
        with chain.attached(hook=EXECVE):
            frame = chain.events.frame(run("/usr/bin/true"))
    return [_STAGES[stage] for stage in frame["stage"][frame["what"] == _ENTERED]]


@program(
    "07-3",
    "How does filter pass on a command that is not on the list? Slot 2 takes the same function.",
    "report begins as display does: it looks BUF up, and ends if that is NULL.",
    "left_out.ringbuf_reserve(sizeof(struct excluded)) gives a record or NULL."
    " __builtin_memcpy copies the path out of BUF.",
)
def report(trial: Trial) -> str:
    """Leave two paths out and let one through, by two users; then empty the new slot."""
    with paths(count=3) as (kept, *excluded), trial.load() as chain:
        if "report" not in chain.functions:
            raise Wrong("There is no program report.")
        chain.maps["JUMP_TABLE"].fill({0: "filter", 1: "display", 2: "report"})
        chain.maps["EXCLUDED_CMDS"].fill(excluded)
        chain.maps["LEVEL"][0] = _INFO  # of all that the machine executes meanwhile, too
        with chain.attached(hook=EXECVE):
            through = run(kept, times=times())
            (one, its), (two, other) = (as_users(path, times()) for path in excluded)
        out, users = one + two, [*its, *other]
        if len(_said(chain, out, _DISPLAY, _SHOWN)):
            raise Wrong("display has shown a command that is on the list.")
        if len(chain.log("left_out").frame(through)):
            raise Wrong("A command that is not on the list came through left_out.")
        if len(_said(chain, through, _DISPLAY, _SHOWN)) != len(through):
            raise Wrong("A command that is not on the list was not shown by display.")
        if chain.log("left_out").frame(out).empty:
            text = f"{len(out)} commands of the list ran, and nothing came through left_out."
            raise Wrong(text, status="silent")
        fields(events(chain, out, "left_out"), {"path": out.paths, "uid": users, "pid": out.pids})
        del chain.maps["JUMP_TABLE"][2]
        with chain.attached(hook=EXECVE):
            stuck = run(excluded[0], times=times())
        told = len(_said(chain, stuck, _FILTER, _FELL_THROUGH))
        if told != len(stuck):
            text = "Slot 2 was empty, and filter did not say so for each command."
            raise Wrong(text, [("fell through, by filter", len(stuck), told)])
        if len(_said(chain, stuck, _DISPLAY, _SHOWN)):
            raise Wrong("Slot 2 was empty, and display has shown a command of the list.")
    return f"{len(out)} commands went to report, {len(through)} to display."


def _said(chain: Program, own: Run, stage: int, what: int) -> pd.DataFrame:
    frame = chain.events.frame(own)
    return frame[(frame["stage"] == stage) & (frame["what"] == what)]


@program(
    "07-4",
    "Which program is in slot 1, and which program should hook jump to?",
    "A table of 2 slots has no slot 2: such a call fails, and says nothing.",
    "The line after a call runs only if it failed: fell_through.atomic_increment(slot).",
)
def mended(trial: Trial) -> str:
    """Run a command of the list and another one, with a full table, and with each slot empty."""
    with paths(count=2) as (kept, excluded), trial.load() as chain:
        chain.maps["EXCLUDED_CMDS"].fill([excluded])
        out, through = _both(chain, {0: "filter", 1: "display"}, excluded, kept)
        if len(found := chain.events.frame(out)):
            text = "A command that is on the list was reported."
            raise Wrong(text, [("events of commands on the list", 0, len(found))])
        fields(events(chain, through), {"path": through.paths, "pid": through.pids})
        for slot in (0, 1):
            if count := chain.maps["fell_through"][slot]:
                raise Wrong(f"Each jump had its program, and fell_through[{slot}] is {count}.")
        for slot, others in ((0, {1: "display"}), (1, {0: "filter"})):
            before = chain.maps["fell_through"][1 - slot]
            _, late = _both(chain, others, excluded, kept)
            count, rest = (chain.maps["fell_through"][n] for n in (slot, 1 - slot))
            if count < len(late):
                text = f"Slot {slot} was empty, and jumps to it were not all counted."
                raise Wrong(text, [(f"fell_through[{slot}]", f"{len(late)} or more", count)])
            if rest != before:
                raise Wrong(
                    f"Slot {slot} was empty, and fell_through[{1 - slot}] was counted up, too."
                )
            if len(chain.events.frame(late)):
                raise Wrong(f"Slot {slot} was empty, but a command was reported.")
    return f"{len(through)} commands reported, {len(out)} left out; each failed jump is counted."


def _both(chain: Program, slots: Mapping[int, str], out: str, through: str) -> tuple[Run, Run]:
    """Run two commands with these slots filled, and no other one."""
    table = chain.maps["JUMP_TABLE"]
    for slot in list(table):
        del table[slot]
    table.fill(slots)
    with chain.attached(hook=EXECVE):
        first = run(out, times=times())
        chain.events.drain()
        return first, run(through, times=times())
