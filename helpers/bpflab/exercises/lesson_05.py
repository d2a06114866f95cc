"""The exercises of lesson 05: keys, a small struct, one map for several programs, lost counts."""

from __future__ import annotations

import random
from typing import Any

from bpflab import syscalls
from bpflab.data.layout import described
from bpflab.data.maps import Map
from bpflab.exercises.beside import counted_beside
from bpflab.exercises.calls import (
    RARE,
    callers,
    in_a_thread,
    in_two_threads,
    on_cpus,
    opens_and_closes,
    repeated,
    several_calls,
    two_cpus,
    writes,
)
from bpflab.exercises.exercise import Wrong, of_program
from bpflab.exercises.trial import (
    MISSING,
    Trial,
    in_one_step,
    number_of,
    same,
    times,
)
from bpflab.exercises.users import this_user
from bpflab.programs.program import Program
from bpflab.workload.standby import standby

GETPPID = "syscalls:sys_enter_getppid"
_FIELDS = {"bytes": "u64", "kind": "u8", "port": "u16"}  # of struct visit
_ID = 4  # bytes of the number of a user, and of a process
_SMALLEST = 16
_WRITES = 60_000  # of each process: enough for two CPUs to meet
_CALLS = 200_000  # of each process, in the same way
_OTHERS = 100  # calls that others may make meanwhile


@of_program(
    "05-1",
    "A field u32 pid in the struct, and its value before the pair is counted.",
    "bpf_get_current_pid_tgid returns 64 bits: the process is in the upper half, the thread below.",
)
def user_and_process(trial: Trial) -> str:
    """Let processes of two users call, each another number of times, partly in a thread."""
    often = random.sample(range(10, 99), 3)
    with callers(*map(in_two_threads, often)) as made, trial.attached(GETPPID) as judged:
        counts = judged.maps["counter_table"]
        for name in ("uid", "pid"):
            if name not in (counts.key_dtype.names or ()):
                raise Wrong(f"The key of counter_table has no field {name}.")
            if (size := counts.key_dtype[name].itemsize) < _ID:
                raise Wrong(f"The field {name} has {8 * size} bits: not every number fits into it.")
        for process, _ in made:
            process.go()
        pairs = {(user, process.pid): n for (process, user), n in zip(made, often, strict=True)}
        mine = {number for pair in pairs for number in pair} - {this_user()}
        seen = {pair: n for pair, n in _by_pair(counts).items() if mine & set(pair)}
    if not seen:
        raise Wrong("No pair has one of the processes that called.", status="silent")
    if {user for user, _ in seen} - {user for user, _ in pairs}:
        raise Wrong("A pair has a uid that is not the user of any process that called.")
    if {pid for _, pid in seen} - {pid for _, pid in pairs}:
        raise Wrong("A pair has a pid that is not one of the processes that called.")
    same("The pairs of user and process", pairs, seen)
    in_one_step(judged, counts)
    users = len({user for user, _ in pairs})
    return f"{len(pairs)} processes of {users} user(s), each with its own number of calls."


@of_program(
    "05-2",
    "Where must a field of 8 bytes begin? And where would the next struct begin?",
    "Begin with the largest field.",
    type="socket_filter",
)
def smallest(trial: Trial) -> str:
    """Look at the layout of the value that the map was made with."""
    with trial.load() as judged:
        struct = judged.maps["by_number"].value_dtype
    fields = {name: described(struct[name], 1) for name in struct.names or ()}
    if fields != _FIELDS:
        rows = [
            (n, _FIELDS.get(n, MISSING), fields.get(n, MISSING))
            for n in sorted({*_FIELDS, *fields})
        ]
        raise Wrong("The struct has other fields, or fields of other types.", rows)
    if struct.itemsize < _SMALLEST:
        raise Wrong(
            f"No order of these fields gives {struct.itemsize} bytes. Something else was changed."
        )
    if struct.itemsize > _SMALLEST:
        raise Wrong(f"The struct has {struct.itemsize} bytes. Another order has fewer.")
    used = sum(struct[name].itemsize for name in fields)
    return f"{struct.itemsize} bytes, of which {struct.itemsize - used} are padding."


