"""Fields and methods that are not there, and a dot for an arrow."""

from __future__ import annotations

import difflib
import re

from bpflab.bindings import tracepoint_fields
from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules, meant
from bpflab.reference import macros

_REGISTERS = ("di", "si", "dx", "cx", "r8", "r9", "r10", "ax", "bp", "sp", "ip", "regs", "rdi")
_RENAMED = {  # fields that BCC's tools used, and what they are called since
    ("task_struct", "state"): "__state, since Linux 5.14",
    ("task_struct", "real_start_time"): "start_boottime, since Linux 5.5",
    ("request", "rq_disk"): "q->disk, since Linux 5.17",
}
_MOST = 24  # fields that are listed


def _no_member(case: Case, name: str, type: str) -> LabError:
    struct = type.partition(" ")[2]
    if struct.endswith("_table_t"):
        return _no_method(case, name, struct.removesuffix("_table_t"))
    if "PT_REGS_" in case.line and name in _REGISTERS:
        return _registers(case, type)
    declared = case.declared.structs.get(struct)
    fields = declared.names if declared else _fields_of_tracepoint(struct)
    also = [(declared.place, f"{type} is declared here")] if declared else []
    fix = _choice(name, fields)
    message = f"{type} has no field {name}."
    if struct in ("trace_event_raw_sys_enter", "trace_event_raw_sys_exit"):
        fix = (
            "Its fields are id and args[0] to args[5]."
            if "enter" in struct
            else ("Its fields are id and ret.")
        )
    if renamed := _RENAMED.get((struct, name)):
        fix = f"It is {renamed}."
    elif near := re.search(r"did you mean '(\w+)'\?", case.fault.text):
        fix = f"{meant([near[1]])} {_listed(fields)}".strip()
    elif not fields and struct == "pt_regs":
        fix = (
            "Read an argument of the function with PT_REGS_PARM1(ctx), its result with"
            " PT_REGS_RC(ctx)."
        )
    elif not fields:
        fix = "Its fields differ from kernel to kernel: look for them in this kernel's headers."
    return case.error("no-member", message, "", fix, also=also)


def _registers(case: Case, type: str) -> LabError:
    """PT_REGS_PARM1 of a context that is no kprobe's."""
    fields = _listed(_fields_of_tracepoint(type.removeprefix("struct ")))
    given = "void *" if type == "void" else type
    return case.error(
        "no-member",
        f"PT_REGS_PARM1 and the like read a kprobe's registers, and ctx is a {given} here.",
        "A kprobe's context is struct pt_regs *; a tracepoint's has fields with names.",
        f"Read a field of it. {fields}" if fields else "Take struct pt_regs *ctx for a kprobe.",
    )


def _fields_of_tracepoint(struct: str) -> list[str]:
    target = struct.removeprefix("tracepoint__").replace("__", ":", 1)
    return [one.name for one in tracepoint_fields.fields(target)] if target != struct else []


def _choice(name: str, fields: list[str]) -> str:
    close = meant(difflib.get_close_matches(name, fields, 2))
    return f"{close} {_listed(fields)}".strip()


def _listed(fields: list[str]) -> str:
    more = f" and {len(fields) - _MOST} more" if len(fields) > _MOST else ""
    return f"It has {', '.join(fields[:_MOST])}{more}." if fields else ""


def _no_method(case: Case, name: str, table: str) -> LabError:
    macro, type = case.declared.maps.get(table, (None, ""))
    methods = macros.methods_of(macro.name, type) if macro else {}
    place = case.declared.map_place(table)
    also = [(place, f"{table} is declared here")] if place and place != case.fault.place else []
    fix = _choice(name, list(methods))
    if macro and macro.of == "ring" and name in ("perf_submit", "perf_submit_skb"):
        fix = f"Write {table}.ringbuf_output(&event, sizeof(event), 0)."
    elif macro and macro.of == "perf" and name.startswith("ringbuf_"):
        fix = (
            f"Declare BPF_RINGBUF_OUTPUT({table}, 8), or call {table}.perf_submit(ctx, &event,"
            " sizeof(event))."
        )
    of = f", which {macro.name} declares," if macro else ""
    return case.error("no-member", f"The map {table}{of} has no method {name}.", "", fix, also=also)


