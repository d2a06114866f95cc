"""Control groups on the running kernel, of version 1 or 2: limits that hold, and an end for all."""

import json
import os
import subprocess
import sys

import pytest

from bpflab.paths import ROOT
from bpflab.vm import boot, disk, guests
from bpflab.vm.__main__ import moved

WANTED = os.environ.get("BPFLAB_VM", "")
pytestmark = [pytest.mark.kernel]

# As root: what became of processes in a group with small limits.
PROBE = """
import json, os, subprocess, sys, time
from hub import cgroups

HUB, MIB = sys.argv[1], 1 << 20
limits = cgroups.Limits(memory_bytes=64 * MIB, processes=12, cpus=1)


def child(code, name="ada"):
    words = [sys.executable, "-I", "-c", "import os, time\\n" + code]
    enter = lambda: cgroups.enter(HUB, name)
    return subprocess.Popen(words, preexec_fn=enter, stdout=subprocess.PIPE, text=True)


def said(code):
    with child(code) as started:
        return started.stdout.read().strip() or started.wait()


found = {"lacking": cgroups.lacking()}
try:
    cgroups.make(HUB, "ada", limits)
    memory = cgroups._base("memory") / HUB / "ada"
    with_swap = [memory / name for name in ("memory.swap.max", "memory.memsw.limit_in_bytes")]
    found["swap"] = {file.name: int(file.read_text()) for file in with_swap if file.exists()}
    found["enough"] = said("print(len(b'1' * (20 << 20)) >> 20)")
    found["too much"] = said("b'1' * (200 << 20)")
    found["forks"] = said('''
children = []
try:
    while len(children) < 50:
        pid = os.fork()
        if not pid:
            time.sleep(60)
        children.append(pid)
except BlockingIOError:
    print(len(children))
for pid in children:
    os.kill(pid, 9)
''')
    # So little that it takes more as soon as it runs, also where the machine is busy.
    cgroups.make(HUB, "bob", cgroups.Limits(64 * MIB, processes=12, cpus=0.02))
    stat, busy = cgroups._base("cpu") / HUB / "bob/cpu.stat", child("while True: pass", "bob")
    deadline, times = time.monotonic() + 30, 0
    while not times and time.monotonic() < deadline:
        time.sleep(0.2)
        times = int(stat.read_text().split("nr_throttled")[1].split()[0])
    busy.kill()
    found["busy"], found["throttled"] = busy.wait(), times > 0
    stay = "os.setsid()\\nprint('here', flush=True)\\ntime.sleep(600)"
    left = [child(stay) for _ in range(3)]
    for one in left:
        one.stdout.readline()
    found["in it"] = sorted(cgroups.processes(HUB, "ada")) == sorted(one.pid for one in left)
    found["ended"] = cgroups.end(HUB, "ada")
    found["statuses"] = [one.wait() for one in left]
finally:
    cgroups.end_all(HUB)
found["groups"] = [str(path) for path in cgroups.ROOT.glob(f"**/{HUB}")]
print(json.dumps(found))
"""


def judge(said):
    """Fail unless the probe saw all limits hold, and an end of all."""
    found = json.loads(said)
    # A kernel may not count swap.
    assert found.pop("swap") in (
        {"memory.swap.max": 0},
        {"memory.memsw.limit_in_bytes": 64 << 20},
        {},
    )
    assert found == {
        "lacking": [],
        "enough": "20",
        "too much": -9,
        "forks": "11",
        "busy": -9,
        "throttled": True,
        "in it": True,
        "ended": 3,
        "statuses": [-9, -9, -9],
        "groups": [],
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes control groups")
def test_limits_hold_and_all_ends():
    """Memory, processes and CPU time have a limit, and what runs in a group ends with it."""
    words = [sys.executable, "-B", "-c", PROBE, f"bpflab-test-{os.getpid()}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    judge(done.stdout)


@pytest.mark.skipif(WANTED not in guests.SUITES, reason=f"ask by BPFLAB_VM={min(guests.SUITES)}")
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_limits_in_a_guest():
    """The same in a virtual machine: its kernel has control groups of version 2 alone."""
    made, said = disk.prepare(WANTED), bytearray()
    # A guest that is silent for long counts as one that does not boot.
    look = "cat /sys/fs/cgroup/cgroup.controllers && sudo -n python3 -B - bpflab-test"
    files = disk.bundle(f"{look} <<'PROBE'\n{PROBE}PROBE\n")
    status = moved(WANTED, lambda accel: boot.run(WANTED, made, files, accel, heard=said.extend))

    assert status == 0, said.decode()
    judge(said.decode().splitlines()[-1])
