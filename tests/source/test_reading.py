"""Which files a source is made of, and what keeps it from being made."""

import os
from pathlib import Path

import pytest

from bpflab import source
from bpflab.errors import LabError
from bpflab.source import reading

FUNCTION = "int hook(void *ctx)\n{\n\tif (ctx) {\n\t\treturn 1;\n\t}\n\treturn 0;\n}\n"


def test_one_file(tree):
    """`topic/name` is bpf/topic/name.c, called so from the repository's root."""
    tree("first/cut.c", FUNCTION)
    code = source.find("first/cut")
    assert (code.name, code.files) == ("first/cut", ["bpf/first/cut.c"])
    assert code.listing() == FUNCTION
    assert code.place("bpf/first/cut.c", 3).text == "\tif (ctx) {"


def test_a_directory_is_all_its_files_in_order(tree):
    """A topic's .c files go in by name, its headers only where they are included."""
    tree("chain/b.c", "int b;\n")
    tree("chain/a.c", "int a;\n")
    tree("chain/unused.h", "int unused;\n")
    code = source.find("chain")
    assert code.files == ["bpf/chain/a.c", "bpf/chain/b.c"]
    assert [p.text for p in code.lines] == ["int a;", "int b;"]


def test_a_file_goes_before_a_directory_of_its_name(tree):
    """`first` is bpf/first.c where there is one."""
    tree("first.c", "int file;\n")
    tree("first/x.c", "int directory;\n")
    assert source.find("first").files == ["bpf/first.c"]


def test_a_path_of_the_learners_own(tree, tmp_path, monkeypatch):
    """A path to a .c file serves from anywhere, with headers beside it."""
    own = tmp_path / "mine" / "own.c"
    own.parent.mkdir()
    own.write_text('#include "own.h"\nint own;\n')
    (own.parent / "own.h").write_text("int header;\n")
    assert source.find(str(own)).listing() == '#include "own.h"\nint own;\n'
    monkeypatch.chdir(own.parent)
    monkeypatch.setattr(reading, "BPF", Path("elsewhere").resolve() / "bpf")
    assert source.find("own.c").files == ["own.h", "own.c"]


@pytest.fixture
def both(tree, monkeypatch):
    """Write a program in both dialects, and one for BCC alone; choose clang and libbpf."""
    for name in (
        "chain/a.c",
        "chain/a.bpf.c",
        "chain/x.h",
        "chain/x.bpf.h",
        "chain/y.h",
        "bcc/b.c",
    ):
        tree(name, f"int {name.translate(dict.fromkeys(map(ord, './'), '_'))};\n")
    monkeypatch.setenv(source.CHOICE, "libbpf")


@pytest.mark.parametrize(
    ("name", "bcc", "libbpf"),
    [
        ("chain/a", "a.c", "a.bpf.c"),
        ("chain", "a.c", "a.bpf.c"),
        ("chain/x.h", "x.h", "x.bpf.h"),
        ("chain/y.h", "y.h", "y.h"),
        ("chain/a.bpf", "a.bpf.c", "a.bpf.c"),
    ],
)
@pytest.mark.usefixtures("both")
def test_the_reader_chooses_the_dialect(monkeypatch, name, bcc, libbpf):
    """By a variable; a header may serve for both, and who names a file of libbpf's gets that."""
    assert source.find(name).files == [f"bpf/chain/{libbpf}"]
    for other in ("bcc", ""):
        monkeypatch.setenv(source.CHOICE, other)
        assert source.find(name).files == [f"bpf/chain/{bcc}"]


@pytest.mark.usefixtures("both")
def test_a_program_of_both_dialects_is_proposed_once(monkeypatch):
    """By the name that lessons use."""
    monkeypatch.setenv(source.CHOICE, "")
    with pytest.raises(LabError) as caught:
        source.find("chain/very_different")
    assert caught.value.fix == "There is chain/a."


