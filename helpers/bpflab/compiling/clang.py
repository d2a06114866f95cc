"""A C file compiled by clang into a BPF object file: the way without BCC."""

from __future__ import annotations

import base64
import contextlib
import os
import platform
import shutil
import sysconfig
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bpflab.compiling import compiler, kept, vmlinux
from bpflab.errors import LabError
from bpflab.files import sweep
from bpflab.mistakes import pasted
from bpflab.mistakes.compiler.diagnose import diagnose
from bpflab.mistakes.rule import safe_log
from bpflab.source import MADE, Source

FLAGS = [
    "-g",  # debug information becomes BTF: map definitions need it, and the verifier's log quotes C
    "-O2",  # without, a loop or an array of a few bytes may not verify
    "-target",
    "bpf",
    "-Werror=implicit-function-declaration",  # it would end in a refusal with a worse text
    "-Wno-error=int-conversion",  # an error since clang 15; explained by what comes of it
    # Mistakes that clang knows, and does not name unless it is asked.
    "-Wuninitialized",
    "-Wsometimes-uninitialized",
    "-Wunused-comparison",
    "-Wtautological-unsigned-zero-compare",
]
"""What every compile is given beside the ``-D`` flags."""

# How <bpf/bpf_tracing.h> calls the machine whose registers it reads.
_ARCHITECTURES = {"x86_64": "x86", "aarch64": "arm64", "ppc64le": "powerpc", "riscv64": "riscv"}
_ARCHITECTURES |= {"s390x": "s390", "loongarch64": "loongarch"}
_STUBS = "gnu/stubs-32.h"
"""What the C library's headers include for a machine that is not x86_64, as bpf is none; they need
nothing of it."""


class Elf(NamedTuple):
    """A BPF object file, and what clang had to say all the same, at the learner's lines."""

    image: bytes
    warnings: str


def known(source: Source) -> Elf | None:
    """Return the object file of a text that was compiled and accepted before, or None."""
    return kept.read(
        _facts(source), lambda found: Elf(base64.b64decode(found["elf"]), str(found["warnings"]))
    )


def keep(source: Source, made: Elf) -> None:
    """Keep what `compiled` returned: the kernel has accepted it."""
    elf = base64.b64encode(made.image).decode()
    kept.write(_facts(source), {"elf": elf, "warnings": made.warnings})


def compiled(source: Source) -> Elf:
    """Return the BPF object file that clang makes of *source*.

    Raises:
        LabError: ``no-clang``, else as `pasted.check` and `compiler.run`, or whatever clang
            refuses, at the learner's line.
    """
    pasted.check(source)
    try:
        with _laid_out(source) as folder:
            begin = partial(compiler.start, source.name, _command(source), folder)
            child = compiler.run(source.name, source.text.encode(), begin)
    except LabError as error:
        if error.kind == "no-compiler":
            error.kind = "no-clang"
            error.why = (
                "A text for libbpf is compiled by clang, a program of its own. BCC "
                "has its compiler built in."
            )
            error.fix = "./lab installs it, with the headers of libbpf-dev."
        raise
    printed = child.stderr.decode(errors="backslashreplace")
    if child.returncode:
        raise diagnose(source, printed)
    return Elf(child.stdout, safe_log(printed))


def _command(source: Source) -> list[str]:
    # The headers of the machine's own C library include others from its multiarch directory,
    # where clang does not look when it compiles for another target.
    includes = [f"-I/usr/include/{sysconfig.get_config_var('MULTIARCH')}"]
    includes += ["-idirafter", "."]
    machine = f"-D__TARGET_ARCH_{_ARCHITECTURES.get(platform.machine(), platform.machine())}"
    flags = [*FLAGS, machine, *includes, *source.flags]
    return ["clang", *flags, "-x", "c", "-c", "-", "-o", "-"]


def _facts(source: Source) -> list[object]:
    """Return all that an object file depends on, beside the kernel."""
    files = [Path(shutil.which("clang") or "/"), Path("/usr/include/bpf/bpf_helpers.h")]
    stamps = [(str(f.resolve()), f.stat().st_mtime_ns) for f in files if f.exists()]
    return ["clang", source.text, _command(source), stamps]


@contextlib.contextmanager
def _laid_out(source: Source) -> Iterator[Path]:
    """Make a folder that holds the files as they were written: LLVM copies each line from there."""
    place, head = Path(tempfile.gettempdir()), f"bpflab-{os.getpid()}-"
    sweep(place, "bpflab-", shutil.rmtree)  # of processes that were killed
    with tempfile.TemporaryDirectory(prefix=head, ignore_cleanup_errors=True) as name:
        headers = {MADE: vmlinux.text()} if vmlinux.wanted(source) else {}
        headers[_STUBS] = ""
        for file, text in {**source.written, **headers}.items():
            path = Path(name, file)
            if ".." not in path.parts and path.is_relative_to(name):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        yield Path(name)
