"""Values of the wrong type: pointers for values, arrays that are assigned, texts as numbers."""

from __future__ import annotations

import re

from bpflab.bindings import tracepoint_fields
from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules, says

_POINTER = re.compile(r"\b(\w+)\.(lookup|lookup_or_try_init|lookup_or_init|ringbuf_reserve)\s*\(")
_DECLARED = re.compile(r"^\s*((?:struct |union )?\w+)\s+(\w+)\s*=")
_ASSIGNED = re.compile(r"([\w.>\[\]-]+)\s*=\s*(.+?);")


def _no_pointer(case: Case, *types: str) -> LabError | None:
    """A lookup's pointer is kept in a variable that is none."""
    call, declared = _POINTER.search(case.line), _DECLARED.match(case.line)
    if not call or not declared or "*" in case.line.split("=")[0]:
        return None
    if "dereference with *" not in case.fault.text and f"= *{call[0]}" not in _squeezed(case.line):
        return None
    type, name = declared.groups()
    return case.error(
        "type",
        f"{call[1]}.{call[2]} gives a pointer, and {name} is not a pointer.",
        f"It points to the {type} in the map, or is NULL.",
        f"Declare {type} *{name}, check it (if (!{name}) return 0;), and write *{name} for the"
        " value" + (f" or {name}-> for a field." if type.startswith(("struct", "union")) else "."),
    )


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _read_at_once(case: Case, *types: str) -> LabError | None:
    """``u64 v = *seen.lookup(&k);``: BCC's call gives a void *."""
    found = re.search(r"\*\s*((\w+)\.lookup\s*\([^;]*\))", case.line)
    if not found:
        return None
    return case.error(
        "type",
        f"What {found[2]}.lookup gives is read without a check.",
        "lookup gives a pointer, which is NULL where the map has no entry.",
        f"Keep it first: u64 *value = {found[1]}; if (!value) return 0; and then read *value. "
        "(u64 stands for the type of the map's values.)",
    )


def _address(case: Case, given: str, wanted: str = "") -> LabError:
    """``&`` is missing in front of an argument."""
    argument = re.sub(r"^\W+|[\s~^]+$", "", case.fault.marked) or "the variable"
    if given.startswith("struct ") and given.endswith("_table_t"):
        why = "A method is called on the map's own name, and BCC writes the call of the helper."
        fix = (
            "A map cannot be an argument: call its methods here, or write a #define in place of the"
            " function."
        )
        return case.error("type", f"The map {argument} cannot be given to a function.", why, fix)
    return case.error(
        "type",
        f"The value of {argument} is given where its address is wanted.",
        "The kernel reads a key, a value or an event at its address.",
        f"Write &{argument}.",
    )


def _incompatible(case: Case, text: str) -> LabError:
    passed = re.search(
        r"passing '([^']+)'(?: \(aka '[^']+'\))? to parameter of (?:incompatible )?type '([^']+)'",
        text,
    )
    whole = passed and passed[1].startswith(("struct ", "union ")) and "*" not in passed[1]
    if passed and "*" in passed[2] and ("take the address with &" in text or whole):
        return _address(case, passed[1])
    if "with an expression of incompatible type 'void'" in text:
        return _read_at_once(case) or _no_result(case)
    return _no_pointer(case) or _mixed(case, text)


def _mixed(case: Case, text: str) -> LabError:
    """A value of one type stands where another type is wanted."""
    found = re.findall(r"'([^']+)'", re.sub(r" \(aka '[^']*'\)", "", text))
    passed = text.startswith("passing")
    given, wanted = (found[0], found[-1]) if passed else (found[-1], found[0])
    fix = "Use a value of that type."
    if given.startswith(("struct ", "union ")) and "*" not in given:
        fix = "Use one of its fields: a dot and the field's name behind it."
    return case.error(
        "type",
        f"A {wanted} is wanted here, and this is a {given}.",
        f"The compiler says: {text}.",
        fix,
    )


