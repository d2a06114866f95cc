"""Execve calls that a test makes itself, for paths of any bytes, found or not."""

import os
import shutil
import subprocess
from dataclasses import dataclass

import pytest

# The path stands pages away from all that is touched before it, however large a page is.
FRESH = (
    "#include <unistd.h>\n"
    'static const char pad[131072] = "x"; static const char path[] = "/usr/bin/true";\n'
    "int main(void) { return execve(path, (char *const[]){(char *)path, 0}, 0) + pad[65536]; }\n"
)


@dataclass
class Own:
    """The pids of processes that a test started."""

    pids: list[int]


def execute(*paths: bytes | str) -> Own:
    """Execute each path once, found or not; return the pids that made the call."""
    pids = []
    for path in paths:
        pid = os.fork()
        if pid == 0:
            try:
                os.execv(path, [path or b"x"])
            except OSError:
                os._exit(0)
        os.waitpid(pid, 0)
        pids.append(pid)
    return Own(pids)


def fresh_binary(folder) -> bytes:
    """Return the path of a new binary that executes a constant path, on a page not yet read."""
    if not shutil.which("gcc"):
        pytest.skip("needs gcc to make a fresh binary with a constant path")
    code, binary = folder / "fresh.c", folder / "fresh"
    code.write_text(FRESH)
    subprocess.run(["gcc", "-O0", "-o", binary, code], check=True)
    return os.fsencode(binary)
