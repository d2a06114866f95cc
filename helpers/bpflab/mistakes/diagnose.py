"""What the compiler or the verifier printed, as one fault at the learner's own line."""

from __future__ import annotations

import difflib
import errno
import re
from collections.abc import Iterable

from bpflab.errors import NO_DESCRIPTOR, LabError, Place, no_descriptor
from bpflab.mistakes.faults import COMPILER, HELPERS, VERIFIER, Rule
from bpflab.source import Source
from bpflab.text import safe_text

Lines = Iterable[tuple[int, str, int]]
_MOST_LOG = 1 << 18  # characters of a log that are kept: the end, where the fault is
_DIAGNOSTIC = re.compile(r"^(.+?):(\d+):(\d+): (?:fatal )?error: .*$", re.M)
_WARNING = re.compile(r"^(.+?):(\d+)(:\d+: (?:warning|note): .*)(\n)(.*)$", re.M)
OF_THE_WHOLE = re.compile(r"too large|too complex", re.I)
"""In a log: no step of the program is to blame."""
_BACKEND = re.compile(r"^error: (.+?):(\d+):\d+: in function (\w+)", re.M)
_INSTRUCTION = re.compile(r"^(\d+): \([0-9a-f]{2}\)", re.M)


def compiler(source: Source, printed: str) -> LabError:
    """Return the fault behind what the compiler *printed* on its way out."""
    first = _DIAGNOSTIC.search(printed)
    rule, groups = _first(COMPILER, first[0]) if first else (None, ())
    if rule is None or rule.kind == "compile":  # LLVM and BCC have words beside clang's
        rule, groups = _first(COMPILER, printed)
    if rule is None:
        return LabError(
            "compiler", "The compiler stopped without a word that is known.", log=safe_log(printed)
        )
    place = _compiler_place(source, rule.kind, groups, printed)
    fix = rule.fix
    if rule.kind == "unknown-helper" and (near := difflib.get_close_matches(groups[0], HELPERS)):
        fix = f"Did you mean {' or '.join(near)}?"
    return _fault(rule, groups, place, fix, printed)


def verifier(source: Source, function: str, reason: str, log: str, lines: Lines = ()) -> LabError:
    """Return the fault behind a refusal of *function*: *log* is the verifier's.

    *reason* is the errno's text, used where the log is empty. *lines* says from which instruction
    on the code is of which file and line.
    """
    log = log[-_MOST_LOG:]
    rule, groups = _first(VERIFIER, log)
    insn = _instruction(rule, groups, log)
    place = _at(source, lines, insn) if insn is not None else None
    place = place or _head(source, function)
    refused = "perm" in reason.lower() or "Operation not permitted" in log
    if rule is None and refused and not _INSTRUCTION.search(log):
        message = "The kernel lets this process load no program of this type."
        return no_privilege(message, log)
    if rule is None:
        last = [line for line in log.splitlines() if line and not line.startswith("processed")]
        why = last[-1] if last else reason
        return LabError(
            "verifier",
            f"The verifier refused {function}.",
            place=place,
            why=why,
            fix="Read the whole log in .log.",
            log=safe_log(log),
        )
    return _fault(rule, groups, place, rule.fix, log)


def program_refused(
    source: Source, function: str, reason: OSError, log: str, lines: Lines
) -> LabError:
    """Return the fault behind the errno and the log of a refused program."""
    return short_of(source.name, reason) or verifier(
        source, function, reason.strerror or "", log, lines
    )


def map_refused(source: Source, name: str, reason: OSError) -> LabError:
    """Return the fault behind the errno of map *name*, which the kernel did not make."""
    if reason.errno == errno.EPERM:
        return no_privilege("The kernel lets this process make no map.")
    text = f"could not open bpf map: {name}, error: {reason.strerror}"
    return short_of(source.name, reason) or compiler(source, text)


def no_privilege(message: str, log: str = "") -> LabError:
    """Return the fault of a process that may not do what *message* says."""
    return LabError(
        "privilege",
        message,
        why="That takes CAP_BPF and CAP_PERFMON.",
        fix="Start the lab with ./lab; ./lab doctor shows what is missing.",
        log=safe_log(log),
    )


def short_of(name: str, reason: OSError) -> LabError | None:
    """Return the fault where the process or the machine has too little of something."""
    if reason.errno in NO_DESCRIPTOR:
        return no_descriptor(f"to load {name}")
    if reason.errno == errno.ENOMEM:
        return LabError(
            "memory",
            f"The kernel has no memory for {name}: {reason.strerror}.",
            fix="Make its maps smaller, or close the kernels of other notebooks.",
        )
    return None


