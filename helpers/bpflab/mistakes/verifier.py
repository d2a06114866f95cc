"""What the verifier printed, as one fault at the learner's own line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bpflab.errors import LabError, Place
from bpflab.mistakes.refused import no_privilege, short_of
from bpflab.mistakes.rule import MOST_LOG, Rule, as_error, first_match, head, safe_log
from bpflab.source import Source

Lines = Iterable[tuple[int, str, int]]
OF_THE_WHOLE = re.compile(r"too large|too complex", re.I)
"""In a log: no step of the program is to blame."""
_INSTRUCTION = re.compile(r"^(\d+): \([0-9a-f]{2}\)", re.M)

RULES = (
    # Tried in order; the first that matches names the fault.
    Rule(
        "stack",
        r"combined stack size of (\d+) calls is (\d+)",
        "The {0} functions that call each other here need {1} bytes of stack together.",
        "A caller's variables wait on the stack under those of the function it calls, and all of "
        "them share the 512 bytes.",
        "Keep the large ones in a map or, without BCC, in static variables.",
    ),
    Rule(
        "tail-call-stack",
        r"tail_calls are not allowed when call stack of previous frames is (\d+) bytes",
        "A called function makes a tail call while its callers hold {0} bytes of stack.",
        "The tail call gives back its own frame, but its callers' stay: at most 33 times in a row. "
        "So these may hold less than 256 bytes.",
        "Make the tail call in the program itself, or keep the callers' variables in a map.",
    ),
    Rule(
        "null-check",
        r"R\d+ invalid mem access '\w*_or_null\w*'|R\d+ type=\w*_or_null\w* expected=",
        "A pointer that may be NULL is used without a check.",
        "A lookup gives NULL where there is no entry, and the kernel would read address 0.",
        "Check it first: if (!p) return 0;",
    ),
    Rule(
        "loop",
        r"infinite loop detected at insn (\d+)",
        "This loop may never end.",
        "The verifier must see an end to every path; here a round changes nothing it can count.",
        "Give it a bound: for (int i = 0; i < 64; i++).",
    ),
    Rule(
        "loop",
        r"back-edge from insn (\d+)",
        "This loop may never end.",
        "The verifier must see an end to every path.",
        "Give it a bound: for (int i = 0; i < 64; i++).",
    ),
    Rule(
        "too-complex",
        r"sequence of (\d+) jumps is too complex",
        "One path through this program leaves {0} branches to be looked at later.",
        "At each jump that may go either way the verifier follows one way and remembers the other: "
        "at most 8192 at a time.",
        "Shorten the loop, or let bpf_loop() run its body.",
    ),
    Rule(
        "too-complex",
        r"program is too (?:large|complex)|jumps is too complex|Program +too large \(\d+ insns\)",
        "The verifier gave up before it had seen every path.",
        "It follows at most a million instructions over all paths, loops unrolled.",
        "Shorten the loop, or split the program with tail calls.",
    ),
    Rule(
        "leak",
        r"Unreleased reference id=\d+ alloc_insn=(\d+)",
        "A reserved record is neither submitted nor discarded on some path.",
        "The ring would wait for it for ever: every ringbuf_reserve needs its end.",
        "Call ringbuf_submit or ringbuf_discard before every return.",
    ),
    Rule(
        "license",
        r"cannot call GPL",
        "This helper is for programs under a GPL-compatible licence.",
        "BCC's default is GPL; the text sets another.",
        "Remove the BPF_LICENSE line, or name one that is compatible.",
    ),
    Rule(
        "uninitialised",
        r"invalid (?:indirect )?read from stack",
        "Memory is read that was never written.",
        "Stack holds what an earlier call left; the kernel does not hand that out.",
        "Give the variable a value: = {{}} clears a struct with its padding.",
    ),
    Rule(
        "uninitialised",
        r"R(\d+) !read_ok",
        "Register {0} is read, and holds nothing on some path.",
        "A call leaves its result in R0 and clears R1 to R5; a good tail call never returns.",
        "Give the variable a value on every path before it is read.",
    ),
    Rule(
        "bounds",
        r"invalid access to map value, value_size=(\d+) off=(-?\d+) size=(\d+)",
        "{2} bytes at offset {1} are more than this map's value has: {0}.",
        "A lookup points to one value, and the verifier knows its size.",
        "Declare a value as large as what goes into it.",
    ),
    Rule(
        "bounds",
        r"invalid access to|unbounded|min value is|outside of the allowed memory range"
        r"|invalid variable-offset|invalid write to stack|invalid stack type|invalid zero-sized",
        "An access may fall outside of its memory.",
        "The verifier knows the largest value that an index can have, and that one is too large.",
        "Compare the index with the size first, or mask it: i & (SIZE - 1).",
    ),
    Rule(
        "pointer",
        r"R\d+ invalid mem access '(?:scalar|inv)'",
        "A number is used as a pointer.",
        "The program may follow only pointers that the kernel gave it; a global has no memory.",
        "Read foreign memory with bpf_probe_read_user or _kernel; keep a global in a map.",
    ),
    Rule(
        "helper-type",
        r"cannot use helper|unknown func|invalid func",
        "A program of this type may not call this helper.",
        "Each program type has its own list of helpers.",
        "See bpf-helpers(7), or choose another hook.",
    ),
    Rule(
        "call",
        r"last insn is not an exit or jmp",
        "A function that is not inlined was called.",
        "BCC loads each function alone, so a call from one to another has no target.",
        "Write static without noinline.",
    ),
)


def diagnose(source: Source, function: str, reason: str, log: str, lines: Lines = ()) -> LabError:
    """Return the fault behind a refusal of *function*: *log* is the verifier's.

    *reason* is the errno's text, used where the log is empty. *lines* says from which instruction
    on the code is of which file and line.
    """
    log = log[-MOST_LOG:]
    rule, groups = first_match(RULES, log)
    insn = _instruction(rule, groups, log)
    place = _at(source, lines, insn) if insn is not None else None
    place = place or head(source, function)
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
    return as_error(rule, groups, place, rule.fix, log)


def program_refused(
    source: Source, function: str, reason: OSError, log: str, lines: Lines
) -> LabError:
    """Return the fault behind the errno and the log of a refused program."""
    return short_of(source.name, reason) or diagnose(
        source, function, reason.strerror or "", log, lines
    )


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
