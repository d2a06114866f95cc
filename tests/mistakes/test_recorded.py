"""What each kernel's verifier printed of the texts in `pairs` is explained alike.

`recorded/6.18/X.json` is what Linux 6.18 said of `pairs/X.c`; `record` writes these files. Some
files of 7.3 have their text with them, and their `lines` are in the log.
"""

import json
import re

import pytest

from bpflab import source
from bpflab.mistakes.verifier import diagnose
from tests.kernel.test_pairs import numbers, read
from tests.mistakes.record import RECORDED

FILES = sorted(RECORDED.glob("*/*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_each_kernels_words_mean_the_same(file):
    """The fault has the kind and the line that the pair's head names."""
    row = json.loads(file.read_text(encoding="utf-8"))
    if "text" in row:
        code = source.from_text("\n".join(row["text"]), "lesson.c")
        kind, line = row["kind"], row["line"]
    else:
        head, text = read(file.stem)
        code = source.from_text(text, file.stem)
        kind, line = head["kind"], next(iter(numbers(head["line"])), None)
    error = diagnose.diagnose(
        code,
        row["function"],
        row["reason"],
        "\n".join(row["log"]),
        [(insn, name, line) for insn, name, line in row["lines"]],
        type=row["type"],
        instructions=b"" if row["empty"] else bytes.fromhex(row.get("instructions", "")) or None,
    )
    assert (error.kind, error.line) == (kind, line), str(error)
    if file.parent.name == "7.3" and "Verification failed" in error.log:
        assert error.kernel.endswith(".")  # its own reason stands beside ours


@pytest.mark.parametrize("file", sorted((RECORDED / "6.18").glob("*.json")), ids=lambda f: f.stem)
def test_a_kernel_that_names_no_map_gets_the_same_words(file):
    """Linux 6.1 names none in a register: the name comes from the text's lookup."""
    row = json.loads(file.read_text(encoding="utf-8"))
    _, text = read(file.stem)
    log = "\n".join(row["log"])
    table = [(insn, name, line) for insn, name, line in row["lines"]]
    told = [
        diagnose.diagnose(
            source.from_text(text, file.stem), row["function"], row["reason"], each, table,
            type=row["type"], instructions=b"" if row["empty"] else None,
        )
        for each in (log, re.sub(r"map=[\w.]+,", "", log))
    ]  # fmt: skip
    if told[0].kind != "map-type":  # without its name the map's line is not known
        assert str(told[0]) == str(told[1])


def test_every_kernel_is_recorded():
    """None of them is left out."""
    assert {file.parent.name for file in FILES} >= {"6.1", "6.18", "7.2", "7.3"}
