"""Record the README's pictures again: ``./lab test tests/browser/record.py``, a minute.

pytest does so only where this file is named. A page of the lab goes through lessons 02 and 07 as a
reader does, and what it shows is stored in docs/img. Look at the pictures then: the alt texts in
the README tell what is there, with the numbers of the last frame.
"""

import io
import re
import time
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.browser.server import ROOT
from tests.browser.waiting import until

pytestmark = pytest.mark.kernel

PICTURES = ROOT / "docs/img"
EVERY_S = 0.5
BEFORE, AFTER = 8, 12  # frames before the slot is emptied, and after
LAST_S = 5.0  # the last frame stands so long before the first one comes again
TIMES = 3  # then the last frame stays
PROMPT = 26  # pixels to the left of a cell's prompt


def find(book, words):
    """Return the place of the first code cell with these words in it."""
    return next(cell.index for cell in book.code_cells if words in cell.source)


def test_a_refusal(jupyter):
    """In lesson 02: a program without a check, a guess, and why the program is refused."""
    jupyter.page.set_viewport_size({"width": 1060, "height": 890})
    book = jupyter.open("my/02-first-map.ipynb")
    place = find(book, 'unchecked = """')
    text, question, refused = book.cells[place : place + 3]
    assert book.run_above(question) and question.run()
    question.outputs.get_by_label("no").check()
    assert refused.run() and "Refused: null-check" in refused.text
    jupyter.command("application:toggle-left-area")  # the list of files is open at first
    text.show()
    jupyter.page.screenshot(path=PICTURES / "lesson-02.png")


def test_a_live_view(jupyter):
    """In lesson 07: the graph moves, a cell empties a slot of the jump table, and it moves on."""
    jupyter.page.set_viewport_size({"width": 954, "height": 900})
    book = jupyter.open("my/07-tail-calls.ipynb")
    view = book.cell(find(book, "view = live("))
    after = book.cells[view.index + 1 :]
    place = next(n for n, cell in enumerate(after) if cell.source.startswith("del chain.maps"))
    menus, empties, says = after[:place], after[place], after[place + 1]
    assert book.run_above(view) and view.run()
    for cell in menus:  # they would make the picture twice as high
        hidden = f'.jp-Cell[data-windowed-list-index="{cell.index}"] {{ display: none !important }}'
        jupyter.page.add_style_tag(content=hidden)
    empties.select()
    view.show()
    until(lambda: "events a second" in view.text, view.text)

    frames, times = [], []
    begun = time.monotonic()
    for number in range(BEFORE + AFTER):
        if number == BEFORE:
            empties.start()
        wait = begun + number * EVERY_S - time.monotonic()
        jupyter.page.wait_for_timeout(max(0, wait * 1000))
        times.append(time.monotonic())
        frames.append(picture(jupyter, view, says))
    assert re.search(r"filter +\.\.[1-9]\d*\.\.> fell through", view.text)
    assert "+ 0 dropped" in view.text, f"this machine is too busy for a picture:\n{view.text}"
    store(frames, [later - earlier for earlier, later in pairwise(times)])


def picture(jupyter, first, last):
    """Return what the page shows from one cell to another one."""
    above, below = first.element.bounding_box(), last.element.bounding_box()
    part = {
        "x": above["x"] + PROMPT,
        "y": above["y"],
        "width": above["width"] - PROMPT,
        "height": below["y"] + below["height"] - above["y"],
    }
    return Image.open(io.BytesIO(jupyter.page.screenshot(clip=part))).convert("RGB")


def store(frames, seconds):
    """Store frames as a picture that moves, each as long as it was there."""
    width, height = frames[0].size
    film = Image.fromarray(np.concatenate([np.asarray(frame) for frame in frames]))
    film = film.quantize(dither=Image.Dither.NONE)  # the same 256 colours for all
    tops = range(0, film.height, height)
    first, *more = [film.crop((0, top, width, top + height)) for top in tops]
    first.save(
        PICTURES / "lesson-07-live.gif",  # GitHub has a button that stops a GIF
        save_all=True,
        append_images=more,
        duration=[round(1000 * each) for each in [*seconds, LAST_S]],
        loop=TIMES - 1,  # how often it comes again
    )
