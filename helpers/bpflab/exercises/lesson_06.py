"""The exercises of lesson 06: messages, sizes, a record, losses that are seen, a reader."""

from __future__ import annotations

import contextlib
import functools
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from bpflab.data.ring import taken
from bpflab.errors import LabError
from bpflab.exercises.buffers import longer
from bpflab.exercises.calls import letters
from bpflab.exercises.difference import difference, equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.function import Function, called, function
from bpflab.exercises.outcomes import PYTHON
from bpflab.exercises.rings import SIZE, Record, half_way, ring
from bpflab.exercises.second_thread import by_process
from bpflab.exercises.trial import Trial, events, fields, paths, times
from bpflab.exercises.users import as_users
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.source import find
from bpflab.workload.ran import Run
from bpflab.workload.runs import run

_UMASK = "syscalls:sys_enter_umask"
_FIRST = 8191 << 18  # nobody else calls umask with such numbers, lesson 06 itself neither
_ALONE_S = 30.0
_ROOM = 512  # bytes of a path in 06-3
_UNREADABLE = "import ctypes; ctypes.CDLL(None).execve(ctypes.c_void_p(1), None, None)"
_WORDS = ("even", "odd")


@of_program(
    "06-1",
    "A number is odd if its lowest bit is set.",
    '__builtin_memcpy(e.message, "odd", 4) writes four bytes: the letters and the NUL.',
    "What is in the bytes of message after the NUL? See lesson 03.",
)
def odd_or_even(trial: Trial) -> str:
    """Execute a path as two users, until pids of both kinds had their turn."""
    mine, users = Run((), (), ()), list[int]()
    with paths() as (path,), trial.attached() as program, _called() as comm:
        while len({pid % 2 for pid in mine.pids}) < len(_WORDS):
            more, of = as_users(path, times())
            mine, users = mine + more, users + of
        frame = events(program, mine)
        raw = program.events.records(mine)
    words = [_WORDS[pid % 2] for pid in mine.pids]
    callers = [comm] * len(mine)
    fields(frame, {"pid": mine.pids, "uid": users, "comm": callers, "message": words})
    for number, (word, message) in enumerate(zip(words, raw["message"].tolist(), strict=True), 1):
        if message != word.encode():
            text = f"Event {number} of {len(mine)} has other bytes than 0 after the NUL of message."
            raise Wrong(text, [("bytes of message", word.encode(), message)])
    return f"{len(mine)} events, {words.count('odd')} of them odd, each with all its fields."


@contextlib.contextmanager
def _called() -> Iterator[str]:
    """Give a block another name for this thread, which its children begin with."""
    file = Path("/proc/thread-self/comm")
    before, name = file.read_bytes(), letters(9)
    file.write_text(name)
    try:
        yield name
    finally:
        file.write_bytes(before.removesuffix(b"\n"))


