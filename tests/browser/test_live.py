"""Live views in a real page: they move, they stop, and what they leave is the truth."""

import contextlib
import json
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from tests.browser.axe import GRAVE
from tests.browser.jupyter import THEMES
from tests.browser.waiting import until

pytestmark = pytest.mark.kernel

START = """\
from bpflab import live, load, run

execs = load("start_here/execs")
busy = run("/usr/bin/true", per_second=20, seconds=120)
"""
VIEW = """\
view = live(execs, "Executions", hook="syscalls:sys_enter_execve")
"""
STOP = ".widget-button"
FRAME = ".jp-RenderedHTML"


def lab_of_one(jupyter, *cells, name="live"):
    """Open a notebook whose first cell loads the program and whose second one shows it."""
    book = jupyter.write(START, VIEW, *cells, name=name)
    assert book.cell(0).run() and book.cell(1).run()
    return book, book.cell(1)


def moves(cell, seconds=20.0):
    """Wait until a frame differs from the one that is shown now."""
    before = cell.text
    until(lambda: cell.text != before, f"{cell} stands still:\n{before}", seconds)


def accounting(text):
    """Return the numbers that a frame shows, by name."""
    line = next(line for line in text.split("\n") if " produced = " in line)
    words = line.replace(",", "").replace("=", "+").split("+")
    return {name: int(count) for count, name in (word.split()[:2] for word in words)}


def stop(cell):
    """Press Stop, and wait for the last frame."""
    cell.select()  # or JupyterLab does so while the button is pressed, and scrolls
    cell.show().element.locator(STOP).click()
    until(lambda: "Ended: stopped." in cell.text, f"{cell} does not stop:\n{cell.text}")


def answer(cell):
    """Run a cell that prints JSON, and return it."""
    assert cell.run()
    return json.loads(cell.shown[0]["text"])


def test_it_moves_while_other_cells_run_and_ends_with_the_truth(jupyter):
    """The cell returns; what stands after Stop is what the kernel counted, and what is stored."""
    book, cell = lab_of_one(
        jupyter,
        "import time\ntime.sleep(4)",
        "import json\nprint(json.dumps([execs.events.ledger(), execs.maps['seen'].total()]))",
    )
    moves(cell)
    book.cell(2).start()
    moves(cell)
    moves(cell)
    assert book.cell(2).count is None  # still busy
    assert cell.element.locator(STOP).is_visible()
    stop(cell)
    book.wait_until_idle()

    shown, last = accounting(cell.text), cell.text
    ledger, seen = answer(book.cell(3))
    assert shown == {name: ledger[name] for name in shown}
    assert shown["produced"] == seen > 10
    assert ledger["unaccounted"] == 0

    book.save()
    (output,) = json.loads(book.file.read_text())["cells"][1]["outputs"]
    assert set(output["data"]) == {"text/html", "text/plain"}
    plain = "".join(output["data"]["text/plain"])
    assert plain.startswith("Executions\ntime (")
    assert accounting(plain) == shown
    assert book.reopen().cell(1).text.split() == last.split()


STILL = """\
import os, signal, subprocess, sys
from bpflab import live
from bpflab.views.view import View
from bpflab.screen import live_view

live_view._NOBODY_S = 8
signals = f"sleep 1; kill -STOP {os.getpid()}; sleep 12; kill -CONT {os.getpid()}"


def draw():
    return View("<b>Still</b>", "Still")


view = live(draw)
"""
MODELS = "import json\nfrom ipywidgets.widgets.widget import _instances\nprint(len(_instances))"
WATCH = """cell => {
    window.bpflabStates = new Set();
    const state = cell.querySelector(".bpflab-state");
    new MutationObserver(() => window.bpflabStates.add(state.textContent))
        .observe(state, {childList: true, characterData: true, subtree: true});
}"""


