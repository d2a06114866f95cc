"""What each kernel's verifier printed of the texts in `pairs` is explained alike.

`recorded/6.18/X.json` is what Linux 6.18 said of `pairs/X.c`; `record` writes these files.
"""

import json

import pytest

from bpflab import source
from bpflab.mistakes.verifier import diagnose
from tests.kernel.test_pairs import numbers, read
from tests.mistakes.record import RECORDED

FILES = sorted(RECORDED.glob("*/*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_each_kernels_words_mean_the_same(file):
    """The fault has the kind and the line that the pair's head names."""
    head, text = read(file.stem)
    row = json.loads(file.read_text(encoding="utf-8"))
    error = diagnose.diagnose(
        source.from_text(text, file.stem),
        row["function"],
        row["reason"],
        "\n".join(row["log"]),
        [(insn, name, line) for insn, name, line in row["lines"]],
        type=row["type"],
        instructions=b"" if row["empty"] else None,
    )
    assert (error.kind, [error.line]) == (head["kind"], numbers(head["line"])), str(error)


def test_there_is_a_text_for_each_record():
    """A pair that was renamed takes its records along."""
    assert FILES
    for file in FILES:
        assert read(file.stem)
