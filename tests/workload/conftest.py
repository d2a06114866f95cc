"""Each test leaves the processes and the CPUs as they were."""

import os
from pathlib import Path

import pytest


def children():
    """Return the pids of this process's children, zombies among them."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.add(int(stat.parent.name))
    return found


@pytest.fixture(autouse=True)
def nothing_left():
    """After each test: no child more than before, and the CPUs as they were."""
    before = children(), os.sched_getaffinity(0)
    yield
    assert (children(), os.sched_getaffinity(0)) == before
