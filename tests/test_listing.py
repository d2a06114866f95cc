"""A file of C by its name: its own lines, and what changed from one to another."""

import re

import pytest

from bpflab import LabError, find, show
from bpflab.paths import BPF
from bpflab.views.code import code, diff


def text_of(name):
    """Return a file below bpf/ as it is written."""
    return (BPF / name).read_text()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("first_map/cut", "first_map/cut.c"),
        ("tail_calls/4-chain/filter", "tail_calls/4-chain/filter.c"),  # one file of a program
        ("tail_calls/4-chain/filter.c", "tail_calls/4-chain/filter.c"),
        ("include/path.h", "include/path.h"),
        ("limits/chain", "limits/chain.c"),
        ("limits/frames.bpf", "limits/frames.bpf.c"),
    ],
)
def test_a_file_is_shown_under_its_own_name(name, file):
    """With the lines that stand in it, its includes not resolved."""
    assert show(name) == code(text_of(file), f"bpf/{file}")


def test_lines_are_marked_by_what_they_hold():
    """As in every listing."""
    view = show("first_map/cut", marks=["char path"])
    assert view == code(text_of("first_map/cut.c"), "bpf/first_map/cut.c", marks=["char path"])
    with pytest.raises(LabError) as caught:
        show("first_map/cut", marks=["no such text"])
    assert caught.value.kind == "no-mark"


def test_a_source_is_shown_as_it_is():
    """What `find` returned, or a program's source."""
    assert show(find("first_map/cut")) == show("first_map/cut")
    assert show(find("tail_calls/3-three/hook")) == show("tail_calls/3-three/hook")


def test_a_text_is_shown_under_its_title():
    """Without one it is program.c, as in an error."""
    assert show("int x;\nint y;\n", "two.c", marks=["y"]) == code(
        "int x;\nint y;\n", "two.c", marks=["y"]
    )
    assert show("int x;\n").text == "program.c\n    1  int x;"


@pytest.mark.parametrize(
    ("new", "old", "names"),
    [
        ("first_map/right_map", "first_map/cut", ("cut.c", "right_map.c")),
        (
            "tail_calls/3-three/common.h",
            "tail_calls/2-split/common.h",
            ("2-split/common.h", "3-three/common.h"),
        ),
    ],
)
def test_what_changed_since_another_file(new, old, names):
    """The older file's lines first, each under as much of its path as tells the two apart."""
    files = [text_of(name if name.endswith(".h") else f"{name}.c") for name in (old, new)]
    assert show(new, since=old) == diff(*files, *names)


def test_what_changed_in_a_text():
    """A text is compared with the file that it was made of."""
    text = text_of("first_map/cut.c").replace("int ", "long ")
    view = show(text, "mine.c", since="first_map/cut")
    assert view.text.splitlines()[1] == "+++ mine.c"
    assert re.search(r"^\+.*long ", view.text, re.M)


def test_a_comparison_takes_no_marks():
    """It has signs of its own."""
    with pytest.raises(LabError) as caught:
        show("first_map/right_map", since="first_map/cut", marks=["x"])
    assert caught.value.kind == "argument"


def test_several_files_are_named_and_not_shown():
    """A program of several files: the reader says which."""
    with pytest.raises(LabError) as caught:
        show("shared_state")
    assert caught.value.kind == "no-source"
    for name in re.findall(r"shared_state/\w+", caught.value.fix):
        assert show(name)
    assert "shared_state/prog1" in caught.value.fix


def test_a_name_that_is_not_there():
    """The error has what is near."""
    with pytest.raises(LabError) as caught:
        show("first_map/cutt")
    assert caught.value.kind == "no-source"
    assert "first_map/cut" in caught.value.fix
