"""Tab and Shift+Tab in a cell of C, as a reader sees them."""

import pytest

from tests.browser.waiting import until

C = """\
%%bpf opened --hook syscalls:sys_enter_openat
BPF_HASH(seen, u32, u64);

int opened(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
"""
NAMES = ".jp-Completer:not(.lm-mod-hidden) .jp-Completer-match"
PANEL = ".jp-Completer:not(.lm-mod-hidden) .jp-Completer-docpanel"
TOOLTIP = ".jp-Tooltip"


@pytest.fixture
def typed(jupyter):
    """Return what types into a cell of C of a notebook that has imported bpflab."""
    book = jupyter.write("import bpflab\nbpf_get_current_python = 1", C)
    assert book.cell(0).run()
    cell = book.cell(1)
    cell.edit()
    jupyter.page.keyboard.press("Control+End")

    def type(text, *keys):
        jupyter.page.keyboard.type(text)
        for key in keys:
            jupyter.page.keyboard.press(key)
        return cell

    return type


def names(page):
    """Return the names in the list that a Tab has opened."""
    return [each.inner_text() for each in page.locator(NAMES).all()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_tab_lists_helpers_and_says_what_the_chosen_one_does(jupyter, typed, theme):
    """Of this type of program, and nothing of Python's; the chosen one has its signature beside."""
    jupyter.set_theme(theme)
    page = jupyter.page
    cell = typed("bpf_get_cu", "Tab")
    until(lambda: "bpf_get_current_comm" in names(page), "there is no list")
    assert all(name.startswith("bpf_get_current_") for name in names(page))
    assert "bpf_get_current_python" not in names(page)
    while page.locator(".jp-Completer .jp-mod-active .jp-Completer-match").inner_text() != (
        "bpf_get_current_comm"
    ):
        page.keyboard.press("ArrowDown")
    said = page.locator(PANEL)
    until(lambda: "long bpf_get_current_comm" in said.inner_text(), "there is no explanation")
    assert "Copies the name of the current thread" in said.inner_text()
    page.keyboard.press("Enter")
    until(lambda: cell.source.endswith("bpf_get_current_comm"), "the name was not taken")


def test_fields_methods_and_what_they_are(jupyter, typed):
    """Behind an arrow and a dot, with a word on each; and where nothing fits, no list."""
    page = jupyter.page
    cell = typed("ctx->", "Tab")
    until(lambda: names(page), "there is no list of fields")
    assert {"filename", "dfd"} <= set(names(page))
    cell = typed("fi", "Tab")
    until(lambda: cell.source.endswith("ctx->filename"), "the only field was not written")
    cell = typed(";\nseen.loo", "Tab")
    until(lambda: "lookup" in names(page), "there is no list of methods")
    cell = typed("", "Enter")
    until(lambda: cell.source.endswith("seen.lookup"), "the method was not taken")
    cell = typed("(&key", "Shift+Tab")
    said = page.locator(TOOLTIP)
    until(lambda: said.count() and "A pointer to the key's value" in said.inner_text(), "no help")
    page.keyboard.press("Escape")
    until(lambda: not said.count(), "the help stays")
    cell.edit()
    typed(" + nothing_of_this", "Tab")
    page.wait_for_timeout(500)  # for a list that must not come
    assert names(page) == [] and cell.source.endswith(" + nothing_of_this")


def test_hooks_in_the_first_line(jupyter, typed):
    """A part of a tracepoint's name is enough."""
    page = jupyter.page
    for key in ("Control+Home", "End"):
        page.keyboard.press(key)
    cell = typed(" --hook sys_enter_execvea", "Tab")
    until(lambda: names(page) == ["syscalls:sys_enter_execveat"], "there is no list of hooks")
    page.keyboard.press("Enter")
    until(lambda: " syscalls:sys_enter_execveat\n" in cell.source, "the hook was not taken")
