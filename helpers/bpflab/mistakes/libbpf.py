"""What libbpf printed of an object file that it did not load, as one fault."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence

from bpflab.errors import LabError, Place
from bpflab.mistakes import maps, refused
from bpflab.mistakes.declarations import Declarations
from bpflab.mistakes.rule import head, safe_log
from bpflab.mistakes.sections import no_target, no_type
from bpflab.source import Source
from bpflab.text import near

_INLINED = ("memcmp", "memcpy", "memset", "memmove", "bcmp")
_MAP_FIELDS = (
    *("type", "max_entries", "map_flags", "numa_node", "key_size", "value_size", "key", "value"),
    *("values", "pinning", "map_extra"),
)


def diagnose(
    source: Source, warnings: Sequence[str], error: int, sizes: Mapping[str, maps.Sizes]
) -> LabError:
    """Return the fault behind *warnings* and the errno *error*; *sizes* are those of the maps."""
    log = "\n".join(warnings)
    for pattern, rule in _RULES:
        if found := re.search(pattern, log):
            fault = rule(source, *found.groups())
            break
    else:
        if found := re.search(r"map '([\w.]+)': failed to create", log):
            reason = OSError(error, os.strerror(error))
            fault = refused.map_refused(source, found[1], reason, sizes.get(found[1]))
        elif error == 1:  # EPERM
            fault = refused.no_privilege("The kernel lets this process make no map.")
        else:
            fault = LabError(
                "load",
                f"libbpf does not load {source.name}, and the lab does not know this reason.",
                why=warnings[0] if warnings else os.strerror(error),
                fix="The whole text of libbpf is in .log.",
            )
    fault.log = safe_log(log)
    return fault


def of_program(source: Source, function: str, log: str) -> LabError | None:
    """Return the fault in the log of a refused program that no text for BCC can have, or None."""
    if fault := not_found(source, log):
        fault.place = fault.place or head(source, function)
        return fault
    if "write into map forbidden" in log:
        fault = LabError(
            "read-only",
            "A const variable is written.",
            why="A const variable of a file is in the section .rodata, which nobody may write once "
            "the program is loaded.",
            fix="Declare it without const.",
        )
    elif re.fullmatch(r"\s*processed 0 insns.*\s*", log):
        fault = LabError(
            "load",
            f"The kernel refuses {function} before it looks at its instructions.",
            why="Its type does not fit its hook, or this kernel does not have the hook.",
            fix="Check its section.",
        )
    else:
        return None
    fault.place, fault.log = head(source, function), safe_log(log)
    return fault


def not_found(source: Source, log: str) -> LabError | None:
    """Return the fault of a name of the kernel's that CO-RE did not find, or None."""
    found = re.search(r"failed to resolve CO-RE relocation <\w+> \[\d+\] (.+?) \(", log)
    if not found:
        return None
    field = found[1].rpartition(".")[2] if "." in found[1] else ""
    return LabError(
        "core",
        f"This kernel has no {found[1]}.",
        place=_line(source, rf"(?:->|\.|,)\s*{field}\b") if field else None,
        why="The program asks for it by name (CO-RE), and libbpf looks for it among the "
        "kernel's types when it loads the program.",
        fix="Check its name, or read it only where bpf_core_field_exists() says that it is there.",
        log=safe_log(log),
    )


def no_licence(source: Source, error: LabError) -> None:
    """Let *error*, of a helper that wants a licence, say which line names none or a wrong one."""
    error.why = "A text for libbpf has the licence that its section license names, and no other."
    error.fix = 'Write: char LICENSE[] SEC("license") = "GPL";'
    if named := _line(source, r'SEC\(\s*"license"\s*\)'):
        error.also = ((named, "this licence is not compatible with the GPL"),)
    elif meant := _line(source, r'(?i)^.*\blicen[sc]e\w*\s*\[.*"'):
        error.also = ((meant, 'here SEC("license") is missing or misspelt'),)


def _no_map_type(source: Source, name: str) -> LabError:
    return LabError(
        "map",
        f"{name} does not say its type.",
        place=maps.declared(source, name),
        why="A map is a hash, an array, a ring buffer or another type of the kernel's.",
        fix="Write __uint(type, BPF_MAP_TYPE_HASH); into it, or another type.",
    )


def _not_of_maps(source: Source, name: str, section: str) -> LabError:
    return LabError(
        "section",
        f"{name} is used as a map, but it is in the section {section}.",
        place=_line(source, rf"\b{name}\s+SEC\("),
        why="libbpf looks for maps in the section .maps.",
        fix=f'Write {name} SEC(".maps").',
    )


def _old_maps(source: Source) -> LabError:
    place = _line(source, r'SEC\(\s*"maps"')
    old = "bpf_map_def" in source.code
    return LabError(
        "section",
        'SEC("maps") is the old way to declare a map, which libbpf 1.0 no longer reads.',
        place=place,
        why="Since then a map is a struct of its type, key, value and size in the section .maps.",
        fix="Write: struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); "
        '__type(key, __u32); __type(value, __u64); } NAME SEC(".maps");'
        if old
        else 'Write SEC(".maps").',
    )


