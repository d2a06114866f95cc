"""Arrays and texts: what is assigned, initialised or printed, and maps that are no arrays."""

from __future__ import annotations

import re

from bpflab.bindings import tracepoint_fields
from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules

_ASSIGNED = re.compile(r"([\w.>\[\]-]+)\s*=\s*(.+?);")


def _array(case: Case, type: str) -> LabError:
    """An array is assigned."""
    found = _ASSIGNED.search(case.line)
    to, value = (found[1], found[2].strip()) if found else ("the array", "")
    size = f"sizeof({to})"
    why = "C copies no array with =: its bytes must be copied."
    copy = f"__builtin_memcpy(&{to}, {value or 'from'}, {size})"
    read = f"bpf_probe_read_user_str(&{to}, {size}, {value})"
    field = _field_type(case, value)
    if value.startswith('"'):
        fix = f"Write __builtin_memcpy({to}, {value}, sizeof({value}));"
    elif "bpf_get_current_comm" in value:
        fix = f"Write bpf_get_current_comm(&{to}, {size});"
    elif field.endswith("*"):
        why += f" {value} is an address in the memory of the process."
        fix = f"Write {read};"
    elif field.endswith("]") or not re.match(r"\w+->\w+$", value):
        fix = f"Write {copy};"
    else:
        fix = f"Where {value} is an array, write {copy}; where it is the address of a text in the "
        fix += f"memory of the process, {read};"
    return case.error("array", f"{to} is an array, and an array cannot be assigned.", why, fix)


def _field_type(case: Case, value: str) -> str:
    """Return the C type of ``ctx->field`` where ctx is a tracepoint's, or nothing."""
    found = re.fullmatch(r"(\w+)->(\w+)", value)
    function = case.declared.around(case.fault.place)
    if not found or not function:
        return ""
    struct = re.search(rf"tracepoint__(\w+?)__(\w+)\s*\*\s*{found[1]}\b", function.parameters)
    fields = tracepoint_fields.fields(f"{struct[1]}:{struct[2]}") if struct else []
    return next((one.type for one in fields if one.name == found[2]), "")


def _array_initialised(case: Case) -> LabError:
    """``char a[64] = p;``, or a format of bpf_trace_printk that is no literal."""
    printk = re.search(r"\b(bpf_trace_printk|bpf_printk)\s*\(\s*([^,)]*)", case.line)
    if printk and printk[2].startswith("'"):
        return case.error(
            "quotes",
            "A text stands in double quotes in C.",
            "Single quotes are for one character.",
            f'Write "{printk[2][1:].rstrip(chr(39))}".',
        )
    if printk:
        size = re.search(r",\s*(sizeof\s*\([^)]*\)\s*\)?)\s*,?", case.line)
        values = re.sub(r"^[^,]*,?", "", case.line[printk.start(2) :].rsplit(")", 1)[0], count=1)
        values = re.sub(r"^\s*sizeof\s*\([^)]*\)\s*,?\s*", "", values).strip()
        declared = re.search(
            rf'\b{re.escape(printk[2].strip() or "-")}\s*(?:\[[^\]]*\])?\s*=\s*("(?:\\.|[^"\\])*")',
            case.source.code,
        )
        literal = declared[1] if declared else '"…"'
        call = f"{printk[1]}({literal}{f', {values}' if values else ''});"
        return case.error(
            "printk-format",
            f"The format of {printk[1]} must be a text in quotes.",
            (
                "BCC counts its length at compile time"
                + (", so the size is left out, too." if size and case.bcc else ".")
                if case.bcc
                else "The macro counts its length at compile time."
            ),
            f"Write {call}",
        )
    found = re.search(r"(\w+)\s*\[[^\]]*\]\s*=\s*(.+?);", case.line)
    name, value = (found[1], found[2]) if found else ("the array", "…")
    if "bpf_get_current_comm" in value:
        fix = f"Declare it without a value, and write bpf_get_current_comm({name}, sizeof({name}));"
    else:
        fix = (
            f"Declare it without a value, and write bpf_probe_read_user_str({name}, sizeof({name}),"
            f" {value}), or _kernel_str for an address in the kernel."
        )
    return case.error(
        "array",
        f"The array {name} cannot be initialised with a pointer.",
        "An array is initialised with a list of values, or with a text in quotes.",
        fix,
    )


def _subscript(case: Case) -> LabError:
    found = re.search(r"\b(\w+)\s*\[([^\]]*)\]\s*(=(?!=)|\+=|\+\+|-=)?\s*([^;]*)", case.line)
    if found and found[1] in case.declared.maps:
        name, key = found[1], found[2].strip()
        if not case.bcc:
            why = "A map is reached by helpers, with the address of the key."
            fix = (
                f"Write bpf_map_lookup_elem(&{name}, &{key}) to read, bpf_map_update_elem(&{name},"
                f" &{key}, &value, BPF_ANY) to write."
            )
            return case.error("map-subscript", f"{name} is a map, not a C array.", why, fix)
        why = "A map is reached by its methods, with the address of the key."
        if found[3] in ("+=", "++"):
            fix = (
                f"Write {name}.increment({key}); or lookup(&{key}), check it for NULL, and add to"
                " *value."
            )
        elif found[3] == "=":
            fix = (
                f"Keep the value in a variable of the map's type, and write {name}.update(&{key},"
                " &value)."
            )
        else:
            fix = (
                f"Write {name}.lookup(&{key}): it gives a pointer, which is NULL where there is no"
                " entry."
            )
        return case.error("map-subscript", f"{name} is a map, not a C array.", why, fix)
    name = found[1] if found else "This"
    return case.error(
        "type",
        f"{name} is neither an array nor a pointer, so it has no elements.",
        "",
        "Declare it as an array, as in u32 x[4], or leave the brackets out.",
    )


def _no_list(case: Case) -> LabError:
    found = re.search(r"(\w+\s+\w+)\s*=\s*\{\s*\}", case.line)
    fix = f"Write {found[1]} = 0;" if found else "Write = 0."
    return case.error(
        "type", "A number is set with a value, and = {} is for structs and arrays.", "", fix
    )


RULES: Rules = (
    (r"array type '([^']+)'.* is not assignable", _array),
    (r"array initializer must be an initializer list", _array_initialised),
    (r"subscripted value is not an array", _subscript),
    (r"scalar initializer cannot be empty", _no_list),
)
