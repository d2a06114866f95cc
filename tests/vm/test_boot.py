"""``./lab --vm`` with a real kernel: a cell that loads a program, a file that is saved, Ctrl-C.

It takes minutes where KVM does not work, and the first time makes a disk, so it runs for who asks:
``BPFLAB_VM=debian-13 .venv/bin/pytest tests/vm/test_boot.py``.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import websocket

from bpflab.paths import ROOT
from bpflab.vm import disk, guests

WANTED = os.environ.get("BPFLAB_VM", "")
START_S, CELL_S, ANSWER_S, END_S = 3600, 900, 120, 90
PROGRAM = """
from bpflab import load, run
program = load("first_map/right_map")
with program.attached(hook="syscalls:sys_enter_execve"):
    mine = run("/usr/bin/true", times=23)
print(len(program.events.frame(only=mine)))
"""

pytestmark = [
    pytest.mark.skipif(
        WANTED not in guests.SUITES, reason=f"ask by BPFLAB_VM={min(guests.SUITES)}"
    ),
    pytest.mark.timeout(2 * START_S),
]


class Session:
    """A lab in a virtual machine, which ``./lab --vm`` started in a copy of the clone."""

    def __init__(self, clone: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.clone = clone
        self.log = clone.parent / "printed"
        words = [clone / "lab", "--vm", WANTED, "--no-browser", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.lab = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # What a shell starts in the background is deaf to Ctrl-C, and so are its children.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def wait(self) -> str:
        """Return the address once it is printed."""
        deadline = time.monotonic() + START_S
        while self.lab.poll() is None and time.monotonic() < deadline:
            if found := re.search(r"is ready in .*\n +(http\S+)\n", self.log.read_text()):
                return found[1]
            time.sleep(0.5)
        raise AssertionError(self.log.read_text())

    @property
    def url(self) -> str:
        """The address, from ``./lab url``."""
        words = [self.clone / "lab", "url"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.strip()

    def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> bytes:
        """Return what JupyterLab's REST interface answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", method=method)
        token = self.url.partition("token=")[2] if token is None else token
        if token:
            request.add_header("Authorization", f"token {token}")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=ANSWER_S) as answer:
            return answer.read()

    @contextmanager
    def kernel(self):
        """Give what runs a cell in a new kernel, by its websocket, and returns what it printed."""
        made = json.loads(self.ask("POST", "api/kernels", {"name": "python3", "path": "my"}))
        token = self.url.partition("token=")[2]
        at = f"ws://127.0.0.1:{self.port}/api/kernels/{made['id']}/channels?token={token}"
        socket = websocket.create_connection(at, timeout=CELL_S)
        try:
            yield lambda code: cell(socket, code)
        finally:
            socket.close()
            self.ask("DELETE", f"api/kernels/{made['id']}")


def cell(socket: websocket.WebSocket, code: str) -> str:
    """Execute a cell, and return what it printed, or its traceback."""
    name = uuid.uuid4().hex
    head = {"msg_id": name, "msg_type": "execute_request", "session": name, "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"header": head | {"username": "", "date": ""}, "content": content}
    socket.send(json.dumps(message | {"parent_header": {}, "metadata": {}, "channel": "shell"}))
    printed, deadline = "", time.monotonic() + CELL_S
    while time.monotonic() < deadline:
        heard = json.loads(socket.recv())
        if heard["parent_header"].get("msg_id") != name:
            continue
        if heard["msg_type"] == "stream":
            printed += heard["content"]["text"]
        elif heard["msg_type"] == "error":
            printed += "\n".join(heard["content"]["traceback"])
        elif heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
            return printed
    raise AssertionError(f"the cell did not end: {printed}")


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A session whose address was printed; it is ended however the tests end."""
    clone = tmp_path_factory.mktemp("vm") / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(*disk.MADE))
    session = Session(clone)
    try:
        assert session.wait() == session.url
        yield session
    finally:
        session.lab.terminate()
        session.lab.wait(END_S)


def test_the_token_lets_in(session):
    """The page answers with its token, and to none or a wrong one it refuses."""
    session.ask("GET", "api/contents")
    for token in ("", "wrong"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            session.ask("GET", "api/contents", token=token)


def test_a_program_runs_on_the_guest_s_kernel(session):
    """A cell loads a program into a kernel that is not this one, and reads its events."""
    with session.kernel() as run:
        assert run("import os; print(os.uname().release)").strip() != os.uname().release
        assert run(PROGRAM).strip() == "23"


def test_files_are_shared(session):
    """What the lab saves is in the clone, as this user's; what is written here is read there."""
    file = {"type": "file", "format": "text", "content": "from the guest"}
    own = session.clone / "my/02-first-map.ipynb"
    assert own.stat().st_uid == os.geteuid() and json.loads(own.read_text())["cells"]
    solution = json.loads(session.ask("GET", "api/contents/my/solutions/02.md"))["content"]
    assert solution == (session.clone / "notebooks/solutions/02.md").read_text()
    for path in ("my/saved.txt", "saved.txt"):
        session.ask("PUT", f"api/contents/{path}", file)
        saved = session.clone / path
        assert saved.read_text() == "from the guest"
        assert saved.stat().st_uid == os.geteuid() and saved.stat().st_mode & 0o777 == 0o644
        for text in ("one", "and two"):
            saved.write_text(text)
            assert json.loads(session.ask("GET", f"api/contents/{path}"))["content"] == text
    assert not (session.clone / ".venv").exists()


def test_nobody_else_comes_in_and_nothing_goes_out(session):
    """The port is closed on this machine's other addresses, and its own are to the guest."""
    addresses = [a for card in psutil.net_if_addrs().values() for a in card]
    for address in addresses:
        if address.family == socket.AF_INET and not address.address.startswith("127."):
            with pytest.raises(OSError):
                socket.create_connection((address.address, session.port), 5)
    with socket.create_server(("127.0.0.1", 0)) as server, session.kernel() as run:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('10.0.2.2', {port}), 5)"
        assert "Error" in run(code)


def test_ctrl_c_leaves_nothing(session):
    """Ctrl-C ends JupyterLab and the machine; page, logs and port are gone."""
    family = psutil.Process(session.lab.pid).children(recursive=True)
    assert any("qemu" in process.name() for process in family)
    os.killpg(session.lab.pid, signal.SIGINT)
    assert session.lab.wait(END_S) == 130
    assert psutil.wait_procs(family, timeout=END_S)[1] == []
    assert list((session.clone / ".lab/vm").iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", session.port), 5)
    with pytest.raises(subprocess.CalledProcessError):
        _ = session.url
