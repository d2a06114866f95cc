"""The `lab` script, on a machine that a PATH of stubs makes up: no root and no network."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

import pytest

REPO = Path(__file__).parents[1]

# What the script may use of the real machine. Everything that changes a system is a stub.
REAL = (
    *("bash", "cat", "cksum", "cp", "cut", "dirname", "env", "find", "flock", "grep", "ln"),
    *(
        "mkdir",
        "readlink",
        "rm",
        "rmdir",
        "sh",
        "sha256sum",
        "sleep",
        "sort",
        "stat",
        "tac",
        "tail",
    ),
    *("timeout", "touch", "tr"),
)

PYTHON = """
case "$*" in
    *"sys.exit"*) exit 0 ;;
    *"print("*) echo 3.12 ;;
    "-m venv "*)
        mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; cp "$0" "$4/bin/python3.12"
        echo "VIRTUAL_ENV=$4" >"$4/bin/activate"
        echo "include-system-site-packages = true" >"$4/pyvenv.cfg" ;;
    *) echo "python $*" ;;
esac
"""


@dataclass
class Machine:
    """A made-up machine: a clone of the repository, and the commands that its PATH leads to."""

    root: Path

    def stub(self, name: str, body: str = "") -> None:
        """Puts a command on the PATH that notes its call and then does what `body` says."""
        path = self.root / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.root}/calls\n{body}\n')
        path.chmod(0o755)

    def drop(self, name: str) -> None:
        """Takes a command away."""
        (self.root / "bin" / name).unlink()

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Starts ./lab with some words, in a process group of its own."""
        path, home = str(self.root / "bin"), str(self.root / "home")
        return subprocess.Popen(
            [self.clone / "lab", *words],
            env={"PATH": path, "HOME": home, "LANG": "C.UTF-8", **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def lab(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs ./lab with some words, to its end."""
        with self.start(*words, **env) as lab:
            stdout, stderr = lab.communicate(timeout=30)
        return subprocess.CompletedProcess(words, lab.returncode, stdout, stderr)

    @property
    def clone(self) -> Path:
        """The clone that holds the script."""
        return self.root / "clone"

    @property
    def calls(self) -> list[str]:
        """The stubs that were called, with their arguments."""
        log = self.root / "calls"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine where all is set up but the venv, and whose user is root."""
    machine = Machine(tmp_path)
    for directory in ("bin", "clone/helpers", "home", "tracing"):
        (tmp_path / directory).mkdir(parents=True)
    header = tmp_path / "modules/6.6.6/build/include/linux/kconfig.h"
    header.parent.mkdir(parents=True)
    header.touch()
    # Of the system's own directories only the place differs.
    script = (REPO / "lab").read_text()
    for real, ours in {
        "PYTHON=/usr/bin/python3 ": f"PYTHON={tmp_path}/bin/python3 ",
        "MODULES=/lib/modules\n": f"MODULES={tmp_path}/modules\n",
        "TRACEFS=/sys/kernel/tracing\n": f"TRACEFS={tmp_path}/tracing\n",
        "PARANOID=/proc/sys/kernel/perf_event_paranoid\n": f"PARANOID={tmp_path}/paranoid\n",
        "LOCKDOWN=/sys/kernel/security/lockdown\n": f"LOCKDOWN={tmp_path}/lockdown\n",
        "SELF=/proc/self ": f"SELF={tmp_path}/self ",
        "PATH=$PATH:/usr/sbin:/sbin ": "PATH=$PATH ",
    }.items():
        assert script.count(real) == 1
        script = script.replace(real, ours)
    (machine.clone / "lab").write_text(script)
    (machine.clone / "lab").chmod(0o755)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(REPO / name, machine.clone)
    for name in REAL:
        where = shutil.which(name, path="/usr/bin:/bin")
        assert where
        (tmp_path / "bin" / name).symlink_to(where)
    machine.stub("uname", '[ "$1" = -s ] && echo Linux || echo 6.6.6')
    machine.stub("id", '[ "$1" = -u ] && echo 0 || echo 1000')
    machine.stub("dpkg-query", "echo installed")
    machine.stub("python3", PYTHON)
    machine.stub("getent", "echo bpflab:x:999:")
    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text("Uid:\t0\nCapBnd:\t000001ffffffffff\n")
    (tmp_path / "self/uid_map").write_text("         0          0 4294967295\n")
    for name in ("apt-get", "apt-cache", "dpkg", "bpftool"):
        machine.stub(name)
    for name in ("mount", "mountpoint", "umount", "groupadd", "groupdel"):
        machine.stub(name)
    return machine


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


@pytest.fixture
def free_port() -> str:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a run that ended with status 2."""
    assert done.returncode == 2, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("lab: ")
    return line


def test_help_needs_nothing(machine: Machine) -> None:
    """`help` prints each command, on any machine, and touches nothing."""
    machine.stub("uname", "echo Darwin")
    done = machine.lab("help")
    assert done.returncode == 0 and not done.stderr
    for word in ("up", "doctor", "run", "refresh", "test", "bench", "clean"):
        assert f"./lab {word}" in done.stdout or f"[{word}]" in done.stdout
    assert not (machine.clone / ".lab").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["frobnicate"], "unknown word 'frobnicate'"),
        (["up", "--frobnicate"], "unknown option '--frobnicate'"),
        (["--port", "99999"], "a port is a number from 1024 to 65535, not '99999'"),
        (["--port", "80"], "not '80'"),
        (["--port=1023"], "not '1023'"),
        (["--port"], "not ''"),
        (["--vm", "--port", "80"], "not '80'"),
        (["--vm", "ubuntu"], "unknown option 'ubuntu'"),
        (["run"], "which lesson"),
        (["bench", "foo"], "no measurement 'foo'"),
        (["url", "foo"], "'url' takes no words"),
        (["help", "foo"], "'help' takes no words"),
        (["check", "foo"], "'check' takes no words"),
        (["test", "--all", "foo"], "'test --all' takes no words"),
        (["test", "--vm"], "which machine?"),
        (["test", "--vm", "-k", "x"], "which machine?"),
    ],
)
def test_wrong_words(machine: Machine, words: list[str], says: str) -> None:
    """A wrong word gives one sentence and status 2, before any set-up."""
    assert says in refused(machine.lab(*words))
    assert not (machine.clone / ".lab").exists()


def test_taken_port(machine: Machine, taken_port: str) -> None:
    """A taken port is said before anything is set up, and with it one that is free."""
    says = refused(machine.lab("--port", taken_port))
    assert f"port {taken_port} is taken" in says
    with socket.create_server(("127.0.0.1", int(says.rpartition(" ")[2]))):
        pass
    assert not (machine.clone / ".lab").exists() and not (machine.clone / ".venv").exists()


LIMACTL = """
room={root}/instance
case "$1 $*" in
    *"{{{{.Status}}}}"*) [ -d $room ] || exit 1; cat $room/status ;;
    *"{{{{.Param.lab}}}}"*) cat $room/lab ;;
    *"{{{{.Dir}}}}"*) echo $room ;;
    "start "*)
        mkdir -p $room; echo Running >$room/status
        for word; do case $word in lab=*) echo "${{word#lab=}}" >$room/lab ;; esac; done ;;
    "shell "*" url") echo "http://127.0.0.1:8899/lab?token=secret" ;;
    "shell "*) [ "${{5-}}" != fails ] || exit 7 ;;
    "delete "*) rm -r $room ;;
