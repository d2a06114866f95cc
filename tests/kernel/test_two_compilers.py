"""The same lessons with the other compiler: clang and libbpf in the place of BCC."""

from pathlib import Path

import pytest

from bpflab import LabError, load
from bpflab.course import headless, notebooks
from bpflab.exercises.check import check
from bpflab.source import CHOICE, EITHER

TEXT = "it shows the text of a program"
LINE = "a refusal names a line of that text"
MAPS = "libbpf makes a map of the text's variables as well"
DIFFER = {
    "02": {
        "02-03-970f4e": TEXT,
        "02-13-17d1ed": LINE,
        "02-17-f3c428": TEXT,
        "02-19-a900d6": LINE,
        "02-23-fcc52d": TEXT,
    },
    "03": dict.fromkeys(("03-filter", "03-19-6b4028", "03-22-74d79f"), TEXT),
    "04": dict.fromkeys(("04-05-2d5ea8", "04-12-0d8098", "04-swap-c"), TEXT),
    "07": {
        **dict.fromkeys(("07-03-46bbec", "07-08-7ba4dc", "07-12-ebe0ea", "07-24-08f230"), TEXT),
        **dict.fromkeys(("07-26-91ffdf", "07-27-a9d2ae", "07-43-de1b9e", "07-44-6d539f"), TEXT),
        **dict.fromkeys(("07-tally-common", "07-tally-filter", "07-tally-c"), TEXT),
    },
    "08": {"08-03-4a3dc6": TEXT, "08-04-d6bd98": TEXT, "08-06-0a2b5e": MAPS},
}
"""Of each lesson the cells that show something else, and why. All others show the same."""
BOTH = (
    *("first_map/cut", "first_map/right_map", "reset_bug/filter", "reset_bug/stale"),
    *("reset_bug/reset", "reset_bug/cost", "exclusion/exclude", "exclusion/list"),
    *("tail_calls/1-one", "tail_calls/2-split", "tail_calls/3-three", "tail_calls/4-chain"),
    *("tail_calls/5-inlined", "tail_calls/6-tally", "shared_state"),
)
"""What these lessons load; beside it, a program that each verifier refuses."""
ANSWERS = sorted((Path(__file__).parent / "answers").glob("*.bpf.c"))
"""Solutions of some exercises, for clang and libbpf."""


@pytest.fixture
def libbpf(monkeypatch):
    """Choose clang and libbpf, for this process and the kernels that it starts."""
    monkeypatch.setenv(CHOICE, "libbpf")


def shown(lesson):
    """Return what each cell shows that shows the same twice, by its id."""
    cells = [cell for cell in notebooks.normalise(lesson).cells if cell.cell_type == "code"]
    compared = [cell for cell in cells if "nbval-check-output" in cell.metadata.get("tags", [])]
    return {cell.id: cell.outputs for cell in compared}


@pytest.mark.jupyter
@pytest.mark.parametrize("number", EITHER)
def test_a_lesson_shows_the_same_with_either_compiler(number, libbpf):
    """Each cell but those that are named shows what is stored, which BCC's programs gave."""
    path = notebooks.find(number)
    stored = shown(notebooks.read(path))
    now = shown(headless.execute(path, deadline_s=600))

    assert len(stored) > 20
    differ = {cell for cell in stored if stored[cell] != now[cell]}
    assert differ == DIFFER[number].keys(), "\n".join(
        f"{cell}:\n{text(stored[cell])}\nand now:\n{text(now[cell])}"
        for cell in differ ^ DIFFER[number].keys()
    )


def text(outputs):
    """Return what a terminal would show of a cell."""
    return "\n".join(out.get("text") or out["data"].get("text/plain", "") for out in outputs)


def test_the_lessons_that_have_both_are_all_named():
    """What the refusal below says, and what is compared above, are the same lessons."""
    assert DIFFER.keys() == set(EITHER)


@pytest.mark.parametrize("name", BOTH)
def test_the_other_text_has_the_same_programs_and_maps(name, libbpf, monkeypatch):
    """Names, types and fields are equal, so what reads them need not know the compiler."""
    clang = facts(name)
    monkeypatch.setenv(CHOICE, "bcc")
    bcc = facts(name)

    assert (clang.pop("dialect"), bcc.pop("dialect")) == ("libbpf", "bcc")
    assert clang == bcc


def facts(name):
    """Return what Python sees of a program, without the map that libbpf makes of variables."""
    timed = "socket_filter" if name in ("reset_bug/cost", "exclusion/list") else ""
    with load(name, type=timed) as program:
        maps = {m: one for m, one in program.maps.items() if not m.endswith(".bss")}
        tables = {m: one for m, one in maps.items() if one.type != "ringbuf"}
        return {
            "dialect": program.source.dialect,
            "programs": list(program.types.items()),
            "maps": [(m, one.type, one.max_entries) for m, one in maps.items()],
            "columns": {m: (one.key_dtype, one.value_dtype) for m, one in tables.items()},
            "event": program.events.dtype.descr if "events" in maps else None,
        }


def test_a_text_that_is_given_keeps_its_dialect(libbpf):
    """The choice is between files of the lessons."""
    with load("own", text="int own(void *ctx) { return 0; }") as program:
        assert program.source.dialect == "bcc"


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: path.name)
def test_an_exercise_may_be_answered_in_either_dialect(answer):
    """A judge looks at what the programs do: here are solutions in the other dialect."""
    verdict = check(answer.name.removesuffix(".bpf.c"), answer.read_text(encoding="utf-8"))
    assert verdict.passed, verdict.text


def test_a_type_is_for_sections_without_a_hook(libbpf):
    """As for BCC's functions of void *: where the text says the hook, no other type is taken."""
    with load("shared_state", type="raw_tracepoint") as chain:
        assert set(chain.types.values()) == {"raw_tracepoint"}
    with pytest.raises(LabError) as caught:
        load("first_map/cut", type="raw_tracepoint")
    assert (caught.value.kind, "sys_enter_execve" in caught.value.message) == ("type", True)
