"""The exercises of lesson 02: a field for the user, the stack's limit, and paths of open files."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import threading

from bpflab.exercises.buffers import longer
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.largest import largest
from bpflab.exercises.trial import Trial, events, fields, paths, texts, times
from bpflab.exercises.users import as_users
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.runs import run
from bpflab.workload.standby import standby

_OPENAT = "syscalls:sys_enter_openat"
_OPENED = 256  # bytes of a path in 02-3
_FLAGS = (os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_NONBLOCK)
_CHILD = "try:\n    os.open({0!r}, {1})\nexcept OSError:\n    pass"


@of_program(
    "02-1",
    "The helper is bpf_get_current_uid_gid; see bpf-helpers(7).",
    "The lower 32 of its 64 bits are the user's id: an assignment to a u32 keeps only these.",
)
def uid(trial: Trial) -> str:
    """Execute a path as two users, where this one may be another; each event has its user."""
    with paths() as (path,), trial.attached() as program:
        mine, users = as_users(path, times())
        frame = events(program, mine)
        fields(frame, {"path": [path] * len(mine), "uid": users, "pid": mine.pids})
    who = "two users" if len(set(users)) > 1 else "one user"
    return f"{len(mine)} executions by {who}, each with its path and its user."


@of_value(
    "02-2",
    "The event is not only its path: see the bytes above.",
    "The compiler needs a few bytes for itself: read_path keeps `next`, a lookup keeps its key.",
)
def path_size(answer: object) -> str:
    """Load `cut` with this size, which must be accepted, and with the next, which must not."""

    def accepts(size: int) -> None:
        load("first_map/cut", defines={"PATH_SIZE": size}, label="02-2").close()

    return largest(answer, accepts, step=8)


@of_program(
    "02-3",
    "A pointer to the value is BUF.lookup(&zero), and it may be NULL.",
    "The process id is the upper 32 bits of bpf_get_current_pid_tgid().",
    "read_path returns the value for path_len. The arguments are ctx->flags and ctx->filename.",
)
def opened(trial: Trial) -> str:
    """Open files that are not there: in this process, in a thread of it, and in another one."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{folder}/{random.getrandbits(64):x}"
        asked = [(path, random.choice(_FLAGS)) for path in (name, name, longer(name, 400), name)]
        thread = threading.Thread(target=_open, args=asked[1])
        with (
            standby(_CHILD.format(*asked[3]), "import os") as child,
            trial.attached(_OPENAT) as program,
        ):
            log = program.log("events")
            log.drain()  # the whole machine writes into the ring
            _open(*asked[0])
            thread.start()
            thread.join()
            _open(*asked[2])
            child.go()
            program.detach()
            _for_each_cpu(program)
            frame, raw = log.frame(), log.records()
        if frame.empty:
            raise Wrong(
                "Files were opened while it was attached, and no event came.", status="silent"
            )
        fields(frame.iloc[:0], dict.fromkeys(("pid", "flags", "path_len", "path"), ()))
        texts(frame, "path")
        sent = [path.split(b"\0")[0].decode(errors="replace") for path in raw["path"].tolist()]
        frame = frame.assign(path=sent)  # whatever path_len says of them
        own = frame[[path.startswith(folder) for path in sent]].reset_index(drop=True)
        if len(own) != len(asked):
            row = ("events with the path of such a file", len(asked), len(own))
            text = f"{len(asked)} files were opened, but not every file has exactly one event."
            raise Wrong(text, [row])
        mine, room = os.getpid(), _OPENED - 1
        wants: dict[str, list[object]] = {
            "path": [path[:room] for path, _ in asked],
            "path_status": ["cut" if len(path) > room else "whole" for path, _ in asked],
            "path_len": [min(len(path), room + 1) + 1 for path, _ in asked],
            "flags": [flags | os.O_CLOEXEC for _, flags in asked],
            "pid": [mine, mine, mine, *child.pids],
        }
        fields(own, wants)
    return f"{len(asked)} files were opened, by two processes, and each event was right."


def _for_each_cpu(program: Program) -> None:
    """Look for an array that holds an event, and is the same for all CPUs."""
    size = program.log("events").dtype.itemsize
    for name, each in program.maps.items():
        if each.type == "array" and each.value_dtype.itemsize >= size:
            text = f"{name} is of the type array: programs on all CPUs write into the same event."
            raise Wrong(text)


def _open(path: str, flags: int) -> None:
    with contextlib.suppress(OSError):
        os.open(path, flags)


@of_program(
    "02-4",
    "ctx->filename is an address in the memory of the process, not of the kernel.",
    "Then count the characters that arrive. What is sizeof of a pointer?",
)
def mended(trial: Trial) -> str:
    """Execute a path that fits, the longest one that does, and one that does not."""
    with paths() as (path,), trial.attached() as program:
        mine = run(path, times=times()) + run(longer(path, 511)) + run(longer(path, 600))
        wants = {
            "path": [each[:511] for each in map(str, mine.paths)],
            "path_status": ["whole"] * (len(mine) - 1) + ["cut"],
            "pid": mine.pids,
        }
        fields(events(program, mine), wants)
    return (
        f"{len(mine)} executions, one of them of a path over 511 characters, and each path right."
    )
