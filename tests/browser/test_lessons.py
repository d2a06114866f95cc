"""Each lesson as a reader goes through it: read, run, saved, opened again."""

import pytest

from bpflab.course.notebooks import lessons, read
from tests.browser.jupyter import THEMES

pytestmark = pytest.mark.kernel

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


@pytest.fixture(params=lessons(), ids=lambda path: path.stem)
def lesson(request):
    """Give each lesson in turn, as the clone has it."""
    return request.param


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
        if "nbval-check-output" in kept.metadata.get("tags", []):
            now = [output.get("data", {}).get("text/plain") for output in cell.shown]
            now = [text for text in now if text != ""]  # where a progress bar was
            then = [output.get("data", {}).get("text/plain") for output in kept.outputs]
            if now != then:
                faults.append(f"{cell} shows {now}, not {then}")
    return faults


def test_it_can_be_read_before_it_is_trusted(lesson, jupyter):
    """A first-time reader, who has run nothing, sees every word and picture of every output."""
    book = jupyter.open(f"notebooks/{lesson.name}")
    assert not any(jupyter.do("return book.content.widgets.map(cell => cell.model.trusted)"))
    assert missing_words(book, read(lesson)) == []
    assert unseen(book) == []
    grave, _ = barriers(book)
    assert grave == []


def test_it_runs_and_is_kept(lesson, jupyter, record_property):
    """All cells run, none fails, both themes are readable, and what is saved comes back."""
    book = jupyter.open(f"notebooks/{lesson.name}")
    done = book.run_all()
    assert book.failures() == []
    assert done
    assert differences(book, read(lesson)) == []
    for theme in THEMES:
        jupyter.set_theme(theme)
        assert unseen(book) == []
        grave, other = barriers(book)
        assert grave == []
        record_property(f"axe, {theme}", other)
    before = {cell.index: (cell.shown, cell.text) for cell in book.code_cells}
    book.save()
    book = book.reopen()
    assert {cell.index: (cell.shown, cell.text) for cell in book.code_cells} == before
    assert unseen(book) == []
