"""A hub of the tests' own: `./lab hub` of this clone, and the end of all that it made."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bpflab.paths import ROOT
from hub.learners import HOMES

START_S = 600  # the first start installs JupyterHub, on a machine that may be busy
MADE = Path(os.environ.get("BPFLAB_LOCAL", ROOT)) / ".lab/made"


@contextmanager
def running(state, names, *options, certificate=True, cwd=None):
    """Run a hub for these names, and give its address; remove the accounts at the end.

    With TLS *certificate* is the file that says whom to trust.
    """
    if os.geteuid() != 0:
        pytest.skip("a hub makes accounts, and only root may")
    users, said = state.with_name("users"), state.with_name("said")
    users.write_text("# the class\n" + "\n".join(names) + "\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [ROOT / "lab", "hub", "--users", users, "--port", str(port), *options]
    given = os.environ | {"BPFLAB_HUB_STATE": str(state)}
    with said.open("w") as out:
        hub = subprocess.Popen(
            words, stdout=out, stderr=out, env=given, cwd=cwd, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_S
        while not (address := _answers(said, certificate)):
            assert hub.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
            time.sleep(0.5)
        yield address
    finally:
        hub.send_signal(signal.SIGINT)
        hub.wait(60)
        for name in names:
            subprocess.run(["userdel", name], check=False, capture_output=True)
            shutil.rmtree(HOMES / name, ignore_errors=True)
        _forget(names)


def codes(state):
    """Return the code of each account."""
    lines = (state / "codes").read_text(encoding="ascii").splitlines()
    return dict(line.split() for line in lines)


def _answers(said, certificate):
    """Return the address once the page is there: the proxy listens before the hub does."""
    address = re.search(r"https?://\S+", said.read_text(encoding="utf-8"))
    try:
        url = address and f"{address[0]}/hub/login"
        page = url and requests.get(url, timeout=10, verify=certificate)
    except requests.ConnectionError:
        return ""
    return address[0] if page and page.status_code == 200 else ""


def _forget(names):
    """Take the accounts out of what `./lab clean` is to undo: they are gone."""
    gone = {f"user {name}" for name in names}
    lines = MADE.read_text(encoding="utf-8").splitlines(keepends=True)
    MADE.write_text("".join(line for line in lines if line.strip() not in gone), encoding="utf-8")
