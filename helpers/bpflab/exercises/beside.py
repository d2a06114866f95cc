"""A counter of the judge's own: it counts beside the answer, and so knows the exact number."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from bpflab.data.maps import Map
from bpflab.exercises.users import defines
from bpflab.programs.loading import load
from bpflab.workload.standby import Standby

_PATIENCE_S = 2.0
_BESIDE = """
BPF_HASH(calls, u32, u64, 1024);

int beside(void *ctx)
{
	u32 uid = (u32)bpf_get_current_uid_gid();
	u64 zero = 0, *count = calls.lookup_or_try_init(&uid, &zero);

	if (count)
		lock_xadd(count, 1);
	return 0;
}
"""


@contextlib.contextmanager
def counted_beside(processes: Iterable[Standby]) -> Iterator[Map]:
    """Count the system calls of each user while a block runs: the map of them.

    It begins when each of *processes* waits for its start, and so makes no call. What is attached
    before they are started then sees the same calls of theirs.
    """
    with load("beside", text=_BESIDE, type="raw_tracepoint", defines=defines()) as program:
        ends = time.monotonic() + _PATIENCE_S
        for process in processes:
            while not _asleep(process.pid) and time.monotonic() < ends:
                time.sleep(0.001)
        with program.attached(beside="sys_enter"):
            yield program.maps["calls"]


def _asleep(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return state == "S"