def _no_result(case: Case) -> LabError:
    return case.error(
        "type",
        "The function on the right gives no value: its type is void.",
        "",
        "Call it alone, or let it return a value.",
    )


def _integer(case: Case, text: str) -> LabError | None:
    """A pointer and a number are mixed; newer compilers refuse what older ones warn of."""
    if "take the address with &" in text and "to parameter" in text:
        return _address(case, "")
    if found := _no_pointer(case):
        return found
    if "dereference with *" in text:
        name = re.sub(r"[\s~^=]+$", "", case.fault.marked)
        return case.error(
            "type",
            "A pointer is used as a number.",
            f"The compiler says: {text}.",
            (
                "Write * in front of it to read what it points to, once it is checked."
                if not name
                else (
                    "Write * in front of the pointer to read what it points to, once it is checked."
                )
            ),
        )
    if helper := re.search(r"expression of type '[^']*\(\*?\)?\(([^']*)\)'", text):
        call = re.search(r"(bpf_\w+)\s*[;,)]", case.line)
        if call:
            return case.error(
                "type",
                f"{call[1]} is not called: its address is taken.",
                "",
                f"Write {call[1]}({'…' if helper[1] not in ('', 'void') else ''}).",
            )
    if "'char[" in text or "const char" in text:
        return case.error(
            "type",
            "A text is used as a number.",
            "A text in quotes is an address in C.",
            "Give the field or variable the type char[N], or write a number.",
        )
    return case.error(
        "type",
        "A pointer and a number are mixed.",
        f"The compiler says: {text}.",
        "Make both sides of one type. To read memory at an address, use bpf_probe_read_user or"
        " _kernel.",
    )


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


def _operands(case: Case, left: str, right: str) -> LabError:
    if left.startswith(("struct", "union")) and left == right:
        return case.error(
            "type",
            "Structs cannot be compared or added.",
            "C knows operators for numbers and pointers only.",
            "Compare the fields one by one.",
        )
    if "char" in left and "char" in right:
        return case.error(
            "type",
            "Texts cannot be added in C.",
            "A text is an array of characters.",
            "Send the parts as fields of the event, and join them in Python.",
        )
    if left.startswith("struct") and left.endswith("_table_t"):
        return _operands(case, "map", right)
    return case.error(
        "type",
        f"This operator does not go with {left} and {right}.",
        "",
        "Use numbers, or a field of the struct.",
    )


def _scalar(case: Case, type: str) -> LabError:
    """A struct stands where a number is wanted."""
    name = re.search(r"[!(]\s*(\w+)\s*\)", case.line)
    what = name[1] if name else "This"
    declared = re.search(
        rf"\b{re.escape(type)}\s+{re.escape(what)}\s*=\s*\*?\s*\w+\.(lookup|ringbuf_reserve)",
        case.declared.code,
    )
    if declared:
        place = case.declared.place(declared.start())
        return case.error(
            "type",
            f"{what} is a copy of a {type}, not a pointer.",
            f"{declared[1]} gives a pointer, which can be NULL.",
            f"Declare {type} *{what}, without * in front of the lookup.",
            place=place,
            also=(
                [(case.fault.place, "it is checked here")]
                if case.fault.place and case.fault.place != place
                else []
            ),
        )
    return case.error(
        "type",
        f"{what} has the type {type}, which is neither true nor false.",
        "",
        "Compare one of its fields.",
    )


def _indirection(case: Case, type: str) -> LabError:
    name = re.search(r"\*\s*(\w+)", case.fault.marked or case.line)
    what = name[1] if name else "This"
    return case.error(
        "type",
        f"{what} is not a pointer: it has the type {type}.",
        "A * in front reads what a pointer points to.",
        f"Write {what} alone, or declare it as a pointer.",
    )


def _rvalue(case: Case, type: str) -> LabError:
    found = re.search(r"&\s*(\w+\s*\([^()]*\)|\d+)", case.line)
    value = found[1] if found else "the value"
    type = type if re.fullmatch(r"[su]\d+|\w*int\w*|long", type) else "u64"
    return case.error(
        "address",
        f"{value} has no address: it is not stored anywhere.",
        "Only a variable has one.",
        f"Keep it first: {type} key = {value}; and write &key.",
    )


