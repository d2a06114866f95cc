"""What the verifier says after its walk: why it refuses, and how much it has looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bpflab.verifier_log.walk import Told

# Lines that come with the walk and say nothing of a refusal.
_NOISE = re.compile(
    r"mark_precise: |\s*frame ?\d+: propagating|\(\d[\d,]*\) (?:frame|live)"
    r"|Live regs|\s+\d+: [.\d]{10} "
    r"|func#\d+ @|Func#\d+ .*(?:safe for any|assumed valid|Skipping)"
    r"|arg#\d+ reference type\('UNKNOWN|reg type unsupported for arg#"
    r"|SCC (?:enter|exit|backedge|sum)|last_idx \d+ first_idx|regs=[0-9a-f]+ stack="
    r"|parent (?:didn't have|already had) regs="
    r"|processed \d+ insns|verification time|stack depth|insns? processed|HINT: |propagating "
    r"|-- (?:BEGIN|END) PROG LOAD LOG --|libbpf: "
)
_TITLE = re.compile(r"Verification failed: (.*)")
_HEAD = re.compile(r"(Reason|At|Causal path|Suggestion):$")
_COUNTS = re.compile(r"processed (\d+) insns .*?total_states (\d+)")


def told(lines: Sequence[str]) -> Told:
    """Return what the *lines* after the last step say."""
    message, title, part = [], "", ""
    parts: dict[str, list[str]] = {}
    processed = states = 0
    whole = False
    for line in lines:
        if found := _COUNTS.match(line):
            processed, states, part, whole = int(found[1]), int(found[2]), "", True
        elif found := _TITLE.match(line):
            title = found[1]
        elif title and (found := _HEAD.match(line)):
            part = found[1]
        elif title and line.startswith("  "):
            parts.setdefault(part, []).append(line.strip())
        elif line.strip() and not _NOISE.match(line) and not title:
            message.append(line.rstrip())
    reason, suggestion = (" ".join(parts.get(name, [])) for name in ("Reason", "Suggestion"))
    return Told("\n".join(message), title, reason, suggestion, processed, states, whole)