esac
"""


@pytest.fixture
def mac(machine: Machine) -> Machine:
    """A Mac with Lima: its bash is old, its readlink and stat are others, and it has no apt."""
    machine.stub("uname", "echo Darwin")
    machine.stub("limactl", LIMACTL.format(root=machine.root))
    machine.stub("open")
    for name in ("apt-get", "flock", "getent", "readlink", "stat", "tac", "timeout"):
        machine.drop(name)
    return machine


def test_macos_without_lima(mac: Machine) -> None:
    """On a Mac without Lima the script says what to install."""
    mac.drop("limactl")
    assert "brew install lima" in refused(mac.lab())


def test_macos_starts_the_instance(mac: Machine) -> None:
    """The first ./lab makes this clone's instance, says the address and opens a page."""
    done = mac.lab("--port", "8905", BASH_COMPAT="3.2")
    assert done.returncode == 0, done
    (start,) = [call for call in mac.calls if call.startswith("limactl start")]
    assert f"--param lab={mac.clone} --param port=8905 {mac.clone}/lima/bpflab.yaml" in start
    assert "http://127.0.0.1:8899/lab?token=secret" in done.stdout
    page = mac.root / "instance/bpflab.html"
    assert f"open {page}" in mac.calls and not any("secret" in call for call in mac.calls)
    assert "url=http://127.0.0.1:8899/lab?token=secret" in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600
    assert not (mac.clone / ".lab").exists()


