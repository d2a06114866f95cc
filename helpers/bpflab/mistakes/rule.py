"""A rule: a text to look for, and the fault that it means; and which line a fault stands at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bpflab.errors import LabError, Place
from bpflab.source import Source
from bpflab.text import safe_text

MOST_LOG = 1 << 18
"""Characters of a log that are kept: the end, where the fault is."""

_MACROS = {
    "tracepoint__": "TRACEPOINT_PROBE",
    "raw_tracepoint__": "RAW_TRACEPOINT_PROBE",
    "kfunc__": "KFUNC_PROBE",
    "kretfunc__": "KRETFUNC_PROBE",
    "kmod_ret__": "KMOD_RET",
    "lsm__": "LSM_PROBE",
    "bpf_iter__": "BPF_ITER",
}


@dataclass(frozen=True)
class Rule:
    """A text to look for, and what it means; ``{0}`` stands for the pattern's first group."""

    kind: str
    pattern: str
    message: str
    why: str
    fix: str


def first_match(rules: Sequence[Rule], text: str) -> tuple[Rule | None, tuple[str, ...]]:
    """Return the first of *rules* that is found in *text*, and its groups."""
    for rule in rules:
        if found := re.search(rule.pattern, text, re.M):
            return rule, found.groups()
    return None, ()


def as_error(
    rule: Rule, groups: tuple[str, ...], place: Place | None, fix: str, log: str
) -> LabError:
    """Return the fault that *rule* means, its words filled with *groups*."""
    return LabError(
        rule.kind,
        rule.message.format(*groups),
        place=place,
        why=rule.why.format(*groups),
        fix=fix.format(*groups),
        log=safe_log(log),
    )


def declaration(source: Source, name: str) -> Place | None:
    """Return the line that declares map *name*."""
    of_map = re.compile(rf"BPF_\w+\(.*\b{name}\b|\b{name}\s+SEC\(")
    return next((p for p in source.lines if of_map.search(p.text)), None)


def head(source: Source, function: str) -> Place | None:
    """Return the line on which the definition of *function* begins, or the first that calls it."""
    named = [rf"\b{re.escape(function)}\s*\("]
    for prefix, macro in _MACROS.items():  # BCC's, which write the head
        if function.startswith(prefix):
            rest = function.removeprefix(prefix).replace("__", r"\s*,\s*", 1)
            named.append(rf"\b{macro}\s*\(\s*{rest}\s*[,)]")
    of_head = re.compile("|".join(named))
    return next((p for p in source.lines if of_head.search(p.text)), None)


def safe_log(text: str) -> str:
    """Return *text* line by line as safe text; of a very long one, its end."""
    return "\n".join(safe_text(line.expandtabs(8)) for line in text[-MOST_LOG:].split("\n")).rstrip(
        "\n"
    )
