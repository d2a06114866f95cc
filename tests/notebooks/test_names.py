"""The page of the names that lessons import: no lesson needs another, and each one is told."""

import ast
import inspect
import re

import pytest

import bpflab
from bpflab.cell import magic
from bpflab.course.notebooks import lessons
from bpflab.data.events import EventLog
from bpflab.data.maps import Map
from bpflab.paths import ROOT, number_of
from bpflab.programs.program import Program
from tests.notebooks.lesson import Lesson, code_of

PAGE = (ROOT / "docs/names.md").read_text(encoding="utf-8")
MOST = 25
ENTRY = re.compile(
    r"^### (\S+)\n(.+?)\n\n```\w+\n(.+?)\n```\n\nFirst in \[(\w+)\]\(\.\./notebooks/(\S+)\)\.\n",
    re.MULTILINE | re.DOTALL,
)
ENTRIES = {found[0]: found[1:] for found in ENTRY.findall(PAGE)}
MAGIC = "%%bpf"
METHODS = {"program": Program, "program.events": EventLog, "counts": Map}


def imported(lesson):
    """Return the names of the package that a lesson imports, each with its module."""
    found = set()
    for cell in code_of(lesson):
        if cell.source.startswith("%%"):
            found.add(("bpflab", cell.source.split()[0]))
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bpflab"):
                found |= {(node.module, alias.name) for alias in node.names}
            if isinstance(node, ast.Import):
                found |= {(alias.name, "") for alias in node.names if "bpflab" in alias.name}
    return found


def calls_in(text):
    """Return each call of a Python text, as the called expression and the call."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [(ast.unparse(call.func), call) for call in calls]


def takes(function, call):
    """Return whether a function's signature takes the arguments of a call."""
    names = [keyword.arg for keyword in call.keywords]
    try:
        inspect.signature(function).bind(*call.args, **dict.fromkeys(names))
    except TypeError:
        return False
    return True


def test_no_lesson_imports_a_name_that_is_not_on_the_page():
    """Nor anything of the package's own modules; and no name is there that no lesson needs."""
    found = set().union(*(imported(Lesson(path)) for path in lessons()))
    assert {module for module, _ in found} == {"bpflab"}
    assert {name for _, name in found} == set(ENTRIES)
    assert len(ENTRIES) == len(re.findall(r"^### ", PAGE, re.MULTILINE)) <= MOST


def test_the_page_has_the_number_of_its_names():
    """In its title and in its first sentence; and the README and lesson 00 say so, with a link."""
    count = len(ENTRIES)
    assert PAGE.startswith(f"# The {count} names\n")
    assert f"import {count} names of `bpflab`" in PAGE
    start = "\n".join(cell.source for cell in Lesson(lessons()[0]).cells)
    said = f"The lessons use {count} names of the package: [docs/names.md]("
    assert f"{said}../docs/names.md)" in start
    assert f"{said}docs/names.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_package_has_these_names_and_its_error():
    """A Tab behind `bpflab.` offers what a reader has met."""
    assert {*bpflab.__all__, MAGIC} == {*ENTRIES, "LabError"}


def test_each_name_is_told_in_a_sentence_or_two():
    """That ends, on lines of their own."""
    for name, (what, *_) in ENTRIES.items():
        assert 1 <= len(what.splitlines()) <= 2, name
        assert all(line.endswith(".") for line in what.splitlines()), name


@pytest.mark.parametrize("name", ENTRIES)
def test_its_first_lesson_is_the_first(name):
    """And the link goes there."""
    first = next(p for p in lessons() if ("bpflab", name) in imported(Lesson(p)))
    assert ENTRIES[name][2:] == (number_of(first.name), first.name)


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != MAGIC])
def test_its_example_could_be_typed(name):
    """It is Python, it has the name, and each call of ours takes these arguments."""
    calls = calls_in(ENTRIES[name][1])
    assert [called for called, _ in calls if called.partition(".")[0] == name]
    for called, call in calls:
        first, _, method = called.partition(".")
        if first in bpflab.__all__:
            owner = getattr(bpflab, first)
            assert takes(getattr(owner, method) if method else owner, call), called


def test_the_example_of_the_magic_has_its_form():
    """A name, and options that there are."""
    head, _, text = ENTRIES[MAGIC][1].partition("\n")
    assert head.startswith(f"{MAGIC} ") and "int " in text
    assert all(option in magic.USAGE for option in re.findall(r"--\w+", head))


def test_the_methods_on_the_page_are_there():
    """With the arguments that they are shown with."""
    told = PAGE.partition("## What they return")[2]
    found = set(re.findall(r"`((?:program|counts)\.[^`]+)`", told))
    assert len(found) > 15
    for text in found:
        node = ast.parse(text).body[0].value
        place = node.func if isinstance(node, ast.Call) else node
        if isinstance(place, ast.Subscript):  # program.maps["counts"]
            place = place.value
        owner = METHODS[ast.unparse(place.value)]
        assert hasattr(owner, place.attr) or f" {place.attr}: " in owner.__doc__, text
        if isinstance(node, ast.Call):
            call = ast.Call(node.func, [ast.Constant("self"), *node.args], node.keywords)
            assert takes(getattr(owner, place.attr), call), text
