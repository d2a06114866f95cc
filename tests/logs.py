"""A log without a kernel: rings and maps that tests fill by hand."""

import numpy as np

from bpflab.data.events import EventLog

EVENT = np.dtype(
    [
        ("ktime_ns", "u8"),
        ("pid", "u4"),
        ("path_len", "i4"),
        ("comm", "S16"),
        ("path", "S8"),
        ("args", "u8", (2,)),
    ],
    align=True,
)


class FakeRing:
    """What a log sees of a ring: batches that wait."""

    def __init__(self, dtype=EVENT):
        self.dtype = dtype
        self.size = 4096
        self.discarded = 0
        self.closed = False
        self.batches = []

    def write(self, *rows):
        """Let these records wait for the next read."""
        self.batches.append(np.array(list(rows), self.dtype))

    @property
    def waiting(self):
        """How many records were not read yet."""
        return sum(map(len, self.batches))

    def read(self):
        """Hand out the oldest batch."""
        assert not self.closed
        return self.batches.pop(0) if self.batches else np.empty(0, self.dtype)


class FakeMap:
    """A map of one number, which fails once its program is closed."""

    type = "array"
    counts = True

    def __init__(self, value=0):
        self.value = value
        self.open = True

    def total(self, key=0):
        """Return the number."""
        assert self.open, "this map is gone"
        return self.value


def row(number=0, pid=1, path=b"/bin/ls", length=None, comm=b"bash"):
    """Return one record of EVENT."""
    return (number, pid, len(path) + 1 if length is None else length, comm, path, (number, 2**63))


def log_of(*rows, maps=None, **kwargs):
    """Return a log over a ring in which these records wait."""
    ring = FakeRing()
    ring.write(*rows)
    return EventLog(ring, maps or {}, **kwargs)