@of_program(
    "05-3",
    "files.lookup(&pid) gives a pointer to the struct, or NULL for a process that is new.",
    "For a new process, put in a struct of zeros with files.insert, and look it up again.",
    "Add to one field in one step: lock_xadd(&f->opened, 1);",
)
def one_map_for_two(trial: Trial) -> str:
    """Let processes open and close files, each as often as it likes, and make other calls."""
    plans = [(n := random.randint(20, 60), n - times()), (times(), 20), (0, times())]
    hooks = {"opened": "syscalls:sys_enter_openat", "closed": "syscalls:sys_enter_close"}
    codes = [opens_and_closes(*plan) for plan in plans]
    codes[0] = in_a_thread(codes[0])
    with (
        callers(*codes) as made,
        trial.load() as judged,
        judged.attached(**_named(judged, hooks)),
    ):
        files = judged.maps["files"]
        for name in ("opened", "closed"):
            if name not in (files.value_dtype.names or ()):
                raise Wrong(f"The value of files has no field {name}.")
        for process, _ in made:
            process.go()
        pids = [process.pid for process, _ in made]
        held = {pid: _summed(files, pid) for pid in pids if pid in files}
    names = [f"process {pid}" for pid in pids]
    names[0] += ", which calls in a thread"
    if not held:
        raise Wrong("The map files has no entry for a process that called.", status="silent")
    wanted: dict[str, int] = {}
    seen: dict[str, int] = {}
    for pid, who, plan in zip(pids, names, plans, strict=True):
        wanted |= {f"{who}, opened": plan[0], f"{who}, closed": plan[1]}
        seen |= {f"{who}, {name}": n for name, n in held.get(pid, {}).items()}
    same("files", wanted, seen)
    in_one_step(judged, files, additions=2)
    return f"{len(plans)} processes, each with its own numbers from both programs."


@of_program(
    "05-4",
    "hello above finds out which user it is. BPF_HASH declares the map.",
    "counter_table.atomic_increment(uid); makes a pair that is new, too.",
    type="raw_tracepoint",
)
def calls_of_users(trial: Trial) -> str:
    """Let a process of one user call, then three of another, two of these at the same time.

    A program of the judge's own counts beside the answer. Where this process may not become
    another user, others call as well, and only what these processes called is known.
    """
    few, cpus = random.sample(range(400, 900), 2), two_cpus()
    at_once = [on_cpus([(cpu, _CALLS)]) for cpu in (cpus[0], cpus[-1])]
    with (
        callers(several_calls(few[0])) as ((alone, first),),
        callers(several_calls(few[1]), *at_once, one_user=True) as made,
        counted_beside([alone, *(process for process, _ in made)]) as calls,
        trial.attached("sys_enter") as judged,
    ):
        (begins, second), (one, _), (two, _) = made
        alone.go()
        begins.go()
        one.start(), two.start()
        for process in (one, two):
            process.wait()
        counts = judged.maps["counter_table"]
        seen = {user: number_of(counts, user) for user in (first, second)}
        right = {user: number_of(calls, user) for user in (first, second)}
    if shared := first == this_user():
        right = {first: sum(few) + 2 * _CALLS}
    if not any(seen.values()):
        raise Wrong("counter_table has no entry for a user whose process called.", status="silent")
    for user, number in right.items():
        rows = [(f"User {user}", number, seen[user])]
        if (lost := number - seen[user]) > 0:
            text = f"Of {number} system calls of a user, {lost} {_were(lost)} not counted."
            both = " Two processes of this user called on two CPUs." * (user == second)
            raise Wrong(f"{text}{both}", rows)
        if lost < 0 and not shared:
            raise Wrong("More system calls of a user were counted than were made.", rows)
    in_one_step(judged, counts)
    return f"{' and '.join(map(str, right.values()))} calls of the users, and not one was lost."


