"""A real program, loaded and fired as a lesson does it: what all the other checks stand for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

EXECS = 7  # few enough to be quick; a count that is hard to hit by chance
# Counts the execs of tasks whose name is in the map. The name is compared and not the pid, since a
# pid means something else inside a container. No kernel struct is read.
TEXT = """
struct name { char comm[16]; };
BPF_HASH(hits, struct name, u64, 1);

int doctor_count(void *ctx)
{
	struct name key = {};
	u64 *hit;

	bpf_get_current_comm(&key, sizeof(key));
	hit = hits.lookup(&key);
	if (hit)
		__sync_fetch_and_add(hit, 1);
	return 0;
}
"""


def count_execs() -> int:
    """Load a program, execute a command `EXECS` times, and return how many of them it counted.

    Raises:
        LabError: whatever stands in the way, from the compiler to the hook.
        ImportError: the lab's packages are not installed.
    """
    from bpflab.programs.loading import load  # a bare machine has no numpy

    name = f"lab-{os.urandom(4).hex()}"

    def rename() -> None:
        Path("/proc/self/comm").write_text(name)

    with load("the doctor's program", text=TEXT) as program:
        hits = program.maps["hits"].fill({name: 0})
        with program.attached(doctor_count="syscalls:sys_enter_execve"):
            for _ in range(EXECS):
                subprocess.run(["/bin/true"], preexec_fn=rename, check=True)
        return int(hits[name])
