"""The numbers in what the verifier knows: the range of a value, in the names of each kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ALL_BITS = 2**64 - 1
_BITS = re.compile(r"\(0x([0-9a-f]+); 0x([0-9a-f]+)\)")


def options_of(text: str) -> dict[str, str]:
    """Return a form's facts by name: ``smin=umin=1`` is two of them."""
    found: dict[str, str] = {}
    for part in re.split(r",(?![^(]*\))", text):
        *names, value = part.split("=")
        found |= dict.fromkeys(names, value)
    return found


def number(options: Mapping[str, str], name: str) -> int | None:
    """Return the fact *name* as a number, or None."""
    text = options.get(name, "")
    try:
        return int(text, 0)
    except ValueError:
        return None


def _signed(value: int | None) -> int | None:
    return value - 2**64 if value is not None and value >= 2**63 else value


def range_of(options: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the least and the greatest value, or None where any is possible."""
    umin, umax = (number(options, f"u{end}") for end in ("min", "max"))
    smin, smax = (_signed(number(options, f"s{end}")) for end in ("min", "max"))
    # Linux 6.1 has other names for the same.
    umin, umax = umin or number(options, "umin_value"), umax or number(options, "umax_value")
    smin = smin if smin is not None else _signed(number(options, "smin_value"))
    smax = smax if smax is not None else _signed(number(options, "smax_value"))
    if umax is None and smin is not None and smin >= 0:
        umax = smax if smax is not None else 2**63 - 1
    if umax is not None or umin:
        return max(umin or 0, smin or 0), umax if umax is not None else _ALL_BITS
    if smin is not None or smax is not None:
        return smin if smin is not None else -(2**63), smax if smax is not None else 2**63 - 1
    return None


def multiple(options: Mapping[str, str]) -> int:
    """Return the power of two that the value is a multiple of: its known low bits are 0."""
    found = _BITS.fullmatch(options.get("var_off", ""))
    bits = int(found[1], 16) | int(found[2], 16) if found else 1
    return bits & -bits if bits else 1


def shown(value: int) -> str:
    """Return a number: in hexadecimal where it has more than 32 bits."""
    return str(value) if abs(value) < 2**32 else f"{value:#x}"