@of_program(
    "05-5",
    "RAW_TRACEPOINT_PROBE(event) stands in the place of the function's head. Its context is ctx.",
    "The event sys_enter has two arguments; the second one, ctx->args[1], is the call's number.",
)
def calls_by_number(trial: Trial) -> str:
    """Let a process make three system calls that hardly anybody makes, each so often."""
    wanted = {syscalls.number(name): random.randint(500, 2000) for name in RARE}
    code = "\n".join(map(repeated, RARE.values(), wanted.values()))
    with trial.load() as judged:
        if not judged.hooks:
            raise Wrong("attach() finds no hook: nothing in the text names one.")
        with standby(code, "import os") as process, judged.attached():
            process.go()
            counts = judged.maps["calls"]
            seen = {number: number_of(counts, number) for number in wanted}
        if not len(counts):
            raise Wrong("The map calls has no entry.", status="silent")
        _about("Call", wanted, seen)
        in_one_step(judged, counts)
    return (
        f"{len(wanted)} system calls, each with its number of times. attach() needed no argument."
    )


@of_program(
    "05-6",
    "Between the lookup and the update another CPU may write: then its number is overwritten.",
    "Change each number in one step, in the map, through the pointer. Do not write the struct"
    " back.",
)
def mended(trial: Trial) -> str:
    """Let two processes of one user write at the same time, each on a CPU of its own."""
    cpus, sizes = two_cpus(), random.sample(range(1, 99), 2)
    codes = [writes(sizes[0], _WRITES, cpus[0]), writes(sizes[1], _WRITES, cpus[-1])]
    with (
        callers(writes(sizes[0], 1, cpus[0]), *codes, one_user=True) as made,
        trial.attached("syscalls:sys_enter_write") as judged,
    ):
        totals, ((begins, user), (one, _), (two, _)) = judged.maps["totals"], made
        begins.go()
        first = _summed(totals, user) if user in totals else {}
        one.start(), two.start()
        for process in (one, two):
            process.wait()
        seen = _summed(totals, user) if user in totals else {}
    wanted = {"writes": 2 * _WRITES + 1, "bytes": _WRITES * sum(sizes) + sizes[0]}
    if not any(seen.values()):
        text = "Three processes of one user wrote, and nothing of this user is in totals."
        raise Wrong(text, status="silent")
    if not all(first.values() or [0]):
        raise Wrong("A user who was not in the map wrote, and that first write was not counted.")
    least, most = wanted["bytes"] / 3, wanted["bytes"]
    if seen["bytes"] < least or (user != this_user() and seen["bytes"] > most):
        raise Wrong("The bytes are not those that were written.", [("bytes", most, seen["bytes"])])
    for name in wanted:
        if (lost := wanted[name] - seen[name]) > 0:
            text = f"Of {wanted[name]} {name} on two CPUs, {lost} {_were(lost)} not counted."
            raise Wrong(text)
    in_one_step(judged, totals, additions=2)
    return f"{wanted['writes']} writes on two CPUs, and not one was lost."


def _named(judged: Program, hooks: dict[str, str]) -> dict[str, str]:
    """Return *hooks* where each has a program of its name.

    Raises:
        Wrong: one has none.
    """
    if missing := sorted({*hooks} - {*judged.functions}):
        there = " and ".join(sorted(judged.functions))
        raise Wrong(f"There is no program {' and no program '.join(missing)}, only {there}.")
    return hooks


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _by_pair(counts: Map) -> dict[tuple[int, int], int]:
    """Return the numbers of a map whose key has a user and a process."""
    frame = counts.frame()
    if frame.empty:
        return {}
    sums = frame.groupby(["uid", "pid"], as_index=False)["value"].sum()
    return {(uid, pid): n for uid, pid, n in sums.to_numpy().tolist()}


def _summed(held: Map, key: int) -> dict[str, int]:
    """Return the fields of a struct, each summed over CPUs where the map has one for each."""
    values: list[dict[str, Any]] = held[key] if held.per_cpu else [held[key]]
    return {name: sum(value[name] for value in values) for name in values[0]}


def _about(what: str, wanted: dict[int, int], seen: dict[int, int]) -> None:
    """Compare counts to which others may have added a few."""
    rows = [(f"{what} {key}", wanted[key], seen[key]) for key in wanted]
    wrong = [
        row
        for row, key in zip(rows, wanted, strict=True)
        if not wanted[key] <= seen[key] <= wanted[key] + _OTHERS
    ]
    if wrong:
        raise Wrong(f"{len(wrong)} of {len(rows)} numbers are too small or too large.", wrong)
