"""What is left in a text that was copied from a tool: recognised before it is compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpflab.errors import LabError
from bpflab.mistakes import dialect
from bpflab.mistakes.declarations import Declarations
from bpflab.source import Source

_PYTHON = re.compile(
    r"^(?:#!.*python.*|from (?:__future__|bcc\w*|bpfcc|time|ctypes) import .*|import bcc\b.*"
    r"|\w+\s*=\s*BPF\(.*|\w+\s*=\s*(?:\"\"\"|''')\s*|(?:\"\"\"|''')\s*|\s*\w+\.attach_\w+\(.*)$",
    re.M,
)
_BPFTRACE = re.compile(
    r"^\s*(?:(?:tracepoint|rawtracepoint|kprobe|kretprobe|uprobe|uretprobe|usdt|fentry|fexit|kfunc"
    r"|kretfunc|profile|interval|software|hardware|iter):[^\s{;()]+(?:\s*,)?\s*(?:/[^/]*/\s*)?(?:\{|$)"
    r"|(?:BEGIN|END)\s*\{)",
    re.M,
)
_MARKED = re.compile(r"##\s*[A-Z][A-Z0-9_]*\s*##|@@\w+@@|\$\{\w+\}")
_FORM = re.compile(r"(?:[=(,<>&|!;{}+*/-]|\breturn)\s*(%(?:\(\w+\))?[sdux])(?![\w(])")
_FIELD = re.compile(r"(?:[=!<>]=|[<>&|+*/(-]|\breturn)\s*(\{\w+\})\s*(?:[);,&|<>=+*/-])")
_ALONE = re.compile(r"[;{}]\s*\b([A-Z][A-Z0-9_]{3,})\b(?=\s*\n\s*(?:[A-Za-z_}#]))")
_USDT = re.compile(r"\bbpf_usdt_readarg(?:_p)?\s*\(")


def check(source: Source) -> None:
    """Refuse what is no C of either dialect, or is C with something left to be filled in.

    Raises:
        LabError: ``python``, ``bpftrace``, ``placeholder``, ``usdt`` or ``dialect``; at its line.
    """
    for fault in _faults(source):
        raise fault
    dialect.check(source)


def _faults(source: Source) -> Iterator[LabError]:
    if found := _PYTHON.search(source.code):
        yield LabError(
            "python",
            "This line is Python, and only C is compiled.",
            place=source.at(found.start()),
            why="A tool of BCC's is a program in Python, which has its C between three quotes.",
            fix="Copy only the C: what stands between the quotes.",
        )
    text = Declarations(source)
    if found := _BPFTRACE.search(text.code):
        yield LabError(
            "bpftrace",
            "This is bpftrace's language, and only C is compiled.",
            place=source.at(found.end() - len(found[0].lstrip())),
            why="bpftrace makes a program of each probe by itself.",
            fix="Write a function for it, such as int hook(void *ctx), and attach it; or run the "
            "text with bpftrace.",
        )
    for at, name in sorted(_placeholders(source, text)):
        yield LabError(
            "placeholder",
            f"{name} is a placeholder, and nothing was put in its place.",
            place=source.at(at),
            why="The tool's own Python replaces it with C before it compiles the text.",
            fix="Write the C that belongs here, or leave it out.",
        )
    if source.dialect == "bcc" and (found := _USDT.search(text.code)):
        yield LabError(
            "usdt",
            "The lab has no USDT probes.",
            place=source.at(found.start()),
            why="BCC writes this function for the probe of one running program.",
            fix="Use a tracepoint, or BCC's own Python: BPF(text=…, usdt_contexts=[…]).",
        )


def _placeholders(source: Source, text: Declarations) -> Iterator[tuple[int, str]]:
    """Yield where something stands that is no C, or a name in capitals that nothing defines."""
    plain = re.sub(
        r"^[ \t]*#(?!#)(?:[^\n]*\\\n)*[^\n]*",
        lambda line: re.sub(r"[^\n]", " ", line[0]),
        text.code,
        flags=re.M,
    )  # without the preprocessor's lines, where ## and a bare name have a meaning
    for pattern in (_MARKED, _FORM, _FIELD):
        for found in pattern.finditer(plain):
            group = found.lastindex or 0
            yield found.start(group), found[group].strip()
    for found in _ALONE.finditer(plain):
        opened = plain[: found.start() + 1]
        if found[1] in text.macros or found[1] in source.defines:
            continue
        if opened.endswith("{") and re.search(r"\benum\s*\w*\s*\{$", opened):
            continue
        yield found.start(1), found[1]