def test_a_view_that_stands_still_stays_alive(jupyter):
    """Longer than one lives that no page shows; then its kernel stands still as long.

    The page never says that it is not live until the kernel is stopped, and of ten views no model
    is left but the layout that all have in common.
    """
    book = jupyter.write(STILL, MODELS, "subprocess.Popen(signals, shell=True);")
    assert book.cell(0).run()
    cell = book.cell(0)
    until(lambda: "● Live" in cell.text, cell.text)
    cell.element.evaluate(WATCH)
    time.sleep(13)
    assert jupyter.page.evaluate("() => [...window.bpflabStates]") == []
    assert "Still" in cell.text

    assert book.cell(2).run()
    until(lambda: "Not live: nothing came" in cell.text, "it claims to be live", seconds=30)
    until(lambda: "● Live" in cell.text, "it does not go on")
    time.sleep(6)
    assert "● Live" in cell.text
    stop(cell)
    for _ in range(9):
        assert cell.run()
        stop(cell)
    until(lambda: answer(book.cell(1)) == 1, "models are left")


def test_it_goes_on_after_the_page_was_reloaded(jupyter):
    """A reader who reloads the page has the moving table again, and its button.

    On a busy machine the page takes longer than a view waits for one.
    """
    patient = "from bpflab.screen import live_view\nlive_view._NOBODY_S = 120"
    book, cell = lab_of_one(jupyter, patient)
    assert book.cell(2).run()
    book.save()
    book.reload()
    moves(cell, seconds=60)

    stop(cell)
    moved = cell.text
    time.sleep(1)
    assert cell.text == moved


def test_it_says_when_its_kernel_is_gone(jupyter):
    """After a restart nothing moves, and the frame says so."""
    book, cell = lab_of_one(jupyter)
    moves(cell)
    book.restart()

    until(lambda: "Not live: nothing came from the kernel" in cell.text, cell.text)


def test_the_same_cell_again_is_one_view(jupyter):
    """Run twice, or with all others, it has one view, and no event comes twice."""
    book, cell = lab_of_one(
        jupyter,
        "import json\nold = view",
        "mine = run('/usr/bin/true', times=23)\n"
        "print(json.dumps([old.reason, len(execs.events.frame(mine))]))",
    )
    assert book.cell(2).run() and cell.run()
    moves(cell)

    assert answer(book.cell(3)) == ["the cell ran again", 23]
    assert cell.element.locator(STOP).count() == 1
    assert book.run_all()
    moves(cell)
    stop(cell)
    assert accounting(cell.text)["produced"] >= 23
    assert "unaccounted" not in cell.text


def test_it_ends_when_nobody_looks(jupyter):
    """With the page closed it ends, and detaches; an hour later nothing runs on."""
    ask = "import json\nprint(json.dumps([view.reason, len(execs.links)]))"
    book, cell = lab_of_one(
        jupyter, ask, "from bpflab.screen import live_view\nlive_view._NOBODY_S = 3"
    )
    assert book.cell(3).run()
    book.save()
    moves(cell)
    jupyter.page.goto("about:blank")
    time.sleep(6)

    book = jupyter.open(book.path)
    assert answer(book.cell(2)) == ["no page showed it", 0]


def test_two_browsers_see_one_view(jupyter, lab):
    """The second page shows the same frames, and its Stop is the first one's too."""
    book, cell = lab_of_one(jupyter)
    moves(cell)
    book.save()
    other = type(jupyter)(jupyter.page.context.new_page(), lab)
    second = other.open(book.path).cell(1)
    moves(second, seconds=60)  # the page is loaded first
    moves(cell)

    second.show().element.locator(STOP).click()
    until(lambda: "Ended: stopped." in cell.text, "the first page moves on")
    until(lambda: "Ended: stopped." in second.text, "the second page moves on")
    same = "the pages differ in the end"
    until(lambda: accounting(cell.text) == accounting(second.text), same)


def test_a_frame_that_comes_while_stop_is_pressed_does_not_move_it(jupyter):
    """The frame waits for the click: else the button may be elsewhere when it is released."""
    _, cell = lab_of_one(jupyter)
    moves(cell)
    cell.select()
    cell.show().element.locator(STOP).hover()
    jupyter.page.mouse.down()
    frame = cell.element.locator(FRAME).first
    pressed = frame.inner_text()
    time.sleep(2)
    assert frame.inner_text() == pressed
    jupyter.page.mouse.up()
    until(lambda: "Ended: stopped." in cell.text, "it does not stop")


