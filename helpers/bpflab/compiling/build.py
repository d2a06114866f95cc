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
    try:
        return _proof(json.loads(kept.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
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
        place = _declared(source, rf"^[^?]*\b{name}\s*:\s*\d+\s*[;,]") if name else None
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
    return next((p for p in source.lines if re.search(pattern, p.text)), None)


def forget(source: Source, program_type: str, bcc_version: str) -> None:
    """Drop the proof: what it promised did not hold."""
    with contextlib.suppress(OSError):
        _kept(source, program_type, bcc_version).unlink()


def _prove(source: Source, program_type: str) -> Proof:
    job = {
        "text": source.text,
        "marked": source.marked,
        "flags": flags(source),
        "type": program_type,
    }
    command = [sys.executable, "-m", "bpflab.compiling.prover", str(os.getpid())]
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
    return _proof(answer | {"warnings": diagnose.safe_log(stderr)})


def _proof(answer: dict[str, Any]) -> Proof:
    """Return the proof in what a child answered or a file kept; anything else raises."""
    fields = {name: [(f, t) for f, t in rows] for name, rows in answer["fields"].items()}
    return Proof([str(f) for f in answer["functions"]], fields, str(answer["warnings"]))


def _kept(source: Source, program_type: str, bcc_version: str) -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    facts = [source.text, *flags(source), program_type, bcc_version, *platform.uname()]
    facts.append(_headers())
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
