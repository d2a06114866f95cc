"""BCC's dialect: a text becomes an image, in a child process or from the cache."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from functools import cache, partial
from pathlib import Path

from bpflab.compiling import bcc_child, compiler, declared, headers, image, kept, symbols
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.mistakes import pasted
from bpflab.mistakes.compiler.diagnose import diagnose, relocated
from bpflab.mistakes.rule import safe_log
from bpflab.source import Source
from bpflab.workload.child import end

FLAGS = [
    # Warnings that always end in a refusal later, and with a worse text.
    "-Werror=implicit-function-declaration",
    "-Werror=visibility",
    # An error since clang 15; as a warning it is explained by what comes of it, as with clang 14.
    "-Wno-error=int-conversion",
    # Mistakes that clang knows, and does not name unless it is asked.
    "-Wuninitialized",
    "-Wsometimes-uninitialized",
    "-Wunused-comparison",
    "-Wtautological-unsigned-zero-compare",
]
"""What every compile is given; `flags` has the rest."""

_PATIENCE_S = 180.0  # a child that waits holds 40 MB, of which it shares half
_ROOT = Path("/")  # BCC changes to the headers' folder and back: ours may have been removed


def flags(source: Source) -> list[str]:
    """Return all that the compiler is given for *source*: by the lab, the headers, and ``-D``."""
    return [*FLAGS, *headers.dialect_flags(), *source.flags]


def known(source: Source) -> image.Image | None:
    """Return the image of a text that was compiled and accepted before, or None."""
    return kept.read(_facts(source), image.from_answer)


def compiled(source: Source) -> image.Image:
    """Compile *source* in a child process; return its image.

    Raises:
        LabError: ``no-bcc``, ``map-type``, else as `compiler.run`, or whatever the compiler
            refuses, at the learner's line.
    """
    pasted.check(source)
    declared.check_text(source)
    parts = {"text": source.text, "flags": flags(source), "symbols": symbols.lines()}
    job = json.dumps(parts) + "\n"
    begin = partial(_spare.take, source.name)
    done = compiler.run(source.name, job.encode(), begin)
    if done.returncode == bcc_child.UNUSED:  # it gave up waiting just before
        done = compiler.run(source.name, job.encode(), begin)
    printed = done.stderr.decode(errors="backslashreplace")
    try:
        answer = json.loads(done.stdout)
        if answer["stage"] == "done":
            answer["warnings"] = safe_log(relocated(source, printed))
            made = image.from_answer(answer)
            declared.check_image(source, made)
            return made
        stage, reason = answer["stage"], str(answer["reason"])
    except (ValueError, KeyError, TypeError, RecursionError):  # LLVM ended the child
        stage, reason = "compile", ""
    raise _refusal(source, stage, reason, printed)


def keep(source: Source, made: image.Image) -> None:
    """Keep what `compiled` returned: the kernel has accepted it."""
    kept.write(_facts(source), made.answer)


def make_ready() -> None:
    """Start the child for the next compile, which imports BCC while nobody waits."""
    _spare.start()


def _refusal(source: Source, stage: str, reason: str, printed: str) -> LabError:
    refusal = diagnose(source, printed + reason, Path(headers.directory()))
    if refusal.kind == "no-headers" and os.environ.get("BCC_KERNEL_SOURCE"):
        refusal.fix = "unset BCC_KERNEL_SOURCE"
    if stage == "import" and refusal.kind != "memory":
        return LabError(
            "no-bcc",
            "This Python has no BCC.",
            why=f"{reason}. PyPI's package `bcc` is another project; the real one comes "
            "with the distribution, for its own Python.",
            fix="./lab installs python3-bpfcc and a venv that sees it.",
        )
    return refusal


def _child(name: str) -> subprocess.Popen[bytes]:
    # -P: a learner's signal.py or json.py in a folder must not be taken for Python's.
    command = [sys.executable, "-P", "-m", "bpflab.compiling.bcc_child"]
    return compiler.start(name, [*command, str(os.getpid()), str(_PATIENCE_S)], _ROOT)


class _Spare:
    """A child that has imported BCC and waits, for this process alone."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._made_in: dict[str, str] = {}
        atexit.register(self.end)
        os.register_at_fork(after_in_child=self._forget)

    def start(self) -> None:
        """Start it, if there is none. Where that cannot be done the next compile says why."""
        with held_back(), self._lock:
            if not self._fits():
                self._end()
                self._made_in = _environment()
                with contextlib.suppress(LabError):
                    self._child = _child("the next text")

    def take(self, name: str) -> subprocess.Popen[bytes]:
        """Return it, or a new one for source *name* where it does not serve."""
        with self._lock:
            if not self._fits():
                self._end()
                return _child(name)
            child, self._child = self._child, None
            assert child
            return child

    def end(self) -> None:
        """End it."""
        with held_back(), self._lock:
            self._end()

    def _fits(self) -> bool:
        """Say whether there is one that lives, and whose environment is ours."""
        if self._child is None or self._made_in != _environment():
            return False
        return self._child.poll() is None

    def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            end(child)

    def _forget(self) -> None:
        """In a fork: the child is the parent's, and a thread that is not here may have the lock."""
        self._child, self._lock = None, threading.Lock()


_spare = _Spare()


def _environment() -> dict[str, str]:
    """Return what BCC reads of the environment."""
    return {k: v for k, v in os.environ.items() if k.startswith("BCC_")}


def _facts(source: Source) -> list[object]:
    """Return all that an image depends on, beside the kernel."""
    place = headers.directory()
    config = Path(place, headers.KCONFIG)
    return ["bcc", source.text, flags(source), _version(), str(config.resolve()), config.exists()]


@cache
def _version() -> list[object]:
    """Return which BCC is installed, without importing it."""
    found = importlib.util.find_spec("bcc")
    if not found or not found.origin:
        return []
    files = [Path(found.origin).with_name(name) for name in ("__init__.py", "version.py")]
    return [(str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists()]
