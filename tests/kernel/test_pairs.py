"""Each mistake of `tests/mistakes/pairs` is explained, and the advice leads to a text that loads.

A pair is NAME.c with the mistake and NAME.right.c, the same text after the advice. Their first line
says what is expected; the lines of the text are counted from the line after it::

    /* kind: null-check  line: 7  also: 6  says: if (!v) return 0; */

`kind: warning` is of a text that loads with one warning, at the line. These may follow: `type:` is
what `load` is given, `attach: function=hook` a hook to attach to, `reads: events` a ring to open,
and `or: loads` allows kernels and newer compilers that take the mistake.
"""

import re
from pathlib import Path

import pytest

from bpflab import LabError, load

PAIRS = Path(__file__).parents[1] / "mistakes" / "pairs"
KEYS = ("kind", "line", "also", "says", "type", "attach", "reads", "or")
NAMES = sorted(p.stem for p in PAIRS.glob("*.c") if not p.stem.endswith(".right"))


def read(name):
    """Return what the head of a text says, and the text below it."""
    head, _, text = (PAIRS / f"{name}.c").read_text(encoding="utf-8").partition("\n")
    if not re.match(r"/\* \w+:.*\*/$", head):
        return {}, f"{head}\n{text}"
    parts = re.split(rf"\[?\b({'|'.join(KEYS)}): ", head[3:-2])
    values = (value.strip(" ]") for value in parts[2::2])
    return dict(zip(parts[1::2], values, strict=True)), text


def use(name, head, text):
    """Load *text*, do with it what *head* asks for, and return its warnings."""
    with load(name, text=text, type=head.get("type", "")) as program:
        if "attach" in head:
            function, _, hook = head["attach"].partition("=")
            with program.attached(**{function: hook}):
                pass
        if "reads" in head:
            program.log(head["reads"])
        return program.warnings


def _skip_where_it_cannot_be(head, error):
    """Skip a program that this user may not load, or whose function of the kernel is not there.

    One for packets takes CAP_NET_ADMIN; bpf_preempt_disable is there since Linux 6.10.
    """
    if error.kind in ("privilege", "no-symbol") and error.kind != head["kind"]:
        pytest.skip(error.message)


def numbers(said):
    """Return the lines in a head's `line` or `also`."""
    return [] if said in ("", "none") else [int(n) for n in re.findall(r"\d+", said)]


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_is_explained(name, own_cache, nothing_left):
    """The refusal has its kind, line, other lines and words."""
    head, text = read(name)
    if head["kind"] == "warning":
        (warning,) = use(name, head, text)
        assert warning.line == int(head["line"]), str(warning)
        assert head["says"] in str(warning)
        return
    try:
        use(name, head, text)
    except LabError as error:
        _skip_where_it_cannot_be(head, error)
        assert error.kind == head["kind"], str(error)
        assert [error.line] == (numbers(head.get("line", "")) or [None]), str(error)
        assert [place.line for place, _ in error.also] == numbers(head.get("also", "")), str(error)
        assert head["says"] in str(error)
    else:
        assert head.get("or") == "loads", "it was accepted"


@pytest.mark.parametrize("name", NAMES)
def test_the_advice_leads_to_a_text_that_loads(name, own_cache, nothing_left):
    """So does its hook, where one is named."""
    mistake, wrong = read(name)
    head, text = read(f"{name}.right")
    assert text != wrong or head != mistake
    try:
        warnings = use(name, mistake | head, text)
    except LabError as error:
        _skip_where_it_cannot_be(mistake, error)
        raise
    assert not warnings or mistake["kind"] != "warning"


def test_every_text_has_its_pair():
    """None is left alone."""
    assert {f"{name}.right" for name in NAMES} == {p.stem for p in PAIRS.glob("*.right.c")}
    assert NAMES