def test_macos_starts_it_once(mac: Machine) -> None:
    """An instance that runs is used as it is, a stopped one is started by name."""
    assert mac.lab("--no-browser").returncode == 0
    assert mac.lab("up", "--no-browser").returncode == 0
    assert len([call for call in mac.calls if call.startswith("limactl start")]) == 1
    (mac.root / "instance/status").write_text("Stopped\n")
    assert mac.lab("--no-browser").returncode == 0
    assert mac.calls.count("limactl start --tty=false --timeout=30m bpflab") == 1
    assert not [call for call in mac.calls if call.startswith("open")]


def test_macos_passes_words_on(mac: Machine) -> None:
    """Any other word is for the lab in the instance, and so is its status."""
    assert mac.lab("run", "02").returncode == 0
    assert mac.calls[-1] == "limactl shell --workdir=/mnt/bpflab bpflab ./lab run 02"
    assert mac.lab("fails").returncode == 7


def test_macos_knows_its_clone(mac: Machine) -> None:
    """An instance that shows another clone is left alone; ~ is the host's home."""
    assert mac.lab("--no-browser").returncode == 0
    (mac.root / "instance/lab").write_text(f"{mac.root}/home\n")
    before = len(mac.calls)
    for words in (["run", "02"], ["clean"], []):
        assert "belongs to another clone" in refused(mac.lab(*words))
    assert not any("delete" in call or "start" in call for call in mac.calls[before:])
    (mac.root / "instance/lab").write_text("~\n")
    assert mac.lab("run", "02", HOME=str(mac.clone)).returncode == 0


@pytest.mark.parametrize(
    "words", [["--port", "9999"], ["--port"], ["--port=80"], ["up", "--frob"], ["--vm"]]
)
def test_macos_wrong_words(mac: Machine, words: list[str]) -> None:
    """A port that no instance shows, or an unknown option, is refused at once."""
    refused(mac.lab(*words))
    assert not (mac.root / "instance").exists()


def test_macos_port_stays(mac: Machine) -> None:
    """The port of an instance is not changed in silence."""
    assert mac.lab("--no-browser").returncode == 0
    assert "--param port=N" in refused(mac.lab("--port", "8901"))


def test_macos_start_fails(mac: Machine) -> None:
    """When limactl cannot start it, one sentence says so after limactl's own."""
    mac.stub("limactl", '[ "$1" = start ] && exit 1 || exit 1')
    assert "did not start it" in refused(mac.lab())


def test_macos_clean(mac: Machine) -> None:
    """`clean` removes the instance, and is content where there is none."""
    assert mac.lab("--no-browser").returncode == 0
    assert mac.lab("clean").returncode == 0
    assert "limactl delete --force bpflab" in mac.calls
    assert mac.lab("clean").returncode == 0


# What bash 3.2, the newest of macOS, does not know.
NEWER = {
    "associative array": r"(declare|local|typeset) -[a-z]*A",
    "reference": r"(declare|local|typeset) -[a-z]*n\b",
    "case": r"\$\{\w+(,,?|\^\^?)",
    "transformation": r"\$\{\w+@\w\}",
    "mapfile": r"\b(mapfile|readarray|coproc)\b",
    "both streams appended": r"&>>|\|&",
    "fall through": r";;?&",
    "is set": r"\[\[ (! )?-v ",
    "negative offset": r"\$\{\w+: -\d+:-",
    "array that may be empty": r'"\$\{\w+\[@\]\}"',
    "time": r"%\([^)]*\)T",
    "file descriptor": r"\{\w+\}[<>]",
    "tools of Linux": r"\b(readlink|realpath|getent|stat -c|(?<!-)timeout|setpriv|sed -i)\b",
}


@pytest.mark.parametrize("pattern", NEWER.values(), ids=NEWER)
def test_macos_bash_is_old(pattern: str) -> None:
    """Up to the end of macOS's branch nothing needs a bash newer than 3.2, or a tool of Linux."""
    script = (REPO / "lab").read_text()
    branch, end, rest = script.partition('    on_macos "$@"\n    exit\nfi\n')
    assert end and "ROOT=" in rest
    code = "\n".join(line for line in branch.splitlines() if not line.lstrip().startswith("#"))
    assert not re.findall(pattern, code)


