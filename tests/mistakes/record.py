"""Record what this kernel's verifier prints of each text in `pairs`; see `recorded`.

The guests give back only what they print, so the logs are printed, and written by a second run::

    ./lab test tests/mistakes/record.py -s >printed
    ./lab test --vm debian-12 tests/mistakes/record.py -s >>printed
    .venv/bin/python -m tests.mistakes.record <printed

A text that has been recorded of this kernel is not recorded again, so what a slow guest had no time
for comes with the next run; to record anew, remove the files. Where another compiler makes another
program of a text, name a folder for it: ``BPFLAB_RECORDED=6.18-llvm21``. It is no test by its name,
so it runs only where it is named.
"""

import base64
import contextlib
import json
import os
import platform
import re
import sys
import zlib
from pathlib import Path

import pytest

from bpflab import LabError
from bpflab.mistakes.verifier import diagnose
from bpflab.mistakes.verifier.unmeant import call_without_target

RECORDED = Path(__file__).parent / "recorded"
KERNEL = os.environ.get("BPFLAB_RECORDED") or ".".join(platform.release().split(".")[:2])
MOST = 12_000
"""Characters of a log that is kept; what is longer repeats itself."""
_ADDRESS = re.compile(r"0xffff[0-9a-f]{12}")


OF_THE_VERIFIER = {
    *("alignment", "argument", "assembly", "bounds", "builtin", "call", "constant-size"),
    *("context", "division", "dynptr"),
    *(
        "empty",
        "function",
        "helper-type",
        "leak",
        "license",
        "loop",
        "map-type",
        "not-sleepable",
        "null-check",
    ),
    *("packet", "pointer", "pointer-arithmetic", "read-only", "released", "return-value"),
    *(
        "region",
        "spin-lock",
        "stack",
        "structure",
        "timer",
        "too-complex",
        "uninitialised",
        "write-only",
    ),
}
"""Kinds of the pairs that come to the verifier."""


@pytest.mark.kernel
@pytest.mark.timeout(7200)
def test_record(monkeypatch, tmp_path, capsys):
    """Print each refusal of the verifier as one line."""
    from tests.kernel.test_pairs import NAMES, read, use

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    explain, seen = diagnose.diagnose, []

    def record(source, function, reason, log, lines=(), **more):
        seen[:] = [(function, reason, log, list(lines), more)]
        return explain(source, function, reason, log, seen[0][3], **more)

    monkeypatch.setattr(diagnose, "diagnose", record)
    for name in NAMES:
        head, text = read(name)
        if head["kind"] not in OF_THE_VERIFIER or (RECORDED / KERNEL / f"{name}.json").exists():
            continue
        seen.clear()
        with contextlib.suppress(LabError):
            use(name, head, text)
        if seen and (seen[0][2].strip() or seen[0][4].get("instructions") == b""):
            with capsys.disabled():
                print(f"\n@log {packed(name, *seen[0])}", flush=True)


def packed(name, function, reason, log, lines, more):
    """Return a refusal as one word."""
    row = {
        "name": name,
        "kernel": KERNEL,
        "function": function,
        "reason": reason,
        "type": more.get("type", ""),
        "empty": more.get("instructions") == b"",
        "lines": lines,
        "log": _ADDRESS.sub("0xffff888000000000", log),
    }
    code = more.get("instructions") or b""
    if call_without_target(code) is not None:  # these alone tell what it is
        row["instructions"] = code.hex()
    return base64.b64encode(zlib.compress(json.dumps(row).encode())).decode()


def write(printed):
    """Write each printed refusal to its file."""
    for word in re.findall(r"@log (\S+)", printed):
        row = json.loads(zlib.decompress(base64.b64decode(word)))
        folder = RECORDED / row.pop("kernel")
        folder.mkdir(parents=True, exist_ok=True)
        row["log"] = row["log"].splitlines()
        if len("\n".join(row["log"])) > MOST:
            continue
        file = folder / f"{row.pop('name')}.json"
        file.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
        print(file)


if __name__ == "__main__":
    write(sys.stdin.read())
