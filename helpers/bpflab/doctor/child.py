"""What the doctor's last check runs in a child process: load, fire and remove one real program.

A script, not a module of the package: `trial` hands its text to ``python -c``, so nothing here
may import bpflab. It writes one JSON object a line, each with what it has learned so far; all that
BCC and LLVM print goes to stderr. LLVM may end this process at any line, and then the lines already
written say how far it came.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

EXECS = 7  # few enough to be quick; a count that is hard to hit by chance
TRACEPOINT = "syscalls:sys_enter_execve"
# Counts the execs of tasks whose name is in the map. The name is compared and not the pid, since a
# pid means something else inside a container. No kernel struct is read. A compiler without
# -fms-extensions leaves the nameless struct out: 8 bytes in place of 16.
TEXT = """
struct name { char comm[16]; };
BPF_HASH(hits, struct name, u64, 1);

#pragma clang diagnostic ignored "-Wmissing-declarations"
struct head { u64 first; };
struct both { struct head; u64 second; };
BPF_ARRAY(tagged, struct both, 1);

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


def look(say: TextIO) -> Any:
    """Import `bcc` and say where it lies, whether it is the real one, and its version."""
    spec = importlib.util.find_spec("bcc")
    if spec is None or spec.origin is None:  # none, or a directory that only has the name
        return None
    file = Path(spec.origin)
    tell(say, stage="found", file=str(file), genuine=(file.parent / "libbcc.py").is_file())
    import bcc

    genuine = hasattr(bcc, "BPF") and hasattr(bcc, "libbcc")
    tell(say, stage="imported", genuine=genuine, version=str(getattr(bcc, "__version__", "")))
    return bcc.BPF if genuine else None


def run(bpf_class: Any, say: TextIO) -> None:
    """Load the program, attach it, fire it, detach it, fire again, and close it."""
    name = f"lab-{os.urandom(4).hex()}".encode()
    program = bpf_class(text=TEXT)
    tell(say, stage="compiled", tagged=lays_out_tagged(program))
    function = program.load_func("doctor_count", bpf_class.TRACEPOINT)
    tell(say, stage="loaded", prog_id=prog_id(function.fd))
    hits = program["hits"]
    key = hits.Key(name)
    hits[key] = hits.Leaf(0)
    program.attach_tracepoint(tp=TRACEPOINT, fn_name="doctor_count")
    tell(say, stage="attached")
    fire(name)
    counted = hits[key].value
    program.detach_tracepoint(tp=TRACEPOINT)
    fire(name)
    late = hits[key].value - counted
    program.cleanup()
    tell(say, stage="done", fired=EXECS, counted=counted, late=late)


def lays_out_tagged(program: Any) -> bool:
    """Say whether the compiler kept the nameless struct in what the map *tagged* holds."""
    from bcc import lib

    return bool(lib.bpf_table_leaf_size(program.module, b"tagged") == 16)


def fire(name: bytes) -> None:
    """Start `EXECS` processes one after another, each called *name* until its exec."""
    for _ in range(EXECS):
        pid = os.fork()
        if pid == 0:
            try:
                Path("/proc/self/comm").write_bytes(name)
                os.execv("/bin/true", ["true"])
            finally:
                os._exit(127)
        os.waitpid(pid, 0)


def prog_id(fd: int) -> int:
    """Return the kernel's id of the program behind *fd*, or 0 where the kernel does not say."""
    for line in Path(f"/proc/self/fdinfo/{fd}").read_text().splitlines():
        if line.startswith("prog_id:"):
            return int(line.split()[1])
    return 0


def tell(say: TextIO, **facts: object) -> None:
    """Write *facts* as one line of JSON."""
    print(json.dumps(facts), file=say, flush=True)


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w") as channel:
        os.dup2(2, 1)
        bpf = look(channel)
        if bpf is not None:
            run(bpf, channel)
    sys.exit(0)