@contextmanager
def server(machine: Machine, cache: str, token: str = "x") -> Iterator[Path]:
    """A process that looks like a JupyterLab of the clone; gives the page that leads to it."""
    name = subprocess.run(
        ["cksum"], input=f"{machine.clone}\n", capture_output=True, text=True, check=True
    )
    private = Path(cache) / f"bpflab-{name.stdout.split()[0]}"
    private.mkdir(exist_ok=True)
    (machine.clone / ".lab").mkdir(exist_ok=True)
    words = ["bash", "-c", "sleep 60; :", f"{machine.clone}/.venv/bin/python", "-m", "jupyterlab"]
    with subprocess.Popen(words, start_new_session=True) as alive:
        with (machine.clone / ".lab/servers").open("a") as file:
            file.write(f"{2**22 + 1}\n{alive.pid}\n")
        page = private / f"jpserver-{alive.pid}-open.html"
        page.write_text(
            f'<meta content="1;url=http://127.0.0.1:1/lab?token={token}" />\n<a href="http://b">'
        )
        yield page
        os.killpg(alive.pid, signal.SIGKILL)


def test_url(machine: Machine) -> None:
    """`url` prints the address on the page of each living server of this clone, or what to do."""
    assert "./lab starts one" in refused(machine.lab("url"))
    with TemporaryDirectory() as cache:
        with server(machine, cache, "x"), server(machine, cache, "y"):
            done = machine.lab("url", XDG_CACHE_HOME=cache)
        lines = [f"http://127.0.0.1:1/lab?token={token}" for token in "xy"]
        assert (done.returncode, done.stdout.splitlines()) == (0, lines), done
        assert "./lab starts one" in refused(machine.lab("url", XDG_CACHE_HOME=cache))


def test_a_second_lab_names_the_first(machine: Machine) -> None:
    """A plain ./lab in a clone whose lab runs prints its address, on whatever port, and ends."""
    with TemporaryDirectory() as cache, server(machine, cache) as page:
        done = machine.lab(XDG_CACHE_HOME=cache)
        assert done.returncode == 0 and "http://127.0.0.1:1/lab?token=x" in done.stdout, done
        page.unlink()
        assert "starts already" in refused(machine.lab(XDG_CACHE_HOME=cache))
    assert not (machine.clone / ".venv").exists()


def test_a_second_port_leaves_the_first_its_page(machine: Machine, free_port: str) -> None:
    """Only the pages of servers that are no more are removed."""
    with TemporaryDirectory() as cache, server(machine, cache) as page:
        dead = page.with_name(f"jpserver-{2**22 + 1}-open.html")
        dead.touch()
        done = machine.lab("--port", free_port, XDG_CACHE_HOME=cache)
        assert done.returncode == 0, done
        assert page.exists() and not dead.exists()


def test_local_room(machine: Machine) -> None:
    """With BPFLAB_LOCAL nothing of this machine's lies in a clone that machines share."""
    before = set(machine.clone.rglob("*"))
    room = machine.root / "room"
    room.mkdir()
    assert machine.lab("run", "01", BPFLAB_LOCAL=str(room)).returncode == 0
    assert set(machine.clone.rglob("*")) == before
    assert {path.name for path in room.iterdir()} == {".lab", ".venv"}
    assert machine.lab("clean", BPFLAB_LOCAL=str(room)).returncode == 0
    assert not list(room.iterdir())


def test_headers_of_the_flavour(machine: Machine) -> None:
    """Where the kernel's own headers are gone from the archive, those of its flavour are next."""
    machine.stub("uname", '[ "$1" = -s ] && echo Linux || echo 6.12.9+deb13-cloud-amd64')
    machine.stub("dpkg-query", 'case "$*" in *headers*) ;; *) echo installed ;; esac')
    machine.stub("apt-cache", '[ "$2" != linux-headers-cloud-amd64 ] || echo Package: "$2"')
    assert machine.lab("run", "01").returncode == 0
    assert any("install" in c and "linux-headers-cloud-amd64" in c for c in machine.calls)


def test_old_python(machine: Machine) -> None:
    """A Python older than 3.11 is refused before anything is set up."""
    pretend = "import sys; sys.version_info = (3, 10, 12); exec(sys.argv[1])"
    machine.stub("python3", f"exec {quote(sys.executable)} -c '{pretend}' \"$2\"")
    assert "older than 3.11" in refused(machine.lab("run", "01"))
    assert not (machine.clone / ".lab").exists()


def test_no_apt(machine: Machine) -> None:
    """Without apt-get a missing package cannot be had."""
    machine.stub("dpkg-query")
    machine.drop("apt-get")
    assert "there is no apt-get" in refused(machine.lab("run", "01"))
    assert not (machine.clone / ".venv").exists()


