"""Processes that wait, and then make known system calls, each as a user of its own."""

from __future__ import annotations

import contextlib
import os
import random
import string
from collections.abc import Iterable, Iterator

from bpflab.exercises.users import another_user, this_user
from bpflab.workload.standby import Standby, standby

RARE = {
    "getsid": "os.getsid(0)",
    "sched_get_priority_max": "os.sched_get_priority_max(os.SCHED_FIFO)",
    "getpriority": "os.getpriority(os.PRIO_PROCESS, 0)",
}
"""System calls that hardly anybody makes, and how Python makes each."""


@contextlib.contextmanager
def callers(*codes: str, one_user: bool = False) -> Iterator[list[tuple[Standby, int]]]:
    """Give a block a process for each code, which waits with it, and its user's id.

    The code knows the module ``os``. Where this process may choose, each has a user of its own, or
    with *one_user* all have one, whose group has another number; else all are this user's.
    """
    with contextlib.ExitStack() as waiting:
        first = another_user()
        users = [
            this_user() if first is None else first + (0 if one_user else 3 * number)
            for number in range(len(codes))
        ]
        become = "import os\n" + "os.setgroups([]), os.setgid({0} + 1), os.setuid({0})" * bool(
            first
        )
        made = [
            waiting.enter_context(standby(code, become.format(user)))
            for code, user in zip(codes, users, strict=True)
        ]
        yield list(zip(made, users, strict=True))


def unused(count: int) -> list[str]:
    """Return paths that nobody else executes; there are no such files."""
    return [f"/nowhere/{letters(random.randint(30, 90))}" for _ in range(count)]


def letters(count: int, of: str = string.ascii_lowercase) -> str:
    """Return so many letters, by chance."""
    return "".join(random.choices(of, k=count))


def two_cpus() -> list[int]:
    """Return the first and the last CPU that may be used: one where there is only one."""
    cpus = sorted(os.sched_getaffinity(0))
    return sorted({cpus[0], cpus[-1]})


def on_cpus(calls: Iterable[tuple[int, int]]) -> str:
    """Return code that calls getppid on a CPU so often, and then on the next one."""
    return f"""for cpu, count in {[*calls]}:
    os.sched_setaffinity(0, [cpu])
    for _ in range(count): os.getppid()"""


def repeated(call: str, times: int) -> str:
    """Return code that makes a call so often."""
    return f"for _ in range({times}): {call}"


def executes(path: str, times: int) -> str:
    """Return code that asks for *path* to be executed, which must not be there."""
    return f"""
for _ in range({times}):
    try: os.execv({path!r}, ["x"])
    except OSError: pass
"""


def several_calls(times: int) -> str:
    """Return code that makes so many system calls, of three kinds."""
    kinds = ("os.getppid()", "os.getsid(0)", "os.getpgid(0)")
    shares = (times // 3, times // 3, times - times // 3 * 2)
    return "\n".join(map(repeated, kinds, shares))


def in_two_threads(times: int) -> str:
    """Return code that calls getppid so often, in two threads of one process."""
    return f"""
import threading
def call(times):
    for _ in range(times): os.getppid()
other = threading.Thread(target=call, args=({times // 2},))
other.start(), other.join()
call({times - times // 2})
"""


def in_a_thread(code: str) -> str:
    """Return code that runs *code* in a second thread, which opens no files of its own."""
    return f"""
import _thread
ends, never = _thread.allocate_lock(), _thread.allocate_lock()
ends.acquire(), never.acquire()
def work():
    exec({code!r}, globals())
    ends.release()
    never.acquire()
_thread.start_new_thread(work, ())
ends.acquire()
"""


def opens_and_closes(opens: int, closes: int) -> str:
    """Return code that opens files, closes those or more, and calls getppid."""
    return f"""
files = [os.open("/dev/null", os.O_RDONLY) for _ in range({opens})]
for file in (files + [-1] * {closes})[:{closes}]:
    try: os.close(file)
    except OSError: pass
for _ in range({random.randint(3, 9)}): os.getppid()
"""


def writes(size: int, times: int, cpu: int) -> str:
    """Return code that writes *size* bytes so often, on one CPU."""
    return f"""
os.sched_setaffinity(0, [{cpu}])
file, data = os.open("/dev/null", os.O_WRONLY), b"x" * {size}
for _ in range({times}): os.write(file, data)
"""
