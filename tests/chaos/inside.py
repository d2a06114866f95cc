"""Scenarios that need a mount of their own: each runs in a process that sees it alone.

``python -m tests.chaos.inside SCENARIO FOLDER`` prints what happened as one JSON object.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from bpflab import close, load, run
from bpflab.errors import LabError

EXECVE = "syscalls:sys_enter_execve"
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
RIGHTS = ["--inh-caps=+bpf,+perfmon", "--ambient-caps=+bpf,+perfmon"]
CELL = "import random; print(random.Random(0).randbytes(200_000).hex())"
COUNT = """
BPF_ARRAY(seen, u64, 1);
int hook(void *ctx)
{
	seen.atomic_increment(0);
	return 0;
}
"""


def told(action) -> list[str]:
    """Return kind, message and fix of the LabError that *action* raises, or an empty list."""
    try:
        action()
    except LabError as error:
        return [error.kind, error.message, error.fix]
    return []


def small(folder: Path, kib: int) -> Path:
    """Mount a disk of *kib* KiB."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "small", folder], check=True)
    return folder


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


def listing(folder: Path) -> dict[str, str]:
    """Return each file's path and text."""
    return {
        str(path): path.read_text(errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refresh(folder: Path) -> dict:
    """Store a lesson whose outputs have no room; then with none for its execution."""
    from bpflab.course import headless

    disk = small(folder / "disk", 256)
    lesson = disk / "01-full.ipynb"
    cell = {"cell_type": "code", "source": CELL, "metadata": {}, "outputs": []}
    book = {"cells": [cell | {"execution_count": None}], "metadata": {}}
    lesson.write_text(json.dumps(book | {"nbformat": 4, "nbformat_minor": 5}))
    before = listing(disk)
    outputs = told(lambda: headless.refresh(lesson))
    after = listing(disk)
    fill(disk)
    tempfile.tempdir = str(disk)  # Python itself would look for another at its start, and no later
    full = listing(disk)
    own = told(lambda: headless.refresh(lesson))
    return {
        "outputs": outputs,
        "same": after == before,
        "own": own,
        "same again": listing(disk) == full,
    }


def cache(folder: Path) -> dict:
    """Load twice where nothing can be kept: on a full disk, and on one that became read-only."""
    disk, seen = small(folder / "disk", 64), []
    os.environ["XDG_CACHE_HOME"] = str(disk)

    def twice(text: str) -> None:
        for _ in range(2):
            with load("kept", text=text) as program, program.attached(hook=EXECVE):
                run("/usr/bin/true")
                seen.append(int(program.maps["seen"][0]))

    twice(COUNT)
    fill(disk)
    twice(f"{COUNT}// full\n")
    (disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    twice(f"{COUNT}// read-only\n")
    twice(COUNT)
    return {"seen": seen, "files": [p.suffix for p in disk.rglob("*") if p.is_file()]}


def headers(folder: Path) -> dict:
    """Load, and let the headers vanish as an upgrade does; then bring them back."""
    os.environ["XDG_CACHE_HOME"] = str(folder)
    place = f"/lib/modules/{platform.release()}"
    program = load("before", text=COUNT).attach(hook=EXECVE)
    load("again", text=f"{COUNT}// again\n").close()
    subprocess.run(["mount", "-t", "tmpfs", "upgrade", place], check=True)
    before = program.maps["seen"][0]
    run("/usr/bin/true")
    went_on = program.maps["seen"][0] > before
    fresh = told(lambda: load("fresh", text=f"{COUNT}// fresh\n"))
    known = told(lambda: load("again", text=f"{COUNT}// again\n"))
    subprocess.run(["umount", place], check=True)
    back = [told(lambda n=n: load(n, text=f"{COUNT}// {n}\n").close()) for n in ("again", "fresh")]
    close("before")
    return {"went on": went_on, "fresh": fresh, "known": known, "back": back}


KILLED = """
import os, signal, sys
from bpflab import load
with load("killed", text=sys.argv[1]) as program, program.maps["seen"].pinned():
    os.kill(os.getpid(), signal.SIGKILL)
"""
OPEN = """
import ctypes, platform, struct, sys
path = ctypes.create_string_buffer(sys.argv[1].encode())
attributes = ctypes.create_string_buffer(struct.pack("Q", ctypes.addressof(path)), 128)
number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
print(ctypes.CDLL(None).syscall(number, 7, attributes, 128) >= 0)  # BPF_OBJ_GET
"""


def pins(folder: Path) -> dict:
    """Pin a map, let others try to open it, and kill a process that has pinned one."""
    os.environ["XDG_CACHE_HOME"] = str(folder)
    bpffs = Path("/sys/fs/bpf")  # where everybody may look
    subprocess.run(["mount", "-t", "bpf", "pins", bpffs], check=True)
    with load("pins", text=COUNT) as program:
        with program.maps["seen"].pinned() as path:
            mode = path.stat().st_mode & 0o777
            opened = [
                subprocess.check_output([*who, "/usr/bin/python3", "-c", OPEN, path], text=True)
                for who in ([], AS_NOBODY, [*AS_NOBODY, *RIGHTS])
            ]
        subprocess.run([sys.executable, "-c", KILLED, COUNT], check=False)
        killed = [p.name.rpartition("-")[2] for p in bpffs.glob("bpflab-*")]
        with program.maps["seen"].pinned() as path:
            after = list(bpffs.glob("bpflab-*")) == [path]
    return {
        "mode": mode,
        "opened": [word.strip() for word in opened],
        "killed": killed,
        "swept": after,
        "left": [p.name for p in bpffs.glob("bpflab-*")],
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))
