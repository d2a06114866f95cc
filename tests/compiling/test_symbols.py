"""What BCC's process sees as /proc/kallsyms: the lines that it looks for, as they are there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpflab import source
from bpflab.bindings import capabilities
from bpflab.compiling import bcc, bcc_child, symbols

SYS_ADMIN = 21
SEEN = """
import sys
from bpflab.compiling import symbols
symbols.alone(sys.argv[1])
with open(symbols._FILE) as file:
    print(file.readline(), end="")
"""
READS = """
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char path[8];

	return bpf_probe_read_user_str(path, sizeof(path), ctx->filename);
}
"""


def may_mount():
    """Return whether this process may."""
    mine = capabilities.mask(Path("/proc/self/status").read_text(encoding="ascii"))
    return os.geteuid() == 0 and bool(mine >> SYS_ADMIN & 1)


mounts = pytest.mark.skipif(not may_mount(), reason="this process may mount nothing")


def mounted():
    """Return what is mounted here, and how the file begins."""
    with symbols._FILE.open(encoding="ascii", errors="replace") as file:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8"), file.readline()


@mounts
def test_a_process_alone_sees_the_lines():
    """Nothing is mounted elsewhere, and no file is left."""
    before = mounted()
    seen = subprocess.run(
        [sys.executable, "-c", SEEN, "one line\n"], capture_output=True, text=True, check=True
    )

    assert seen.stdout == "one line\n"
    assert mounted() == before
    assert not (symbols._OTHER / symbols._FILE.name).exists()


def test_where_nothing_may_be_mounted_the_whole_file_is_there():
    """As for a user, and in a container."""
    no_right = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
    command = [sys.executable, "-c", SEEN, "one line\n"]
    seen = subprocess.run(
        [*no_right * (os.geteuid() == 0), *command], capture_output=True, text=True, check=True
    )

    assert seen.stdout == mounted()[1]


@mounts
def test_the_lines_are_those_of_the_file():
    """Both as they stand there, with the address, and no other."""
    rows = symbols._FILE.read_text().splitlines(keepends=True)
    names = {"bpf_probe_read_kernel", "bpf_probe_read_user"}

    assert symbols.lines() == "".join(row for row in rows if row.split()[2] in names) != ""


@pytest.mark.kernel
@mounts
def test_bcc_makes_the_same_of_a_text():
    """It calls the helpers whose names it finds: without the lines it would call older ones."""
    code = source.from_text(READS, "reads", None)
    command = [sys.executable, "-P", "-m", bcc_child.__name__, str(os.getpid()), "60"]
    answers = []
    for lines in (symbols.lines(), "", "0 T none\n"):
        job = {"text": code.text, "flags": bcc.flags(code), "symbols": lines}
        done = subprocess.run(command, input=json.dumps(job).encode() + b"\n", stdout=-1, cwd="/")
        answers.append(json.loads(done.stdout))

    short, whole, none = answers
    assert short["stage"] == "done" and short == whole != none
