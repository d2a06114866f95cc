"""The exercises of lesson 03: what an earlier path leaves in a buffer, and how it is cleared."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from bpflab.exercises.buffers import alone, longer, path_in, rest, whole
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.second_thread import by_process
from bpflab.exercises.trial import EXECVE, Trial, fields, paths
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.text import safe_text
from bpflab.views.origins import WORD
from bpflab.workload.ran import Run
from bpflab.workload.runs import run

ROOM = 512  # bytes of a path in BUF
LEFT_OUT = "/usr/bin/id"
PATHS = (
    "/bin/true", "/usr/bin/whoami", "/usr/bin/install", "/usr/bin/basename",
    "/usr/bin/dircolors", "/usr/bin/" + "../bin/" * 6 + "true",
)  # fmt: skip
LENGTHS = (8, 12, 13, 15, 16)  # of the paths in the lesson's table, with their NUL
_TRUE = "/usr/bin/true"
_MARK = b"\xff"


@of_value(
    "03-1",
    "Put one path after the other into BEFORE, and look at the bytes after the NUL.",
    "Not every path that is longer than the one of LEFT_OUT does harm. Try all six.",
)
def harmful(answer: object) -> str:
    """Run each of the six paths, and then the one that is left out: what does BUF hold?"""
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes | Mapping):
        raise Wrong("The answer is a list of paths.")
    chosen = [os.fspath(each) if isinstance(each, os.PathLike) else each for each in answer]
    if strange := [each for each in chosen if each not in PATHS]:
        raise Wrong(f"{safe_text(str(strange[0]), 60)} is not one of the six paths in PATHS.")
    with (
        alone() as undisturbed,
        load("reset_bug/filter", label="03-1") as filter,
        filter.attached(hook=EXECVE),
    ):
        ran = {path: undisturbed(_both(filter, path), 2) for path in PATHS}
    missed = {path for path, held in ran.items() if rest(held, LEFT_OUT)}
    if many := len(set(chosen) - missed):
        raise Wrong(f"{many} of your paths did no harm when the check ran them.")
    if few := len(missed - set(chosen)):
        raise Wrong(f"After {few} more of the six it was missed: the check ran them all.")
    return f"After these {len(missed)}, and after no other, {LEFT_OUT} was missed."


@of_program(
    "03-2",
    "First clear, then read. Otherwise you clear what you have read.",
    "__builtin_memset(e->path, 0, sizeof(e->path)) writes zeros over the whole field.",
    "A loop compares byte after byte: for (i = 0; i < sizeof(e->path); i++).",
)
def filters(trial: Trial) -> str:
    """Run the path of LEFT_OUT after shorter, longer and cut ones, with others between."""
    cpu = min(os.sched_getaffinity(0))
    with paths(least=60, most=120) as (hidden,), trial.attached() as program:
        short = f"{Path(hidden).parent}/{'x' * 8}"
        near = [f"{hidden}x", hidden[:-1], f"{hidden[:-1]}{'ab'[hidden[-1] == 'a']}"]
        for each in (short, *near):
            Path(each).symlink_to(_TRUE)
        program.maps["LEFT_OUT"][0] = hidden
        long, cut = longer(hidden, 300), longer(hidden, ROOM + 100)
        chain = [hidden, long, hidden, short, hidden, cut, hidden, *near, hidden, short]
        _compared(program, hidden, chain, cpu)
        program.maps["LEFT_OUT"][0] = late = longer(hidden, 400)
        _compared(program, late, [late, longer(near[-1], 400), late, short], cpu)
        by_process(program, longer(hidden, 200))
    count = chain.count(hidden)
    return f"{count} runs were left out, whatever ran before, and other paths were not."


@of_program(
    "03-3",
    "At which lines can a run end? Is the buffer clean after each of them?",
    "What a run clears at its end helps the next run only if this run reaches its end.",
)
def cleared_too_late(trial: Trial) -> str:
    """Judge it as 03-2."""
    return filters(trial)


@of_value("03-4", "The NUL is in a word. Where does the next word begin, if a word has 4 bytes?")
def words_of_four(answer: object) -> str:
    """Round each length up to the next multiple of 4."""
    return equal(answer, [-(-length // 4) * 4 for length in LENGTHS])


@of_program(
    "03-5",
    "The field path_len holds the length of the last path until you write the new one there.",
    "A path that was cut has a path_len that is larger than its room.",
    "Let the loop go over all 64 words, with an if in it: the compiler makes a memset of a loop "
    "that ends at the length, and of an unknown length it can make none.",
)
def clears_no_more(trial: Trial) -> str:
    """Mark a byte behind the last path, and run a shorter one: the mark must stay."""
    with (
        alone() as undisturbed,
        paths(least=8, most=16) as (short,),
        trial.attached() as program,
    ):
        for more in (0, 2, 4):  # lengths that end at different places of a word
            first, second = (
                longer(short, 350),
                longer(short, random.randint(100, 150) // 8 * 8 + more),
            )
            mark = random.randint(len(second) + 2 * WORD, 300)
            held = undisturbed(_marked(program, first, second, short, mark), 5)
            if not held[1].strip(b"\0" + _MARK):
                raise Wrong("Commands ran, and there is no path in BUF.", status="silent")
            kept = held[1][mark : mark + 1] == _MARK
            held[1] = held[1][:mark] + b"\0" + held[1][mark + 1 :]
            whole(held[0], second, "BUF, after a longer path")
            whole(held[1], short, "BUF, after a longer path")
            whole(held[2], short, "BUF, after a path that was cut")
            if not kept:
                text = "A byte was cleared that the last path did not write."
                raise Wrong(text, [(f"byte {mark}", "as it was", "0")])
    return "After each path there were only zeros, and a byte after the last path stayed as it was."


def _both(program: Program, before: str) -> Callable[[int], bytes]:
    """Return what runs a path, and then the one that is left out, and returns what BUF holds."""

    def act(cpu: int) -> bytes:
        program.maps["BUF"].clear()
        run(before, cpu=cpu)
        run(LEFT_OUT, cpu=cpu)
        return path_in(program, cpu)

    return act


def _marked(
    program: Program, first: str, second: str, short: str, mark: int
) -> Callable[[int], list[bytes]]:
    """Return what runs five commands, with a mark in BUF before the third one."""

    def act(cpu: int) -> list[bytes]:
        """Return the path in BUF after the second, the third and the last command."""
        buffer = program.maps["BUF"]
        buffer.clear()
        run(first, cpu=cpu)
        run(second, cpu=cpu)
        held = [path_in(program, cpu)]
        values = buffer[0]
        values[cpu]["path"] = held[0][:mark] + _MARK + held[0][mark + 1 :]
        buffer[0] = values
        for other in sorted(os.sched_getaffinity(0) - {cpu})[:1]:
            run(short, cpu=other)  # the last path of another CPU
        run(short, cpu=cpu)
        held.append(path_in(program, cpu))
        run(longer(short, ROOM + 100), cpu=cpu)
        run(short, cpu=cpu)
        return [*held, path_in(program, cpu)]

    return act


def _compared(program: Program, hidden: str, chain: list[str], cpu: int) -> None:
    """Run each path; compare what was left out with what was not, and the bytes of each event."""
    began = time.monotonic_ns()
    ran = [_drained(program, path, cpu) for path in chain]
    ended, log = time.monotonic_ns(), program.log("events")
    count = [len(log.records(one)) for one in ran]
    if not any(count):
        text = f"{len(ran)} commands ran, {len(ran) - chain.count(hidden)} of them to be reported"
        raise Wrong(f"{text}, and no event came.", status="silent")
    words = {0: "left out", 1: "reported"}
    own, others, after = list[tuple[str, str, str]](), list[tuple[str, str, str]](), "at first"
    for path, events in zip(chain, count, strict=True):
        row = (after, words[path != hidden], words.get(events, f"{events} events"))
        if len(path) < ROOM:  # whether a cut one is reported is not asked
            (own if path == hidden else others).append(row)
        elif events > 1:
            row = ("a path over 511 characters", "at most one event", f"{events} events")
            raise Wrong("A path that was cut came more than once.", [row])
        after = f"after {len(path)} characters"
    reported = [(p, r) for p, r in zip(chain, ran, strict=True) if p != hidden and len(p) < ROOM]
    if wrong := sum(expected != seen for _, expected, seen in others):
        text = f"{wrong} of {len(others)} runs of other paths did not give exactly one event."
        raise Wrong(text, others)
    for path, one in reported:
        fields(log.frame(one), {"path": [path], "pid": list(one.pids)})
        _at_its_time(log.records(one), began, ended)
    if wrong := sum(expected != seen for _, expected, seen in own):
        text = f"In {wrong} of {len(own)} runs the path of LEFT_OUT was not left out."
        raise Wrong(text, own)
    for path, one in reported:
        whole(bytes(log.records(one)["path"][0]).ljust(ROOM, b"\0"), path, "an event")


def _at_its_time(records: npt.NDArray[Any], began: int, ended: int) -> None:
    if "ktime_ns" not in (records.dtype.names or ()):
        raise Wrong("The event has no field ktime_ns.")
    if not began < (seen := int(records["ktime_ns"][0])) < ended:
        row = ("ktime_ns", f"{began} to {ended}", seen)
        raise Wrong("ktime_ns is not the time at which the command ran.", [row])


def _drained(program: Program, path: str, cpu: int) -> Run:
    """Run *path*, and make room in the ring, into which the whole machine writes."""
    ran = run(path, cpu=cpu)
    program.log("events").drain()
    return ran
