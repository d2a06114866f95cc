"""What `./lab hub` is told: TLS by the hub itself, and after how long an idle server ends."""

import os
import re
import subprocess
import time

import pytest
import requests

from bpflab.paths import ROOT
from tests.hub.client import Client
from tests.hub.running import codes, running

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

NAMES = [f"bpflab-{os.getpid()}-{which}" for which in ("idle", "busy")]
IDLE_S = 24


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Give a folder with a certificate that trusts itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=class", "-addext", "subjectAltName=IP:127.0.0.1"]
    words += ["-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run(words, cwd=folder, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """Give a folder for the hub's own, whose name a shell would take apart."""
    return tmp_path_factory.mktemp("strict") / "Anna's hub"


@pytest.fixture(scope="module")
def learners(certificate, state):
    """Give two learners whose servers run, of a hub that has the certificate and little patience.

    It is named as from the folder in which the hub is started.
    """
    options = ["--certificate", "certificate.pem", "--key", "key.pem", "--idle", str(IDLE_S / 60)]
    trusted = str(certificate / "certificate.pem")
    with (
        running(state, NAMES, *options, certificate=trusted, cwd=certificate) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", trusted)
        patch.setenv("WEBSOCKET_CLIENT_CA_BUNDLE", trusted)
        clients = [Client(address, name, codes(state)[name]) for name in NAMES]
        for client in clients:
            client.sign_in()
            client.start()
        yield clients


@pytest.mark.usefixtures("learners")
def test_the_commands_it_prints(state):
    """A shell takes them as they are printed: the first one shows the codes, the other the log."""
    said = state.with_name("said").read_text(encoding="utf-8")
    shows, follows = re.findall(r": sudo (.+)", said)
    shown, log = (
        subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
        for command in (shows, follows.replace("tail -f", "tail"))
    )

    assert shown == (state / "codes").read_text(encoding="ascii")
    assert log and log in (state / "log").read_text(encoding="utf-8")


def test_tls(learners):
    """A learner signs in and runs a kernel over TLS, and plain HTTP gets no answer of the hub's."""
    learner = learners[1]

    assert learner.address.startswith("https://")
    assert learner.run("print(6 * 7)") == "42\n"
    with pytest.raises(requests.ConnectionError):
        requests.get(learner.address.replace("https", "http") + "/hub/login", timeout=30)


def test_an_idle_server_ends(learners):
    """A server that nobody uses is stopped, and one that somebody uses meanwhile is not."""
    idle, busy = learners
    idle.run("print()")
    began = time.monotonic()
    while idle.running() and time.monotonic() - began < 90:
        assert busy.run("print(6 * 7)") == "42\n"
        time.sleep(1)

    assert not idle.running()
    assert busy.running()
    assert time.monotonic() - began > IDLE_S / 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--certificate", "/dev/null"], "TLS needs both"),
        (["--certificate", "/dev/null", "--key", "/nowhere"], "/nowhere cannot be read"),
        (["--idle", "0"], "--idle takes minutes, at least 0.1"),
    ],
)
@pytest.mark.usefixtures("learners")
def test_what_cannot_work_is_refused(words, said, tmp_path):
    """Before anything is made, with a line that says what to change."""
    users, state = tmp_path / "names", tmp_path / "state"
    users.write_text("anna\n", encoding="utf-8")
    given = ["-m", "hub.start", "--state", state, "--users", users, *words]
    python = ROOT / "hub/.venv/bin/python"
    done = subprocess.run([python, *given], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1 and not state.exists()
    assert done.stderr.startswith("lab: ") and said in done.stderr
