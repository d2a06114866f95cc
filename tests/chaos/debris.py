"""What a round left behind: in the kernel, among the processes, in the file system."""

import errno
import hashlib
import json
import os
import struct
import time
from pathlib import Path

from bpflab.bindings import info
from bpflab.bindings.bpf import bpf
from tests.chaos.kernels import Kernel

FREED_WITHIN_S = 10.0  # the kernel frees a program after a grace period
# BPF_PROG_GET_NEXT_ID and so on of enum bpf_cmd, include/uapi/linux/bpf.h
NEXT_ID, FD_BY_ID = {"program": 11, "map": 12}, {"program": 13, "map": 14}


def ids(kind: str) -> list[int]:
    """Return the id of each object of *kind* on this machine, which takes CAP_SYS_ADMIN."""
    found = [0]
    while True:
        try:
            _, answer = bpf(NEXT_ID[kind], struct.pack("II", found[-1], 0))
        except FileNotFoundError:
            return found[1:]
        found.append(struct.unpack_from("I", answer, 4)[0])


def may_walk() -> bool:
    """Say whether the machine's programs and maps are ours to see."""
    try:
        ids("program")
    except PermissionError:
        return False
    return True


def in_kernel(token: str) -> list[str]:
    """Return the programs and maps, of whatever process, in whose name *token* stands.

    A link and a perf event keep their program: where that is gone, they are. Without CAP_SYS_ADMIN
    the answer is that of the processes: no process of the kernel's, then no object either.
    """
    found = []
    for kind, empty in (("program", info.ProgramInfo), ("map", info.MapInfo)):
        for number in ids(kind) if may_walk() else ():
            try:
                fd, _ = bpf(FD_BY_ID[kind], struct.pack("I", number))
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise
                continue
            try:
                name = info.info(fd, empty()).name.decode(errors="replace")
            finally:
                os.close(fd)
            found += [f"{kind} {number} {name}"] if token in name else []
    return found


def gone(look, within_s: float = FREED_WITHIN_S) -> list:
    """Return what *look* still finds after at most *within_s*."""
    ends = time.monotonic() + within_s
    while (found := look()) and time.monotonic() < ends:
        time.sleep(0.05)
    return found


def processes(kernel: Kernel) -> list[str]:
    """Return the kernel's processes but for itself and one child that waits for the next text."""
    right = (
        {kernel.pid, *(p.pid for p in kernel.compilers(waiting=True)[:1])}
        if kernel.alive
        else set()
    )
    left = [p for p in kernel.processes() if p.pid not in right]
    return [f"process {p.pid} {' '.join(p.cmdline())[:80]}" for p in left if p.is_running()]


def files(kernel: Kernel) -> list[str]:
    """Return temporary files, and in the cache all that is no whole image."""
    left = [f"file {path}" for path in kernel.temporary.rglob("*")]
    cached = (path for path in (kernel.cache / "bpflab").rglob("*") if not path.is_dir())
    return left + [f"file {path}" for path in cached if not whole(path)]


def whole(path: Path) -> bool:
    """Say whether *path* is a file of the cache, from its sum to its last byte."""
    if path.suffix != ".json":
        return False
    digest, _, text = path.read_bytes().partition(b"\n")
    return digest.decode() == hashlib.sha256(text).hexdigest() and "programs" in json.loads(text)
