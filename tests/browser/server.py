"""A lab of the tests' own: a copy of the clone, set up and started by its own ``./lab``."""

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psutil

ROOT = Path(__file__).parents[2]
FILES = ("lab", "pyproject.toml", "constraints.txt", "README.md", ".gitignore")
PARTS = (*FILES, "scripts", "bpf", "docs", "helpers", "notebooks")
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/\S*[?&]token=(\w+)")
PAGE = """
c.LabApp.expose_app_in_browser = True  # window.jupyterapp, so that tests can ask for a command
"""
USUAL_PORT = 8899
START_S = 60.0
STOP_S = 15.0

# What ./lab asks of sudo, for a process that has it: `./lab test` left it no more than that.
SUDO = """#!/bin/sh
[ "$1" = -n ] && exit 0
while [ "$1" != -- ]; do shift; done
shift
if [ "$1" = setpriv ]; then
    while [ "$1" != -- ]; do shift; done
    shift
fi
exec "$@"
"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab that ``./lab`` started in a copy of the clone."""

    root: Path
    """The copy: tests may write what they like below it."""
    address: str
    token: str
    pid: int
    said: str
    """What ``./lab`` printed until JupyterLab answered."""

    def url(self, path: str = "my/00-start-here.ipynb", workspace: str = "") -> str:
        """Return the address of a notebook, token and all, in a workspace that nobody else uses."""
        name = workspace or secrets.token_hex(4)
        return f"{self.address}/lab/workspaces/{name}/tree/{quote(path)}?token={self.token}"

    def ask(self, method: str, path: str) -> bytes:
        """Return what the server's REST interface answers, for example ``GET api/sessions``."""
        request = urllib.request.Request(f"{self.address}/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def tidy(self) -> None:
        """End every kernel, so that none traces the machine, and forget what a reader has set."""
        shutil.rmtree(self.root / ".lab/jupyter/lab", ignore_errors=True)
        for kernel in json.loads(self.ask("GET", "api/kernels")):
            with suppress(urllib.error.HTTPError):  # it may have gone with its notebook
                self.ask("DELETE", f"api/kernels/{kernel['id']}")


def copy_clone(to: Path) -> None:
    """Make a copy of the clone that its ``./lab`` finds set up, without a network.

    Its ``.venv`` is one of its own, of that place and empty, which sees the packages of this
    process's; the stamp says that nothing is to be installed. Were the stamp wrong, pip would be
    started, and fail: it may not use the network (`environment`).
    """
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.egg-info")
    to.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(
            source, to / name, **({"ignore": skip} if source.is_dir() else {})
        )
    venv, here = to / ".venv", Path(sys.prefix)
    flags = ["--system-site-packages", "--without-pip"]
    subprocess.run(["/usr/bin/python3", "-m", "venv", *flags, venv], check=True, timeout=60)
    (packages,) = venv.glob("lib/python3*/site-packages")
    (packages / "lab.pth").write_text(
        f"{to / 'helpers'}\n{here / packages.relative_to(venv)}\n", encoding="utf-8"
    )
    for name in ("share", "etc"):  # JupyterLab's pages, its extensions, the kernel's description
        (venv / name).symlink_to(here / name)
    (venv / "lab-stamp").write_text(stamp(to), encoding="utf-8")
    config = to / ".lab/jupyter/jupyter_lab_config.py"
    (to / ".lab").mkdir(mode=0o700)
    config.parent.mkdir()
    config.write_text(PAGE, encoding="utf-8")


def stamp(root: Path) -> str:
    """Return what ``./lab`` writes into a venv that has the tests' packages."""
    words = [sys.executable, "-B", root / "scripts/requirements.py", "test"]
    wanted = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    line = " ".join([str(root), *wanted.splitlines()]) + "\n"
    text = (root / "constraints.txt").read_bytes() + line.encode()
    return f"{hashlib.sha256(text).hexdigest()}  -test"


def environment(runtime: Path, bin_dir: Path) -> dict[str, str]:
    """Return a reader's environment: nothing of pytest, and no network for pip."""
    ours = {k: v for k, v in os.environ.items() if not re.match("PYTEST|BPFLAB_|JUPYTER|PIP_", k)}
    ours |= {"XDG_RUNTIME_DIR": str(runtime), "PIP_NO_INDEX": "1"}  # short: sockets go there
    if os.geteuid() != 0:
        sudo = bin_dir / "sudo"
        sudo.write_text(SUDO, encoding="utf-8")
        sudo.chmod(0o755)
        ours["PATH"] = f"{bin_dir}:{ours['PATH']}"
    return ours


@contextmanager
def usual_port_taken() -> Iterator[None]:
    """Listen on the port that ``./lab`` takes without an option, unless somebody does already."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            other.bind(("127.0.0.1", USUAL_PORT))
            other.listen()
        yield


@contextmanager
def running_lab(root: Path) -> Iterator[Lab]:
    """Start ``./lab`` in a new copy of the clone at *root*, and end it with all its kernels.

    It ends too when this process is killed. Raises `AssertionError` with what ``./lab`` said if
    JupyterLab does not answer within a minute.
    """
    copy_clone(root)
    with TemporaryDirectory(prefix="lab") as runtime, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        log = Path(runtime) / "said"
        command = ["setpriv", "--pdeathsig", "TERM", str(root / "lab")]
        with log.open("wb") as out:
            lab = subprocess.Popen(
                [*command, "up", "--no-browser", "--port", str(port)],
                env=environment(Path(runtime), Path(runtime)),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            yield _answering(lab, root, log)
        finally:
            _end(lab)


def _answering(lab: subprocess.Popen[bytes], root: Path, log: Path) -> Lab:
    deadline = time.monotonic() + START_S
    said = ""
    while time.monotonic() < deadline and lab.poll() is None:
        said = log.read_text(encoding="utf-8", errors="replace")
        if found := ADDRESS.search(said):
            ready = Lab(root, found[1], found[2], lab.pid, said)
            try:
                ready.ask("GET", "api/status")
                return ready
            except urllib.error.URLError:
                pass
        time.sleep(0.1)
    raise AssertionError(f"./lab did not start JupyterLab (status {lab.poll()}):\n{said}")


def _end(lab: subprocess.Popen[bytes]) -> None:
    """End JupyterLab as Ctrl-C's kinder sister does; then whatever of its family is left."""
    try:
        family = psutil.Process(lab.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    lab.terminate()
    try:
        lab.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        lab.kill()
        lab.wait(timeout=STOP_S)
    _, alive = psutil.wait_procs(family, timeout=2)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)
