"""A machine that nobody owns: a directory and a few values."""

import subprocess
import sys
from pathlib import Path

from bpflab.doctor import Machine
from bpflab.doctor.trial import EXECS

HELPERS = Path(__file__).parents[1] / "helpers"
RELEASE = "6.12.9-amd64"
MODULES = f"/lib/modules/{RELEASE}"
DIST = "/usr/lib/python3/dist-packages"
BPF_AND_PERFMON = (1 << 39) | (1 << 38)
DEBIAN_KERNEL = "sudo apt-get install linux-image-amd64 linux-headers-amd64 && sudo reboot"
FILES = {
    "/proc/self/status": f"Name:\tpython\nCapEff:\t{BPF_AND_PERFMON:016x}\n",
    "/sys/kernel/tracing/events/syscalls/sys_enter_execve/format": "name: sys_enter_execve\n",
    "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
    "/sys/bus/event_source/devices/kprobe/type": "8\n",
    "/etc/os-release": "NAME=Debian\nID=debian\n",
    f"{DIST}/bcc/__init__.py": "",
    f"{DIST}/bcc/libbcc.py": "",
    f"{DIST}/bcc/version.py": "__version__ = '0.31.0'\n",
    "/usr/bin/clang": "",
    "/usr/bin/make": "",
    "/usr/bin/sudo": "",
    "/usr/sbin/bpftool": "",
    "/usr/bin/bpftrace": "",
    "/usr/include/bpf/bpf_helpers.h": "",
    "/usr/lib/libbpf.so.1": "",
    f"{MODULES}/build/include/linux/kconfig.h": "",
    f"{MODULES}/build/Makefile": "KBUILD_CFLAGS := -O2\n",
    f"{MODULES}/build/include/generated/utsrelease.h": f'#define UTS_RELEASE "{RELEASE}"\n',
}


class Fake(Machine):
    """A machine in a directory, with paths that it refuses to open."""

    denied: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def write(self, name, text=""):
        """Make the file and its directories."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name):
        """Remove the file and the directories that it leaves empty."""
        path = self.path(name)
        path.unlink()
        for parent in path.parents:
            if parent == self.root or any(parent.iterdir()):
                break
            parent.rmdir()

    def access(self, name):
        """Refuse what is in `denied`."""
        return "denied" if name in self.denied else super().access(name)

    def runs(self, command, *words):
        """Succeed with a command that is there and not broken."""
        return self.has_command(command) and command not in self.broken

    def links(self, library):
        """Find a library in one place only."""
        return self.exists(f"/usr/lib/{library}")

    def with_trial(self, outcome):
        """Let a real program count so many execs, or fail with this error."""

        def count_execs():
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        self.count_execs = count_execs
        return self


def healthy(folder):
    """Return a machine on which nothing is missing: a user of Debian 13 in the lab's venv."""
    python = ("/lab/.venv/bin/python", (3, 13), ("/lab", DIST))
    fake = Fake(folder, RELEASE, "x86_64", 1000, *python, {}, 2, 4096).with_trial(EXECS)
    for name, text in FILES.items():
        fake.write(name, text)
    return fake


def on_a_bare_machine(root, *lines, seconds):
    """Run *lines* with the standard library alone, `machine` made of *root*; return the output."""
    code = (
        f"import sys; sys.path.insert(0, {str(HELPERS)!r})",
        "import pathlib; from bpflab import doctor",
        f"root = pathlib.Path({str(root)!r})",
        "machine = doctor.Machine(root)",
        *lines,
    )
    command = [sys.executable, "-I", "-S", "-c", "\n".join(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    assert done.stderr == ""
    return done.stdout