def test_a_function_of_the_readers_that_fails(jupyter):
    """The view ends with what went wrong and where; the next view works."""
    book = jupyter.write(
        "from bpflab import live, table\n\n\ndef draw():\n    return {}['nothing']\n\n\nlive(draw)",
        START + VIEW,
        name="fails",
    )
    assert book.cell(0).run()
    until(lambda: "KeyError: 'nothing'" in book.cell(0).text, book.cell(0).text)
    assert "return {}['nothing']" in book.cell(0).text

    assert book.cell(1).run()
    moves(book.cell(1))
    stop(book.cell(1))


def test_it_can_be_used_without_a_mouse_or_eyes(jupyter):
    """Axe finds no grave fault; keys stop it; a screen reader hears words, once in 5 s at most."""
    _, cell = lab_of_one(jupyter)
    moves(cell)
    spoken = cell.element.locator("[role=status]")
    cell.element.evaluate(
        """cell => {
            const spoken = cell.querySelector("[role=status]");
            window.bpflabSpoken = [];
            new MutationObserver(() => window.bpflabSpoken.push(performance.now()))
                .observe(spoken, {childList: true, characterData: true, subtree: true});
        }"""
    )
    began = time.monotonic()
    for theme in THEMES:
        jupyter.set_theme(theme)
        moves(cell)
        assert [fault for fault in cell.violations() if fault.impact in GRAVE] == []
    selection_and_focus_stay(jupyter, cell)
    time.sleep(max(0, 11 - (time.monotonic() - began)))
    times = jupyter.page.evaluate("() => window.bpflabSpoken")
    assert spoken.inner_text().startswith("Executions")
    assert len(times) >= 1
    assert all(after - before >= 4900 for before, after in pairwise(times))

    cell.element.locator(STOP).focus()
    jupyter.page.keyboard.press("Enter")
    until(lambda: "Ended: stopped." in cell.text, "Enter does not stop it")
    assert [fault for fault in cell.violations() if fault.impact in GRAVE] == []


def selection_and_focus_stay(jupyter, cell):
    """Look whether a frame that replaces another leaves focus and selection where they are."""
    cell.show().element.locator("caption").select_text()
    chosen = "() => String(getSelection()).trim()"
    assert jupyter.page.evaluate(chosen) == "Executions"
    box = cell.element.locator("[role=group][tabindex]").first
    moves(cell)
    assert jupyter.page.evaluate(chosen) == "Executions"

    box.focus()
    moves(cell)
    assert box.evaluate("box => box === document.activeElement")


def test_nothing_of_it_is_left(jupyter):
    """When the notebook is closed and its kernel ended, no process holds its program any more."""
    ask = "import json, os\nprint(json.dumps([os.getpid(), *inspect.programs().id.tolist()]))"
    book, cell = lab_of_one(jupyter, f"from bpflab import inspect\n{ask}")
    pid, program = answer(book.cell(2))
    assert holders(program) == {pid}
    moves(cell)
    book.save()
    book.close()

    until(lambda: not Path(f"/proc/{pid}").exists(), "the kernel lives on")
    assert holders(program) == set()


def holders(program):
    """Return the processes, of those we may look at, that hold the program with this id."""
    found = set()
    for info in Path("/proc").glob("[0-9]*/fdinfo/*"):
        with contextlib.suppress(OSError):  # it ended, or is another user's
            if f"prog_id:\t{program}\n" in info.read_text(encoding="ascii"):
                found.add(int(info.parts[2]))
    return found


def test_a_laptop_that_slept(jupyter):
    """A page that was frozen shows the truth when it wakes: its view has ended meanwhile."""
    book, cell = lab_of_one(jupyter, "from bpflab.screen import live_view\nlive_view._NOBODY_S = 3")
    assert book.cell(2).run()
    moves(cell)
    pages = [
        process
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    for process in pages:
        process.suspend()
    time.sleep(8)
    for process in pages:
        process.resume()

    until(lambda: "Ended: no page showed it." in cell.text, "it says nothing of the time it slept")
    assert pages
    assert accounting(cell.text)["produced"] > 0
