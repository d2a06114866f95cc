"""Controls in a real page: keys and clicks write a map, and what it then holds is shown."""

import json

import pytest

from tests.browser.axe import GRAVE
from tests.browser.jupyter import THEMES
from tests.browser.waiting import until

pytestmark = pytest.mark.kernel

START = '''\
import json, time
from bpflab import interact, load, table

mine = load("mine.c", text="""\\
BPF_ARRAY(LEVEL, u32, 2);
BPF_HASH(LEFT_OUT, u32, u32);
int hook(void *ctx) { return 0; }
""")
calls = []
'''
SHOW = """\
def set_level(level=3, slot=0, fast=True):
    calls.append(level)
    time.sleep(0 if fast else 1)
    mine.maps["LEVEL"][slot] = level
    return table(mine.maps["LEVEL"].frame(), "LEVEL")


def empty():
    mine.maps["LEVEL"].clear()
    print("It is empty.")
    return table(mine.maps["LEVEL"].frame(), "LEVEL")


interact(set_level, empty, level=(0, 20), slot={"first": 0, "second": 1}, fast=True)
"""
NAMES = """\
def leave_out(names):
    mine.maps["LEFT_OUT"].clear().fill([len(name) for name in names])
    return table(mine.maps["LEFT_OUT"].frame(), "LEFT_OUT")


interact(leave_out, names={"a", "bc"})
"""
ASK = """\
print(json.dumps([mine.maps["LEVEL"][0], mine.maps["LEVEL"][1], list(mine.maps["LEFT_OUT"])]))
"""
SLIDER = "[role=slider]"


def answer(cell):
    """Run a cell that prints JSON, and return it."""
    assert cell.run()
    return json.loads(cell.shown[0]["text"])


def steered(jupyter, *cells, name="interact"):
    """Open a notebook whose first cell loads the program and whose second one has the controls."""
    book = jupyter.write(START, SHOW, *cells, name=name)
    assert book.cell(0).run() and book.cell(1).run()
    cell = book.cell(1)
    until(lambda: "set_level(level=3, slot=0, fast=True)" in cell.text, cell.text)
    return book, cell.show()


def press(cell, key, words):
    """Press a key on the cell's slider, and wait for these words below it."""
    cell.show().element.locator(SLIDER).focus()
    cell.page.keyboard.press(key)
    until(lambda: words in cell.text, f"{words} does not come: {cell.text}")


def test_keys_and_clicks_write_the_map(jupyter):
    """A slider, a menu, a switch and a button, each by the keyboard alone; the kernel has it."""
    book, cell = steered(jupyter, ASK)
    keys = jupyter.page.keyboard
    assert answer(book.cell(2))[:2] == [3, 0]
    cell.show().element.get_by_role("slider", name="level", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "PageUp", "Home"):
        keys.press(key)
    until(lambda: "set_level(level=0, slot=0, fast=True)" in cell.text, cell.text)
    for _ in range(7):
        keys.press("ArrowUp")
    until(lambda: "set_level(level=7, slot=0, fast=True)" in cell.text, cell.text)
    assert jupyter.do("return book.content.activeCellIndex") == 1
    slider = cell.element.locator(SLIDER)
    assert slider.evaluate("slider => slider === document.activeElement")
    assert answer(book.cell(2))[:2] == [7, 0]

    cell.show().element.get_by_label("slot").focus()
    keys.press("ArrowDown")
    until(lambda: "set_level(level=7, slot=1, fast=True)" in cell.text, cell.text)
    cell.element.get_by_label("fast").focus()
    keys.press("Space")
    until(lambda: "set_level(level=7, slot=1, fast=False)" in cell.text, cell.text)
    assert answer(book.cell(2))[:2] == [7, 7]
    cell.show().element.get_by_role("button", name="empty").focus()
    keys.press("Enter")
    until(lambda: "empty()" in cell.text, cell.text)
    until(lambda: "It is empty." in cell.text, "what a call prints is lost")
    assert answer(book.cell(2))[:2] == [0, 0]


