"""Whether the kernel is locked down: what it then keeps even from root (kernel_lockdown(7))."""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path("/sys/kernel/security/lockdown")


def mode() -> str | None:
    """Return none, integrity or confidentiality; None where securityfs is not mounted."""
    try:
        found = re.search(r"\[(\w+)\]", FILE.read_text(encoding="ascii"))
    except OSError:
        return None
    return found[1] if found else None
