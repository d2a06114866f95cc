"""What a program prints with ``bpf_trace_printk``: formats that the kernel does not print."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpflab.errors import LabError
from bpflab.mistakes.ctext import calls
from bpflab.source import Source

_PRINTED = re.compile(r'\b(bpf_trace_printk|bpf_printk)\s*\(\s*("(?:\\.|[^"\\\n])*")')
# bpf_bprintf_prepare() of kernel/bpf/helpers.c, whose widths and %c Linux 5.13 and 5.15 brought.
_SPEC = re.compile(r"%(?:%|([-+ #0]*)(\d*|\*)((?:\.(?:\d*|\*))?)(hh|h|ll|l|[zjtqL])?([a-zA-Z]?))")
_INTEGERS, _OTHERS, _FLOATS = "diuxX", "scp", "fFeEgGaA"
_CONSTANT = re.compile(r'"(?:\\.|[^"\\\n])*"')
_SIZED = re.compile(r"\bbpf_trace_printk\s*\(\s*(\w+)\s*,\s*sizeof\s*\(?\s*\1\b\s*\)?\s*[,)]")
_POINTER = 8  # bytes of it
_EXTENDED = re.compile(r"[A-Za-z0-9]")  # what may follow %p: %px, %ps, %pI4


def found(source: Source) -> Iterator[LabError]:
    """Yield what the calls in *source* do not print as they are meant to."""
    for call in _PRINTED.finditer(source.code):
        for spec in _SPEC.finditer(call[2]):
            place = source.at(call.start())
            if fix := _unknown(spec):
                yield LabError(
                    "printk-format",
                    f"{call[1]} knows no {spec[0]}, and prints nothing.",
                    place=place,
                    why="It knows %d, %u, %x, with l or ll for 64 bits, and %c, %s, %p.",
                    fix=fix,
                )
            elif spec[5] == "p" and not _EXTENDED.match(call[2], spec.end()):
                yield LabError(
                    "printk-address",
                    "%p does not print the address itself.",
                    place=place,
                    why="The kernel prints another number in its place (a hash), so that its "
                    "addresses stay secret.",
                    fix="Write %lx to see the address.",
                )
        if source.dialect == "bcc":
            yield from _constants(source, call)
    if source.dialect == "libbpf":
        yield from _pointers(source)


def _constants(source: Source, call: re.Match[str]) -> Iterator[LabError]:
    """Yield the fault of a call that has a string constant behind its format."""
    ((_, arguments), *_) = calls(source.code[call.start() :], call[1]) or [("", [])]
    constants = [one for one in arguments[1:] if _CONSTANT.fullmatch(one)]
    if constants and call[1] == "bpf_trace_printk":
        yield LabError(
            "printk-constant",
            f"{constants[0]} is not printed: %s gets no text there.",
            place=source.at(call.start()),
            why="BCC does not load the section of the object file in which the compiler puts "
            "string constants.",
            fix=f"Write the text into the format; or declare char text[] = {constants[0]}; in the "
            "function, and print text.",
        )


def _pointers(source: Source) -> Iterator[LabError]:
    """Yield the faults of calls that give the size of a pointer as that of the format."""
    for call in _SIZED.finditer(source.code):
        name = call[1]
        declared = re.compile(
            rf"\bchar\b[\s\w]*(\*)?[\s\w]*\b{name}\s*(?:(\[)|[;,)]|=\s*({_CONSTANT.pattern})?)"
        )
        nearest = list(declared.finditer(source.code, 0, call.start()))[-1:]
        for last in nearest:
            if not last[1] or last[2] or (last[3] and len(last[3]) - 2 < _POINTER):
                continue  # an array; or so short a format that its end is found
            yield LabError(
                "printk-size",
                f"sizeof({name}) is {_POINTER}, the size of a pointer, and not that of the format.",
                place=source.at(call.start()),
                also=[(source.at(last.start()), f"{name} is declared as a pointer here")],
                why=f"The kernel reads {_POINTER} bytes of the format, finds no end in them, and "
                "prints nothing.",
                fix=f"Declare it as an array, const char {name}[] = …; or use bpf_printk.",
            )


def _unknown(spec: re.Match[str]) -> str:
    """Return what to write in the place of a conversion that the kernel refuses, or nothing."""
    flags, width, precision, length, letter = spec.groups()
    if spec[0] == "%%":
        return ""
    if letter and letter in _FLOATS:
        return "A program has whole numbers alone: print the number of hundredths with %d."
    if letter in _INTEGERS and letter:
        if precision or width == "*" or "#" in flags or (length or "l") not in ("l", "ll"):
            return f"Write %{'ll' if length in ('ll', 'z', 'j', 't', 'q', 'L') else ''}{letter}."
        return ""
    if letter and letter in _OTHERS and not precision and width != "*" and not length:
        return ""
    return "Write %% for the sign itself." if not letter else f"Write %{_near(letter)}."


def _near(letter: str) -> str:
    return letter if letter in _OTHERS else "x" if letter == "o" else "d"
