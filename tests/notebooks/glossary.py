"""Where a lesson first uses a word of docs/glossary.md, and links to it.

``python -m tests.notebooks.glossary`` writes the links that are not there yet.
"""

import re

from bpflab.course.notebooks import dumps, lessons, read
from bpflab.paths import ROOT

GLOSSARY = ROOT / "docs/glossary.md"
PLACE = "../docs/glossary.md"
APART = re.compile(
    r"^(```|~~~).*?^\1[^\n]*$|^#+ [^\n]*$|^\|[^\n]*$"  # fences, headings, tables
    r"|<[^>]+>|``?.+?``?|!?\[[^\]]*\]\([^)]*\)|https?://\S+",  # tags, code, links, addresses
    re.MULTILINE | re.DOTALL,
)
"""What is no running prose."""


def words():
    """Return the words of the glossary, the longest first: `raw tracepoint` is no `tracepoint`."""
    found = re.findall(r"^### (.+)$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    return sorted(found, key=len, reverse=True)


def link(word, shown):
    """Return a link to a word, as it stands in a sentence."""
    return f"[{shown}]({PLACE}#{word.replace(' ', '-')})"


def prose(text):
    """Return a text of the same length in which only running prose is left."""
    return APART.sub(lambda match: "\0" * len(match[0]), text)


def first_uses(cells):
    """Return for each word where it is first used: the word, the cell, where in it, how written.

    A word is used where it stands in running prose, or as the text of a link to the glossary.
    """
    taken = {n: prose(cell.source) for n, cell in enumerate(cells) if cell.cell_type == "markdown"}
    found = []
    for word in words():
        pattern = re.compile(rf"(?<![\w/-]){re.escape(word)}(?:s|es)?(?![\w/-])", re.IGNORECASE)
        linked = re.compile(rf"\[([^\]]*)\]\({re.escape(PLACE)}#{word.replace(' ', '-')}\)")
        places = [(n, match) for n, text in taken.items() for match in pattern.finditer(text)]
        links = [(n, m) for n in taken for m in linked.finditer(cells[n].source)]
        for n, match in places:  # what belongs to a longer word is no use of a shorter one
            taken[n] = taken[n][: match.start()] + "\0" * len(match[0]) + taken[n][match.end() :]
        every = sorted([*places, *links], key=lambda one: (one[0], one[1].start()))
        if every:
            n, match = every[0]
            found.append((word, n, match.start(), match[0]))
    return found


def main():
    """Link the first use of each word in each lesson."""
    for path in lessons():
        lesson, changed = read(path), 0
        uses = [use for use in first_uses(lesson.cells) if not use[3].startswith("[")]
        for word, n, at, shown in sorted(uses, key=lambda use: (use[1], -use[2])):
            cell = lesson.cells[n]
            cell.source = cell.source[:at] + link(word, shown) + cell.source[at + len(shown) :]
            changed += 1
        path.write_text(dumps(lesson), encoding="utf-8")
        print(f"{path.stem}: {changed} links")


if __name__ == "__main__":
    main()