def relocated(source: Source, printed: str) -> str:
    """Return the compiler's warnings at the learner's lines, which BCC's rewriting moves."""

    def moved(found: re.Match[str]) -> str:
        place = _same_text(source, found[1], int(found[2]), found[5])
        return f"{found[1]}:{place.line if place else found[2]}{found[3]}{found[4]}{found[5]}"

    return _WARNING.sub(moved, printed)


def safe_log(text: str) -> str:
    """Return *text* line by line as safe text; of a very long one, its end."""
    return "\n".join(
        safe_text(line.expandtabs(8)) for line in text[-_MOST_LOG:].split("\n")
    ).rstrip("\n")


def _first(rules: tuple[Rule, ...], text: str) -> tuple[Rule | None, tuple[str, ...]]:
    for rule in rules:
        if found := re.search(rule.pattern, text, re.M):
            return rule, found.groups()
    return None, ()


def _fault(
    rule: Rule, groups: tuple[str, ...], place: Place | None, fix: str, log: str
) -> LabError:
    return LabError(
        rule.kind,
        rule.message.format(*groups),
        place=place,
        why=rule.why.format(*groups),
        fix=fix.format(*groups),
        log=safe_log(log),
    )


def _compiler_place(
    source: Source, kind: str, groups: tuple[str, ...], printed: str
) -> Place | None:
    if kind in ("stack", "ring-output"):
        return _suspect(source, kind, printed)
    if kind == "two-programs":
        struct = re.compile(rf"\(struct tracepoint__{groups[0]}__{groups[1]} \*")
        takers = [p for p in source.lines if struct.search(p.text)]
        return takers[1] if len(takers) > 1 else None
    if kind == "map":
        return declaration(source, groups[0])
    found = _DIAGNOSTIC.search(printed) or _BACKEND.search(printed)
    if not found:
        return None
    excerpt = printed[found.end() :].lstrip("\n").split("\n", 1)[0]
    return _same_text(source, found[1], int(found[2]), excerpt)


def _same_text(source: Source, file: str, line: int, excerpt: str) -> Place | None:
    """Return line *line*, or the first one that reads as the compiler's *excerpt* of it."""
    place = source.place(file, line)
    wanted = re.sub(r"^\s*\d+ \|", "", excerpt).split()  # clang 17 puts the number in front
    if place and (not wanted or place.text.split() == wanted):
        return place
    # Word by word: clang writes spaces for a tab.
    same = (p for p in source.lines if p.file == file and p.text.split() == wanted)
    return next(same, place)


def declaration(source: Source, name: str) -> Place | None:
    """Return the line that declares map *name*."""
    of_map = re.compile(rf"BPF_\w+\(.*\b{name}\b|\b{name}\s+SEC\(")
    return next((p for p in source.lines if of_map.search(p.text)), None)


def _suspect(source: Source, kind: str, printed: str) -> Place | None:
    """Return the line most likely to blame where LLVM names none."""
    if kind == "ring-output":
        return next((p for p in source.lines if ".ringbuf_output(" in p.text), None)
    found = _BACKEND.search(printed)
    if not found:
        return None
    largest, blamed = 0, _head(source, found[3])
    inside = False
    for place in source.lines:
        inside = place == blamed or (inside and not place.text.startswith("}"))
        if inside and (size := _local_size(source, place.text)) > largest:
            largest, blamed = size, place
    return blamed


def _local_size(source: Source, text: str) -> int:
    """Return a guess at the stack that the declaration in *text* takes, to choose by."""
    array = re.match(r"\s+\w[\w ]*\[(\w+)\]\s*[=;]", text)
    if array:
        size = source.defines.get(array[1], array[1])
        return int(size) if size.isdigit() else 0
    return 1 if re.match(r"\s+struct \w+ \w+\s*[=;]", text) else 0


def _instruction(rule: Rule | None, groups: tuple[str, ...], log: str) -> int | None:
    """Return the number of the refused instruction, if the log has one."""
    if rule and rule.kind in ("loop", "leak") and groups:
        return int(groups[0])
    found = _INSTRUCTION.findall(log)
    return int(found[-1]) if found else None


def _at(source: Source, lines: Lines, insn: int) -> Place | None:
    """Return the learner's line that *insn* came from; a helper's inlined code is of its caller.

    The compiler writes a relative file name with the folder of the headers in front.
    """
    found = None
    for first, file, line in lines:
        if first > insn:
            break
        named = (f for f in source.files if file == f or file.endswith(f"/{f}"))
        found = source.place(next(named, ""), line) or found
    return found


def _head(source: Source, function: str) -> Place | None:
    head = re.compile(rf"\b{re.escape(function)}\s*\(")
    return next((p for p in source.lines if head.search(p.text)), None)