def _map_field(source: Source, name: str, field: str) -> LabError:
    return LabError(
        "map",
        f"A map has no {field}.",
        place=_line(source, rf"__(?:uint|type|array|ulong)\(\s*{field}\b")
        or maps.declared(source, name),
        why="libbpf reads the type, the sizes and the flags of a map from fields of fixed names.",
        fix=near(field, _MAP_FIELDS) or "Leave it out.",
    )


def _no_size(source: Source, name: str, part: str) -> LabError:
    type = re.search(rf"__type\(\s*{part}\s*,\s*([\w ]+?)\s*\)", _declaration(source, name))
    shown = type[1] if type else f"The type of the {part}"
    return LabError(
        "map",
        f"{shown} has no size, so the map {name} has none for its {part}s.",
        place=maps.declared(source, name),
        why=(
            "It is declared, but its body does not come before the map, so nothing says what "
            "is in it."
        ),
        fix=f"Write its body above the map: {shown} {{ … }};"
        if type and type[1].startswith(("struct ", "union "))
        else "Use a type that has a size, as __u32 or a struct with its fields.",
    )


def _declaration(source: Source, name: str) -> str:
    """Return the struct of a map, as it is written."""
    found = re.search(rf"struct\s*\{{[^{{}}]*\}}\s*{name}\b", source.code)
    return found[0] if found else ""


def _static_map(source: Source, name: str) -> LabError:
    return LabError(
        "map",
        f"The map {name} is static.",
        place=maps.declared(source, name),
        why="libbpf makes maps that the whole object file can see.",
        fix="Leave out static.",
    )


def _no_body(source: Source, name: str) -> LabError:
    if name in _INLINED:
        called = "memcmp" if name == "bcmp" else name
        return LabError(
            "library",
            f"The compiler makes a call of {name} here, and there is no such function.",
            place=_of_no_constant(source, called) or _line(source, rf"\b{called}\s*\("),
            why="There is no C library in the kernel, and the compiler does not inline this one.",
            fix="Go over the bytes in a loop with a constant bound.",
        )
    calls = [place for called, place in Declarations(source).calls() if called == name]
    return LabError(
        "undefined",
        f"{name} is declared, and nothing defines it.",
        place=calls[0] if calls else _line(source, rf"\b{name}\b"),
        why="A program can use the kernel's helpers and what stands in its own text, nothing else.",
        fix="Write its body into this text, or leave the call out.",
    )


def _no_symbol(source: Source, name: str) -> LabError:
    config = name.startswith("CONFIG_")
    place = _line(source, rf"\bextern\b.*\b{name}\b")
    if place and "__weak" in place.text:
        return LabError(
            "no-symbol",
            f"This kernel has no {name}.",
            place=place,
            why="The line allows that (__weak). But libbpf 1.1 then looks into the kernel's "
            "modules too, which only root may.",
            fix="Leave the function out, or use a newer libbpf.",
        )
    return LabError(
        "no-symbol",
        f"This kernel has no {name}.",
        place=place,
        why="The line asks for it: libbpf looks into the kernel's configuration."
        if config
        else "The line asks for it: libbpf looks among the kernel's functions and variables.",
        fix=f"Check its name, or add __weak behind it: {name} is then 0."
        if config
        else "Check its name.",
    )


def _static_program(source: Source, function: str) -> LabError:
    return LabError(
        "section",
        f"{function} is static, and has a section of its own.",
        place=head(source, function),
        why="libbpf loads a function of a section as a program, which the whole object file can "
        "see.",
        fix="Leave out static. Leave out SEC if only other functions call it.",
    )


def _no_hook(source: Source, function: str, name: str) -> LabError:
    return no_target(source, function, name)


def _bare_section(source: Source, function: str) -> LabError:
    return no_target(source, function, "")


def _of_no_constant(source: Source, name: str) -> Place | None:
    """Return the line of the first call of a ``__builtin_`` whose length is no constant."""
    call = re.compile(rf"\b(?:__builtin_)?{name}\s*\((.*)\)")
    for place in source.lines:
        found = call.search(place.text)
        last = found[1].rpartition(",")[2].strip() if found else ""
        if found and not re.match(r"\d+\b|0x|sizeof\b", last):
            return place
    return None


def _line(source: Source, pattern: str) -> Place | None:
    found = re.search(pattern, source.code, re.M)
    return source.at(found.start()) if found else None


_RULES: tuple[tuple[str, Callable[..., LabError]], ...] = (
    (r"prog '(\w+)': missing BPF prog type, check ELF section name '([^']*)'", no_type),
    (r"prog '(\w+)': failed to find kernel BTF type ID of '([\w.]+)'", _no_hook),
    (r"program '(\w+)' is static and not supported", _static_program),
    (r"prog '(\w+)': no BTF-based attach target is specified", _bare_section),
    (r"map '([\w.]+)': map type isn't specified", _no_map_type),
    (r"map '([\w.]+)': unknown field '(\w+)'", _map_field),
    (r"map '([\w.]+)': unsupported map linkage static", _static_map),
    (r"map '([\w.]+)': can't determine (key|value) size for type", _no_size),
    (r"bad map relo against '(\w+)' in section '([^']*)'", _not_of_maps),
    (r"legacy map definitions in 'maps' section", _old_maps),
    (r"failed to find BTF for extern '(\w+)'", _no_body),
    (r"extern (?:\(\w+ ksym\) )?'(\w+)'.*not (?:found|resolved)", _no_symbol),
)
