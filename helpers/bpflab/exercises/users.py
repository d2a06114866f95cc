"""Who calls while a program is judged: this user, others where that is allowed, or one made up."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bpflab.bindings import capabilities
from bpflab.workload.ran import Run
from bpflab.workload.runs import run

_made_up: list[int] = []


def others_allowed() -> bool:
    """Return whether this process may become another user."""
    mine = capabilities.mask(Path("/proc/self/status").read_text(encoding="ascii"))
    return bool(mine >> capabilities.SETUID & mine >> capabilities.SETGID & 1)


def this_user() -> int:
    """Return the user's id that a program on trial should see of this process."""
    return _made_up[-1] if _made_up else os.getuid()


def another_user() -> int | None:
    """Return a user's id to become, more than 16 bits wide; None where only one is possible."""
    return random.randint(70_000, 2**31) if others_allowed() and not _made_up else None


@contextlib.contextmanager
def made_up() -> Iterator[None]:
    """Let programs that are loaded in this block see a user and a group that nobody has.

    Where this process cannot become another user, a program that reports a constant, or the group,
    would be right by chance.
    """
    _made_up.append(random.randint(70_000, 2**31))
    try:
        yield
    finally:
        _made_up.pop()


def defines() -> dict[str, str]:
    """Return what makes a program see the user that is made up: a macro in the helper's place."""
    if not _made_up:
        return {}
    return {"bpf_get_current_uid_gid()": f"(({_made_up[-1] + 1}ULL << 32) | {_made_up[-1]}ULL)"}


def as_users(path: str, times: int) -> tuple[Run, list[int]]:
    """Execute *path* as this user, and as another where that is allowed; return each one's uid.

    The other user's group has another number.
    """
    mine, users = run(path, times=times), [this_user()] * times
    if other := another_user():
        for _ in range(times):
            child = subprocess.Popen([path], user=other, group=other + 1, extra_groups=[])
            mine += Run((path,), (child.pid,), (child.wait(),))
            users.append(other)
    return mine, users