def _no_list(case: Case) -> LabError:
    found = re.search(r"(\w+\s+\w+)\s*=\s*\{\s*\}", case.line)
    fix = f"Write {found[1]} = 0;" if found else "Write = 0."
    return case.error(
        "type", "A number is set with a value, and = {} is for structs and arrays.", "", fix
    )


def _const(case: Case, name: str) -> LabError:
    return case.error(
        "const",
        f"{name} is declared const, so it cannot be changed.",
        "",
        "Remove const from its declaration.",
        also=case.also("declared const here", "it is declared here"),
    )


def _incompatible_return(case: Case, given: str, wanted: str) -> LabError:
    if given == "void" and re.search(r"return\s+\*\w+", case.line):
        return case.error(
            "type",
            "What a void * points to cannot be read.",
            "A void * says nothing about it.",
            "Declare it as a pointer to a type.",
        )
    if given == "void":
        return case.error(
            "type",
            "The function that is called returns nothing.",
            "",
            "Let it return a value, or call it on a line of its own.",
        )
    return case.error(
        "type",
        f"The function returns {wanted}, and this is {given}.",
        "",
        "Return a number; a program returns 0 as a rule.",
    )


RULES: Rules = (
    (r"array type '([^']+)'.* is not assignable", _array),
    (r"array initializer must be an initializer list", _array_initialised),
    (r"subscripted value is not an array", _subscript),
    (r"invalid operands to binary expression \('([^']+)'.* and '([^']+)'", _operands),
    (r"requires expression of scalar type \('([^']+)'", _scalar),
    (r"invalid argument type '((?:struct|union) [^']+)' to unary expression", _scalar),
    (r"used type '((?:struct|union) [^']+)' where arithmetic", _scalar),
    (r"indirection requires pointer operand \('([^']+)'", _indirection),
    (r"cannot take the address of an rvalue of type '([^']+)'", _rvalue),
    (r"scalar initializer cannot be empty", _no_list),
    (r"cannot assign to variable '(\w+)' with const-qualified", _const),
    (
        r"(?:cannot assign to|read-only variable)",
        says(
            "const",
            "This cannot be changed: it is constant.",
            "The compiler says what is const: see the whole log.",
            "Copy it into a variable, and change that.",
        ),
    ),
    (
        r"returning '([^']+)'.* from a function with (?:incompatible )?result type '([^']+)'",
        _incompatible_return,
    ),
    (
        r"incompatible (?:integer|pointer) to (?:integer|pointer) conversion",
        lambda c: _integer(c, c.fault.text),
    ),
    (r"(.*incompatible.*)", _incompatible),
    (r"(.*passing '[^']+' to parameter.*)", _incompatible),
    (
        r"expression is not assignable",
        says(
            "assign",
            "What stands on the left of = cannot be assigned.",
            "Only a variable, a field or an element of an array can.",
            "Write the variable on the left; == compares.",
        ),
    ),
    (
        r"initializer element is not a compile-time constant",
        says(
            "constant",
            "A variable outside of a function can only begin with a constant.",
            "Nothing runs before the program does.",
            "Declare it in the function, and assign it there.",
        ),
    ),
    (
        (
            r"fields must have a constant size|array declaration not allowed at file scope|array"
            r" size .*constant"
        ),
        says(
            "constant",
            "The length of this array must be a constant.",
            "",
            "Write a number, or a #define.",
        ),
    ),
    (
        r"declared as an array with a negative size",
        says("constant", "The length of this array is negative.", "", "Write a positive number."),
    ),
    (
        r"operand of type '([^']+)' .*cannot|cast .*type '([^']+)'",
        lambda c, *t: c.error(
            "type",
            "This cannot be converted.",
            f"The compiler says: {c.fault.text}.",
            "Use a number or a pointer.",
        ),
    ),
)
