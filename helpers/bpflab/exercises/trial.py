"""A learner's program on trial: loaded afresh, attached, and given a workload."""

from __future__ import annotations

import contextlib
import random
import string
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.utils.capture import capture_output

from bpflab.data.maps import Map
from bpflab.data.pump import pump
from bpflab.errors import LabError
from bpflab.exercises import users
from bpflab.exercises.exercise import Exercise, Wrong
from bpflab.exercises.outcomes import nothing_came
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.ran import Run

EXECVE = "syscalls:sys_enter_execve"
MISSING = "-"
_THREE_STEPS = (
    "This time every call was counted. But your addition is three steps, and two CPUs may add at "
    "the same moment: then one addition is lost."
)
_LONGEST_S = 60.0  # of a judge
_SHOWN = 5  # fields of an event that a verdict shows
_ATOMIC = (0xC3, 0xDB)  # BPF_STX | BPF_ATOMIC on 4 and on 8 bytes: include/uapi/linux/bpf.h
_INSTRUCTION = 8  # bytes


class Trial:
    """What a judge does with a program.

    Attributes:
        text: its C, as the learner wrote it.
        hooks: where the answer's cell says that its functions belong.
    """

    def __init__(self, exercise: Exercise, answer: object) -> None:
        self._exercise, self._answer = exercise, answer
        self.text = answer.source.listing() if isinstance(answer, Program) else str(answer)
        self.hooks = dict(answer.hooks) if isinstance(answer, Program) else {}

    @property
    def asks_for_user(self) -> bool:
        """Whether the program calls the helper that gives the user."""
        return "bpf_get_current_uid_gid" in self.text

    def load(
        self, *, read: bool = True, constants: Mapping[str, object] | None = None, **defines: object
    ) -> Program:
        """Load it once more, for a ``with`` block; the learner's own stays as it is.

        *constants* are set before the load (`bpflab.load`). Its rings are read all the time, since
        other processes of the machine may fill them; without *read* nobody reads them.
        """
        own: Mapping[str, object] = {}
        type = self._exercise.type
        if isinstance(self._answer, Program):
            own, type = self._answer.source.defines, self._answer.asked or type
        defines = {**own, **defines, **users.defines()}
        with capture_output() if users.defines() else contextlib.nullcontext():  # of a warning
            program = load(
                self._exercise.number,
                text=self.text,
                type=type,
                defines=defines,
                constants=constants,
            )
        for name, each in program.maps.items() if read else ():
            if each.type == "ringbuf":
                with contextlib.suppress(LabError):  # the judge will meet it
                    pump.keep(program.log(name), _LONGEST_S)
        return program

    @contextlib.contextmanager
    def attached(
        self, hook: str = EXECVE, *, read: bool = True, **defines: object
    ) -> Iterator[Program]:
        """Load it as `load` does, and attach it for a block: several functions where its text says.

        One function goes to *hook*, whatever it is called.
        """
        with self.load(read=read, constants=None, **defines) as program:
            targets = {next(iter(program.functions)): hook} if len(program.functions) == 1 else {}
            with program.attached(**(targets or self.hooks)):
                yield program


@contextlib.contextmanager
def paths(*, least: int = 60, most: int = 200, count: int = 1) -> Iterator[list[str]]:
    """Give a block paths that nobody can foresee, of *least* to *most* letters; each is `true`."""
    with tempfile.TemporaryDirectory() as folder:
        names = [
            "".join(random.choices(string.ascii_lowercase, k=random.randint(least, most)))
            for _ in range(count)
        ]
        for name in names:
            (Path(folder) / name).symlink_to("/usr/bin/true")
        Path(folder).chmod(0o755)  # another user executes them too
        yield [f"{folder}/{name}" for name in names]


def times(least: int = 3, most: int = 9) -> int:
    """Return how often something is done this time."""
    return random.randint(least, most)


def in_one_step(program: Program, counts: Map, additions: int = 1) -> None:
    """Look for instructions that add to *counts* in one step, which no other CPU divides.

    Raises:
        Wrong: where there are fewer than *additions*; a map per CPU needs none.
    """
    codes = b"".join(bytes(sent)[::_INSTRUCTION] for sent in program.sent.values())
    if sum(code in _ATOMIC for code in codes) < additions and not counts.per_cpu:
        raise Wrong(_THREE_STEPS)


def number_of(counts: Map, key: Any) -> int:
    """Return the number that a map has for *key*, summed over CPUs; 0 where it has none.

    Raises:
        LabError: ``no-number`` where its values are no numbers.
    """
    return counts.total(key) if key in counts else 0


def events(program: Program, mine: Run, name: str = "events") -> pd.DataFrame:
    """Return the events of *mine*, one for each of its processes, in their order.

    Raises:
        Wrong: where none came, or another number of them.
    """
    frame = program.log(name).frame(mine)
    if frame.empty:
        text = f"{len(mine)} commands ran while it was attached, and no event of them came."
        raise nothing_came(program, text, name)
    if len(frame) != len(mine):
        raise Wrong(f"{len(mine)} commands ran, and {len(frame)} events of them came.")
    return frame.reset_index(drop=True)


def column(frame: pd.DataFrame, name: str) -> list[object]:
    """Return a field of the events.

    Raises:
        Wrong: where they have no such field.
    """
    if name not in frame:
        there = ", ".join(str(column) for column in frame)
        raise Wrong(f"The event has no field {name}. It has {there}.")
    return frame[name].tolist()


def texts(frame: pd.DataFrame, name: str) -> list[str]:
    """Return a column of an event that holds text.

    Raises:
        Wrong: where there is no such field, or where it is no text.
    """
    found = [plain(value) for value in column(frame, name)]
    if not all(isinstance(value, str) for value in found):
        raise Wrong(f"The field {name} holds no text. Declare it as an array of char.")
    return [str(value) for value in found]


def fields(frame: pd.DataFrame, wants: Mapping[str, Sequence[object]]) -> None:
    """Compare columns with what happened, event by event.

    Raises:
        Wrong: with the first event that differs, field by field: expected, and seen.
    """
    for name in wants:
        column(frame, name)
    for number in range(len(frame)):
        rows = [(name, each[number], frame[name].iloc[number]) for name, each in wants.items()]
        wrong = [name for name, expected, seen in rows if expected != plain(seen)]
        if wrong:
            text = f"Event {number + 1} of {len(frame)} is wrong in {' and '.join(wrong)}."
            raise Wrong(text, [(n, e, plain(s)) for n, e, s in rows][:_SHOWN])


def same(what: str, expected: Mapping[Any, object], seen: Mapping[Any, object]) -> None:
    """Compare what a map should hold with what it holds.

    Raises:
        Wrong: with each key whose value differs; *what* begins the sentence.
    """
    keys = dict.fromkeys([*expected, *seen])
    rows = [(str(key), expected.get(key, MISSING), plain(seen.get(key, MISSING))) for key in keys]
    rows = [row for row in rows if row[1] != row[2]]
    if rows:
        raise Wrong(f"{what}: {len(rows)} of {len(keys)} entries are not as expected.", rows)


def plain(value: object) -> object:
    """Return a value of numpy or pandas as Python's; nothing in the place of a missing one."""
    if hasattr(value, "item"):
        value = value.item()
    return MISSING if value is None or value is pd.NA else value