@pytest.mark.usefixtures("both")
def test_a_learners_own_file_is_what_it_is(tmp_path):
    """The choice is between files of the course."""
    own = tmp_path / "own.c"
    own.write_text("int own;\n")
    assert source.find(str(own)).listing() == "int own;\n"


@pytest.mark.usefixtures("both")
def test_a_program_for_bcc_alone_is_refused_with_help():
    """It says which lessons have both, and how to go back."""
    with pytest.raises(LabError) as caught:
        source.find("bcc/b")
    assert (caught.value.kind, "bpf/bcc/b.c is for BCC" in caught.value.message) == (
        "no-source",
        True,
    )
    assert all(number in caught.value.why for number in source.EITHER)
    assert f"%env {source.CHOICE}=bcc" in caught.value.fix


def test_a_dialect_that_is_none_is_named(tree, monkeypatch):
    """A misspelled choice is no silent BCC."""
    tree("x.c", "int x;\n")
    monkeypatch.setenv(source.CHOICE, "clang")
    with pytest.raises(LabError) as caught:
        source.find("x")
    assert (caught.value.kind, "'clang'" in caught.value.message) == ("dialect", True)
    assert "libbpf" in caught.value.fix


def test_text_from_a_cell():
    """C that is given as text is called as the caller says, and has no file."""
    code = source.from_text(FUNCTION, "cell.c")
    assert (code.name, code.files) == ("cell.c", ["cell.c"])
    assert code.listing() == FUNCTION


def test_text_may_include_the_labs_headers(tree):
    """A cell's C finds bpf/include."""
    tree("include/path.h", "int path;\n")
    code = source.from_text('#include "path.h"\nint x;\n')
    assert [p.text for p in code.lines] == ["int path;", "int x;"]


def test_includes_are_resolved_once_and_in_order(tree):
    """Each header stands where it is first included, nested ones before what includes them."""
    tree("include/base.h", "int base;\n")
    tree("include/more.h", '#include "base.h"\nint more;\n')
    tree("topic/a.c", '#include "more.h"\n#include "base.h"\nint a;\n')
    tree("topic/b.c", '  #  include "base.h"\n#include <linux/sched.h>\nint b;\n')
    code = source.find("topic")
    assert [p.text for p in code.lines] == [
        "int base;",
        "int more;",
        "int a;",
        "#include <linux/sched.h>",
        "int b;",
    ]
    assert [str(p) for p in code.lines][2:4] == ["bpf/topic/a.c:3", "bpf/topic/b.c:2"]


def test_a_header_that_includes_itself_ends(tree):
    """Two headers that include each other go in once each."""
    tree("include/a.h", '#include "b.h"\nint a;\n')
    tree("include/b.h", '#include "a.h"\nint b;\n')
    tree("x.c", '#include "a.h"\n')
    assert [p.text for p in source.find("x").lines] == ["int b;", "int a;"]


def test_a_header_beside_the_file_goes_before_the_labs(tree):
    """The including file's own directory is searched first."""
    tree("include/same.h", "int labs;\n")
    tree("topic/same.h", "int beside;\n")
    tree("topic/x.c", '#include "same.h"\n')
    assert [p.text for p in source.find("topic/x").lines] == ["int beside;"]


def test_a_missing_header_is_named_at_its_line(tree):
    """The fault stands where the include is written, in a header too."""
    tree("include/outer.h", '\n#include "nosuch.h"\n')
    tree("x.c", '#include "outer.h"\n')
    with pytest.raises(LabError) as caught:
        source.find("x")
    assert caught.value.kind == "no-include"
    assert "'nosuch.h'" in caught.value.message
    assert (caught.value.file, caught.value.line) == ("bpf/include/outer.h", 2)


@pytest.mark.parametrize("name", ["first/nosuch", "nosuch", "/nosuch/own.c", "own.c", "include"])
def test_a_missing_source_names_those_there_are(tree, name):
    """The fault has a kind, and its fix lists what could have been meant."""
    tree("first/cut.c", FUNCTION)
    tree("include/x.h", "\n")
    with pytest.raises(LabError) as caught:
        source.find(name)
    assert caught.value.kind == "no-source"
    assert repr(name) in caught.value.message
    assert "first/cut" in caught.value.fix


