"""A cell of C in JupyterLab: its colours, its indentation, and what is shown under it."""

import re

import pytest

from tests.browser.waiting import until

C = """\
%%bpf counted --hook syscalls:sys_enter_execve
BPF_ARRAY(seen, u64, 1);
// class of a comment
int hook(void *ctx)
{
    seen.increment(0);
    return 0;
}
"""
PYTHON = "class Plain:\n    pass  # int\n1 // 2"
EXTENSION = re.compile(r"/extensions/bpflab/static/")
THEMES = ["light", "dark"]
# How the first text of an editor is drawn that begins with a word.
_DRAWN = """(editor, word) => {
    const walk = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
        if (walk.currentNode.data.trimStart().startsWith(word)) {
            const style = getComputedStyle(walk.currentNode.parentElement);
            return style.color + style.fontStyle + style.fontWeight;
        }
    return null;
}"""

# The texts of an editor that stand out from its ground by less than WCAG's 4.5 to 1.
_FAINT = """editor => {
    const parts = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const linear = part => part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4;
    const light = colour => {
        const [red, green, blue] = parts(colour).map(linear);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = light(getComputedStyle(editor.closest(".jp-InputArea-editor")).backgroundColor);
    const walk = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT), faint = [];
    while (walk.nextNode()) {
        const two = [ground, light(getComputedStyle(walk.currentNode.parentElement).color)];
        const contrast = (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
        if (contrast < 4.5) faint.push([walk.currentNode.data, contrast]);
    }
    return faint;
}"""


def drawn(cell, word):
    """Return colour and weight of a word in a cell's editor; None where it begins no text."""
    return cell.element.locator(".cm-content").evaluate(_DRAWN, word)


def is_c(cell):
    """Return whether `//` begins a comment there, and the magic's line is plain text."""
    plain = drawn(cell, "seen")
    return drawn(cell, "// class") not in (None, plain) and drawn(cell, "%%bpf") in (None, plain)


@pytest.mark.parametrize("theme", THEMES)
def test_a_cell_of_c_has_the_colours_of_c(jupyter, theme):
    """Of a keyword, of a comment, of a function that is defined; a cell of Python keeps its own."""
    book = jupyter.write(C, PYTHON)
    jupyter.set_theme(theme)
    c, python = book.cells
    until(lambda: is_c(c), "the cell has no colours of C")
    words = ["seen", "// class", "hook", "return"]
    assert len({drawn(c, word) for word in words}) == len(words)
    assert len({drawn(python, word) for word in ("class", "Plain", "# int")}) == 3
    assert drawn(python, "// 2") is None  # an operator and a number, two texts


@pytest.mark.parametrize("theme", THEMES)
def test_code_stands_out_from_its_ground(jupyter, theme):
    """Each word of C and of Python, comments above all."""
    book = jupyter.write(C + '#include "path.h"\n', PYTHON)
    jupyter.set_theme(theme)
    c, python = book.cells
    until(lambda: is_c(c), "the cell has no colours of C")
    for cell in (c, python):
        assert cell.element.locator(".cm-content").evaluate(_FAINT) == []


def test_the_colours_follow_the_first_line(jupyter):
    """While it is typed and when it is deleted, in a cell that was Python."""
    book = jupyter.write(C.partition("\n")[2], PYTHON)
    cell = book.cell(0)
    cell.edit()
    until(lambda: drawn(cell, "return"), "the cell is not drawn")
    assert not is_c(cell)
    keys = jupyter.page.keyboard
    keys.press("Control+Home")
    keys.type("%%bpf counted")
    keys.press("Enter")
    until(lambda: is_c(cell), "the line was typed, and the cell is not C")
    keys.press("Control+Home")
    keys.press("Shift+End")
    keys.press("Delete")
    until(lambda: not is_c(cell), "the line was deleted, and the cell is still C")
    until(lambda: drawn(cell, "// class") is None, "its comment is still one")


def test_they_stay_when_the_kernel_says_what_it_speaks(jupyter):
    """A kernel that starts names its language, which JupyterLab gives to every cell."""
    book = jupyter.write(C, PYTHON)
    until(lambda: is_c(book.cell(0)), "the cell has no colours of C")
    book.restart()
    jupyter.do('book.model.setMetadata("language_info", {name: "python", mimetype: "text/x-x"})')
    jupyter.do('book.model.setMetadata("language_info", {name: "python"})')
    assert is_c(book.cell(0))
    assert not is_c(book.cell(1))
    book.save()
    assert is_c(book.reload().cell(0)) or until(lambda: is_c(book.cell(0)), "not after a reload")
    assert "text/x-bpf" not in book.file.read_text(encoding="utf-8")


def test_enter_and_tab_indent_as_c(jupyter):
    """A line behind a brace goes in, and the brace that closes it comes out again."""
    book = jupyter.write("%%bpf counted", "if True:")
    cell, keys = book.cell(0), jupyter.page.keyboard
    until(lambda: mime(jupyter) == "text/x-bpf", "the cell is not C")
    jupyter.page.wait_for_timeout(300)  # the editor gets its language a moment later
    cell.edit()
    for typed in ("", "int hook(void *ctx)", "{", "if (ctx) {", "return 1;", "}", "return 0;", "}"):
        keys.type(typed)
        keys.press("Enter")
    assert cell.source == (
        "%%bpf counted\nint hook(void *ctx)\n{\n    if (ctx) {\n        return 1;\n    }\n"
        "    return 0;\n}\n"
    )
    keys.press("Tab")
    keys.type("x")
    assert cell.source.endswith("}\n    x")
    python = book.cell(1)
    python.edit()
    keys.press("Enter")
    keys.type("{")
    keys.press("Enter")
    assert python.source == "if True:\n    {\n        "


def mime(jupyter):
    """Return the type of the first cell's text, as JupyterLab has it."""
    return jupyter.do("return book.content.widgets[0].model.mimeType")


@pytest.mark.kernel
@pytest.mark.parametrize("theme", THEMES)
def test_it_runs_and_a_refusal_is_shown_under_it(jupyter, theme):
    """The table of what was loaded; then the line that is wrong, by the cell's own number."""
    wrong = C.replace("return 0;", "return 0")
    book = jupyter.write("import bpflab", C, "counted.hooks", wrong)
    jupyter.set_theme(theme)
    first, loaded, hooks, refused = book.cells
    assert first.run() and loaded.run() and hooks.run()
    assert "counted is loaded, and not attached" in loaded.text
    assert hooks.text == "{'hook': 'syscalls:sys_enter_execve'}"
    assert not refused.run()
    assert "counted:7" in refused.text
    assert "return 0" in refused.text
    assert [str(found) for _, found in book.violations() if found.grave] == []


@pytest.mark.parametrize("answer", ["", "throw Error('broken')", "window._JUPYTERLAB.bpflab = {}"])
def test_an_extension_that_fails_leaves_the_lab_as_it_was(jupyter, answer):
    """Not sent, broken, of another form: cells are Python's, and run."""
    if answer:
        served = {"body": answer, "content_type": "text/javascript"}
        jupyter.page.route(EXTENSION, lambda route: route.fulfill(**served))
    else:
        jupyter.page.route(EXTENSION, lambda route: route.abort())
    book = jupyter.write(C, "1 + 1")
    assert book.cell(1).run()
    assert book.cell(1).text == "2"
    assert not is_c(book.cell(0))
    jupyter.faults.clear()  # of the script that we broke
