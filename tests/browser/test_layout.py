"""The page on which ./lab opens: the learner's own lessons, their list, and a narrow window."""

import json
import subprocess

import pytest
from playwright.sync_api import expect

from bpflab.course.notebooks import find, lessons
from tests.browser.jupyter import new_page
from tests.browser.waiting import until

LESSON = f"my/{find('02').name}"
NAMES = ".jp-FileBrowser .jp-DirListing-itemText"
# Each name of the file list, and whether all of it is seen.
_NAMES = """names => names.map(name => [name.textContent, name.scrollWidth <= name.clientWidth])"""
# How many colours the text of an output has.
_COLOURS = """output => new Set([...output.querySelectorAll("*")]
    .filter(part => [...part.childNodes].some(text => text.nodeType === 3 && text.data.trim()))
    .map(part => getComputedStyle(part).color)).size"""

_OPEN = """path => [...jupyterapp.shell.widgets("main")]
    .some(one => one.isVisible && one.context?.path === path && one.context.isReady)"""
_TRUSTED = """return book.content.widgets.map(cell => cell.model)
    .filter(cell => cell.type === "code").map(cell => cell.trusted)"""


def git(lab, *words):
    """Return what git prints in the lab's copy of the clone."""
    names = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    command = ["git", "-C", lab.root, *names, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def listed(jupyter):
    """Return the names of the file list, each whole or not, once it has been drawn."""
    names = jupyter.page.locator(NAMES)
    until(lambda: names.count() > len(lessons()), "the file list is empty")
    return names.evaluate_all(_NAMES)


def test_the_list_has_whole_names_and_the_solutions_come_last(jupyter):
    """At the usual width, on first opening: ./lab's own address leads to lesson 00."""
    assert "/lab/tree/my/00-start-here.ipynb?token=" in jupyter.lab.said
    jupyter.open("my/00-start-here.ipynb")
    names = listed(jupyter)
    assert [name for name, whole in names if not whole] == []
    assert [name for name, _ in names[: len(lessons())]] == [path.name for path in lessons()]
    assert [name for name, _ in names[-2:]] == ["img", "solutions"]
    assert jupyter.page.locator(".jp-DirListing-header").inner_text().split() == ["Name"]


@pytest.mark.parametrize("width", [800, 640], ids=["800 px", "a zoom of 200 %"])
def test_a_narrow_window_is_the_lessons(browser, lab, width):
    """The side panel is shut at first, and open once the reader wants it."""
    with new_page(browser, lab, width=width) as jupyter:
        book = jupyter.open("my/00-start-here.ipynb")
        jupyter.wait("() => jupyterapp.shell.leftCollapsed")
        assert book.element.bounding_box()["width"] > width - 100
        jupyter.command("application:toggle-left-area")
        assert not jupyter.do("return app.shell.leftCollapsed")


def test_zooming_in_makes_room(jupyter):
    """And a wide window keeps its panel until then."""
    jupyter.open("my/00-start-here.ipynb")
    listed(jupyter)
    assert not jupyter.do("return app.shell.leftCollapsed")
    jupyter.page.set_viewport_size({"width": 640, "height": 450})
    jupyter.wait("() => jupyterapp.shell.leftCollapsed")


@pytest.mark.kernel
def test_an_afternoon_leaves_nothing_in_git(jupyter):
    """A lesson of the learner's own runs; its listings have colours, also after a reload.

    Pictures are shown and links lead to files; a link to the course's lesson leads to one's own.
    """
    git(jupyter.lab, "init", "-q")
    git(jupyter.lab, "add", ".")
    git(jupyter.lab, "commit", "-q", "-m", "as it was given")
    book = jupyter.open(LESSON)
    assert [cell for cell in book.code_cells if cell.count or cell.shown] == []
    lists = next(cell for cell in book.code_cells if cell.source.startswith("show("))
    assert book.run_above(lists) and lists.run(), book.failures()
    assert lists.outputs.evaluate(_COLOURS) > 3

    picture = book.element.locator(".jp-MarkdownOutput img").first
    until(lambda: picture.evaluate("img => img.naturalWidth") > 0, "a picture is not there")
    lists.write(f"{lists.source}\n# mine")
    assert lists.run()
    book.save()
    marks = {"given", "lesson"}  # by which ./lab will know whether it is edited
    assert json.loads(book.file.read_text(encoding="utf-8"))["metadata"]["bpflab"].keys() == marks
    book.reload()
    assert lists.outputs.evaluate(_COLOURS) > 3
    assert all(jupyter.do(_TRUSTED))

    leads_to = {
        "solutions/02.md": "my/solutions/02.md",
        "../docs/series.md": "docs/series.md",
        "../notebooks/03-buffer-reset-bug.ipynb": "my/03-buffer-reset-bug.ipynb",
        "../notebooks/08b-interrupted-buffer.ipynb": "my/08b-interrupted-buffer.ipynb",
    }
    book.cell(0).write("\n\n".join(f"[to {place}]({place})" for place in leads_to))
    book.cell(0).run()
    for place, leads in leads_to.items():
        book.cell(0).element.get_by_role("link", name=f"to {place}").click()
        jupyter.wait(_OPEN, leads)
        jupyter.do("for (const one of app.shell.widgets('main')) if (one.isVisible) one.close()")
        jupyter.command("docmanager:open", path=LESSON)
        book.wait_until_open()
    book.save()
    assert git(jupyter.lab, "status", "--porcelain") == ""


def test_a_link_to_the_glossary_shows_the_word(jupyter):
    """As a page that is read, and not as the text of a file."""
    book = jupyter.open(f"my/{find('00').name}")
    book.element.get_by_role("link", name="ring buffer").first.click()
    page = jupyter.page.locator(".jp-MarkdownViewer")
    expect(page.get_by_role("heading", name="ring buffer")).to_be_in_viewport()
