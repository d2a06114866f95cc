"""``./lab hub --vm`` with a real guest: a learner's own kernel, and the end of it.

It takes minutes where KVM does not work, and the first time makes a disk, so it runs for who asks:
``BPFLAB_VM=debian-13 .venv/bin/pytest tests/hub/test_vm.py``, as root.
"""

import json
import os
import pwd
import socket
import time
from pathlib import Path

import psutil
import pytest

from bpflab.vm import guests
from hub.learners import HOMES
from tests.hub.client import Client
from tests.hub.running import codes, running

WANTED = os.environ.get("BPFLAB_VM", "")
START_S, CELL_S, END_S = 1800, 900, 60
NAME = f"bpflab-{os.getpid()}-vm"
LESSON = """
import os, pathlib
from bpflab import load, run
program = load("first_map/right_map")
with program.attached(hook="syscalls:sys_enter_execve"):
    mine = run("/usr/bin/true", times=23)
pathlib.Path("my/kept.txt").write_text("by the guest")
memory = int(open("/proc/meminfo").readline().split()[1]) >> 10
print(os.uname().release, len(program.events.frame(only=mine)), memory)
"""
CALLS = """
import os, socket, urllib.request
def answers(call):
    try:
        return bool(call())
    except OSError:
        return False
print(answers(lambda: urllib.request.urlopen(os.environ["JUPYTERHUB_API_URL"], timeout=60)))
for host in ("10.0.2.2", "10.0.2.100"):
    print(answers(lambda: socket.create_connection((host, {port}), 10)))
"""

pytestmark = [
    pytest.mark.skipif(
        WANTED not in guests.SUITES, reason=f"ask by BPFLAB_VM={min(guests.SUITES)}"
    ),
    pytest.mark.skipif(os.geteuid() != 0, reason="a hub makes accounts, and only root may"),
    pytest.mark.slow,
    pytest.mark.timeout(3 * START_S),
]


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """Give the directory where this hub keeps what is its own."""
    return tmp_path_factory.mktemp("vm") / "state"


@pytest.fixture(scope="module")
def learner(state):
    """Give a learner whose guest runs; the hub is ended however the tests end."""
    with running(state, [NAME], "--vm", WANTED, "--memory", "2000M") as address:
        client = Client(address, NAME, codes(state)[NAME], step_s=CELL_S)
        client.sign_in()
        client.start(START_S)
        yield client


def alive():
    """Return the names of the learner's processes."""
    uid = pwd.getpwnam(NAME).pw_uid
    return [
        process.name()
        for process in psutil.process_iter(["uids", "status"])
        if process.info["uids"] and process.info["uids"].real == uid
        if process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def test_a_lesson_runs_on_the_guest_s_kernel(learner):
    """A cell loads a program into another kernel, in the guest's memory, and its file is kept."""
    said = learner.run(LESSON, CELL_S)
    assert len(said.split()) == 3, said
    release, events, memory = said.split()
    assert release != os.uname().release and events == "23"
    assert 1700 < int(memory) < 2000
    kept = HOMES / NAME / "my/kept.txt"
    assert kept.read_text() == "by the guest" and kept.owner() == NAME


def test_the_page_shows_what_the_guest_says(learner, state):
    """The guest's first words are in the file from which the page of progress is fed."""
    assert "\nJupyterLab starts.\n" in (state / "guests" / NAME).read_text()


def test_the_guest_reaches_the_hub_alone(learner):
    """Its calls to the hub are answered, and those to another port of this machine are not."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert learner.run(CALLS.replace("{port}", str(port)), CELL_S).split() == [
            "True",
            "False",
            "False",
        ]


def test_qemu_has_no_rights(learner):
    """QEMU is the learner's, with no capability, and can gain none."""
    uid = pwd.getpwnam(NAME).pw_uid
    found = [p for p in psutil.process_iter(["uids", "name"]) if p.info["uids"].real == uid]
    assert any("qemu" in process.name() for process in found)
    for process in found:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        status = dict(line.split(":", 1) for line in lines)
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert status["NoNewPrivs"].strip() == "1"


def test_nothing_outlives_the_guest(learner):
    """When the server is stopped, QEMU is gone and its files are; the work is there."""
    learner.stop()
    deadline = time.monotonic() + END_S
    while alive() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert alive() == []
    for folder in (".tmp", ".var-tmp", ".lab/vm"):
        assert list((HOMES / NAME / folder).iterdir()) == []
    lesson = json.loads((HOMES / NAME / "my/02-first-map.ipynb").read_text())
    assert lesson["cells"] and (HOMES / NAME / "my/kept.txt").exists()
