"""What the C of a cell declares, as far as one can read it while it is being typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from bpflab.bindings import tracepoints
from bpflab.bindings.tracepoint_fields import fields
from bpflab.cell.declarations import declared
from bpflab.cell.functions import Function, closed, functions_of
from bpflab.errors import Place
from bpflab.mistakes import context
from bpflab.mistakes.sections import type_of
from bpflab.reference.macros import Macro, maps_of
from bpflab.source import Source

MAGIC = "%%bpf"
_OPTION = re.compile(r"--(type|hook)(?:\s+|=)(\S+)")
_STRUCT = re.compile(r"\bstruct\s+(\w+)\s*\{")
_NAMELESS = re.compile(r"\b(?:struct|union)\s*\{([^{}]*)\}\s*;")
_WITHIN = re.compile(r"\{[^{}]*\}")
_OPEN_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|/\*.*\Z', re.S)  # or a string, which stays
_INITIALISER = re.compile(r"=\s*\{[^{}]*\}")
_MEMBER = re.compile(r"(?P<type>.+?[\s*])(?P<name>\w+)\s*(?P<array>(?:\[[^\]]*\]\s*)*)$", re.S)
_LIBBPF_MAP = re.compile(r'\}\s*(\w+)\s+SEC\(\s*"\.maps"\s*\)')


class CText:
    """A cell of C: its first line with the magic, and what the text below it declares."""

    def __init__(self, cell: str) -> None:
        self.cell = cell
        self.first, _, self.below = cell.partition("\n")
        self._source = Source("cell", tuple(Place("", 0, line) for line in self.below.split("\n")))

    @cached_property
    def code(self) -> str:
        """The cell with spaces in the place of the magic's line and of comments."""
        below = _OPEN_COMMENT.sub(lambda x: x[1] or re.sub(r"\S", " ", x[0]), self._source.code)
        return f"{' ' * len(self.first)}\n{below}"

    @cached_property
    def dialect(self) -> str:
        """``bcc`` or ``libbpf``."""
        return self._source.dialect

    @cached_property
    def options(self) -> Mapping[str, str]:
        """The first ``--type`` and ``--hook`` of the magic's line, without a function's name."""
        given = reversed(_OPTION.findall(self.first))
        return {name: value.rpartition("=")[2] for name, value in given}

    @cached_property
    def maps(self) -> Mapping[str, tuple[Macro | None, str]]:
        """The maps by name: BCC's macro, or None, and the type of a ``BPF_TABLE``."""
        return {**maps_of(self.code), **dict.fromkeys(_LIBBPF_MAP.findall(self.code), (None, ""))}

    def declaration(self, map: str) -> str:
        """Return how a map is declared: ``BPF_HASH(seen, u32, u64)``."""
        found = re.search(rf"\bBPF_\w+\s*\([^;()]*\b{map}\b[^;()]*\)", self.code)
        return " ".join(found[0].split()) if found else map

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """The functions by name."""
        return functions_of(self.code)

    @cached_property
    def structs(self) -> Mapping[str, Mapping[str, str]]:
        """The structs by name: the type of each member."""
        found = {}
        for each in _STRUCT.finditer(self.code):
            inside = self.code[each.end() : closed(self.code, each.end()) - 1]
            inside = _NAMELESS.sub(r"\1", inside)  # C calls their members by their names alone
            found[each[1]] = declared(_WITHIN.sub("", inside))
        return found

    def function_at(self, offset: int) -> Function | None:
        """Return the function in which *offset* is, from its name to its last brace."""
        each = self.functions.values()
        return next((one for one in each if one.start <= offset <= one.end), None)

    def type_at(self, offset: int) -> str:
        """Return the program type of the function at *offset*, by the kernel's name."""
        function = self.function_at(offset)
        if self.dialect == "libbpf":
            section = function.section if function else ""
            return type_of(section) or section
        own = self._says(function) if function else ""
        return self.options.get("type", "") or own or self.type

    @cached_property
    def type(self) -> str:
        """The program type that the magic's line says, or the first function that says one."""
        says = map(self._says, self.functions.values())
        return self.options.get("type", "") or next(filter(None, says), "tracepoint")

    def _says(self, function: Function) -> str:
        return next(iter(context.role(self._source, function.name).types), "")

    def variables(self, offset: int) -> Mapping[str, str]:
        """Return what is declared before *offset* in its function: the type of each name."""
        function = self.function_at(offset)
        if not function:
            return {}
        parameters = function.head.partition("(")[2].removesuffix(")").replace(",", ";")
        body = _INITIALISER.sub("= 0", self.code[function.body : offset])
        found = declared(f"{parameters};{body}")
        struct, name = context.context(self._source, function.name)
        return {name: f"struct {struct} *", **found} if struct else found

    def members(self, type: str) -> Mapping[str, str]:
        """Return the members of a struct: the type of each, none where it is not known here.

        *type* is ``struct event *``. The struct of a tracepoint's event has the names that BCC
        gives it.
        """
        found = re.match(r"(?:const\s+|volatile\s+)*struct\s+(\w+)", type)
        if not found:
            return {}
        name = found[1]
        if name in self.structs:
            return self.structs[name]
        if name.startswith("tracepoint__"):
            target = name.removeprefix("tracepoint__").replace("__", ":", 1)
            return {
                **{one.name: one.type for one in fields(target) if not one.elsewhere},
                **{f"data_loc_{one.name}": "int" for one in fields(target) if one.elsewhere},
            }
        return _KNOWN.get(name, {})

    def struct_of_hook(self) -> str:
        """Return the struct of the tracepoint that the magic's line names, or nothing."""
        hook = self.options.get("hook", "")
        return tracepoints.struct_of(hook) if ":" in hook and self.dialect == "bcc" else ""


_KNOWN: Mapping[str, Mapping[str, str]] = {  # include/uapi/linux/bpf.h
    "bpf_raw_tracepoint_args": {"args": "u64[]"},
    "xdp_md": dict.fromkeys(
        ("data", "data_end", "data_meta", "ingress_ifindex", "rx_queue_index", "egress_ifindex"),
        "u32",
    ),
}
