"""The guard: proves in a child process that a source compiles and verifies."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bpflab.compiling import compiler, diagnose
from bpflab.compiling.source import Source
from bpflab.data import layout
from bpflab.doctor import headers
from bpflab.doctor.machine import Machine
from bpflab.errors import LabError, Place
from bpflab.files import replace_text

FLAGS = [
    # Warnings that always end in a refusal later, and with a worse text.
    "-Werror=implicit-function-declaration",
    "-Werror=visibility",
]
"""What every compile is given; `flags` has the rest."""

_COMMENT = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\\\.|[^\"\\\\])*\"", re.S
)  # and a string, which may hold one
_STRUCT = re.compile(r"\b(?:struct|union)\b[^{};()]*\{")


@dataclass(frozen=True)
class Proof:
    """What is known of a source that compiled and verified.

    Attributes:
        functions: the programs in it.
        fields: for each buffer the name and C type of its event's fields.
        warnings: what the compiler printed all the same.
    """

    functions: list[str]
    fields: dict[str, list[tuple[str, str]]]
    warnings: str = ""


def prove(source: Source, program_type: str, bcc_version: str) -> Proof:
    """Return the proof that *source* compiles and that the kernel accepts each of its programs.

    A proof is kept on disk, by the hash of all that it depends on, and not made twice.

    Raises:
        LabError: whatever the compiler or the verifier had to say, at the learner's line.
    """
    kept = _kept(source, program_type, bcc_version)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        return _proof(json.loads(kept.read_text(encoding="utf-8")))
    proof = _prove(source, program_type)
    _keep(kept, proof)
    return proof


def flags(source: Source) -> list[str]:
    """Return all that the compiler is given for *source*: by the lab, the headers, and ``-D``."""
    return [*FLAGS, *headers.dialect_flags(Machine()), *source.flags]


def event_dtype(source: Source, proof: Proof, buffer: str) -> np.dtype[Any]:
    """Return the dtype of the events that *source* sends through *buffer*, from its C struct.

    Raises:
        LabError: ``event-field``, at the field's line, for one that has no column in a table.
    """
    fields = proof.fields[buffer]
    for name, _ in fields:
        place = _declared(source, rf"\b{name}\s*:\s*\d+\s*[;,]") if name else None
        if place:
            raise LabError(
                "event-field",
                f"Field {name!r} of the event in {buffer} is a bit-field.",
                place=place,
                why="The compiler tells where a field is in bytes, not in bits.",
                fix="Make it a u8.",
            )
    try:
        return layout.from_fields(fields, f"the event in {buffer}")
    except LabError as error:
        named = re.search(r"Field '(\w+)'", error.message)
        error.place = _declared(source, rf"\b{named[1]}\b\s*(?:\[|;)") if named else None
        raise


def _declared(source: Source, pattern: str) -> Place | None:
    """Return the first line inside of a struct, comments apart, in which *pattern* is found."""
    text = "\n".join(place.text for place in source.lines)
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for head in _STRUCT.finditer(text):
        end = _closing(text, head.end())
        if found := re.compile(pattern).search(text, head.end(), end):
            return source.lines[text.count("\n", 0, found.start())]
    return None


def _closing(text: str, at: int) -> int:
    """Return where the brace is closed that was opened just before *at*."""
    depth = 1
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def forget(source: Source, program_type: str, bcc_version: str) -> None:
    """Drop the proof: what it promised did not hold."""
    with contextlib.suppress(OSError):
        _kept(source, program_type, bcc_version).unlink()


def _prove(source: Source, program_type: str) -> Proof:
    try:
        Path.cwd()
    except FileNotFoundError:  # BCC changes to the headers' folder and could not come back
        raise LabError(
            "no-folder",
            "The folder in which this process works has been removed.",
            fix="Go to another one, as in os.chdir('/tmp'), or restart the kernel.",
        ) from None
    job = {
        "text": source.text,
        "marked": source.marked,
        "flags": flags(source),
        "type": program_type,
    }
    # -P: a learner's signal.py or json.py in this folder must not be taken for Python's.
    command = [sys.executable, "-P", "-m", "bpflab.compiling.prover", str(os.getpid())]
    child = compiler.run(source.name, command, json.dumps(job).encode())
    stdout, stderr = (
        said.decode(errors="backslashreplace") for said in (child.stdout, child.stderr)
    )
    said, _, last = stdout.rstrip("\n").rpartition("\n")  # BCC prints there too
    try:
        answer = json.loads(last)
    except ValueError:  # LLVM ended the child
        said, answer = stdout, {"stage": "compile"}
    if answer["stage"] == "compile":
        refusal = diagnose.compiler(source, said + stderr)
        if refusal.kind == "no-headers":
            refusal.fix = headers.headers(Machine()).fix or refusal.fix
        raise refusal
    if answer["stage"] == "verify":
        raise diagnose.verifier(source, answer["function"], answer["reason"], stderr)
    return _proof(answer | {"warnings": diagnose.safe_log(diagnose.relocated(source, stderr))})


def _proof(answer: dict[str, Any]) -> Proof:
    """Return the proof in what a child answered or a file kept; anything else raises."""
    fields = {name: [(f, t) for f, t in rows] for name, rows in answer["fields"].items()}
    return Proof([str(f) for f in answer["functions"]], fields, str(answer["warnings"]))


def _kept(source: Source, program_type: str, bcc_version: str) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    uname = platform.uname()  # without the name of the host, which a network may change
    kernel = [uname.system, uname.release, uname.version, uname.machine]
    facts = [source.text, *flags(source), program_type, bcc_version, *kernel, _headers()]
    return base / "bpflab" / "proofs" / f"{hashlib.sha256(repr(facts).encode()).hexdigest()}.json"


def _headers() -> str:
    """Return where the kernel's headers are: without them, or with others, nothing is proved."""
    try:
        return str(Path(headers.headers_directory(Machine()), headers.KCONFIG).resolve(strict=True))
    except OSError:
        return ""


def _keep(path: Path, proof: Proof) -> None:
    """Write the proof whole or not at all; a full or read-only disk only costs the next compile."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, json.dumps(asdict(proof)))
