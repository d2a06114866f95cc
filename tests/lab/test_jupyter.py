"""JupyterLab: its port, its page, a lab that runs already, and one in a virtual machine."""

import json
import os
import signal
import socket
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def cache():
    """A folder for sockets, whose paths must be short."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def test_a_port_in_use_is_named_with_a_free_one(machine, used_port):
    """Before anything is set up, and before a virtual machine starts."""
    for words in ([], ["--vm"]):
        says = machine.refuses(*words, "--port", used_port)
        assert f"port {used_port} is in use" in says
        with socket.create_server(("127.0.0.1", int(says.rpartition(" ")[2]))):
            pass
    assert not (machine.clone / ".lab").exists() and not machine.venv.exists()


def test_jupyterlab_is_private(machine, free_port, cache):
    """It serves this machine alone, makes its own token, and its kernels talk over sockets."""
    printed = machine.runs("--port", free_port, "--no-browser", XDG_CACHE_HOME=cache)
    line = printed.splitlines()[-1]
    assert "--ServerApp.ip=127.0.0.1" in line and f"--ServerApp.port={free_port}" in line
    assert "--KernelManager.transport=ipc" in line and "token" not in line
    for folder in (machine.clone / ".lab", *Path(cache).iterdir()):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_it_opens_the_learners_own_lessons(machine, free_port, cache):
    """Once they are up to date; if they cannot be written, it does not start, and says why."""
    printed = machine.runs("--port", free_port, "--no-browser", XDG_CACHE_HOME=cache)
    update, _, line = printed.splitlines()[-3:]
    assert update == "python -B -m bpflab update"
    assert "--LabApp.default_url=/lab/tree/my/00-start-here.ipynb" in line
    settings = f"--LabApp.app_settings_dir={machine.clone}/helpers/jupyter/settings"
    assert settings in line
    machine.stub_python("*bpflab\\ update*", "echo my/ is not yours >&2; exit 1")
    done = machine.lab("--port", free_port, "--no-browser", XDG_CACHE_HOME=cache)
    assert (done.returncode, done.stderr) == (1, "my/ is not yours\n")
    assert "jupyterlab" not in done.stdout


@pytest.mark.parametrize("user", ["root", "ordinary"])
def test_a_kernel_knows_bpflab_from_its_start(machine, free_port, cache, user):
    """IPython's settings are the lab's own, and name the extension, whoever starts the lab."""
    if user == "ordinary":
        machine.become_user()
        machine.stub("setpriv", 'while [[ $1 != -- ]]; do shift; done; shift; "$@"')
    machine.stub_python("*-m\\ jupyterlab*", 'cat "$IPYTHONDIR"/profile_default/*.json')
    printed = machine.runs("--port", free_port, "--no-browser", XDG_CACHE_HOME=cache)
    assert json.loads(printed.splitlines()[-1]) == {
        "InteractiveShellApp": {"extensions": ["bpflab"]}
    }


@contextmanager
def server(machine, cache, token="x"):
    """A process that looks like a JupyterLab of the clone; gives the page that leads to it."""
    machine.stub("xdg-open")
    name = subprocess.run(
        ["cksum"], input=f"{machine.clone}\n", capture_output=True, text=True, check=True
    )
    private = Path(cache) / f"bpflab-{name.stdout.split()[0]}"
    private.mkdir(exist_ok=True)
    (machine.clone / ".lab").mkdir(exist_ok=True)
    words = ["bash", "-c", "sleep 60; :", f"{machine.clone}/.venv/bin/python", "-m", "jupyterlab"]
    with subprocess.Popen(words, start_new_session=True) as process:
        with (machine.clone / ".lab/servers").open("a") as file:
            file.write(f"{2**22 + 1}\n{process.pid}\n")
        page = private / f"jpserver-{process.pid}-open.html"
        page.write_text(
            f'<meta content="1;url=http://127.0.0.1:1/lab?token={token}" />\n<a href="http://b">'
        )
        yield page
        os.killpg(process.pid, signal.SIGKILL)


def test_url_is_that_of_each_server_that_lives(machine, cache):
    """Of this clone; without one it says what to do."""
    assert "./lab starts one" in machine.refuses("url")
    with server(machine, cache, "x"), server(machine, cache, "y"):
        printed = machine.runs("url", XDG_CACHE_HOME=cache)
    assert printed.splitlines() == [f"http://127.0.0.1:1/lab?token={token}" for token in "xy"]
    assert "./lab starts one" in machine.refuses("url", XDG_CACHE_HOME=cache)


def test_a_second_lab_names_the_first(machine, cache):
    """A plain ./lab where one runs, on whatever port, updates the lessons and gives its address."""
    with server(machine, cache) as page:
        printed = machine.runs(XDG_CACHE_HOME=cache)
        assert "http://127.0.0.1:1/lab?token=x" in printed and "bpflab update\n" in printed
        machine.stub("python3", 'case "$*" in *update*) exit 1 ;; esac')
        assert "http://127.0.0.1:1/lab?token=x" in machine.runs(XDG_CACHE_HOME=cache)
        page.unlink()
        assert "starts already" in machine.refuses(XDG_CACHE_HOME=cache)
    assert not machine.venv.exists()


def test_a_second_port_leaves_the_first_its_page(machine, free_port, cache):
    """Only the pages of servers that are no more are removed."""
    with server(machine, cache) as page:
        dead = page.with_name(f"jpserver-{2**22 + 1}-open.html")
        dead.touch()
        machine.runs("--port", free_port, XDG_CACHE_HOME=cache)
        assert page.exists() and not dead.exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--vm"], "debian-13"),
        (["up", "--no-browser", "--vm", "debian-12"], "debian-12"),
        (["--vm", "newest"], "newest"),
    ],
    ids=["plain", "named", "newest"],
)
def test_a_virtual_machine_needs_neither_rights_nor_bpf(machine, free_port, cache, words, name):
    """`--vm` sets nothing up here, and starts the machine with a page that only the user reads."""
    machine.become_user(sudo=None)
    (machine.root / "lockdown").write_text("[confidentiality]")
    machine.runs(*words, "--port", free_port, XDG_CACHE_HOME=cache)
    pid = (machine.clone / ".lab/servers").read_text().strip()
    (private,) = Path(cache).iterdir()
    page = f"{private}/jpserver-{pid}-open.html"
    assert machine.calls[-1] == f"python3 -B -m bpflab.vm up {name} {free_port} {page}"
    assert not machine.venv.exists()
    for folder in (machine.clone / ".lab", private):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_url_and_end_of_a_virtual_machine(machine, free_port, cache):
    """`url` prints the address on the page of one that lives; `clean` ends it."""
    machine.stub("python3", 'case "$*" in *bpflab.vm*) echo up; sleep 60; : ;; esac')
    lab = machine.start("--vm", "--port", free_port, XDG_CACHE_HOME=cache)
    with lab, ThreadPoolExecutor() as pool:
        pool.submit(lab.wait)  # or it would stay, as a zombie, for `clean` to wait for
        assert lab.stdout.readline() == "up\n"
        assert "./lab starts one" in machine.refuses("url", XDG_CACHE_HOME=cache)
        (private,) = Path(cache).iterdir()
        page = private / f"jpserver-{lab.pid}-open.html"
        page.write_text('<meta content="0; url=http://127.0.0.1:1/lab?token=x">\n')
        printed = machine.runs("url", XDG_CACHE_HOME=cache)
        assert printed == "http://127.0.0.1:1/lab?token=x\n"
        assert f"process {lab.pid}: stopped" in machine.runs("clean", XDG_CACHE_HOME=cache)
        assert lab.wait(timeout=10) == -signal.SIGTERM
        os.killpg(lab.pid, signal.SIGKILL)  # the stub's sleep


@pytest.mark.parametrize(
    ("processor", "name", "qemu"),
    [
        ("x86_64", "debian-12", ["qemu-system-x86"]),
        ("x86_64", "newest", ["qemu-system-x86"]),
        ("aarch64", "all", ["qemu-system-arm"]),
        ("x86_64", "debian-13-arm64", ["qemu-system-x86", "qemu-system-arm", "qemu-user-static"]),
    ],
)
def test_a_virtual_machine_takes_its_packages_alone(machine, processor, name, qemu):
    """`test --vm` sets nothing else up, and hands its words on to the distribution's Python."""
    machine.stub(
        "uname", f'case "$1" in -s) echo Linux ;; -m) echo {processor} ;; *) echo 6 ;; esac'
    )
    machine.stub("dpkg-query", '[[ "$*" == *qemu* ]] || echo installed')
    machine.runs("test", "--vm", name, "tests/kernel", "-k", "a b")
    assert machine.calls[-1] == f"python3 -B -m bpflab.vm test {name} tests/kernel -k a b"
    (install,) = [call for call in machine.calls if " install " in call]
    assert install.partition("--no-install-recommends ")[2].split() == qemu
    assert not machine.venv.exists()


def test_who_may_install_nothing_learns_what_to_have_installed(machine, free_port):
    """In one sentence, and no machine starts."""
    machine.stub("dpkg-query", '[[ "$*" == *qemu* || "$*" == *uidmap* ]] || echo installed')
    for sudo in (None, "exit 1"):
        machine.become_user(sudo)
        says = machine.refuses("--vm", "--port", free_port)
        assert says.endswith("apt-get install uidmap qemu-system-x86")
    assert not any("bpflab.vm" in call for call in machine.calls)
