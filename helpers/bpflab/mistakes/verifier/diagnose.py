"""What the verifier printed, as one fault at the learner's own line.

The rules are in the modules beside this one. A rule is a pattern of the refusal's last lines and a
function, which looks at the walk that led there; it returns None where it has nothing to say.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable

from bpflab.errors import LabError, Place
from bpflab.mistakes.refused import no_privilege, short_of
from bpflab.mistakes.rule import MOST_LOG
from bpflab.mistakes.verifier import (
    arguments,
    arithmetic,
    blocks,
    context,
    helpers,
    indices,
    left,
    limits,
    locks,
    null,
    objects,
    packets,
    pointers,
    references,
    regions,
    results,
    sizes,
    sleeping,
    stack,
    structure,
    tail_calls,
    unmeant,
)
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.source import Source
from bpflab.verifier_log.log import parse
from bpflab.verifier_log.walk import changed
from bpflab.verifier_log.words import in_words, name_words

Lines = Iterable[tuple[int, str, int]]
Rule = tuple[str, Callable[[Refusal, re.Match[str]], LabError | None]]
OF_THE_WHOLE = re.compile(r"too large|too complex", re.I)
"""In a log: no step of the program is to blame."""
_LAST_LINES = 3
_CLANG = re.compile(r"^\d+ (?:warning|error)s? generated|: (?:warning|note): ")

RULES: tuple[Rule, ...] = (
    # Tried in order; the first that has something to say names the fault.
    *left.RULES,
    *unmeant.RULES,
    *limits.RULES,
    *structure.RULES,
    *locks.RULES,
    *regions.RULES,
    *sleeping.RULES,
    *references.RULES,
    *results.RULES,
    *helpers.RULES,
    *arguments.RULES,
    *null.RULES,
    *pointers.RULES,
    *objects.RULES,
    *arithmetic.RULES,
    *context.RULES,
    *packets.RULES,
    *stack.RULES,
    *sizes.RULES,
    *blocks.RULES,
    *indices.RULES,
)


def diagnose(
    source: Source,
    function: str,
    reason: str,
    log: str,
    lines: Lines = (),
    *,
    type: str = "",
    instructions: bytes | None = None,
) -> LabError:
    """Return the fault behind a refusal of *function*: *log* is the verifier's.

    *reason* is the errno's text, used where the log is empty. *lines* says from which instruction
    on the code is of which file and line. *type* is the program's, and *instructions* are what the
    kernel got, where they are known.
    """
    log, table = log[-MOST_LOG:], list(lines)
    walk = parse(log, table)
    refusal = Refusal(source, function, walk, table, log, type, instructions or b"")
    if instructions == b"" or (not log.strip() and reason == os.strerror(errno.E2BIG)):
        return unmeant.nothing(refusal)
    for pattern, explain in RULES:
        if (found := re.search(pattern, walk.message, re.M)) and (error := explain(refusal, found)):
            return error
    if not walk.message and log.strip() and (error := tail_calls.of_two_types(refusal)):
        return error
    refused = "perm" in reason.lower() or "Operation not permitted" in log
    if refused and not walk.steps:
        message = "The kernel lets this process load no program of this type."
        return no_privilege(message, log)
    return _unknown(refusal, reason)


def program_refused(
    source: Source,
    function: str,
    reason: OSError,
    log: str,
    lines: Lines,
    *,
    type: str = "",
    instructions: bytes | None = None,
) -> LabError:
    """Return the fault behind the errno and the log of a refused program; see `diagnose`."""
    return short_of(source.name, reason) or diagnose(
        source,
        function,
        reason.strerror or "",
        log,
        lines,
        type=type,
        instructions=instructions,
    )


def _unknown(refusal: Refusal, reason: str) -> LabError:
    """Return what is known of a refusal that no rule explains."""
    told = [line.strip() for line in refusal.walk.message.splitlines() if not _CLANG.search(line)]
    return refusal.error(
        "verifier",
        f"The verifier refused {refusal.function}, for a reason that the lab does not know.",
        why=told[-1] if told else reason,
        fix=refusal.walk.suggestion
        or "Read what the verifier knew in the lines named here, and the whole log in .log.",
        also=_last_lines(refusal),
    )


def _last_lines(refusal: Refusal) -> list[tuple[Place | None, str]]:
    """Return the lines before the refused one, each with what it left in the registers."""
    found: dict[Place, dict[str, str]] = {}
    for at in refusal.way():
        place = refusal.place(at)
        if place is None or (place not in found and len(found) == _LAST_LINES):
            continue
        step, left = refusal.walk.steps[at], found.setdefault(place, {})
        for name in changed(step.before, step.after):
            if name.startswith("R") and name != "R10" and name in step.after:
                left.setdefault(name, step.after[name])
    return [(place, _words(left) or "the program was here") for place, left in found.items()]


def _words(left: dict[str, str]) -> str:
    return "; ".join(
        f"{name_words(n)}: {in_words(n, state)}" for n, state in list(left.items())[:3]
    )
