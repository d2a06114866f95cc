"""Lessons as a reader goes through them: each is read, and some are run, saved, opened again.

nbval executes every lesson and compares its outputs. A browser shows what that cannot see: whether
a person can read them. Three lessons have every kind of view among them, also live ones.
"""

import re
from pathlib import Path

import nbformat
import pytest

import bpflab.views
from bpflab.course.notebooks import lessons, read
from bpflab.workload.runs import run
from tests.browser.jupyter import THEMES, new_page
from tests.browser.test_live import STOP, moves, stop

pytestmark = pytest.mark.kernel

RUN = [path for path in lessons() if path.name.startswith(("01", "03", "11"))]
# In a page these show the learner's own state or kernel, which other modules test.
OWN = re.compile(r"^(?:predict|summary|interact|on_kernels)\(", re.M)
LIVE = re.compile(r"^(view = )?live\(", re.MULTILINE)
# What makes an output unreadable: nothing drawn, a picture that did not load, text cut at an edge
# with no way to scroll to it. A box of no height within one that is drawn is nobody's loss.
_UNSEEN = """outputs => {
    const faults = [];
    for (const output of outputs) {
        // The place of a progress bar that is gone: nothing to see, and nothing unseen.
        const drawn = output.querySelector("img, svg, canvas, button");
        if (!drawn && !output.textContent.trim()) continue;
        const place = output.closest(".jp-Cell").dataset.windowedListIndex;
        const box = output.getBoundingClientRect();
        if (box.width < 10 || box.height < 10) faults.push(`cell ${place}: an output is not drawn`);
        for (const image of output.querySelectorAll("img"))
            if (!image.complete || !image.naturalWidth || !image.width)
                faults.push(`cell ${place}: no picture: ${image.alt}`);
        for (const part of output.querySelectorAll("*")) {
            const cut = getComputedStyle(part).overflowX === "hidden";
            if (cut && part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1)
                faults.push(`cell ${place}: cut at the edge: ${part.textContent.slice(0, 80)}`);
        }
    }
    return faults;
}"""
# What a sanitised output says against what its HTML says: white space is the layout's.
_WORDS = """html => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll("style, script").forEach(hidden => hidden.remove());
    return page.body.textContent.split(/\\s+/).filter(Boolean).join(" ");
}"""


@pytest.fixture(scope="module")
def reader(browser, lab):
    """Give one page in which all lessons are opened, one after the other, and none is run."""
    with new_page(browser, lab) as reader:
        yield reader


def stranger(lab, lesson):
    """Return a copy of a lesson that nobody has trusted, as one that was downloaded."""
    book = read(lab.root / "notebooks" / lesson.name)
    book.metadata["downloaded"] = True  # another text has another signature
    path = Path("notebooks", f"read-{lesson.name}")
    nbformat.write(book, lab.root / path)
    return str(path)


def words(text):
    """Return a text with its white space made one."""
    return " ".join(text.split())


def unseen(book):
    """Return what a reader cannot see of a notebook's outputs."""
    book.draw_all()
    outputs = book.element.locator(".jp-Cell-outputArea > * > .jp-OutputArea-output")
    assert outputs.count()
    return outputs.evaluate_all(_UNSEEN)


def missing_words(book, stored):
    """Return the cells whose outputs say less in the page than their stored HTML does."""
    faults = []
    for cell, kept in zip(book.cells, stored.cells, strict=True):
        for output in kept.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            wanted = book.page.evaluate(_WORDS, html)
            if html and wanted not in words(cell.text):
                faults.append(f"{cell} says {words(cell.text)!r}, not {wanted!r}")
    return faults


def barriers(book):
    """Return axe-core's findings in a notebook's outputs: those that are grave, and the others."""
    found = book.violations()
    grave = [f"{cell}: {fault}" for cell, fault in found if fault.grave]
    return grave, [f"{cell}: {fault}" for cell, fault in found if not fault.grave]


def differences(book, stored):
    """Return the checked cells that show something else than what is stored of them."""
    faults = []
    for cell, kept in zip(book.cells, stored.cells, strict=True):
        if "nbval-check-output" in kept.metadata.get("tags", []) and not OWN.search(kept.source):
            now = [output.get("data", {}).get("text/plain") for output in cell.shown]
            now = [text for text in now if text != ""]  # where a progress bar was
            then = [output.get("data", {}).get("text/plain") for output in kept.outputs]
            if now != then:
                faults.append(f"{cell} shows {now}, not {then}")
    return faults


def kept_outputs(book):
    """Return what each cell shows, but for those that show the learner's own state."""
    cells = [cell for cell in book.code_cells if not OWN.search(cell.source)]
    return {cell.index: (cell.shown, cell.text) for cell in cells}


def kinds(paths):
    """Return the kinds of views that these lessons make."""
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    names = [*bpflab.views.__all__, "live", "progress", "expect"]
    return {name for name in names if re.search(rf"\b{name}\(", text)}


def test_the_lessons_that_are_run_have_every_kind_of_view():
    """What any lesson shows, one of these shows."""
    assert len(RUN) == 3
    assert kinds(RUN) == kinds(lessons())


@pytest.mark.parametrize("lesson", lessons(), ids=lambda path: path.stem)
def test_it_can_be_read_before_it_is_trusted(lesson, reader):
    """A first-time reader, who has run nothing, sees every word and picture of every output."""
    book = reader.open_here(stranger(reader.lab, lesson))
    stored = read(book.file)
    trusted = reader.do("return book.content.widgets.map(cell => cell.model.trusted)")
    assert trusted and not any(trusted)
    assert missing_words(book, stored) == []
    assert unseen(book) == []
    grave, _ = barriers(book)
    assert grave == []
    book.close()


@pytest.mark.parametrize("lesson", RUN, ids=lambda path: path.stem)
def test_it_runs_and_is_kept(lesson, jupyter):
    """All cells run, none fails, both themes are readable, and what is saved comes back.

    A live view moves, can be read while it does, and ends with Stop.
    """
    book = jupyter.open(f"notebooks/{lesson.name}")
    stored = read(book.file)
    cells = book.code_cells
    at = next((n for n, cell in enumerate(cells) if LIVE.search(cell.source)), None)
    if at is None:
        assert book.run_all()
    else:
        assert book.run_above(cells[at]) and cells[at].run(), book.failures()
        a_live_view_is_right(jupyter, cells[at])
        assert book.run_below(cells[at + 1]), book.failures()
    assert all(cell.count for cell in cells)
    assert differences(book, stored) == []
    assert [str(cell) for cell in cells if "Task was destroyed" in cell.text] == []
    for theme in THEMES:
        jupyter.set_theme(theme)
        assert unseen(book) == []
        grave, _ = barriers(book)
        assert grave == []
    before = kept_outputs(book)
    book.save()
    book = book.reopen()
    assert kept_outputs(book) == before
    assert unseen(book) == []


def a_live_view_is_right(jupyter, cell):
    """Look at a live view in both themes while this machine works, and stop it."""
    busy = run("/usr/bin/true", per_second=5)  # or a quiet machine shows nothing
    for theme in THEMES:
        jupyter.set_theme(theme)
        moves(cell)
        assert [str(fault) for fault in cell.violations() if fault.grave] == []
    stop(cell)
    busy.stop()
    assert cell.element.locator(STOP).count() == 0
    assert ("produced = " in cell.text) == ("draw=" in cell.source)  # of a log, and no function
    assert "unaccounted" not in cell.text
