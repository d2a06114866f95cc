"""The panel of a refusal in a real page: its line is marked, its log can be opened."""

import pytest

from tests.browser.axe import GRAVE
from tests.browser.jupyter import THEMES

pytestmark = pytest.mark.kernel

REFUSED = '''\
from bpflab import load

mine = load("mine.c", text="""\\
BPF_HASH(seen, u32, u64);
int hook(void *ctx)
{
	u32 pid = 3;
	u64 *count = seen.lookup(&pid);

	*count += 1;
	return 0;
}
""")
'''
WARNED = '''\
mine = load("mine.c", text="""\\
int hook(void *ctx)
{
	char comm[16] = {};
	return comm == "bash";
}
""")
'''


def test_a_refusal_is_a_panel_below_the_cell(jupyter):
    """The cell has failed, its line is marked, no traceback is shown, and a click opens the log."""
    book = jupyter.write(REFUSED, WARNED, name="panel")
    cell, other = book.cell(0), book.cell(1)
    assert not cell.run()
    assert cell.failed and [out["output_type"] for out in cell.shown] == ["display_data", "error"]
    assert "Traceback" not in cell.text
    cell.show()
    marked = cell.element.locator("pre code strong")
    assert [text.split() for text in marked.all_inner_texts()] == [
        ["•", "5", "u64", "*count", "=", "seen.lookup(&pid);"],
        ["►", "7", "*count", "+=", "1;"],
    ]
    log = cell.element.locator("details pre")
    assert not log.is_visible()
    cell.element.locator("summary").click()
    assert "call bpf_map_lookup_elem" in log.inner_text()

    assert other.run()
    assert "Warning: string-compare" in other.text and not other.failed
    for theme in THEMES:
        jupyter.set_theme(theme)
        for shown in (cell, other):
            assert [fault for fault in shown.violations() if fault.impact in GRAVE] == []