def test_no_sudo(machine: Machine) -> None:
    """A user without sudo is told so and of the other way, and nothing is made."""
    machine.stub("id", "echo 1000")
    says = refused(machine.lab("run", "01"))
    assert "there is no sudo" in says and "./lab --vm runs" in says
    assert not (machine.clone / ".venv").exists()


def test_sudo_refuses(machine: Machine) -> None:
    """A user whom sudo refuses is told why it is needed, and of the other way."""
    machine.stub("id", "echo 1000")
    machine.stub("sudo", "exit 1")
    says = refused(machine.lab("run", "01"))
    assert "sudo refused" in says and "./lab --vm runs" in says
    assert not (machine.clone / ".venv").exists()


def test_apt_without_network(machine: Machine) -> None:
    """When apt-get cannot install, its own complaint is the sentence, and no venv is begun."""
    machine.stub("dpkg-query")
    machine.stub(
        "apt-get", 'case "$*" in *install*) echo "E: Failed to fetch"; echo bye; exit 100 ;; esac'
    )
    assert refused(machine.lab("run", "01")).endswith("E: Failed to fetch")
    assert not (machine.clone / ".venv").exists()


def test_pip_without_network(machine: Machine) -> None:
    """When pip fails, the venv that was just made is removed."""
    pip = '    *pip*) echo "ERROR: no net"; exit 1 ;;'
    failing = PYTHON.replace("    *) echo", f"{pip}\n    *) echo")
    machine.stub("python3", failing)
    assert refused(machine.lab("run", "01")).endswith("ERROR: no net")
    assert not (machine.clone / ".venv").exists()


@pytest.mark.parametrize(
    ("send", "signum"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)], ids=["key", "kill"]
)
def test_interruption(
    machine: Machine, send: Callable[[int, int], None], signum: signal.Signals
) -> None:
    """An interruption leaves neither half a venv nor a process behind."""
    slow = PYTHON.replace("    *) echo", "    *pip*) exec sleep 1.5 ;;\n    *) echo")
    machine.stub("python3", slow)
    with machine.start("run", "01") as lab:
        deadline = time.monotonic() + 20
        while not any("pip install" in call for call in machine.calls):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)  # from the stub's note to its sleep
        assert (machine.clone / ".venv").exists()
        send(lab.pid, signum)
        assert lab.wait(timeout=20) == 130
    assert not (machine.clone / ".venv").exists()
    deadline = time.monotonic() + 5  # the clock's last second may still run
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(lab.pid, 0)
            time.sleep(0.05)


def test_pip_fails_in_a_venv_that_worked(machine: Machine) -> None:
    """A venv that worked before is kept when pip fails later."""
    assert machine.lab("run", "01").returncode == 0
    with (machine.clone / "constraints.txt").open("a") as constraints:
        constraints.write("# newer\n")
    python = machine.clone / ".venv/bin/python"
    python.write_text("#!/bin/bash\necho 'ERROR: no net'\nexit 1\n")
    assert "ERROR: no net" in refused(machine.lab("run", "01"))
    assert python.exists()


def test_second_run_installs_nothing(machine: Machine) -> None:
    """The second run calls neither apt-get nor pip, and makes nothing."""
    first = machine.lab("run", "01")
    assert first.returncode == 0, first
    assert first.stdout.splitlines()[-1] == "python -m bpflab run 01"
    assert any("-m pip install" in call for call in machine.calls)
    (machine.root / "calls").unlink()
    assert machine.lab("run", "01").returncode == 0
    changes = ("apt-get", "mount ", "groupadd", "python3 -m venv", "python3 -m pip")
    assert not [call for call in machine.calls if call.startswith(changes)]


def test_borrowed_headers(machine: Machine) -> None:
    """A kernel without headers gets links to another version's, until `clean` removes them."""
    machine.stub("uname", '[ "$1" = -s ] && echo Linux || echo 7.7.7')
    done = machine.lab("run", "01")
    assert done.returncode == 0, done
    assert "BCC gets those of 6.6.6" in done.stdout
    link = machine.root / "modules/7.7.7/build"
    assert (link / "include/linux/kconfig.h").exists()
    assert machine.lab("clean").returncode == 0
    assert not link.parent.exists() and (machine.root / "modules/6.6.6/build").exists()


def test_clean_leaves_the_clone_as_it_was(machine: Machine) -> None:
    """`clean` removes all that a run made in the clone, and names the packages that stay."""
    before = set(machine.clone.rglob("*"))
    missing = f"[ -e {machine.root}/apt ] && echo installed || true"
    machine.stub("dpkg-query", missing)
    machine.stub("apt-get", f'case "$*" in *install*) touch {machine.root}/apt ;; esac')
    assert machine.lab("run", "01").returncode == 0
    done = machine.lab("clean")
    assert done.returncode == 0, done
    assert "apt-get purge --auto-remove libbpf-dev clang libatomic1 python3-venv" in done.stdout
    assert set(machine.clone.rglob("*")) == before


