"""The glossary: its words are used, and each lesson links to the first use of each."""

import re

import nbformat

from bpflab.course.notebooks import lessons, read
from bpflab.paths import ROOT
from tests.notebooks.glossary import GLOSSARY, PLACE, first_uses, link, prose, words


def test_its_words_are_in_order():
    """A reader looks one up."""
    heads = re.findall(r"^### (.+)$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    assert heads == sorted(heads, key=str.casefold) and len(heads) > 20


def test_each_word_is_used_in_a_lesson():
    """What no lesson says needs no explanation."""
    used = {word for path in lessons() for word, *_ in first_uses(read(path).cells)}
    assert set(words()) - used == set()


def test_its_lessons_are_those_that_are_meant():
    """The number in brackets is that of the file."""
    links = re.findall(r"\[(\w+)\]\((\.\./notebooks/([^-]+)-[^)]+)\)", GLOSSARY.read_text("utf-8"))
    assert links and [one for one in links if one[0] != one[2]] == []
    assert [place for _, place, _ in links if not (ROOT / "docs" / place).is_file()] == []


def test_a_lesson_links_each_word_once_where_it_is_first_used(lesson):
    """`python -m tests.notebooks.glossary` writes the links."""
    unlinked = {word for word, _, _, shown in first_uses(lesson.cells) if not shown.startswith("[")}
    assert unlinked == set()
    text = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    targets = re.findall(rf"\]\({re.escape(PLACE)}#([^)]+)\)", text)
    assert sorted(targets) == sorted(set(targets))
    assert set(targets) <= {word.replace(" ", "-") for word in words()}


def test_what_is_no_running_prose():
    """Code, headings, tables and links have no first use; a longer word is not a shorter one."""
    cell = nbformat.v4.new_markdown_cell(
        "# A map\n\n`map` [a map](x.ipynb)\n\n| map |\n\n```\nmap\n```\n"
        "Raw tracepoints, tracepoints."
    )
    found = {word: cell.source[at : at + len(shown)] for word, _, at, shown in first_uses([cell])}
    assert found == {"raw tracepoint": "Raw tracepoints", "tracepoint": "tracepoints"}
    assert len(prose(cell.source)) == len(cell.source)


def test_a_link_is_a_first_use():
    """So nothing is linked twice."""
    cells = [
        nbformat.v4.new_markdown_cell(f"A {link('ring buffer', 'ring buffer')}; a ring buffer.")
    ]
    assert [shown for *_, shown in first_uses(cells)] == [link("ring buffer", "ring buffer")]
