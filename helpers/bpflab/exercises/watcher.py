"""What a learner's watcher of execve reported: its events, times, notes and losses."""

from __future__ import annotations

import contextlib
import errno
import functools
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bpflab.exercises.calls import executes, unused
from bpflab.exercises.clauses import Disturbed, Found
from bpflab.exercises.exercise import Judge, Wrong
from bpflab.exercises.trial import Trial, column, number_of, times
from bpflab.programs.program import Program
from bpflab.workload.ran import Run
from bpflab.workload.standby import Standby, standby

_TRIES = 3
_COUNTERS = ("filtered", "dropped", "fell_through")


def events(program: Program, own: Run | Standby) -> pd.DataFrame:
    """Return the events of the processes of *own*."""
    return program.events.frame(own).reset_index(drop=True)


def called(frame: pd.DataFrame) -> list[object]:
    """Return the paths of the events.

    Raises:
        Wrong: where the path of a success was read at its end.
    """
    found = column(frame, "path")
    for path, ret in zip(found, column(frame, "ret"), strict=True):
        if ret == 0 and str(path).startswith("(unreadable: "):
            raise Wrong(f"{path}: after a success the caller's memory is gone.")
    return found


def names(codes: Sequence[object]) -> list[object]:
    """Return the names of return codes: ``ENOENT`` for -2, ``0`` for 0."""
    return [errno.errorcode.get(-int(str(code)), str(code)) for code in codes]


def durations(frames: list[pd.DataFrame], slow: pd.DataFrame, lasted: int, least: int) -> Found:
    """Compare durations with the whole test, and the longest of *slow* with *least*; all in ns."""
    took = [int(str(one)) for frame in frames for one in column(frame, "duration_ns")]
    expected = f"more than 0, less than {lasted}"
    if not took:
        return expected, "no event"
    if wrong := [one for one in took if not 0 < one < lasted]:
        return expected, wrong[0]
    long = [int(str(one)) for one in column(slow, "duration_ns")]
    expected = f"of the longest call {least} or more"
    return expected, expected if long and max(long) >= least else ", ".join(map(str, long))


def forgotten(program: Program, numbers: Collection[int]) -> Found:
    """Look in CALLS for calls of these processes and threads, which are over.

    Others may be there: their calls began while the program was being attached or detached.
    """
    left = [key for key in program.maps["CALLS"] if not _parts(key).isdisjoint(numbers)]
    expected = "none of the check's own"
    return expected, f"{len(left)} of the check's own" if left else expected


def _parts(key: object) -> set[int]:
    """Return the numbers that a key may hold: a number and its upper half, or those of a struct."""
    if isinstance(key, dict):
        return {part for field in key.values() for part in _parts(field)}
    return {int(key), int(key) >> 32} if isinstance(key, int | np.integer) else set()


def undisturbed(judge: Judge) -> Judge:
    """Let *judge* try an answer again where events were dropped: others had filled the ring.

    It tries three times, and the last verdict counts.
    """

    @functools.wraps(judge)
    def tried(trial: Any) -> str:
        for _ in range(_TRIES - 1):
            with contextlib.suppress(Disturbed):
                return judge(trial)
        return judge(trial)

    return tried


def disturbed(program: Program) -> bool:
    """Return whether the program counts events that found the ring full."""
    return "dropped" in program.maps and number_of(program.maps["dropped"], 0) > 0


def full(trial: Trial, slots: dict[int, str], *, listed: bool = False) -> Found:
    """Make more calls than the ring holds while nobody reads it; return seen, and what adds up."""
    own, hidden = unused(2)
    with trial.load(read=False) as program:
        if slots:
            program.maps["JUMP_TABLE"].fill(slots)
        if listed:
            program.maps["EXCLUDED_CMDS"].fill([hidden])
        size = program.event_dtype("events").itemsize
        more = program.maps["events"].max_entries // size + times(50, 90)
        code = executes(own, more) + executes(hidden, times())
        with program.attached(**trial.hooks), standby(code, "import os") as process:
            process.go()
        found = {
            name: number_of(program.maps[name], 0) for name in _COUNTERS if name in program.maps
        }
        seen = number_of(program.maps["seen"], 0)
        sent = len(program.events.frame())
        if not found.get("dropped"):
            raise Wrong(f"The ring was full, and dropped is 0. {sent} events came of {more} calls.")
    return (
        f"seen {seen}",
        f"seen {sent + sum(found.values())}" if seen >= more else f"seen {seen} of {more}",
    )
