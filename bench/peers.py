"""What stands beside the lab, built or fetched where it is not installed; and the versions."""

import ctypes
import functools
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.worker import worker
from bpflab.paths import ROOT, cache

NO_BPFTRACE = "bpftrace is neither installed nor to be had from apt"


@functools.cache  # found before a measurement gets a cache of its own
def bpftrace() -> str:
    """Return the path of a bpftrace that runs, or nothing.

    Where none is installed, the distribution's package is unpacked into the cache, which
    `./lab clean` removes: the machine stays as it is, and so do the lessons, which look for it.
    """
    path = shutil.which("bpftrace")
    if not path:
        unpacked = cache() / "bench" / "bpftrace"
        if not (unpacked / "usr").exists():
            shutil.rmtree(unpacked, ignore_errors=True)
            unpacked.mkdir(parents=True)
            _unpack(unpacked)
        path = str(unpacked / "usr/bin/bpftrace")
    return path if _said([path, "--version"]) else ""


def _unpack(folder: Path) -> None:
    quiet = {"cwd": folder, "capture_output": True, "check": False}
    if shutil.which("apt-get"):
        options = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"]
        subprocess.run(["apt-get", *options, "download", "bpftrace"], **quiet)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder], **quiet)


def machine() -> dict[str, str]:
    """Return what was measured on: the machine, and the version of each program."""
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    with worker() as call:
        bcc, llvm = call(_bcc)
    facts = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "lab": _said(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
        "processor": _field("/proc/cpuinfo", "model name") or platform.machine(),
        "CPUs": str(os.cpu_count()),
        "memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 1e6:.1f} GB",
        "system": release,
        "kernel": platform.release(),
        "Python": platform.python_version(),
        "BCC": bcc,
        "LLVM": llvm,
        "libbpf": _libbpf(),
        "bpftrace": _said([bpftrace(), "--version"]).removeprefix("bpftrace v"),
    }
    return facts | {name: importlib.metadata.version(name) for name in ("numpy", "pandas")}


def _bcc() -> tuple[str, str]:
    """Return the versions of BCC and of the LLVM in it; only in a process of BCC's."""
    import bcc

    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    llvm = re.search(r"libLLVM[-.](?:so\.)?([\d.]+\d)", maps)
    return bcc.__version__, llvm[1] if llvm else "within libbcc"


def _libbpf() -> str:
    version = ctypes.CDLL("libbpf.so.1").libbpf_version_string
    version.restype = ctypes.c_char_p
    return version().decode().removeprefix("v")


def _field(path: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*)", Path(path).read_text(encoding="utf-8"), re.M)
    return found[1] if found else ""


def _said(command: list[str]) -> str:
    """Return what *command* prints, or nothing where it does not run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
