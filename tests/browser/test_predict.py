"""A learner answers predictions by keyboard, says how they came out, and sees the summary."""

import json

import nbformat
import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.browser.jupyter import THEMES
from tests.browser.waiting import until

CELLS = (
    "from bpflab import predict, summary\n"
    'predict("Does `/bin/<b>` fit, at $5 or $6?", "yes", "no")',
    "'cut'",
    'predict("How many rows?")',
    "23",
    'summary("90")',
    'from bpflab.course.asked import lesson_here\nlesson_here("nowhere")',
)
NAME = "90-predictions.ipynb"


@pytest.fixture
def book(jupyter):
    """A lesson, and the learner's own copy of it, open."""
    v4 = nbformat.v4
    lesson = v4.new_notebook(cells=[v4.new_code_cell(text) for text in CELLS])
    lesson.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    root = jupyter.lab.root
    (root / "my").mkdir(exist_ok=True)
    for folder in ("my", "notebooks"):
        nbformat.write(lesson, root / folder / NAME)
    yield jupyter.open(f"my/{NAME}")
    (root / "notebooks" / NAME).unlink()
    (root / "my/progress.json").unlink(missing_ok=True)


def kept(book):
    """Return what the file has of each guess."""
    file = book.jupyter.lab.root / "my/progress.json"
    rows = json.loads(file.read_text())["predictions"] if file.exists() else []
    return [(row["lesson"], row["guess"], row["outcome"]) for row in rows]


def press(book, *keys):
    """Press keys, one after the other."""
    for key in keys:
        book.page.keyboard.press(key)


def active(book):
    """Return the place of the cell that the next Shift+Enter runs."""
    return book.jupyter.do("return book.content.activeCellIndex")


def readable(*cells):
    """Look at these cells in both themes: axe-core finds nothing wrong."""
    for theme in THEMES:
        cells[0].book.jupyter.set_theme(theme)
        for cell in cells:
            assert cell.violations() == [], (theme, cell)


def test_a_guess_by_keyboard(book):
    """Tab, arrows and Enter: pick, run the next cell, say how it came out, and go on."""
    asks, shows, types, rows, last, _ = book.cells
    asks.select()
    press(book, "Shift+Enter")
    group = asks.outputs.get_by_role("group", name="Predict. Does /bin/<b> fit, at $5 or $6?")
    group.wait_for()
    readable(asks)
    shows.select()
    press(book, "Shift+Tab", "ArrowDown", "ArrowDown")
    assert [group.get_by_role("radio", name=name).is_checked() for name in ("yes", "no")] == [
        False,
        True,
    ]
    assert active(book) == 0
    press(book, "Enter")
    assert active(book) == 1
    press(book, "Shift+Enter")
    below = shows.outputs.get_by_role("group", name="You predicted: no")
    below.wait_for()
    readable(asks, shows)
    assert "You predicted: no" in asks.text and not asks.outputs.locator("input").count()
    assert kept(book) == [("90", "no", None)]

    types.select()
    press(book, "Shift+Tab", "ArrowDown", "Space")
    until(lambda: kept(book)[0][2] == "foreseen", "it is not kept")
    press(book, "ArrowRight")
    until(lambda: kept(book)[0][2] == "surprised", "the other one is not kept")
    assert below.is_visible()
    press(book, "Enter")
    said = "You predicted: no · It surprised me"
    until(lambda: said in shows.text, "no plain text takes its place")
    assert active(book) == 2

    press(book, "Shift+Enter")
    types.outputs.locator("input").wait_for()
    press(book, "Shift+Tab")
    book.page.keyboard.type("<b>23</b> add")  # "a", "b" and "dd" are commands of JupyterLab's
    readable(types)
    assert len(book.cells) == len(CELLS)
    types.outputs.get_by_label("Your guess").focus()
    press(book, "Shift+Enter", "Shift+Enter")
    rows.outputs.get_by_label("As I foresaw").check()
    last.select()
    press(book, "Shift+Enter")
    until(lambda: "You foresaw: 1 of 2" in last.text, "no summary")
    assert "You predicted: <b>23</b> add" in last.text and "It surprised you: 1 of 2" in last.text
    readable(*book.code_cells[:-1])
    # What has been said is no widget: one stays, the layout of all.
    until(lambda: saved(book) == ["LayoutModel"], "a widget is stored")


def saved(book):
    """Save the notebook, and return the widgets that the file then has."""
    book.save()
    return stored(book)


def stored(book):
    """Return the widgets that the file has, as JupyterLab saves them, sorted by name."""
    saved = json.loads((book.jupyter.lab.root / "my" / NAME).read_text())["metadata"]
    states = saved.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    return sorted(each["model_name"] for each in states.get("state", {}).values())


def test_a_page_that_is_reloaded(book):
    """A question that waits takes its guess there, and one that was said is still there."""
    asks, _, types, rows, last, where = book.cells
    assert asks.run()
    asks.outputs.get_by_label("yes").check()
    assert types.run()
    book.save()
    book.reload()
    assert asks.outputs.get_by_label("yes").is_checked()
    types.outputs.get_by_label("Your guess").fill("7")
    assert rows.run()
    rows.outputs.get_by_role("group").nth(1).wait_for()
    book.save()
    book.reload()
    rows.outputs.get_by_label("As I foresaw").last.check()
    until(lambda: kept(book) == [("90", "yes", None), ("90", "7", "foreseen")], "it is not kept")
    assert asks.outputs.get_by_label("yes").is_disabled()
    assert last.run()
    assert "You foresaw: 1 of 2" in last.text and "not said" in last.text

    assert where.run()  # the notebook's name says it: no lesson asks this
    assert where.text.strip() == "'90'"


def test_a_notebook_that_is_opened_again(book):
    """What the learner did not say is as it was, and cannot be said without the kernel."""
    asks, shows, types, rows, *_ = book.cells
    assert asks.run()
    asks.outputs.get_by_label("no").check()
    assert shows.run() and types.run() and rows.run()
    unsaid = ["AnyModel", "LayoutModel"]  # what was not said, and the layout of all widgets
    until(lambda: saved(book) == unsaid, "a field that was left empty is still open")
    book.reopen()
    shows.outputs.get_by_role("group", name="You predicted: no").wait_for()
    with pytest.raises(PlaywrightError):
        shows.outputs.get_by_label("As I foresaw").click(timeout=1000)
    assert kept(book) == [("90", "no", None)]
    assert stored(book) == unsaid
    assert "You predicted: no" in asks.text and "model not found" not in types.text


@pytest.mark.parametrize("width", [400, 800])
def test_it_is_no_wider_than_the_page(book, width):
    """Options wrap, and so does a long word."""
    book.jupyter.command("application:toggle-left-area")
    book.page.set_viewport_size({"width": width, "height": 900})
    asks, types = book.cell(0), book.cell(2)
    asks.write(f"from bpflab import predict\npredict('?', 'yes', {'no ' * 60!r}, {'x' * 150!r})")
    for cell in (asks, types):
        assert cell.run()
        group = cell.show().outputs.locator("fieldset")
        assert group.evaluate("it => it.scrollWidth - it.clientWidth") <= 1
