"""The exercises of lesson 04: lists that count, keys made by hand, users, a filter to mend."""

from __future__ import annotations

import os
import random
from array import array
from contextlib import AbstractContextManager
from typing import Any

from bpflab.data.maps import Map
from bpflab.exercises.calls import callers, executes, letters, unused
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.function import called, function, refuses
from bpflab.exercises.trial import (
    EXECVE,
    Trial,
    events,
    fields,
    in_one_step,
    number_of,
    paths,
    same,
    times,
)
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.ran import Run
from bpflab.workload.runs import run
from bpflab.workload.standby import Standby, standby

_KEY = 512  # bytes of a path in the lesson's map, its NUL among them
_WRAPS = 256  # where a u8 begins again
_USERS = 100  # for which the maps of 04-4 and 04-6 have room


@of_program(
    "04-1",
    "A u8 ends at 255. The kernel's own counters are u64, and the pointer needs the same type.",
    "The pointer that lookup returned points to the number in the map.",
)
def counter(trial: Trial) -> str:
    """Call two listed paths, one over 255 times, and a third; each value is its path's number."""
    names = unused(3)
    wanted = dict(zip(names[:2], (_WRAPS + random.randint(20, 200), times()), strict=True))
    other, often = names[2], times()
    begins = f"/{letters(_KEY - 2)}"
    calls = wanted | {other: often, f"{begins}/x": often}
    with _caller(calls) as process, trial.attached() as judged:
        counts = judged.maps["EXCLUDED_CMDS"].fill(dict.fromkeys([*wanted, begins], 0))
        process.go()
        who = "A command that is not in the list"
        _reported(judged, process.pid, other, often, who, hide=False)
        _reported(judged, process.pid, begins, often, f"{who}, with a long path,", hide=False)
        for path, often in wanted.items():
            _reported(judged, process.pid, path, often, "A command of the list", hide=True)
        seen = {path: number_of(counts, path) for path in wanted}
        if not any(seen.values()):
            raise Wrong("Commands were left out, and their values in the map are all still 0.")
        same("The counts in EXCLUDED_CMDS", wanted, seen)
        if number_of(counts, begins):
            text = f"A path of {len(begins) + 2} bytes was taken for another one: the list has"
            raise Wrong(
                f"{text} a path of {len(begins)} bytes, and the longer path begins with it."
            )
        _left_out(judged, sum(wanted.values()))
        _all_in_one_step(judged)
    return f"One command was left out {max(seen.values())} times, one {min(seen.values())} times."


@of_value(
    "04-2",
    "memoryview(array) shows the memory of the array itself, and so does a part of it.",
    "Python's slices end where the array ends, without an error. So compare the lengths first.",
)
def slice_of_array(answer: object) -> str:
    """Ask for the beginning of an array, change the array behind it, and ask for too much."""
    retrieve = function(answer)
    size = random.randint(6, 12)
    numbers = array("i", random.sample(range(1, 1000), size))
    length = random.randint(3, size - 2)
    asked = f"the first {length} of {size} numbers"
    wanted, found = numbers[:length].tolist(), called(retrieve, length, numbers, asked=asked)
    if _items(found) != wanted:
        rows = [("items", wanted, _items(found))]
        raise Wrong(f"These are not the first {length} of {size} numbers.", rows)
    numbers[length - 1] = -1
    if _items(found)[-1] != -1:
        raise Wrong("A number of the array was changed, and the slice still has the old one.")
    for length in (size, 0):
        found = called(retrieve, length, numbers, asked=f"the first {length} of {size} numbers")
        if _items(found) != numbers[:length].tolist():
            raise Wrong(f"{length} of {size} numbers were asked for, and others came.")
    for length in (size + 1, size + 100):
        if not refuses(retrieve, length, numbers):
            raise Wrong(f"{length} of {size} numbers were asked for, and no error came.")
    return f"It gives the first numbers of an array, copies none, and refuses {size + 1} of {size}."


