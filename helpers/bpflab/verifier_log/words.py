"""What the verifier knows of a register or a stack slot, in words.

The kernel's own forms are those of print_reg_state and print_verifier_state in kernel/bpf/log.c.
A form that is not known here stays as the kernel writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bpflab.verifier_log.ranges import multiple, number, options_of, range_of, shown

_FORM = re.compile(r"([a-z_]\w*?)\((.*)\)")
_NUMBER = re.compile(r"P?(-?(?:0x[0-9a-f]+|[1-9]\d*|0))")
_STACK = re.compile(r"fp(?:\[(\d+)\])?(-?\d+)")
_BYTES = re.compile(r"[m0?rdifp]{8}")
_PART = re.compile(r"([m0?p]{4}(?:[m0?p]{2,3})??)(-?\d.*|[a-z].*)")  # beside a number of 4, 2 or 1
_PREFIXES = ("rdonly_", "user_", "percpu_", "untrusted_", "trusted_", "rcu_")
_VARIABLES = (".bss", ".data", ".rodata")


def words(known: str) -> str:
    """Return what is *known* of a register in words.

    >>> words("map_value_or_null(id=1,map=counts,ks=4,vs=8)")
    'a value of counts (8 bytes), or NULL'
    >>> words("scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))")
    'a number from 0 to 255'
    """
    known = known.strip()
    if found := _NUMBER.fullmatch(known):
        return shown(int(found[1], 0))
    if found := _STACK.fullmatch(known):
        of = f" of frame {found[1]}" if found[1] else ""
        return f"address of the stack{of} at {found[2]}"
    if not (found := _FORM.fullmatch(known.removeprefix("P"))):
        return known
    type, options = found[1], options_of(found[2])
    if type in ("scalar", "inv"):
        return _number(options)
    return _pointer(type, options) or known


def slot_words(known: str, offset: int) -> str:
    """Return what is *known* of the eight bytes of the stack from *offset* on, in words.

    The kernel writes a letter for each byte, the highest byte first.

    >>> slot_words("mmmm????", -8)
    '4 bytes written, at -4; 4 not written'
    """
    known = known.strip()
    if not known:  # of a number that is not a constant Linux 6.1 writes nothing
        return "a number"
    if _BYTES.fullmatch(known):
        return _bytes(known, offset)
    part = None if _NUMBER.fullmatch(known) else _PART.fullmatch(known)
    if part and (_NUMBER.fullmatch(part[2]) or words(part[2]) != part[2]):
        size = 8 - len(part[1])
        beside = _bytes(part[1], offset + size)
        return f"{_count(str(size))}, at {offset}: {words(part[2])}; {beside}"
    return words(known)


def name_words(name: str) -> str:
    """Return what a register or a slot is called: ``r0``, ``stack -8``.

    >>> name_words("R0"), name_words("fp-16")
    ('r0', 'stack -16')
    """
    return name.lower() if name.startswith("R") else f"stack {name.removeprefix('fp')}"


def in_words(name: str, known: str) -> str:
    """Return what is *known* of the register or the slot *name*, in words."""
    slot = name.startswith("fp")
    return slot_words(known, int(name.removeprefix("fp"))) if slot else words(known)


def _number(options: dict[str, str]) -> str:
    ends = range_of(options)
    if ends is None:
        return "any number"
    low, high = ends
    if ends == (0, 2**32 - 1):
        return "any number of 32 bits"
    if ends == (-(2**31), 2**31 - 1):
        return "any signed number of 32 bits"
    every = f", a multiple of {step}" if (step := multiple(options)) > 1 else ""
    return f"a number from {shown(low)} to {shown(high)}{every}"


def _pointer(type: str, options: dict[str, str]) -> str:
    """Return a pointer in words, or nothing where its type is not known here."""
    null = ", or NULL" if "_or_null" in type else ""
    type = type.replace("_or_null", "", 1).replace("alloc_mem", "ringbuf_mem")  # up to Linux 6.1
    marks = []
    while prefix := next((p for p in _PREFIXES if type.startswith(p)), ""):
        type = type.removeprefix(prefix)
        marks.append("read only" if prefix == "rdonly_" else prefix.rstrip("_"))
    if type.startswith("ptr_"):
        what = f"the kernel's {type.removeprefix('ptr_')}"
    elif make := _POINTERS.get(type):
        what = make(options)
    else:
        return ""
    if type == "ringbuf_mem" and not null:
        marks.append("not yet submitted")
    return ", ".join([what + _where(type, options), *marks]) + null


def _where(type: str, options: dict[str, str]) -> str:
    """Return where in its memory a pointer stands."""
    if type in ("map_ptr", "func", "pkt_end"):
        return ""
    fixed, ends = number(options, "off") or 0, range_of(options)
    more = options.get("imm", "0")
    if len(more) > 1 and not more.startswith("0x"):
        return ", further on"  # in hexadecimal before Linux 6.8, then in decimal
    fixed += int(more, 0)
    if ends and ends != (0, 0):
        return f", from byte {shown(fixed + ends[0])} to byte {shown(fixed + ends[1])} of it"
    return f", at byte {fixed}" if fixed else ""


def _map_value(options: dict[str, str]) -> str:
    name, size = options.get("map", ""), _count(options.get("vs", "?"))
    if name.endswith(_VARIABLES):
        return f"the program's variables ({name}, {size})"
    return f"a value of {name or 'a map'} ({size})"


def _map(options: dict[str, str]) -> str:
    name = options.get("map", "")
    return f"the map {name}" if name else f"a map with values of {_count(options.get('vs', '?'))}"


def _record(options: dict[str, str]) -> str:
    return f"a reserved record of {_size(options)}" if "sz" in options else "a reserved record"


def _size(options: dict[str, str]) -> str:
    return _count(options.get("sz", "?"))


def _count(size: str) -> str:
    return f"{size} byte{'s' * (size != '1')}"


def _packet(options: dict[str, str]) -> str:
    checked = options.get("r", "0")
    return f"the packet, {checked} bytes of it checked" if checked != "0" else "the packet"


_POINTERS: dict[str, Callable[[dict[str, str]], str]] = {
    "map_ptr": _map,
    "map_value": _map_value,
    "map_key": lambda options: f"a key of {options.get('map') or 'a map'}",
    "ringbuf_mem": _record,
    "mem": lambda options: f"memory of {_size(options)}" if "sz" in options else "memory",
    "ctx": lambda options: "the context",
    "pkt": _packet,
    "pkt_end": lambda options: "the end of the packet",
    "func": lambda options: "a function of the program",
    "sock": lambda options: "a socket of the kernel",
}

_LETTERS = {"m": "written", "0": "zero", "?": "not written", "p": "not used again"}


def _bytes(letters: str, offset: int) -> str:
    """Return bytes in words, the lowest address last, as the kernel writes them."""
    runs = [
        (found[0][0], len(found[0]), found.start()) for found in re.finditer(r"(.)\1*", letters)
    ]
    if any(letter not in _LETTERS for letter, _, _ in runs):
        return letters
    if len(runs) == 1:
        return f"{_count(str(len(letters)))} {_LETTERS[letters[0]]}"
    parts = []
    for at, (letter, size, before) in enumerate(runs):
        place = f", at {offset + len(letters) - before - size}" if letter in "m0" else ""
        parts.append(f"{size if at else _count(str(size))} {_LETTERS[letter]}{place}")
    return "; ".join(parts)
