"""Lesson 04 as a learner does it: the list is edited, and the bars above say what comes of it."""

import re

import pytest

from tests.browser.waiting import until

pytestmark = pytest.mark.kernel

BAR = r"{}\D*?(\d[\d,]*)"


def found(book, start):
    """Return the code cell that begins so."""
    return next(cell for cell in book.code_cells if start in cell.source)


def bars(cell):
    """Return how many commands were reported, by name, and how many were left out."""
    names = ("/usr/bin/id", "/usr/bin/ls", "left out")
    text = cell.element.locator(".jp-Cell-outputArea").inner_text()
    seen = {name: re.search(BAR.format(re.escape(name)), text) for name in names}
    return {name: int(match[1].replace(",", "")) for name, match in seen.items() if match}


def test_a_list_is_edited_while_commands_run(jupyter):
    """What stands in the list is left out from then on, and nothing else; a full map says so."""
    book = jupyter.open("my/04-exclusion-hash.ipynb")
    shows, edits = found(book, "view = live(watching"), found(book, "interact(left_out")
    assert book.run_above(shows) and shows.run() and edits.run()
    until(lambda: bars(shows).get("/usr/bin/id", 0) > 2, shows.text)
    assert bars(shows)["/usr/bin/ls"] == 0

    field = edits.show().element.get_by_label("commands")
    field.fill("/usr/bin/id, /usr/bin/uname")
    jupyter.page.keyboard.press("Enter")
    until(lambda: "left_out(commands=['/usr/bin/id', '/usr/bin/uname'])" in edits.text, edits.text)
    until(lambda: bars(shows)["/usr/bin/ls"] > 1, shows.text)  # this frame is later than the list
    before = bars(shows.show())
    until(lambda: bars(shows)["/usr/bin/ls"] > before["/usr/bin/ls"] + 2, shows.text)
    after = bars(shows)
    assert after["/usr/bin/id"] == before["/usr/bin/id"]
    assert after["left out"] > before["left out"]

    edits.show().element.get_by_label("commands").fill(", ".join(f"/bin/{n}" for n in range(11)))
    jupyter.page.keyboard.press("Enter")
    until(lambda: "is full" in edits.text, edits.text)
    assert book.run_below(found(book, "view.stop()\nbusy.stop()"))