@pytest.mark.parametrize("word", ["--dry-run", "-n", "now"])
def test_clean_takes_no_words(machine: Machine, word: str) -> None:
    """A word that `clean` does not know cleans nothing."""
    assert machine.lab("run", "01").returncode == 0
    assert f"so '{word}' is none" in refused(machine.lab("clean", word))
    assert (machine.clone / ".venv/lab-stamp").exists() and (machine.clone / ".lab/log").exists()


@pytest.mark.parametrize("noted", [False, True])
def test_clean_asks_for_no_password_needlessly(machine: Machine, noted: bool) -> None:
    """sudo is asked once, where something of the machine's own is to be undone, else never."""
    assert machine.lab("run", "01").returncode == 0
    machine.stub("id", "echo 1000")
    machine.stub("sudo", "exit 1")
    machine.stub("ps", "echo '   77 /home/private/.venv/bin/python -m jupyterlab'")
    if noted:
        (machine.clone / ".lab/made").write_text("package clang\nparanoid 3\n")
        assert "sudo refused" in refused(machine.lab("clean"))
        assert (machine.clone / ".venv").exists()
    else:
        assert machine.lab("clean").returncode == 0
    asks = [call for call in machine.calls if call.startswith("sudo") and "-n" not in call]
    assert len(asks) == noted


def test_clean_ends_only_its_own_server(machine: Machine) -> None:
    """A process id that by now belongs to somebody else is left alone."""
    assert machine.lab("run", "01").returncode == 0
    with subprocess.Popen(["/bin/sleep", "60"]) as other:
        (machine.clone / ".lab/servers").write_text(f"{other.pid}\n")
        assert machine.lab("clean").returncode == 0
        alive = other.poll() is None
        other.kill()
    assert alive


def test_user_gets_two_capabilities_and_one_group(machine: Machine) -> None:
    """A user's lab has two capabilities and tracefs' group, and shows no secret to others."""
    machine.stub("id", 'case "$1" in -G) echo "1000 27" ;; *) echo 1000 ;; esac')
    machine.stub("stat", "echo 999 750")
    machine.stub("sudo", '[ "$1" != -n ] || exit 0; echo "$@"')
    proxies = {"https_proxy": "http://proxy:3128", "HTTP_PROXY": "http://me:hunter2@proxy"}
    done = machine.lab("run", "01", JUPYTER_TOKEN="hunter2", BPFLAB_X="kept", **proxies)
    line = done.stdout.splitlines()[-1]
    assert "--groups 1000,27,999 " in line
    for option in ("--inh-caps", "--ambient-caps", "--bounding-set"):
        assert f"{option} -all,+bpf,+perfmon " in line
    assert "BPFLAB_X=kept" in line and "hunter2" not in line
    assert "https_proxy=http://proxy:3128" in line


def test_perf_events_are_opened_to_a_user_and_closed_again(machine: Machine) -> None:
    """Where CAP_PERFMON does not attach, a user's set-up makes it do so, until `clean`."""
    paranoid = machine.root / "paranoid"
    paranoid.write_text("3\n")
    machine.stub("id", 'case "$1" in -G) echo "1000 27" ;; *) echo 1000 ;; esac')
    machine.stub("stat", "echo 999 750")
    machine.stub("sudo", 'while [[ $1 == -* ]]; do shift; done; "$@"')
    machine.stub("setpriv")
    assert machine.lab("run", "01").returncode == 0
    assert paranoid.read_text() == "2\n"
    assert machine.lab("clean").returncode == 0
    assert paranoid.read_text() == "3\n"


def test_another_kernel_than_the_running_one(machine: Machine) -> None:
    """A tree that is set up for a kernel gets its headers, and the running one is left alone."""
    machine.stub("mountpoint", "exit 1")
    done = machine.lab("run", "01", BPFLAB_KERNEL="7.7.7")
    assert done.returncode == 0, done
    assert (machine.root / "modules/7.7.7/build").is_symlink()
    assert not [call for call in machine.calls if call.startswith("mount ")]
    assert machine.lab("run", "01").returncode == 0
    assert [call for call in machine.calls if call.startswith("mount ")]


