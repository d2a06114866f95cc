"""What a learner's guest is told, and the one way that leads out of it."""

import json
import shlex
import socket
import subprocess
import sys

import pytest

from bpflab.paths import ROOT
from hub import guest

WAIT_S = 20


def test_the_guest_calls_the_hub_at_its_own_address():
    """JupyterHub's variables arrive as they are, but for the address of its API."""
    given = {
        "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
        "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9001/user/ada/",
        "JUPYTERHUB_API_TOKEN": "a'b $c",
        "JUPYTERHUB_ROOT_DIR": "/opt/bpflab",
        "HOME": "/srv/bpflab/ada",
    }
    show = (
        f"{shlex.quote(sys.executable)} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    )
    words = ["env", "-i", "sh", "-euc", guest.exports(given, 8081) + show]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    seen = json.loads(printed)
    assert seen["JUPYTERHUB_API_URL"] == "http://10.0.2.100:8081/hub/api"
    assert seen["JUPYTERHUB_SERVICE_URL"] == given["JUPYTERHUB_SERVICE_URL"]
    assert seen["JUPYTERHUB_API_TOKEN"] == given["JUPYTERHUB_API_TOKEN"]
    assert not seen.keys() & {"JUPYTERHUB_ROOT_DIR", "HOME"}


@pytest.fixture
def hub():
    """Listen as a hub does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(WAIT_S)
        yield listening


@pytest.fixture
def call(hub):
    """Give a call from the guest, as QEMU passes it on, and the process that QEMU would start."""
    port = hub.getsockname()[1]
    address, _, command = guest.forward(port).partition("-cmd:")
    assert address == f"guestfwd=tcp:10.0.2.100:{port}"
    ours, theirs = socket.socketpair()
    ours.settimeout(WAIT_S)
    words = shlex.split(command.replace(",,", ","))
    with theirs, subprocess.Popen(words, stdin=theirs, stdout=theirs) as relay:
        theirs.close()
        yield ours, relay
        ours.close()
        relay.kill()


def read(connection, size):
    """Return the next bytes."""
    with connection.makefile("rb") as file:
        return file.read(size)


def test_a_call_reaches_the_hub(hub, call):
    """Bytes go both ways, more than a pipe holds; when the guest hangs up, the hub hears it."""
    ours, relay = call
    connection, _ = hub.accept()
    connection.settimeout(WAIT_S)
    large = bytes(range(256)) * 4096
    with connection:
        ours.sendall(b"GET /hub/api")
        assert read(connection, 12) == b"GET /hub/api"
        connection.sendall(large[:100_000])
        assert read(ours, 100_000) == large[:100_000]
        ours.close()
        assert connection.recv(1) == b""
    assert relay.wait(WAIT_S) == 0


def test_the_guest_hears_that_the_hub_hung_up(hub, call):
    """A relay ends with its call, whoever ends that."""
    ours, relay = call
    connection, _ = hub.accept()
    connection.sendall(b"bye")
    connection.close()
    assert read(ours, 4) == b"bye"
    assert relay.wait(WAIT_S) == 0


HUB_PYTHON = ROOT / "hub/.venv/bin/python"
SPAWNER = """
import asyncio, subprocess, sys, types
from jupyterhub.spawner import LocalProcessSpawner
from hub import cgroups, vm_spawner

async def start(self):
    self.proc = subprocess.Popen(["sh", "-c", sys.argv[2]], **self.popen_kwargs)
    return "127.0.0.1", int(sys.argv[3])

async def poll(self):
    return self.proc.poll()

async def progress(guest):
    async for event in guest.progress():
        print(event["progress"], event["message"], flush=True)

async def main():
    guest = vm_spawner.GuestSpawner(words=sys.argv[1], start_timeout=20)
    guest.user, guest.mem_limit = types.SimpleNamespace(name="ada"), 0
    shown = asyncio.ensure_future(progress(guest))
    try:
        print("started", await guest.start())
    except RuntimeError as error:
        print(error)
    await asyncio.sleep(1.5)
    shown.cancel()
    guest.proc.kill()

LocalProcessSpawner.start, LocalProcessSpawner.poll = start, poll
cgroups.make = cgroups.end = lambda *words: 0
vm_spawner.GuestSpawner.command = lambda self: ["true"]
asyncio.run(main())
"""


@pytest.mark.skipif(not HUB_PYTHON.exists(), reason="JupyterHub is not here: ./lab hub installs it")
@pytest.mark.parametrize(
    ("guest", "end"),
    [
        ("echo boots; exec sleep 60", "started ('127.0.0.1', {port})"),
        ("echo boots; sleep 1; echo no disk; exit 2", "the virtual machine has ended: "),
    ],
    ids=["runs", "ends"],
)
def test_the_page_of_a_start(hub, tmp_path, guest, end):
    """The guest's words come as they are printed; a guest that ends is no start, at once."""
    port = hub.getsockname()[1]
    words = [HUB_PYTHON, "-c", SPAWNER, tmp_path / "guests", guest, str(port)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as spawner:
        assert spawner.stdout
        if "sleep 60" in guest:
            connection, _ = hub.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                lines = spawner.stdout.read().splitlines()
        else:
            hub.close()
            lines = spawner.stdout.read().splitlines()
    assert "10 boots" in lines
    assert any(line.startswith(end.format(port=port)) for line in lines), lines
    assert ("20 no disk" in lines) == ("no disk" in guest)
