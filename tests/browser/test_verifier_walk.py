"""The verifier's view in JupyterLab: keys move through its steps, and each of them can be read."""

import pytest

from tests.browser.waiting import until

pytestmark = pytest.mark.kernel

SHOW = 'from bpflab import verifier\nverifier("first_map/cut")'
REFUSED = '''from bpflab import LabError, load, verifier
try:
    load("unchecked", text="""BPF_HASH(counts, u32, u64);
int hook(void *ctx)
{
	u32 key = 1;
	u64 *n = counts.lookup(&key);
	(*n)++;
	return 0;
}""")
except LabError as error:
    view = verifier(error)
view'''
WIDTHS = (400, 800, 1280)


def steps(cell):
    """Return the headings of the steps that are drawn."""
    return [
        section.locator("b").first.inner_text()
        for section in cell.outputs.locator("section").all()
        if section.is_visible()
    ]


def test_keys_move_through_the_steps(jupyter):
    """An arrow key goes to the next step, and not to the next cell; Enter does nothing."""
    book = jupyter.write(SHOW, "2 + 2")
    cell = book.cell(0)
    assert cell.run()
    assert [text.partition(",")[0] for text in steps(cell)] == ["Step 1 of 40"]
    cell.outputs.locator("input").first.focus()
    keys = jupyter.page.keyboard
    for key, wanted in (("ArrowRight", 2), ("ArrowDown", 3), ("ArrowLeft", 2), ("Enter", 2)):
        keys.press(key)
        until(lambda wanted=wanted: steps(cell)[0].startswith(f"Step {wanted} "), f"after {key}")
    assert jupyter.do("return book.content.activeCellIndex") == 0
    marked = "span => getComputedStyle(span).backgroundColor !== 'rgba(0, 0, 0, 0)'"
    lines = cell.outputs.locator('.c pre span[class^="l"]').all()
    assert [line.inner_text().split()[1:] for line in lines if line.evaluate(marked)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read(jupyter, theme):
    """axe-core finds nothing wrong with it, and no step is wider than the page."""
    book = jupyter.write(SHOW, REFUSED)
    jupyter.set_theme(theme)
    for cell in book.cells:
        assert cell.run()
        assert len(steps(cell)) == 1
        assert cell.violations() == []
    jupyter.command("application:toggle-left-area")  # the list of files takes half of 400 pixels
    for width in WIDTHS:
        jupyter.page.set_viewport_size({"width": width, "height": 900})
        for cell in book.cells:
            cell.show()
            wide = cell.outputs.locator("form").evaluate("f => f.scrollWidth - f.clientWidth")
            assert wide <= 1, width


def test_it_needs_no_kernel(jupyter):
    """A notebook that is opened again has the view, and its steps move."""
    book = jupyter.write(SHOW)
    assert book.cell(0).run()
    book.save()
    cell = book.reopen().cell(0).show()
    cell.outputs.locator("input").nth(4).check()
    until(lambda: steps(cell)[0].startswith("Step 5 "), "the step is not shown")