@of_value(
    "06-2",
    "A field of 8 bytes makes the size of the struct a multiple of 8.",
    "A record also has a header of 8 bytes.",
    "One byte of a ring always stays free.",
)
def sizes(answer: object) -> str:
    """Load `ring` with the field, and measure the event."""
    before, between, after = find("events/ring").listing().partition("\tu32 pid;")
    text = f"{before}\tu64 ktime_ns;\n{between}{after}"
    assert between
    with load("06-2", text=text) as larger:
        record = _in_ring(larger)
    return equal(answer, [record, 4095 // record])


@of_program(
    "06-3",
    "struct event *e = events.ringbuf_reserve(sizeof(struct event)); then test e for NULL.",
    "e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);",
    "Each way through the program either has no record, or ends with submit or discard.",
)
def reserved(trial: Trial) -> str:
    """Execute paths that are whole, cut, and unreadable; then fill a ring of one page."""
    with paths() as (path,), trial.attached(PAGES=256) as program:
        began = time.monotonic_ns()
        mine = run(path, times=times())
        long = run(longer(path, _ROOM), times=times()) + run(longer(path, 2 * _ROOM))
        ended = time.monotonic_ns()
        if len(cut := program.events.frame(long)):
            text = "A record came through the ring although its path was cut."
            raise Wrong(text, [("events of a path over 511 bytes", 0, len(cut))])
        frame = events(program, mine)
        size = [len(path) + 1] * len(mine)
        fields(frame, {"path": [path] * len(mine), "path_len": size, "pid": mine.pids})
        _at_the_edge(program, path)
        by_process(program, longer(path, 300))
        if not all(began < each < ended for each in _column(program, "ktime_ns", mine)):
            raise Wrong("ktime_ns is not the time at which a command ran.")
        program.detach()
        _adds_up(program)
        if (back := program.events.ledger()["discarded"]) <= len(long):
            text = f"{len(long) + 1} paths were not whole, and fewer records were discarded."
            raise Wrong(text, [("discarded", f"at least {len(long) + 1}", back)])
    with paths() as (path,), trial.attached(read=False, PAGES=1) as program:
        room = program.maps["events"].max_entries // _in_ring(program)
        run(path, times=room + times())
        program.detach()
        if not program.maps["dropped"].total():
            raise Wrong(f"The ring had room for {room} records, more came, and dropped is 0.")
        _adds_up(program)
    return f"{len(mine)} records sent, those of {len(long)} cut paths taken back, drops counted."


def _at_the_edge(program: Program, path: str) -> None:
    """Execute the longest path that is whole, and let a process ask for one that is unreadable."""
    if len(program.events.frame(run(longer(path, _ROOM - 1)))) != 1:
        text = f"A path of {_ROOM - 1} bytes and its NUL are whole, and not one record of it came."
        raise Wrong(text)
    if len(program.events.frame(run(*PYTHON, _UNREADABLE))) != 1:  # that of Python itself
        raise Wrong("A record came through the ring although its path could not be read.")


def _in_ring(program: Program) -> int:
    """Return the bytes that an event takes in its ring."""
    return taken(program.ring().dtype.itemsize)


def _column(program: Program, name: str, own: Run | None = None) -> list[int]:
    """Return a field of all events, or of some."""
    records = program.events.records(own)
    if name not in (records.dtype.names or ()):
        raise Wrong(f"The event has no field {name}.")
    return list(map(int, records[name]))


def _adds_up(program: Program) -> None:
    """Compare what the program says that it has seen with what became of it."""
    ledger = program.events.ledger()
    if ledger["unaccounted"]:
        became = ledger["produced"] - ledger["unaccounted"]
        text = "seen is not the sum of what was sent, taken back and dropped."
        raise Wrong(text, [("seen", became, ledger["produced"])])


@of_program(
    "06-4",
    "What does seen count now: the calls, or the records that were sent?",
    "After the first return there are three ways out. Each call takes one of them.",
    "ringbuf_output returns 0 if the ring had room for the record.",
)
def accounted(trial: Trial) -> str:
    """Make more calls than the ring has room for, and some that are none of the program's."""
    with _alone(), trial.attached(_UMASK, read=False, FIRST=_FIRST) as program:
        room = (program.maps["events"].max_entries - 1) // _in_ring(program)
        numbers = range(2 * room + random.randint(1, 99))
        own = _calls([*numbers, *(-number for number in range(1, times()))])
        program.detach()
        wanted = [number for number in numbers if number % 3]
        came = _column(program, "number")
        if not came:
            raise Wrong(f"{len(numbers)} calls were made, and no event came.", status="silent")
        if came != wanted[:room]:
            rows = [("events", room, len(came)), ("first", wanted[:5], came[:5])]
            raise Wrong("The events that came are not those that the program should send.", rows)
        if strange := set(_column(program, "pid")) - set(own.pids):
            row = ("pid", own.pids[0], strange.pop())
            raise Wrong("pid is not the id of the process that made the calls.", [row])
        expected = {
            "seen": len(numbers),
            "filtered": len(numbers) - len(wanted),
            "dropped": len(wanted) - room,
        }
        for name, number in expected.items():
            if (count := program.maps[name].total()) != number:
                text = f"{name} is wrong. {len(numbers)} calls were made, and the ring has room for"
                raise Wrong(f"{text} {room} records.", [(name, number, count)])
    return (
        f"{len(numbers)} calls, {expected['dropped']} of them dropped, and all are accounted for."
    )


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other judge of this machine makes such calls: a program counts all of them.

    A socket's name that is in no file system is free again when its owner ends, whoever that is.

    Raises:
        LabError: ``"deadline"``, where the others take too long: a verdict could be wrong then.
    """
    deadline = time.monotonic() + _ALONE_S
    with socket.socket(socket.AF_UNIX) as turn:
        while True:
            try:
                turn.bind("\0bpflab-umask")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise LabError(
                        "deadline",
                        f"Others on this machine have been at 06-4 for {_ALONE_S:.0f} s.",
                        why="A program counts the calls of all, so one check runs at a time.",
                        fix="Run the cell again.",
                    ) from None
                time.sleep(0.05)
        yield


def _calls(numbers: list[int]) -> Run:
    """Call umask once with each number, counted from the one that the program knows."""
    code = f"import os\nfor number in {numbers!r}: os.umask({_FIRST} + number)"
    return run(*PYTHON, code)


@of_value(
    "06-5",
    "Go on behind a busy record: its header has the length, although its data are not done.",
    "Two bits of a header say something: busy, and discarded. The other 30 are the length.",
    "A record begins at its position modulo size; what it takes is in_ring of its length.",
)
def held_up(answer: object) -> str:
    """Ask for what waits in a real ring half way, and in rings with records of all kinds."""
    found, real = function(answer), half_way()
    _waits(found, "the bytes of `behind` half way", [2], real.ljust(SIZE, b"\0") * 2, 0, len(real))
    done, busy, back = (
        Record,
        functools.partial(Record, busy=True),
        functools.partial(Record, discarded=True),
    )
    one, two, three, four, five = random.sample(range(1, 1 << 31), 5)
    long, edge = random.randint(5, 60), random.randint(3, 9) * SIZE - 16
    cases = {
        "a ring without a busy record": ([done(one), back(two), done(three)], []),
        "a ring whose last record is busy": ([done(one), done(two), busy(three)], []),
        "a ring with two busy records": (
            [done(one), busy(two), done(three), busy(four), done(five)],
            [three, five],
        ),
        "a ring with a record that was taken back": (
            [busy(one), back(two), done(three), done(four)],
            [three, four],
        ),
        "a ring with records of several lengths": (
            [busy(one, long), done(two, 4), back(three, 3 * long), done(four, long), done(five)],
            [two, four, five],
        ),
    }
    for what, (records, right) in cases.items():
        _waits(found, what, right, *ring(records, 8 * random.randint(0, 99)))
    over = [done(one), busy(two), done(three), done(four)]
    _waits(found, "records over the end of the ring", [three, four], *ring(over, edge))
    return f"It finds what waits in a real ring, and in {len(cases) + 1} others."


def _waits(found: Function, what: str, right: list[int], data: bytes, at: int, end: int) -> None:
    """Ask for the numbers of the records that wait."""
    answer = called(found, data, at, end, asked=what)
    if fault := difference(answer, right):
        raise Wrong(f"Your function was asked for {what}. {fault}")