def test_who_sets_up_for_another_kernel_needs_no_right_to_load(machine: Machine) -> None:
    """In a container nobody can give it; the running kernel's user gets it."""
    machine.stub("id", 'case "$1" in -G) echo "1000 27" ;; *) echo 1000 ;; esac')
    machine.stub("sudo", 'while [[ $1 == -* ]]; do shift; done; "$@"')
    machine.stub("setpriv", "exit 1")
    assert machine.lab("run", "01", BPFLAB_KERNEL="7.7.7").returncode == 0
    assert machine.lab("run", "01").returncode == 1


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("self/status", "CapBnd:\t00000000a80425fb\n", "not even root"),
        ("self/status", "CapBnd:\t0000008000000000\n", "not even root"),
        ("self/status", "CapBnd:\t0000004000000000\n", "not even root"),
        ("self/uid_map", "0 1000 1\n1 100000 65536\n", "not even root"),
        ("lockdown", "none integrity [confidentiality]\n", "locked down"),
    ],
    ids=["container", "no CAP_PERFMON", "no CAP_BPF", "user namespace", "lockdown"],
)
@pytest.mark.parametrize("words", [["up", "--no-browser"], ["run", "01"]], ids=["up", "run"])
def test_no_bpf_to_be_had(
    machine: Machine, free_port: str, words: list[str], file: str, text: str, says: str
) -> None:
    """Where no set-up gives the right to load programs, ./lab says so at once, and the way out."""
    (machine.root / file).write_text(text)
    port = ["--port", free_port] if words[0] == "up" else []
    sentence = refused(machine.lab(*words, *port))
    assert says in sentence and sentence.endswith("./lab --vm runs the lab in a virtual machine")
    assert not (machine.clone / ".lab").exists()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("self/status", "CapBnd:\t0000000000200000\n"),
        ("self/status", "CapBnd:\t000000c000000000\n"),
        ("lockdown", "none [integrity] confidentiality\n"),
    ],
    ids=["CAP_SYS_ADMIN", "the two", "integrity"],
)
def test_bpf_to_be_had(machine: Machine, file: str, text: str) -> None:
    """Less than all rights is enough, and so is a kernel whose reading is not closed."""
    (machine.root / file).write_text(text)
    assert machine.lab("run", "01").returncode == 0


def test_virtual_machines_take_packages_alone(machine: Machine) -> None:
    """`test --vm` sets nothing up here, and hands its words on to the distribution's Python."""
    before = set(machine.clone.rglob("*"))
    done = machine.lab("test", "--vm", "debian-12", "tests/kernel", "-k", "a b")
    assert done.returncode == 0, done
    assert machine.calls[-1] == "python3 -B -m bpflab.vm test debian-12 tests/kernel -k a b"
    assert set(machine.clone.rglob("*")) == before

    machine.stub("dpkg-query", '[[ "$*" == *mmdebstrap* ]] || echo installed')
    done = machine.lab("test", "--vm", "all")
    assert done.returncode == 0, done
    (install,) = [call for call in machine.calls if "install" in call and "apt-get" in call]
    assert install.endswith("--no-install-recommends mmdebstrap")
    assert machine.calls[-1] == "python3 -B -m bpflab.vm test all"


def test_qemu_of_the_architecture(machine: Machine) -> None:
    """A machine of ARM's takes the package that has ARM's QEMU."""
    body = 'case "$1" in -s) echo Linux ;; -m) echo aarch64 ;; *) echo 6.6.6 ;; esac'
    machine.stub("uname", body)
    machine.stub("dpkg-query", '[[ "$*" == *qemu* ]] || echo installed')
    assert machine.lab("test", "--vm", "all").returncode == 0
    (install,) = [call for call in machine.calls if "install" in call and "apt-get" in call]
    assert install.endswith(" qemu-system-arm")


@pytest.mark.parametrize(
    ("words", "name"),
    [(["--vm"], "debian-13"), (["up", "--no-browser", "--vm", "debian-12"], "debian-12")],
    ids=["plain", "named"],
)
def test_lab_in_a_virtual_machine(machine: Machine, free_port: str, words: list[str], name: str):
    """`--vm` needs neither rights nor BPF here, sets nothing up, and starts the machine."""
    machine.stub("id", "echo 1000")
    (machine.root / "lockdown").write_text("[confidentiality]")
    with TemporaryDirectory() as cache:
        done = machine.lab(*words, "--port", free_port, XDG_CACHE_HOME=cache)
        assert done.returncode == 0, done
        (room,) = Path(cache).iterdir()
        assert room.stat().st_mode & 0o777 == 0o700
    pid = (machine.clone / ".lab/servers").read_text().strip()
    page = f"{room}/jpserver-{pid}-open.html"
    assert machine.calls[-1] == f"python3 -B -m bpflab.vm up {name} {free_port} {page}"
    assert not (machine.clone / ".venv").exists()
    assert (machine.clone / ".lab").stat().st_mode & 0o777 == 0o700


