"""A call of a helper, as the learner wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpflab.mistakes import ctext
from bpflab.source import Source

# How BCC's methods of maps call a helper: which argument is in which register.
_METHODS: dict[str, tuple[tuple[str, dict[str, int]], ...]] = {
    "bpf_map_lookup_elem": (
        ("lookup|lookup_or_try_init|lookup_or_init|increment|atomic_increment", {"R2": 0}),
    ),
    "bpf_map_update_elem": (
        ("update|insert|lookup_or_try_init|lookup_or_init", {"R2": 0, "R3": 1}),
        ("increment|atomic_increment", {"R2": 0}),
    ),
    "bpf_map_delete_elem": (("delete", {"R2": 0}),),
    "bpf_map_push_elem": (("push", {"R2": 0}),),
    "bpf_map_pop_elem": (("pop", {"R2": 0}),),
    "bpf_map_peek_elem": (("peek", {"R2": 0}),),
    "bpf_perf_event_output": (
        ("perf_submit", {"R1": 0, "R4": 1, "R5": 2}),
        ("perf_submit_skb", {"R1": 0, "R4": 2, "R5": 3}),
    ),
    "bpf_ringbuf_output": (("ringbuf_output", {"R2": 0, "R3": 1, "R4": 2}),),
    "bpf_ringbuf_reserve": (("ringbuf_reserve", {"R2": 0}),),
    "bpf_ringbuf_submit": (("ringbuf_submit", {"R1": 0, "R2": 1}),),
    "bpf_ringbuf_discard": (("ringbuf_discard", {"R1": 0, "R2": 1}),),
    "bpf_get_stackid": (("get_stackid", {"R1": 0, "R3": 1}),),
    "bpf_tail_call": (("call", {"R1": 0, "R3": 1}),),
}
# Where /proc/kallsyms has no bpf_probe_read_user (Debian's 6.1), BCC calls the helper of before
# Linux 5.5 in its place (src/cc/frontends/clang/b_frontend_action.cc, check_bpf_probe_read_user).
_READS = {
    "bpf_probe_read": "bpf_probe_read(?:_user|_kernel)?",
    "bpf_probe_read_str": "bpf_probe_read(?:_user|_kernel)?_str",
}


@dataclass(frozen=True)
class Call:
    """A call of a helper, as the learner wrote it.

    Attributes:
        helper: its name.
        shown: how the text calls it: ``seen.lookup`` in BCC's dialect.
        arguments: the text of an argument by the register that it is in; what is unknown lacks.
        map: the map's name, or nothing.
        key, value: the sizes of the map's keys and values in bytes, or 0.
    """

    helper: str
    shown: str
    arguments: dict[str, str]
    map: str = ""
    key: int = 0
    value: int = 0


def written(source: Source, helper: str, text: str, map: str) -> tuple[str, dict[str, str]]:
    """Return how *text* calls *helper*, of a map if that is named, and the arguments."""
    for names, registers in _METHODS.get(helper, ()):
        of = re.escape(map) if map else r"\w+"
        found = ctext.calls(text, rf"{of}\.(?:{names})")
        if len(found) == 1:
            name, given = found[0]
            return name, {r: given[n] for r, n in registers.items() if n < len(given)}
    found = ctext.calls(text, _READS.get(helper, helper))
    shifted = helper == "bpf_trace_printk" and source.dialect == "bcc"  # BCC adds the size
    if len(found) == 1 and not shifted:
        name, given = found[0]
        return name, {f"R{n}": one for n, one in enumerate(given, 1)}
    return "", {}
