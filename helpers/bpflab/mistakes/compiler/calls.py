"""Calls with too few or too many arguments, of helpers, methods, macros and one's own functions."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules
from bpflab.reference import helpers, macros
from bpflab.reference.signature import Signature

_EXAMPLES = {
    "perf_submit": "{map}.perf_submit(ctx, &event, sizeof(event));",
    "ringbuf_output": "{map}.ringbuf_output(&event, sizeof(event), 0);",
    "ringbuf_reserve": "{map}.ringbuf_reserve(sizeof(struct event));",
    "ringbuf_submit": "{map}.ringbuf_submit(event, 0);",
    "ringbuf_discard": "{map}.ringbuf_discard(event, 0);",
    "update": "{map}.update(&key, &value);",
    "lookup": "{map}.lookup(&key);",
    "delete": "{map}.delete(&key);",
    "get_stackid": "{map}.get_stackid(ctx, 0);",
    "increment": "{map}.increment(key);",
    "call": "{map}.call(ctx, 1);",
    "bpf_get_current_comm": "char comm[16]; bpf_get_current_comm(comm, sizeof(comm));",
    "bpf_probe_read_user": "bpf_probe_read_user(to, sizeof(to), from);",
    "bpf_probe_read_kernel": "bpf_probe_read_kernel(to, sizeof(to), from);",
    "bpf_probe_read_user_str": "bpf_probe_read_user_str(to, sizeof(to), from);",
    "bpf_probe_read_kernel_str": "bpf_probe_read_kernel_str(to, sizeof(to), from);",
    "bpf_map_update_elem": "bpf_map_update_elem(&map, &key, &value, BPF_ANY);",
}


def _arguments(case: Case, many: str, least: str, given: str) -> LabError:
    callee = _callee(case, many)
    map, _, name = callee.rpartition(".")
    message = f"{callee or 'This function'} takes {_arguments_of(least)}; here it is given {given}."
    known: Signature | None = helpers.find(name) if not map else None
    if map in case.declared.maps:
        macro, type = case.declared.maps[map]
        known = macros.methods_of(macro.name, type).get(name) if macro else None
    if name in case.declared.functions and not map:
        place = case.declared.functions[name].place
        return case.error(
            "arguments",
            message,
            "",
            "Give it as many as it takes.",
            also=[(place, f"{name} is defined here")],
        )
    if not known:
        return case.error("arguments", message, "", "Give it as many as it takes.")
    example = _EXAMPLES.get(name, "").replace("{map}", map)
    if not known.parameters:
        example = f"{callee}()"
    fix = f"Write {example.rstrip(';')}." if example else "Give it as many as it takes."
    summary = getattr(known, "summary", "")
    return case.error("arguments", message, f"It is declared as {known.signature}. {summary}", fix)


def _arguments_of(count: str) -> str:
    number = count.split()[-1]
    return "no argument" if number == "0" else f"{count} argument{'' if number == '1' else 's'}"


def _callee(case: Case, many: str) -> str:
    """Return what is called: it is underlined, or else stands in front of the last bracket."""
    marked = re.match(r"[A-Za-z_][\w.]*", case.fault.marked)
    if marked and re.search(rf"\b{re.escape(marked[0])}\s*\(", case.fault.excerpt):
        return marked[0]
    before = case.fault.excerpt[: max(case.fault.column - 1, 0)]
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(before[at], 0)
        if depth < 0:
            found = re.search(r"([A-Za-z_][\w.]*)\s*$", before[:at])
            return found[1] if found else ""
    return ""


def _macro(case: Case, many: str) -> LabError | None:
    found = case.fault.note(r"macro '(\w+)' defined here")
    name = found[0][1] if found else ""
    written = re.match(r"\s*([A-Za-z_]\w*)\s*\(", case.line)
    if written and macros.find(written[1]):
        name = written[1]
    if not name:
        return None
    macro = macros.find(name)
    note = found[1] if found else None
    also = [(note.place, f"{name} is defined here")] if note and note.place else []
    fix = f"Write it as {macro.signature}." if macro else "Give it as many as it takes."
    why = macro.summary if macro else ""
    return case.error("arguments", f"{name} is given too {many} arguments.", why, fix, also=also)


def _not_called(case: Case, name: str) -> LabError:
    found = re.search(r"(\w+)\s*\(", case.fault.marked + "(")
    what = found[1] if found else "This"
    return case.error(
        "call",
        f"{what} is not a function: it has the type {name}.",
        "",
        "Remove the ( ) after it, or check the name.",
    )


RULES: Rules = (
    (
        (
            r"too (few|many) arguments to function call, (?:single argument '\w+' was not"
            r" specified|expected (at (?:least|most) \d+|\d+), have (\d+))"
        ),
        lambda c, m, e, h: _arguments(c, m, e or "1", h or "none"),
    ),
    (
        r"too many arguments to function call, expected single argument '\w+', have (\d+)",
        lambda c, h: _arguments(c, "many", "1", h),
    ),
    (r"too (few|many) arguments provided to function-like macro invocation", _macro),
    (r"called object type '([^']+)'.* is not a function", _not_called),
)