def test_virtual_machine_and_a_taken_port(machine: Machine, taken_port: str) -> None:
    """A taken port is said before a machine starts."""
    assert f"port {taken_port} is taken" in refused(machine.lab("--vm", "--port", taken_port))
    assert not (machine.clone / ".lab").exists()


def test_virtual_machine_without_root(machine: Machine, free_port: str) -> None:
    """Who may install nothing is told in one sentence what to have installed."""
    machine.stub("id", "echo 1000")
    machine.stub("dpkg-query", '[[ "$*" == *qemu* || "$*" == *uidmap* ]] || echo installed')
    for sudo in (None, "exit 1"):
        if sudo:
            machine.stub("sudo", sudo)
        says = refused(machine.lab("--vm", "--port", free_port))
        assert says.endswith("apt-get install uidmap qemu-system-x86")
    assert not any("bpflab.vm" in call for call in machine.calls)


def test_url_of_a_virtual_machine(machine: Machine, free_port: str) -> None:
    """`url` prints the address on the page of a living virtual machine; `clean` ends it."""
    machine.stub("python3", 'case "$*" in *bpflab.vm*) echo up; sleep 60; : ;; esac')
    with TemporaryDirectory() as cache:
        lab = machine.start("--vm", "--port", free_port, XDG_CACHE_HOME=cache)
        with lab, ThreadPoolExecutor() as pool:
            pool.submit(lab.wait)  # or it would stay, as a zombie, for `clean` to wait for
            assert lab.stdout and lab.stdout.readline() == "up\n"
            assert "./lab starts one" in refused(machine.lab("url", XDG_CACHE_HOME=cache))
            (room,) = Path(cache).iterdir()
            page = room / f"jpserver-{lab.pid}-open.html"
            page.write_text('<meta content="0; url=http://127.0.0.1:1/lab?token=x">\n')
            done = machine.lab("url", XDG_CACHE_HOME=cache)
            assert (done.returncode, done.stdout) == (0, "http://127.0.0.1:1/lab?token=x\n"), done
            done = machine.lab("clean", XDG_CACHE_HOME=cache)
            assert f"process {lab.pid}: stopped" in done.stdout
            assert lab.wait(timeout=10) == -signal.SIGTERM
            os.killpg(lab.pid, signal.SIGKILL)  # the stub's sleep


def test_jupyterlab_is_private(machine: Machine, free_port: str) -> None:
    """JupyterLab serves this machine alone, makes its own token, and its kernels use ipc."""
    with TemporaryDirectory() as cache:  # a socket's path must be short
        done = machine.lab("--port", free_port, "--no-browser", XDG_CACHE_HOME=cache)
    assert done.returncode == 0, done
    line = done.stdout.splitlines()[-1]
    assert "--ServerApp.ip=127.0.0.1" in line and f"--ServerApp.port={free_port}" in line
    assert "--KernelManager.transport=ipc" in line and "token" not in line.replace("token and", "")
    assert (machine.clone / ".lab").stat().st_mode & 0o777 == 0o700


def test_doctor_sets_nothing_up(machine: Machine) -> None:
    """`doctor` runs the distribution's Python where no venv is, and makes nothing."""
    before = set(machine.clone.rglob("*"))
    done = machine.lab("doctor", "--json")
    assert done.returncode == 0, done
    assert done.stdout == "python -B -m bpflab doctor --json\n"
    assert set(machine.clone.rglob("*")) == before


def test_doctor_without_python(machine: Machine) -> None:
    """`doctor` on a machine without Python is one sentence."""
    machine.drop("python3")
    assert "run ./lab, which installs it" in refused(machine.lab("doctor"))


def test_one_at_a_time(machine: Machine) -> None:
    """While one ./lab sets up, another one ends."""
    (machine.clone / ".lab").mkdir()
    lock = machine.clone / ".lab/lock"
    with subprocess.Popen(["flock", lock, "cat"], stdin=subprocess.PIPE) as holder:
        for _ in range(100):
            held = subprocess.run(["flock", "-n", lock, "true"], check=False).returncode == 1
            if held:
                break
        assert held and "another ./lab" in refused(machine.lab("run", "01"))
        holder.communicate()
