"""What a learner sees of a fault."""

import copy
import pickle
from pathlib import Path

import pytest

from bpflab import errors
from bpflab.errors import LabError, Place

WHOLE = LabError(
    "stack",
    "Too much stack.",
    place=Place("bpf/a/b.c", 7, "\tchar path[600];"),
    why="There are 512 bytes.",
    fix="Use a map.",
    log="the whole text",
)


def test_a_place_reads_as_file_and_line():
    """A place is written as editors take it, and its text is optional."""
    assert str(Place("bpf/a/b.c", 7)) == "bpf/a/b.c:7"
    assert Place("bpf/a/b.c", 7).text == ""


def test_the_text_has_a_row_for_each_part():
    """What, where, why and try stand in that order, and the log stays out of it."""
    assert str(WHOLE).splitlines() == [
        "Too much stack.",
        "  where  bpf/a/b.c:7    char path[600];",
        "  why    There are 512 bytes.",
        "  try    Use a map.",
    ]


def test_parts_that_are_not_known_leave_no_row():
    """A fault of which only the message is known is that one line."""
    assert str(LabError("x", "It failed.")) == "It failed."
    assert str(LabError("x", "It failed.", fix="Again.")) == "It failed.\n  try    Again."


def test_a_place_without_text_leaves_no_trailing_blanks():
    """The row ends after the line number where the text of the line is not known."""
    shown = str(LabError("x", "It failed.", place=Place("a.c", 1)))
    assert shown == "It failed.\n  where  a.c:1"


def test_file_and_line_are_the_places():
    """They are None where no line is to blame."""
    assert (WHOLE.file, WHOLE.line) == ("bpf/a/b.c", 7)
    assert (LabError("x", "m").file, LabError("x", "m").line) == (None, None)


def test_every_part_can_be_asked_for():
    """Each argument comes back as the attribute of its name."""
    assert (WHOLE.kind, WHOLE.message, WHOLE.why, WHOLE.fix, WHOLE.log) == (
        "stack",
        "Too much stack.",
        "There are 512 bytes.",
        "Use a map.",
        "the whole text",
    )


def test_a_notebook_shows_no_frames():
    """IPython gets a list of lines that names the kind and holds nothing of the lab's own files."""
    lines = WHOLE._render_traceback_()
    assert lines == ["LabError (stack): Too much stack.", *str(WHOLE).splitlines()[1:]]
    with pytest.raises(LabError) as caught:
        raise WHOLE
    assert not any("errors.py" in line for line in caught.value._render_traceback_())


@pytest.mark.parametrize(
    "through", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_a_refusal_passes_from_process_to_process(through):
    """With every part, one that was set later too: a pool hands errors over so."""
    error = LabError("stack", "Too much.", place=Place("a.c", 7, "text"), why="w", log="l")
    error.fix = "Use a map."
    other = through(error)
    assert type(other) is LabError and other is not error
    assert (str(other), other.kind, other.log) == (str(error), "stack", "l")
    assert other.args == ("Too much.",)


def test_a_fault_of_the_machine_is_raised_somewhere():
    """And says so; a fault of what was asked for does not."""
    files = [p for p in Path(errors.__file__).parent.rglob("*.py") if p.name != "errors.py"]
    texts = "".join(path.read_text(encoding="utf-8") for path in files)
    unused = {kind for kind in errors._OF_MACHINE if f'"{kind}"' not in texts}
    assert unused <= {"descriptors"}  # errors.py itself raises it
    assert LabError("standby", "").of_machine
    assert not LabError("no-key", "").of_machine
