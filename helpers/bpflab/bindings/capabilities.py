"""What a process may do, as /proc/PID/status has it (capabilities(7))."""

from __future__ import annotations

import re

# include/uapi/linux/capability.h
SETGID, SETUID, NET_ADMIN, SYS_ADMIN, PERFMON, BPF = 6, 7, 12, 21, 38, 39


def mask(status: str, kind: str = "CapEff") -> int:
    """Return the effective capabilities in the text of *status*, or those of another *kind*.

    Returns:
        a bit for each capability; 0 where the text has none.
    """
    found = re.search(rf"^{kind}:\s*([0-9a-f]+)", status, re.M)
    return int(found[1], 16) if found else 0
