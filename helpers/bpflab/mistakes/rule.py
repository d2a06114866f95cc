"""What every refusal needs: the line of a function's head, and a log as safe text."""

from __future__ import annotations

import re

from bpflab.errors import Place
from bpflab.source import Source
from bpflab.text import safe_text

MOST_LOG = 1 << 18
"""Characters of a log that are kept: the end, where the fault is."""

_MACROS = {
    "tracepoint__": "TRACEPOINT_PROBE",
    "raw_tracepoint__": "RAW_TRACEPOINT_PROBE",
    "kfunc__": "KFUNC_PROBE",
    "kretfunc__": "KRETFUNC_PROBE",
    "kmod_ret__": "KMOD_RET",
    "lsm__": "LSM_PROBE",
    "bpf_iter__": "BPF_ITER",
}


def head(source: Source, function: str) -> Place | None:
    """Return the line on which the definition of *function* begins, or the first that calls it."""
    named = [rf"\b{re.escape(function)}\s*\("]
    for prefix, macro in _MACROS.items():  # BCC's, which write the head
        if function.startswith(prefix):
            rest = function.removeprefix(prefix).replace("__", r"\s*,\s*", 1)
            named.append(rf"\b{macro}\s*\(\s*{rest}\s*[,)]")
    of_head = re.compile("|".join(named))
    return next((p for p in source.lines if of_head.search(p.text)), None)


def safe_log(text: str) -> str:
    """Return *text* line by line as safe text; of a very long one, its end."""
    return "\n".join(safe_text(line.expandtabs(8)) for line in text[-MOST_LOG:].split("\n")).rstrip(
        "\n"
    )
