"""A machine that nobody owns: a directory, a few values, and a kernel that says what it is told."""

import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from bpflab.doctor import Machine, Python, Trial

HELPERS = Path(__file__).parents[1] / "helpers"
RELEASE = "6.12.9-amd64"
MODULES = f"/lib/modules/{RELEASE}"
DIST = "/usr/lib/python3/dist-packages"
BPF_AND_PERFMON = (1 << 39) | (1 << 38)
MAP_CREATE, PROG_LOAD, TEST_RUN, RAW_TRACEPOINT_OPEN = 0, 5, 10, 17  # enum bpf_cmd
DEBIAN_KERNEL = "sudo apt-get install linux-image-amd64 linux-headers-amd64 && sudo reboot"
DONE = Trial(
    stage="done",
    file=f"{DIST}/bcc/__init__.py",
    genuine=True,
    version="0.31.0",
    tagged=False,
    prog_id=12,
    fired=7,
    counted=7,
)
VENV = Python("/lab/.venv/bin/python", (3, 13), "/lab/.venv", "/usr", ("/lab", DIST))
FILES = {
    "/proc/self/status": f"Name:\tpython\nCapEff:\t{BPF_AND_PERFMON:016x}\n",
    "/proc/sys/net/core/bpf_jit_enable": "1\n",
    "/sys/kernel/tracing/events/syscalls/sys_enter_execve/format": "name: sys_enter_execve\n",
    "/sys/kernel/btf/vmlinux": "BTF",
    "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
    "/sys/bus/event_source/devices/kprobe/type": "8\n",
    "/etc/os-release": "NAME=Debian\nID=debian\n",
    f"{DIST}/bcc/__init__.py": "",
    f"{DIST}/bcc/libbcc.py": "",
    "/usr/bin/clang": "",
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
    refused: Mapping[tuple[int, int | None], int] = MappingProxyType({})

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

    def bpf(self, command, attributes):
        """Give an fd for each command, but for those that are refused."""
        kind = struct.unpack_from("=I", attributes)[0]
        number = self.refused.get((command, kind), self.refused.get((command, None)))
        if number:
            raise OSError(number, os.strerror(number))
        return (0 if command == TEST_RUN else os.open(os.devnull, os.O_RDONLY)), attributes

    def with_trial(self, **facts):
        """Let the trial come to `DONE` but for these facts."""
        self.try_program = lambda seconds: replace(DONE, **facts)
        return self


def healthy(folder):
    """Return a machine on which nothing is missing: a user of Debian 13 in the lab's venv."""
    fake = Fake(folder, RELEASE, "x86_64", 1000, VENV, {}, 2, 4096).with_trial()
    for name, text in FILES.items():
        fake.write(name, text)
    return fake


def on_a_bare_machine(root, *lines, seconds):
    """Run *lines* with the standard library alone, `machine` made of *root*; return the output."""
    code = (
        f"import sys; sys.path.insert(0, {str(HELPERS)!r})",
        "import pathlib; from bpflab import doctor",
        f"root = pathlib.Path({str(root)!r})",
        "machine = doctor.Machine(root, try_program=lambda seconds: doctor.Trial())",
        *lines,
    )
    command = [sys.executable, "-I", "-S", "-c", "\n".join(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    assert done.stderr == ""
    return done.stdout