def test_a_file_that_is_not_text_is_a_fault_in_words(tree):
    """Bytes that are not UTF-8 are told with the file's name and who includes it."""
    tree("include/odd.h", "").write_bytes(b"int \xff;\n")
    tree("x.c", '\n#include "odd.h"\n')
    with pytest.raises(LabError) as caught:
        source.find("x")
    assert caught.value.kind == "no-source"
    assert "odd.h" in caught.value.message
    assert (caught.value.file, caught.value.line) == ("bpf/x.c", 2)


def test_a_mark_of_byte_order_is_no_part_of_the_text(tree):
    """Some editors write one at the beginning of a file, and a cell may hold it as well."""
    tree("x.c", "\ufeff" + FUNCTION)
    assert source.find("x").listing() == FUNCTION
    assert source.from_text("\ufeff" + FUNCTION).listing() == FUNCTION


@pytest.mark.parametrize(("char", "called"), [("\0", r"\x00"), ("\ud800", r"\ud800")])
def test_what_no_compiler_can_be_handed_is_refused_at_its_line(char, called):
    """A NUL ends the text early, and a lone surrogate has no bytes."""
    with pytest.raises(LabError) as caught:
        source.from_text(f"int a;\nint {char}b;\n", "a.c")
    assert (caught.value.kind, caught.value.line) == ("no-text", 2)
    assert called in caught.value.message
    str(caught.value).encode()


def test_a_name_that_is_not_utf8_is_shown_escaped(tmp_path):
    """In messages and in #line alike, and its file is read."""
    path = tmp_path / os.fsdecode(b"own\xff.c")
    path.write_text(FUNCTION)
    code = source.find(str(path))
    assert code.listing() == FUNCTION
    (code.name + code.text + code.files[0]).encode()
    source.from_text(FUNCTION, '"\ud800').text.encode()


def test_c_in_the_place_of_a_name_is_told_where_to_go():
    """It is given as text."""
    with pytest.raises(LabError) as caught:
        source.find(FUNCTION)
    assert caught.value.kind == "no-source"
    assert "text=" in caught.value.fix


@pytest.mark.parametrize("defines", [{"A=1": 1}, {"": 1}, {"A B": 1}, {"A": "\0"}, {"A": "\ud800"}])
def test_a_macro_without_a_name_or_a_text_is_refused(defines):
    """Before the compiler sees it."""
    with pytest.raises(LabError) as caught:
        source.from_text(FUNCTION, defines=defines)
    assert caught.value.kind == "define"


def test_a_macro_may_have_parameters():
    """As -D takes it."""
    assert source.from_text(FUNCTION, defines={"F(x, y)": "x"}).flags == ["-DF(x, y)=x"]


@pytest.mark.parametrize("end", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_a_newline_ends_a_line(tree, end):
    """What Python's splitlines takes for a line's end is a character of the line in C."""
    text = f"// page{end}break\nint a;\n"
    tree("x.c", text)
    for code in (source.find("x"), source.from_text(text)):
        assert [(p.line, p.text) for p in code.lines] == [(1, f"// page{end}break"), (2, "int a;")]


def test_windows_line_ends_are_line_ends(tree):
    """A file with CR LF has the same lines as one with LF."""
    tree("x.c", "").write_bytes(b"int a;\r\nint b;\r\n")
    assert [(p.line, p.text) for p in source.find("x").lines] == [(1, "int a;"), (2, "int b;")]


def test_a_file_may_end_with_an_include(tree):
    """The named file is the default listing, though its last line is another file's."""
    tree("include/a.h", "int a;\n")
    tree("x.c", 'int c;\n#include "a.h"\n')
    assert source.find("x").listing() == 'int c;\n#include "a.h"\n'