def _arrow(case: Case, type: str, sign: str) -> LabError:
    """`.` for `->`, or the reverse."""
    struct = type.removesuffix(" *").removeprefix("struct ")
    if struct.endswith("_table_t"):
        table = struct.removesuffix("_table_t")
        message = f"{table} is a map, and a dot stands between a map and its method."
        return case.error("arrow", message, "", f"Write {table}.{_method(case)}.")
    base = case.fault.marked.rstrip("^~->. ") or "this"
    base = base if re.fullmatch(r"[\w.>\-\[\]]+", base) else "this"
    if sign == "->":
        message = f"{base} is a pointer, and a dot follows it."
        why = "A field of a struct that a pointer points to is written with an arrow."
        return case.error("arrow", message, why, f"Write {_access(case, base, '->')}.")
    message = f"{base} is not a pointer, and an arrow follows it."
    given = re.search(
        rf"\b{re.escape(type)}\s+{re.escape(base)}\s*=\s*\w+\.(lookup|ringbuf_reserve)",
        case.declared.code,
    )
    if given:
        why = f"{given[1]} gives a pointer."
        return case.error("arrow", message, why, f"Declare it as a pointer: {type} *{base}.")
    why = f"It is a {type}. A field of a struct itself is written with a dot."
    return case.error("arrow", message, why, f"Write {_access(case, base, '.')}.")


def _access(case: Case, base: str, sign: str) -> str:
    found = re.search(rf"{re.escape(base)}\s*(?:->|\.)\s*(\w+)", case.line)
    return f"{base}{sign}{found[1] if found else 'field'}"


def _method(case: Case) -> str:
    found = re.search(r"->\s*(\w+\s*\()", case.line)
    return f"{found[1]}…)" if found else "lookup(…)"


def _no_struct(case: Case, type: str) -> LabError:
    """A field of something that has none: of ``void *ctx``, or of a number."""
    if re.search(r"\(int\)ctx->di|= \([\w ]+\)ctx->\w+;", case.fault.excerpt):
        return _kprobe_arguments(case)
    if "PT_REGS_" in case.line:
        return _registers(case, type)
    base = re.search(r"(\w+)\s*->", case.line)
    name = base[1] if base else "this"
    if type == "void" and name == "ctx":
        field = re.search(r"ctx\s*->\s*(\w+)", case.line)
        fix = "Declare it with the struct of its tracepoint: for syscalls:sys_enter_execve that is "
        fix += "struct tracepoint__syscalls__sys_enter_execve *ctx."
        return case.error(
            "no-member",
            f"ctx is a void *, which has no field{f' {field[1]}' if field else ''}.",
            "A void * says nothing about what it points to.",
            fix,
        )
    if type == "void":
        why = "A void * says nothing about what it points to."
        fix = f"Declare {name} as a pointer to a struct, and assign the address to it."
        return case.error("no-member", f"{name} is a void *, which has no fields.", why, fix)
    point = re.search(r"(\w+)\s*(?:->|\.)\s*\w+", case.line)
    name = point[1] if point else "this"
    return case.error(
        "no-member",
        f"{name} has the type {type}, which has no fields.",
        "",
        "Only a struct or a union has fields.",
    )


def _kprobe_arguments(case: Case) -> LabError:
    """BCC writes the arguments of a kprobe's function, as fields of struct pt_regs."""
    number = case.source.lines.index(case.fault.place) if case.fault.place else 0
    heads = [f for f in case.declared.functions.values() if f.parameters.count(",")]
    heads = [f for f in heads if case.source.lines.index(f.place) <= number]
    place = heads[-1].place if heads else case.fault.place
    return case.error(
        "kprobe-arguments",
        "A program has one parameter, the context, unless it is a kprobe's.",
        "BCC reads each further parameter from the registers, which struct pt_regs has.",
        "Take struct pt_regs *ctx for a kprobe; for a tracepoint leave the others out, and read "
        "ctx->field.",
        place=place,
    )


RULES: Rules = (
    (r"no member named '(\w+)' in '([^']+)'", _no_member),
    (r"reference type '([^']+)'.* is (?:not )?a pointer; did you mean to use '([^']+)'", _arrow),
    (r"member reference base type '([^']+)'.* is not a structure or union", _no_struct),
)
