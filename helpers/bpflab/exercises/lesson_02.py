"""The exercises of lesson 02: a field for the user, and the stack's limit."""

from __future__ import annotations

from bpflab.exercises.exercise import program, value
from bpflab.exercises.largest import largest
from bpflab.exercises.trial import Trial, as_users, events, fields, paths, times
from bpflab.programs.loading import load


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
    who = "two users" if len(set(users)) > 1 else "one user"
    return f"{len(mine)} executions by {who}, each with its path and its user."


@value(
    "02-2",
    "The event is not only its path: see the bytes above.",
    "The compiler needs a few bytes for itself: read_path keeps `next`, a lookup keeps its key.",
)
def path_size(answer: object) -> str:
    """Load `cut` with this size, which must be accepted, and with the next, which must not."""

    def accepts(size: int) -> None:
        load("first_map/cut", defines={"PATH_SIZE": size}, label="02-2").close()

    return largest(answer, accepts, step=8)
