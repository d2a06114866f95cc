"""Checks of the lessons that `check` does not judge yet."""

from __future__ import annotations

import random
import string
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.exercises.difference import difference
from bpflab.programs.loading import load
from bpflab.views.refusal import refusal
from bpflab.views.view import View, markup
from bpflab.workload.runs import Run, run

EXECVE = "syscalls:sys_enter_execve"
_ORANGE = "#d55e00"

_tries: dict[str, int] = {}  # how often an exercise was tried here: each try shows one more hint


@dataclass(frozen=True, repr=False)
class Verdict(View):
    """What an exercise came to: a view, and whether it is passed."""

    passed: bool = False


@checked
def check_program(
    name: str, answer: object, *, wants: Mapping[str, object], hints: Sequence[str] = ()
) -> Verdict:
    """Judge the C of *answer*: load it, execute a path made up here, look at its events.

    The path and the number of executions are random. Each must arrive as one event in the ring
    ``events``, with its path whole and with the values of *wants* in the fields of those names.
    """
    if not isinstance(answer, str):
        return _not_yet(name, "The answer is the text of a program.", hints)
    times = random.randint(3, 9)
    letters = "".join(random.choices(string.ascii_lowercase, k=random.randint(60, 200)))
    try:
        with tempfile.TemporaryDirectory() as folder, load(name, text=answer) as program:
            path = f"{folder}/{letters}"
            Path(path).symlink_to("/usr/bin/true")
            with program.attached(hook=EXECVE):
                mine = run(path, times=times)
            fault = _compare(program.events.frame(mine), mine, path, wants)
    except LabError as error:
        return _refused(name, error, hints)
    right = f"{times} executions of a path made up for this check, all as wanted."
    return _not_yet(name, fault, hints) if fault else _passed(name, right)


@checked
def check_largest(
    name: str,
    answer: object,
    *,
    accepts: Callable[[int], object],
    step: int = 1,
    hints: Sequence[str] = (),
) -> Verdict:
    """Judge a limit: *accepts* must take *answer* and must refuse *answer* + *step*.

    The answer is a whole number above 0, of Python's or of numpy's, and a multiple of *step*.
    """
    if not isinstance(answer, Integral) or isinstance(answer, bool) or answer <= 0:
        return _not_yet(name, "The answer is a whole number above 0.", hints)
    limit = int(answer)
    if limit % step:
        return _not_yet(name, f"The answer is a multiple of {step}, and {limit} is not.", hints)
    for value, wanted in ((limit, True), (limit + step, False)):
        try:
            accepts(value)
            accepted = True
        except LabError:
            accepted = False
        if accepted != wanted:
            word, side = ("accepted", "higher") if accepted else ("refused", "lower")
            return _not_yet(name, f"{value} is {word}: the limit is {side}.", hints)
    return _passed(name, f"{limit} is accepted and {limit + step} is refused.")


@checked
def check_answer(name: str, answer: object, right: object, *, hints: Sequence[str] = ()) -> Verdict:
    """Judge an answer that a measurement of the lesson decides: it must equal *right*.

    A tuple, an array and a column are as good as a list. What differs first is named: a type, a
    length or an item, but never what is right.
    """
    fault = difference(answer, right)
    return _not_yet(name, fault, hints) if fault else _passed(name, "That is what comes out.")


@checked
def check_counts(
    name: str, answer: object, *, map: str, paths: Sequence[str], hints: Sequence[str] = ()
) -> Verdict:
    """Judge a map that counts: each of *paths* is a key, and is executed a random number of times.

    The map is filled with zeros first; afterwards each value must be that path's number.
    """
    if not isinstance(answer, str):
        return _not_yet(name, "The answer is the text of a program.", hints)
    wanted = {path: random.randint(2, 9) for path in paths}
    try:
        with load(name, text=answer) as program:
            if map not in program.maps:
                return _not_yet(name, f"There is no map {map}.", hints)
            counts = program.maps[map].fill(dict.fromkeys(paths, 0))
            with program.attached(hook=EXECVE):
                for path, times in wanted.items():
                    run(path, times=times)
            found = {path: counts[path] for path in paths}
    except LabError as error:
        return _refused(name, error, hints)
    for path, times in wanted.items():
        if found[path] != times:
            other = "which was executed another number of times"
            return _not_yet(name, f"{map} says {found[path]} for {path}, {other}.", hints)
    numbers = ", ".join(f"{times} of {path}" for path, times in wanted.items())
    return _passed(name, f"{map} counted {numbers}.")


def _compare(frame: Any, mine: Run, path: str, wants: Mapping[str, object]) -> str:
    """Return the first difference between what was recorded and what happened, or nothing."""
    if len(frame) != len(mine):
        return f"{len(mine)} executions happened, and your program sent {len(frame)} events."
    for column, value in {"path": path, **wants}.items():
        if column not in frame:
            return f"Your event has no field {column}."
        wrong = [found for found in frame[column].tolist() if found != value]
        if wrong:
            return f"{column} arrived as {wrong[0]!r}, where {value!r} was right."
    return ""


def _passed(name: str, text: str) -> Verdict:
    _tries.pop(name, None)
    return _verdict(f"✓ Exercise {name} is solved. {text}", "#0072b2", True)


def _not_yet(name: str, text: str, hints: Sequence[str]) -> Verdict:
    return _verdict(f"… Exercise {name}: not yet. {text}{_hints(name, hints)}", _ORANGE, False)


def _refused(name: str, error: LabError, hints: Sequence[str]) -> Verdict:
    """Return the verdict on a program that was refused, with all that a cell would show of it."""
    panel = refusal(error, "Your program was refused", log=True)
    head, shown = f"… Exercise {name}: not yet.", _hints(name, hints)
    above, below = _verdict(head, _ORANGE, False), _verdict(shown.strip(), _ORANGE, False)
    parts = [above.html, panel.html, below.html] if shown else [above.html, panel.html]
    return Verdict("\n".join(parts), f"{head} {panel.text}{shown}", False)


def _hints(name: str, hints: Sequence[str]) -> str:
    """Return the hints that are due, one more with each try, each on a line of its own."""
    tried = _tries[name] = _tries.get(name, 0) + 1
    return "".join(f"\nHint {n}: {hint}" for n, hint in enumerate(hints[:tried], 1))


def _verdict(text: str, colour: str, passed: bool) -> Verdict:
    rows = "<br>".join(markup(line) for line in text.splitlines())
    box = f"border-left:4px solid {colour};padding:.2em .9em"
    return Verdict(f'<div role="status" style="{box}">{rows}</div>', text, passed)
