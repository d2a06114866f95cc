"""The exercises of lesson 02: a field for the user, and the stack's limit."""

from __future__ import annotations

from numbers import Integral

from bpflab.errors import LabError
from bpflab.exercises.exercise import Wrong, program, value
from bpflab.exercises.trial import Trial, as_users, events, fields, paths, times
from bpflab.programs.loading import load

_STEP = 8


@program(
    "02-1",
    "The helper is bpf_get_current_uid_gid; see bpf-helpers(7).",
    "It returns 64 bits, and the lower 32 are the user's id: an assignment to a u32 keeps those.",
)
def uid(trial: Trial) -> str:
    """Execute a path as two users, where this one may be another; each event has its user."""
    with paths() as (path,), trial.attached() as program:
        mine, users = as_users(path, times())
        frame = events(program, mine)
        fields(frame, {"path": [path] * len(mine), "uid": users, "pid": mine.pids})
    return f"{len(mine)} executions by {len(set(users))} user(s), each with its path and its user."


@value(
    "02-2",
    "The event is not only its path: see the bytes above.",
    "The compiler needs a few bytes for itself: read_path keeps `next`, a lookup keeps its key.",
)
def largest(size: object) -> str:
    """Load `cut` with this size, which must be accepted, and with the next, which must not."""
    if not isinstance(size, Integral) or isinstance(size, bool) or size <= 0:
        raise Wrong("The answer is a whole number above 0.")
    limit = int(size)
    if limit % _STEP:
        raise Wrong(f"The answer is a multiple of {_STEP}, and {limit} is not.")
    for each, wanted in ((limit, True), (limit + _STEP, False)):
        try:
            load("first_map/cut", defines={"PATH_SIZE": each}, label="02-2").close()
            accepted = True
        except LabError as error:
            if error.kind != "stack":
                raise
            accepted = False
        if accepted != wanted:
            word, side = ("accepted", "higher") if accepted else ("refused", "lower")
            raise Wrong(f"{each} is {word}: the limit is {side}.")
    return f"{limit} is accepted, and {limit + _STEP} is refused."