@of_value(
    "04-3",
    "os.fsencode makes bytes of a path. One character may take more than one byte.",
    '`bytes.ljust(size, b"\\0")` fills up with zeros. And the last byte must be a NUL.',
)
def padded(answer: object) -> str:
    """Compare keys with the right ones, put one into the map, and ask for a path without room."""
    pad = function(answer)
    (plain,) = unused(1)
    cases = {
        "a path of ASCII letters": plain,
        "a path with letters that take two bytes": f"/usr/bin/{letters(times(), 'éèüñ')}",
        "a path with letters that take three bytes": f"/usr/bin/{letters(times(), '日本語中')}",
        f"a path of {_KEY - 1} bytes": f"/{letters(_KEY - 2)}",
    }
    for what, path in cases.items():
        _same_key(what, os.fsencode(path), called(pad, path, asked=f"the key of {what}"))
    for path in (f"/{letters(600)}", f"/{letters(_KEY - 1)}", f"/{letters(300, 'éèüñ')}"):
        if not refuses(pad, path):
            text = f"A path of {len(os.fsencode(path))} bytes was given, and no error was raised."
            count = f" It has {len(path)} characters." * (not path.isascii())
            raise Wrong(f"{text}{count}")
    often = times()
    with _caller({plain: often}) as process, load("exclusion/exclude", label="04-3") as program:
        program.maps["EXCLUDED_CMDS"][bytes(pad(plain))] = 1
        with program.attached(hook=EXECVE):
            process.go()
        who = "The command whose key was put into the map"
        _reported(program, process.pid, plain, often, who, hide=True)
    return f"{len(cases)} keys are right, the kernel finds one, and longer paths are refused."


@of_program(
    "04-4",
    "The map is BPF_HASH(EXCLUDED_USERS, u32, u64, 100). Its lookup takes the address of a u32.",
    "bpf_get_current_uid_gid returns 64 bits, and the lower 32 are the user's id.",
    "Where the pointer is not NULL: add 1 where it points to, in one step, and return 0.",
)
def users(trial: Trial) -> str:
    """Call as two users, of whom one is listed. Who cannot be two users is listed, and then not."""
    (path,), often = unused(1), times(5, 20)
    code = executes(path, often)
    with callers(code, code) as ((one, first), (two, second)), trial.attached() as judged:
        listed = judged.maps["EXCLUDED_USERS"]
        _like_a_hash_of_users(listed, "hash")
        if listed.value_dtype.kind not in "iu" or listed.value_dtype.itemsize != 8:
            raise Wrong("The value of EXCLUDED_USERS is not a number of 8 bytes.")
        listed.fill({first: 0})
        one.go()
        who = "A command of a listed user"
        _reported(judged, one.pid, path, often, who, hide=True)
        counted = number_of(listed, first)
        if second == first:
            del listed[first]
        two.go()
        if extra := [user for user in listed if user != first]:
            text = "The program itself has added users to the list."
            raise Wrong(text, [("keys", [first], [first, *extra])])
        who = "A command of a user who is not listed"
        _reported(judged, two.pid, path, often, who, hide=False)
        if counted != often and not (second == first and counted > often):
            text = "The number of the user in the map is not that of the commands."
            raise Wrong(text, [("number", often, counted)])
        in_one_step(judged, listed)
    return (
        f"{often} commands of a listed user were left out, and as many of another user "
        "were reported."
    )