def test_a_list_of_names_is_edited(jupyter):
    """Enter sends it; the keys do not reach JupyterLab."""
    book, _ = steered(jupyter, NAMES, ASK)
    assert book.cell(2).run()
    cell = book.cell(2).show()
    cell.element.get_by_label("names").fill("ddd, dd, aaaaa")
    assert "leave_out(names=['a', 'bc'])" in cell.text
    jupyter.page.keyboard.press("Enter")
    until(lambda: "leave_out(names=['ddd', 'dd', 'aaaaa'])" in cell.text, cell.text)
    assert sorted(answer(book.cell(3))[2]) == [2, 3, 5]
    assert len(book.cells) == 4


def test_a_slow_function_is_called_for_the_last_value(jupyter):
    """Ten keys while it runs are one more call; the page says that it runs."""
    ask = "print(json.dumps(calls))"
    book, cell = steered(jupyter, ask)
    cell.element.get_by_label("fast").uncheck()
    until(lambda: "fast=False" in cell.text, cell.text)
    cell.element.locator(SLIDER).focus()
    for _ in range(10):
        jupyter.page.keyboard.press("ArrowRight")
    until(lambda: "Running…" in cell.text, cell.text)
    until(lambda: "level=13" in cell.text and "Running…" not in cell.text, cell.text)

    calls = answer(book.cell(2))
    assert calls[-1] == 13
    assert len(calls) <= 5  # at first, the switch, the first key, what came while it was sent


def test_it_steers_while_a_cell_runs(jupyter):
    """Beside a live view of another cell, too, which goes on."""
    live = """\
from bpflab import live
from bpflab.views.view import View
n = 0
def draw():
    global n
    n += 1
    return View(f"<b>frame {n}</b>", f"frame {n}")
live(draw);"""
    book, cell = steered(jupyter, live, "time.sleep(30)")
    assert book.cell(2).run()
    moving = book.cell(2)
    press(cell, "ArrowRight", "level=4")
    book.cell(3).start()
    before = moving.text
    press(cell, "ArrowRight", "level=5")
    assert book.cell(3).count is None  # still busy
    until(lambda: moving.text != before, "the live view stands still")


def test_a_closed_program_is_told_and_the_same_cell_again_is_one(jupyter):
    """A cell that runs again has its controls once; what is closed is told in the panel."""
    models = "from ipywidgets.widgets.widget import _instances\nprint(json.dumps(len(_instances)))"
    book, cell = steered(jupyter, models, "mine.close()")
    count = answer(book.cell(2))
    for _ in range(3):
        assert cell.run()
    assert answer(book.cell(2)) == count
    cell.show()
    assert cell.element.locator(SLIDER).count() == 1

    assert book.cell(3).run()
    press(cell, "ArrowRight", "✗ Not done: closed")
    assert "its program is closed" in cell.text and not cell.failed


def test_it_can_be_used_without_a_mouse_or_eyes(jupyter):
    """Axe finds no grave fault, in either theme; a screen reader hears what the map then holds."""
    book, cell = steered(jupyter, NAMES)
    assert book.cell(2).run()
    for theme in THEMES:
        jupyter.set_theme(theme)
        for each in (cell, book.cell(2)):
            assert [fault for fault in each.violations() if fault.impact in GRAVE] == []
    press(cell, "ArrowRight", "level=4")
    spoken = cell.element.locator("[role=status]")
    until(lambda: spoken.inner_text().startswith("set_level(level=4"), spoken.inner_text())
    assert "LEVEL" in spoken.inner_text()
    keys = jupyter.page.keyboard
    reached = []
    for _ in range(5):
        reached.append(jupyter.page.evaluate("() => document.activeElement.outerHTML"))
        keys.press("Tab")
    assert "slider" in reached[0] and "<select" in "".join(reached) and "empty" in "".join(reached)


def test_a_reload_and_a_restart(jupyter):
    """After a reload the controls go on; of a kernel that is gone they say so."""
    book, cell = steered(jupyter)
    press(cell, "ArrowRight", "level=4")
    book.save()
    book.reload()
    cell.show()
    until(lambda: "level=4" in cell.text, "the controls do not come back", seconds=60)
    press(cell, "ArrowRight", "level=5")
    book.restart()

    until(lambda: "their kernel has ended. Run the cell again." in cell.text, cell.text)
