"""What a text declares: its functions, maps and structs, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bpflab.errors import Place
from bpflab.reference.macros import Macro, maps_of
from bpflab.source import Source

_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
_FUNCTION = re.compile(
    r"\b([A-Za-z_]\w*)\s*\(((?:[^(){};]|\([^(){};]*\))*)\)\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?\{"
)
_STRUCT = re.compile(r"\b(?:struct|union)\s+(\w+)\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?\{")
_TYPEDEF = re.compile(r"\btypedef\s+(?:struct|union)\s*\w*\s*\{")
_MACRO = re.compile(r"^\s*#\s*define\s+(\w+)(\()?", re.M)
_FIELD = re.compile(r"([A-Za-z_]\w*)\s*((?:\[[^\]]*\]\s*)*)(?::[^,;]*)?\s*$")
_SECTION = re.compile(r"\b(\w+)\s+SEC\(")
_FILLED = re.compile(  # each method and each helper with which an entry can come into a map
    r"\b(\w+)\s*\.\s*(?:update|insert|(?:atomic_)?increment|lookup_or_(?:try_)?init|push|get_stackid)"
    r"\s*\(|\bbpf_(?:map_(?:update|push)_elem|get_stackid|\w+_storage_get)\s*\("
    r"\s*(?:\w+\s*,\s*)?&\s*(\w+)"
)
_WORDS = ("if", "while", "for", "switch", "return", "sizeof", "else", "do")


@dataclass(frozen=True)
class Function:
    """A function of the text; *begin* and *end* are those of its body in `Declarations.code`."""

    name: str
    place: Place
    static: bool
    parameters: str
    begin: int
    end: int


@dataclass(frozen=True)
class Struct:
    """A struct or union of the text, with its fields in their order; those of nested ones, too."""

    name: str
    place: Place
    fields: tuple[tuple[str, Place], ...]

    @property
    def names(self) -> list[str]:
        """The fields' names."""
        return [name for name, _ in self.fields]


class Declarations:
    """The declarations of one source, found by their form alone; macros are not expanded."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.code = _STRING.sub(_blank, source.code)
        """The text with spaces in the place of comments and of what strings hold."""

    def place(self, at: int) -> Place:
        """Return the line of position *at* of `code`."""
        return self._source.at(at)

    def closing(self, at: int, pair: str = "{}") -> int:
        """Return where the brace, or another *pair*, is closed that was opened just before *at*."""
        depth = 1
        for brace in re.compile(f"[{pair}]").finditer(self.code, at):
            depth += 1 if brace[0] == pair[0] else -1
            if not depth:
                return brace.start()
        return len(self.code)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions that are defined, by name."""
        return {one.name: one for one in self._functions()}

    def _functions(self) -> Iterator[Function]:
        for head in _FUNCTION.finditer(self.code):
            if head[1] in _WORDS or head[1].startswith("__attribute"):
                continue
            before = re.split(r"[;}]|^\s*#.*$", self.code[: head.start()], flags=re.M)[-1]
            static = bool(re.search(r"\bstatic\b|always_inline", before))
            end = self.closing(head.end())
            yield Function(head[1], self.place(head.start()), static, head[2], head.end(), end)

    def around(self, place: Place | None) -> Function | None:
        """Return the function that *place* is in."""
        for one in self.functions.values():
            first, last = self._number(one.place), self._number(self.place(one.end - 1))
            if place and first <= self._number(place) <= last + 1:
                return one
        return None

    def _number(self, place: Place) -> int:
        return self._source.lines.index(place)

    @cached_property
    def structs(self) -> dict[str, Struct]:
        """The structs and unions with a name, by name; those of a typedef under the type's name."""
        found = {}
        for head in _STRUCT.finditer(self.code):
            found[head[1]] = self._struct(head[1], head.start(), head.end())
        for head in _TYPEDEF.finditer(self.code):
            end = self.closing(head.end())
            if name := re.compile(r"\}\s*(\w+)").match(self.code, end):
                found[name[1]] = self._struct(name[1], head.start(), head.end())
        return found

    def _struct(self, name: str, begin: int, inside: int) -> Struct:
        return Struct(name, self.place(begin), tuple(self._fields(inside, self.closing(inside))))

    def _fields(self, begin: int, end: int) -> Iterator[tuple[str, Place]]:
        for part in re.compile(r"[^;{}]+").finditer(self.code, begin, end):
            closed = self.code[part.end() : part.end() + 1]
            if closed != ";":  # the head of a nested struct
                continue
            for one in re.finditer(r"[^,]+", part[0]):
                if field := _FIELD.search(one[0]):
                    yield field[1], self.place(part.start() + one.start() + field.start())

    @cached_property
    def maps(self) -> Mapping[str, tuple[Macro | None, str]]:
        """The maps by name: with the macro that declares them, in BCC's dialect."""
        bcc = maps_of(self._source.code)
        return {**dict.fromkeys(_SECTION.findall(self._source.code), (None, "")), **bcc}

    @cached_property
    def filled(self) -> set[str]:
        """The maps into which the text itself may put entries; others only Python fills."""
        return {one[1] or one[2] for one in _FILLED.finditer(self.code)}

    @cached_property
    def macros(self) -> dict[str, Place]:
        """The macros that the text defines."""
        return {one[1]: self.place(one.start(1)) for one in _MACRO.finditer(self.code)}

    def map_place(self, name: str) -> Place | None:
        """Return the line that declares map *name*."""
        found = re.search(rf"BPF_\w+\([^()]*\b{name}\b|\b{name}\s+SEC\(", self._source.code)
        return self.place(found.start()) if found else None

    def where(self, name: str) -> Place | None:
        """Return the line that declares *name*: a function, map, struct, macro or variable."""
        if name in self.functions:
            return self.functions[name].place
        if name in self.maps and (place := self.map_place(name)):
            return place
        if name in self.structs:
            return self.structs[name].place
        if name in self.macros:
            return self.macros[name]
        at_top = re.compile(rf"^(?!\s|return\b)[\w \t*]+\b{name}\s*(?:\[[^\]]*\])?\s*[=;]", re.M)
        found = at_top.search(self.code)
        return self.place(found.start()) if found else None

    def below(self, name: str, place: Place | None) -> Place | None:
        """Return the line of *name*'s declaration if it comes after *place*."""
        found = self.where(name)
        if found and place and self._number(found) > self._number(place):
            return found
        return None

    def calls(self) -> Iterator[tuple[str, Place]]:
        """Return each call in a function, with its line; what a method of a map does is not one."""
        for one in self.functions.values():
            for call in re.compile(r"(?<![\w.>])\s*([A-Za-z_]\w*)\s*\(").finditer(
                self.code, one.begin, one.end
            ):
                if call[1] not in _WORDS:
                    yield call[1], self.place(call.start(1))


def _blank(found: re.Match[str]) -> str:
    return found[0][0] + " " * (len(found[0]) - 2) + found[0][-1]
