"""A made-up machine: a clone of the scripts, and the commands that its PATH leads to."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

REPO = Path(__file__).parents[2]

REAL = (
    *("bash", "cat", "cksum", "cmp", "cp", "cut", "dirname", "env", "find", "flock", "grep"),
    *("head", "ln", "mkdir", "readlink", "rm", "rmdir", "sed", "sh", "sha256sum", "sleep", "sort"),
    *("stat", "tac", "tail", "timeout", "touch", "tr"),
)
"""What the scripts may use of the real machine. Everything that changes a system is a stub."""

PYTHON = """
case "$*" in
    *"sys.exit"*) exit 0 ;;
    *requirements.py*) printf '%s\\n' 3.12 jupyterlab pandas ;;
    "-m venv "*)
        folder=${@: -1}; [[ $* != *system-site* ]] && system=false || system=true
        mkdir -p "$folder/bin" "$folder/lib/python3.12/site-packages"
        cp "$0" "$folder/bin/python"; cp "$0" "$folder/bin/python3.12"
        echo "include-system-site-packages = $system" >"$folder/pyvenv.cfg"
        echo "command = $0 $*" >>"$folder/pyvenv.cfg" ;;
    *) echo "python $*" ;;
esac
"""
USER = 'case "$1" in -G) echo "1000 27" ;; *) echo 1000 ;; esac'
SUDO = 'while [[ $1 == -* ]]; do shift; done; "$@"'

# Of the machine's own directories only the place differs.
PLACES = """
PYTHON={root}/bin/python3
MODULES={root}/modules
TRACEFS={root}/tracing
PARANOID={root}/paranoid
LOCKDOWN={root}/lockdown
RELEASE={root}/os-release
SELF={root}/self
PATH={root}/bin
"""


@dataclass
class Machine:
    """A machine in a folder. Its root user has all that the lab needs, but for .venv."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Machine":
        """Make one in an empty folder."""
        machine = cls(root)
        for folder in ("bin", "clone/helpers", "home", "tracing", "self"):
            (root / folder).mkdir(parents=True)
        machine.add_headers("6.6.6")
        for name in ("lab", "pyproject.toml", "constraints.txt"):
            shutil.copy(REPO / name, machine.clone)
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPO / "scripts", machine.clone / "scripts", ignore=ignore)
        with (machine.clone / "scripts/machine.sh").open("a") as places:
            places.write(PLACES.format(root=quote(str(root))))
        for name in REAL:
            (root / "bin" / name).symlink_to(shutil.which(name, path="/usr/bin:/bin"))
        (root / "self/status").write_text("Uid:\t0\nCapBnd:\t000001ffffffffff\n")
        (root / "self/uid_map").write_text("         0          0 4294967295\n")
        (root / "os-release").write_text("NAME=Debian\nID=debian\n")
        machine.stub("uname", '[ "$1" = -s ] && echo Linux || echo 6.6.6')
        machine.stub("id", '[ "$1" = -u ] && echo 0 || echo 1000')
        machine.stub("dpkg-query", "echo installed")
        machine.stub("python3", PYTHON)
        machine.stub("getent", "echo bpflab:x:999:")
        for name in ("apt-get", "apt-cache", "dpkg", "bpftool", "mount", "mountpoint", "umount"):
            machine.stub(name)
        for name in ("groupadd", "groupdel", "setpriv"):
            machine.stub(name)
        return machine

    @property
    def clone(self) -> Path:
        """The clone that holds the script."""
        return self.root / "clone"

    @property
    def venv(self) -> Path:
        """The environment that ./lab makes."""
        return self.clone / ".venv"

    def at(self, name: str) -> str:
        """Return a path of the machine, quoted for a stub."""
        return quote(str(self.root / name))

    @property
    def calls(self) -> list[str]:
        """The stubs that were called, with their arguments."""
        log = self.root / "calls"
        return log.read_text().splitlines() if log.exists() else []

    @property
    def installed(self) -> list[str]:
        """The last word of each call that had apt-get install something."""
        return [c.split()[-1] for c in self.calls if c.startswith("apt-get") and " install " in c]

    def stub(self, name: str, body: str = "") -> None:
        """Put a command on the PATH that notes its call and then does what *body* says."""
        path = self.root / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.at("calls")}\n{body}\n')
        path.chmod(0o755)

    def stub_python(self, case: str, body: str) -> None:
        """Let Python do what *body* says for a *case*, here, in .venv and in those to come."""
        self.stub("python3", PYTHON.replace("    *) echo", f"    {case}) {body} ;;\n    *) echo"))
        made = self.clone / ".venv/bin/python"
        if made.exists():
            made.write_bytes((self.root / "bin/python3").read_bytes())

    def add_headers(self, release: str) -> None:
        """Give a kernel its headers."""
        header = self.root / f"modules/{release}/build/include/linux/kconfig.h"
        header.parent.mkdir(parents=True)
        header.touch()

    def drop(self, name: str) -> None:
        """Take a command away."""
        (self.root / "bin" / name).unlink()

    def become_user(self, sudo: str | None = SUDO) -> None:
        """Make the caller an ordinary user, with a sudo that does what *sudo* says, or none."""
        self.stub("id", USER)
        self.stub("stat", "echo 999 750")
        if sudo is not None:
            self.stub("sudo", sudo)

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start ./lab with some words, in a process group of its own."""
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
        """Run ./lab with some words, to its end."""
        with self.start(*words, **env) as lab:
            stdout, stderr = lab.communicate(timeout=30)
        return subprocess.CompletedProcess(words, lab.returncode, stdout, stderr)

    def runs(self, *words: str, **env: str) -> str:
        """Run ./lab to its end, which must be a good one; return what it printed."""
        done = self.lab(*words, **env)
        assert done.returncode == 0, done
        return done.stdout

    def refuses(self, *words: str, **env: str) -> str:
        """Run ./lab, which must end with status 2 and one sentence; return the sentence."""
        done = self.lab(*words, **env)
        assert done.returncode == 2, done
        (line,) = done.stderr.splitlines()
        assert line.startswith("lab: ")
        return line