@of_program(
    "04-5",
    "What is after the end of a path in a buffer that was used before? Lesson 03 shows it.",
    "What does sizeof measure here: the buffer, or a pointer?",
    "path_len says whether a path was cut, and path.h has a function that checks it.",
)
def mended(trial: Trial) -> str:
    """On one CPU: a listed path after longer ones, and a path that begins like a listed one."""
    cpu = min(os.sched_getaffinity(0))
    with (
        paths(least=20, most=40, count=2) as (listed, other),
        paths(least=150) as (long,),
        trial.attached() as judged,
    ):
        excluded = judged.maps["EXCLUDED_CMDS"].fill([listed])
        mine = run(other, times=times(), cpu=cpu)
        fields(events(judged, mine), {"path": list(mine.paths), "pid": mine.pids})
        hidden, often = Run((), (), ()), times()
        for _ in range(often):
            run(long, cpu=cpu)
            hidden += run(listed, cpu=cpu)
        if reported := len(judged.events.frame(hidden)):
            text = f"A listed command ran {often} times, each time after a longer path on the same"
            raise Wrong(f"{text} CPU. It was reported {reported} times.")
        fits = f"{'/' * (_KEY - 1 - len(other))}{other}"
        beyond = other.replace("/", "/" + "./" * (_KEY // 2), 1)
        excluded.fill([beyond[: _KEY - 1]])
        if judged.events.frame(run(beyond, cpu=cpu)).empty:
            text = f"A command of {len(beyond)} bytes was left out, but it is not in the list."
            raise Wrong(
                f"{text} The list has a path of {_KEY - 1} bytes, and the command begins with it."
            )
        excluded.fill([fits])
        if len(judged.events.frame(run(fits, cpu=cpu))):
            text = f"A command of {len(fits)} bytes is in the list, and it was reported."
            raise Wrong(f"{text} Its path fits into a key, with the NUL behind it.")
        _left_out(judged, often + 1)
    return f"A listed command was left out {often} times of {often}, and no other command was."


@of_program(
    "04-6",
    'BPF_HASH_OF_MAPS(LISTS, u32, "A", 100) is a hash whose values are maps like A.',
    "LISTS.lookup(&user) gives the list of this user, or NULL where the user has none.",
    "bpf_map_lookup_elem(list, e->path) looks for the path in this list. Check both pointers.",
)
def lists_of_users(trial: Trial) -> str:
    """Call the same paths as three users, of whom two have a list. One user gets them in turn."""
    names, often = unused(3), times(5, 20)
    begins = f"/{letters(_KEY - 2)}"
    code = "".join(executes(path, often) for path in (*names, f"{begins}/x"))
    with callers(code, code, code) as processes, trial.attached() as judged:
        lists = judged.maps["LISTS"]
        _like_a_hash_of_users(lists, "hash_of_maps")
        own = dict(zip("AB", names, strict=False))
        for name, path in own.items():
            judged.maps[name].fill([path, begins])
        for (process, user), name in zip(processes, (*own, ""), strict=True):
            if name:
                lists[user] = judged.maps[name]
            elif user in lists:
                del lists[user]
            process.go()
            for path in names:
                hide = path == own.get(name)
                who = f"A command that is {'' if hide else 'not '}in the list of its user"
                _reported(judged, process.pid, path, often, who, hide=hide)
            who = "A command that is not in the list of its user, with a long path,"
            _reported(judged, process.pid, begins, often, who, hide=False)
        _left_out(judged, len(own) * often)
    return f"{often} commands of each of two lists were left out, for the user of the list alone."


def _like_a_hash_of_users(users: Map, type: str) -> None:
    """Want room for enough users in a map of this type.

    Raises:
        Wrong: its type, its key or its size is another one.
    """
    if users.type != type:
        raise Wrong(f"{users.name} is of the type {users.type}, not {type}.")
    if users.key_dtype.kind not in "iu" or users.key_dtype.itemsize != 4:
        raise Wrong(f"The key of {users.name} is not a number of 4 bytes.")
    if users.max_entries < _USERS:
        text = f"{users.name} has room for {users.max_entries} users, not for {_USERS}."
        raise Wrong(text)


def _caller(wanted: dict[str, int]) -> AbstractContextManager[Standby]:
    """Return a process that will call execve with each path so often."""
    code = "".join(executes(path, often) for path, often in wanted.items())
    return standby(code, "import os")


def _reported(judged: Program, pid: int, path: str, often: int, who: str, *, hide: bool) -> None:
    """Want an event for each call of *path* by one process, or with *hide* none.

    Raises:
        Wrong: a sentence that *who* begins; ``silent`` where nothing came at all.
    """
    frame = judged.events.frame(pid)
    seen = int((frame["path"] == path).sum()) if len(frame) else 0
    if seen != (0 if hide else often):
        status = "silent" if not hide and judged.events.frame().empty else "wrong"
        raise Wrong(f"{who} was called {often} times, and reported {seen} times.", status=status)


def _all_in_one_step(judged: Program) -> None:
    """Want an addition in one step for each map of numbers that the CPUs share.

    Raises:
        Wrong: there are fewer of them; the sentence names the maps.
    """
    shared = [
        each for each in judged.maps.values() if not each.per_cpu and each.value_dtype.kind in "iu"
    ]
    try:
        in_one_step(judged, shared[0], additions=len(shared))
    except Wrong:
        names = " or to ".join(each.name for each in shared)
        text = f"Every call was counted. But an addition to {names} is three steps, and two CPUs"
        raise Wrong(f"{text} may add at the same moment: then one addition is lost.") from None


def _left_out(judged: Program, wanted: int) -> None:
    """Compare the program's own count of what it has left out."""
    counts = judged.maps["filtered"]
    if (seen := counts.total()) != wanted:
        raise Wrong("The number in filtered is wrong.", [("filtered", wanted, seen)])


def _items(found: Any) -> list[Any]:
    """Return what is in a slice.

    Raises:
        Wrong: it is none.
    """
    if isinstance(found, str) or not hasattr(found, "__getitem__"):
        raise Wrong(f"Your function returned {type(found).__name__}, and no slice.")
    return [found[at] for at in range(len(found))]


def _same_key(what: str, path: bytes, key: object) -> None:
    """Compare the key of a path with the right one: its type, its length, its bytes."""
    if not isinstance(key, bytes | bytearray | memoryview):
        raise Wrong(f"The key of {what} is of the type {type(key).__name__}, not bytes.")
    right, seen = path.ljust(_KEY, b"\0"), bytes(key)
    if len(seen) != _KEY:
        raise Wrong(f"The key of {what} has {len(seen)} bytes instead of {_KEY}.")
    if seen != right:
        first = next(at for at in range(_KEY) if seen[at] != right[at])
        where = "in the path" if first < len(path) else "after the path"
        raise Wrong(f"The key of {what} has a wrong byte at {first}, {where}.")
