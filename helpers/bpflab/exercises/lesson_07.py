"""The exercises of lesson 07: who is reached through a table, a fourth program, a silent chain."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bpflab.exercises.buffers import longer, whole
from bpflab.exercises.calls import executes
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.outcomes import PYTHON
from bpflab.exercises.second_thread import by_process
from bpflab.exercises.trial import EXECVE, Trial, events, fields, paths, times
from bpflab.exercises.users import as_users
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.ran import Run
from bpflab.workload.runs import run

_HOOK, _FILTER, _DISPLAY = range(3)  # enum stage of bpf/tail_calls
_ENTERED, _, _SHOWN, _FELL_THROUGH = range(4)  # enum what
_INFO, _DEBUG = 1, 2  # enum level
_ROOM = 512  # bytes of a path
_STAGES = ("hook", "filter", "display")


@of_value(
    "07-1",
    "hook jumps to slot 0, whatever program is there.",
    "Does display jump anywhere?",
)
def reached(answer: object) -> str:
    """Execute one command, with the two programs in each other's slots."""
    return equal(answer, _entered({0: "display", 1: "filter"}))


@of_value(
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


@of_program(
    "07-3",
    "How does filter pass on a command that is not on the list? Slot 2 takes the same function.",
    "report begins as display does: it looks BUF up, and ends if that is NULL.",
    "left_out.ringbuf_reserve(sizeof(struct excluded)) gives a record or NULL."
    " __builtin_memcpy copies the path out of BUF.",
)
def report(trial: Trial) -> str:
    """Leave two paths out and let one through, by two users; then empty the new slot."""
    with paths(count=4) as (kept, *excluded), trial.load() as chain:
        if "report" not in chain.functions:
            raise Wrong("There is no program report.")
        chain.maps["JUMP_TABLE"].fill({0: "filter", 1: "display", 2: "report"})
        long = longer("/nowhere/x", _ROOM - 1)
        chain.maps["EXCLUDED_CMDS"].fill([*excluded, long])
        chain.maps["LEVEL"][0] = _INFO  # of all that the machine executes meanwhile, too
        with chain.attached(hook=EXECVE):
            _fill(chain, long)
            through = run(kept, times=times())
            (one, its), (two, other) = (as_users(path, times()) for path in excluded[:2])
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
        held = chain.log("left_out").records(out)["path"].tolist()
        for path, record in zip(out.paths, held, strict=True):
            whole(record.ljust(_ROOM, b"\0"), str(path), "a record of left_out")
        with chain.attached(hook=EXECVE):
            by_process(chain, excluded[2], "left_out")
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


def _fill(chain: Program, long: str) -> None:
    """Let a process ask for a long path of the list, until the ring begins anew."""
    log, ring = chain.log("left_out"), chain.maps["left_out"]
    for _ in range(3):
        often = ring.max_entries // log.dtype.itemsize // 2
        run(*PYTHON, f"import os\n{executes(long, often)}")
        log.drain()


def _said(chain: Program, own: Run, stage: int, what: int) -> pd.DataFrame:
    frame = chain.events.frame(own)
    return frame[(frame["stage"] == stage) & (frame["what"] == what)]


@of_program(
    "07-4",
    "Which program is in slot 1, and which program should hook jump to?",
    "A table of 2 slots has no slot 2: such a call fails, and says nothing.",
    "The line after a call runs only if it failed: fell_through.atomic_increment(slot).",
)
def mended(trial: Trial) -> str:
    """Run a command of the list and another one, with a full table, and with each slot empty."""
    with paths(count=2) as (kept, excluded), trial.load() as chain:
        cut = longer(kept, _ROOM - 1 + len(kept.rpartition("/")[2]))
        chain.maps["EXCLUDED_CMDS"].fill([excluded, cut[: _ROOM - 1]])
        out, through = _both(chain, {0: "filter", 1: "display"}, excluded, kept)
        if len(found := chain.events.frame(out)):
            text = "A command that is on the list was reported."
            raise Wrong(text, [("events of commands on the list", 0, len(found))])
        fields(events(chain, through), {"path": through.paths, "pid": through.pids})
        with chain.attached(hook=EXECVE):
            found = chain.events.frame(run(cut))
        if len(found) != 1:
            text = "A path that was cut begins like one on the list, and is not on it."
            raise Wrong(text, [("events with this path", 1, len(found))])
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
