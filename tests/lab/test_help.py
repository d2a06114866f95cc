"""`./lab help` and the pages name the commands that there are, and no other."""

import re

import pytest

from tests.lab.machine import REPO

SCRIPT = (REPO / "lab").read_text(encoding="utf-8")
COMMANDS = {
    word
    for pattern in re.findall(r"^([a-z |]+)\) .*;;$", SCRIPT, re.M)
    for word in pattern.split(" | ")
}
PAGES = [*REPO.glob("*.md"), *REPO.glob("docs/*.md"), *REPO.glob("hub/**/README.md")]


def named(text):
    """Return what stands after ``./lab`` in a text, where it is a word; ``[up]`` in the help."""
    return set(re.findall(r"\./lab \[?([a-z]+)\b", text))


def test_help_lists_each_command():
    """And no command that is not there."""
    assert {"up", "test", "help"} < COMMANDS
    usage = SCRIPT.partition("END'\n")[2].partition("\nEND\n")[0]
    lines = re.findall(r"^\./lab .*", usage, re.M)
    assert named("\n".join(line.partition("  ")[0] for line in lines)) == COMMANDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_pages_name_no_other(page):
    """In code, which is all that a reader copies."""
    code = re.findall(r"`[^`\n]+`", page.read_text(encoding="utf-8"))
    assert named("\n".join(code)) <= COMMANDS


def test_the_readme_and_the_hubs_page_name_each():
    """But `up`, which need not be written."""
    pages = [REPO / "README.md", REPO / "hub/README.md"]
    assert set().union(*(named(page.read_text(encoding="utf-8")) for page in pages)) >= COMMANDS - {
        "up"
    }
