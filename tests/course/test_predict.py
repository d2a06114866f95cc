"""Predictions: in a kernel of ipykernel's, through a real InteractiveShell, and headless."""

import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets import Widget
from nbclient import NotebookClient

from bpflab import LabError
from bpflab.course import predict as module
from bpflab.course import progress
from bpflab.course.predict import predict
from bpflab.notebook import layout

ASKS = 'from bpflab import predict\npredict("Does `<b>` fit, for $5 or $6?", "<i>yes</i>", "no")'
TYPES = 'from bpflab import predict\npredict("How many rows?")'


class Handle:
    """Stands for IPython's: what stood in one place of the page, the newest last."""

    def __init__(self, shown):
        self.shown = [shown]
        self.update = self.shown.append


@pytest.fixture
def page(monkeypatch, tmp_path):
    """A page that shows what a real shell's cells display; `run` runs a cell, and returns that."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    page = SimpleNamespace(shown=[], cell="a", shell=shell)
    shell.kernel = SimpleNamespace()
    shell.get_parent = lambda: {"metadata": {"cellId": page.cell}}
    monkeypatch.delenv("BPFLAB_HEADLESS", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "/x/my/02-first-map.ipynb")
    monkeypatch.setattr(progress, "FILE", tmp_path / "my/progress.json")
    monkeypatch.setattr(module, "_waiting", {})
    monkeypatch.setattr(module, "_below", {})

    def display(bundle, raw, display_id):
        handle = Handle(bundle)
        page.shown.append(handle)
        return handle

    def run(source, cell):
        before, page.cell = len(page.shown), cell
        page.result = shell.run_cell(source, store_history=True)
        return page.shown[before:]

    monkeypatch.setattr("IPython.display.display", display)
    page.run = run
    yield page
    InteractiveShell.clear_instance()


@pytest.fixture
def widgets(monkeypatch):
    """The widgets that were made, in their order."""
    from bpflab.course.choice import Choice

    made = []
    start = Choice.__init__

    def init(self, *args, **kwargs):
        start(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(Choice, "__init__", init)
    return made


def words(handle):
    """Return the text that stands in a place at last."""
    shown = handle.shown[-1]
    return shown["text/plain"] if isinstance(shown, dict) else shown.text


def is_open(widget):
    """Return whether the kernel still has a model of it."""
    return widget.comm is not None


def models():
    """Return the ids of the models that the kernel has, as the notebook would store them."""
    layout()  # which all have in common
    return set(Widget.get_manager_state()["state"])


def kept():
    """Return the guesses of the file."""
    return [(one.lesson, one.guess, one.outcome) for one in progress.read().predictions]


def test_a_guess_stands_below_the_next_cell(page, widgets):
    """It is fixed then; what the learner says of it is kept, and may be said otherwise."""
    (asked,) = page.run(ASKS, "a")
    widgets[0].picked = 1
    widgets[0].picked = 0
    assert kept() == []
    (below,) = page.run("1 + 1", "b")
    assert words(below) == "You predicted: <i>yes</i>"
    assert kept() == [("02", "<i>yes</i>", None)]
    assert words(asked).splitlines()[-1] == "You predicted: <i>yes</i>"
    assert not is_open(widgets[0]) and is_open(widgets[1])

    widgets[1].picked = 0
    widgets[1].picked = 1
    assert kept() == [("02", "<i>yes</i>", "surprised")]
    assert len(below.shown) == 1  # the focus is still there
    widgets[1]._handle_custom_msg({"left": True}, [])
    assert words(below) == "You predicted: <i>yes</i> · It surprised me"
    assert page.run("2 + 2", "c") == []


def test_a_guess_that_is_typed(page, widgets):
    """Spaces around it go, and what acts in a text is made visible."""
    page.run(TYPES, "a")
    widgets[0].typed = "  23 <b>\x1b[31m "
    (below,) = page.run("1 + 1", "b")
    assert words(below) == "You predicted: 23 <b>\\x1b[31m"
    assert "&lt;b&gt;" in below.shown[0]["text/html"]
    assert kept() == [("02", "23 <b>\\x1b[31m", None)]


@pytest.mark.parametrize("typed", ["", "   "])
def test_without_a_guess_nothing_is_shown(page, widgets, typed):
    """And nothing kept; the question stands there as before, and takes no guess any more."""
    (asked,) = page.run(TYPES, "a")
    widgets[0].typed = typed
    assert page.run("1 + 1", "b") == []
    assert words(asked) == "Predict. How many rows?" and not is_open(widgets[0])
    assert kept() == []


@pytest.mark.parametrize("picked", [-1, 2, -7])
def test_a_page_may_send_what_it_likes(page, widgets, picked):
    """What is no option is no guess, and no outcome."""
    page.run(ASKS, "a")
    widgets[0].picked = picked
    assert page.run("1 + 1", "b") == []
    page.run(ASKS, "a")
    widgets[1].picked = 0
    page.run("1 + 1", "b")
    widgets[2].picked = picked
    assert kept() == [("02", "<i>yes</i>", None)]


def test_a_cell_that_failed_is_not_the_next_one(page, widgets):
    """A typing error, or a fault: the guess waits, and can be changed."""
    page.run(ASKS, "a")
    widgets[0].picked = 0
    for fails in ("1 / 0", "1 +", "raise KeyboardInterrupt"):
        assert page.run(fails, "b") == []
        assert not page.result.success
    assert page.run("", "b") == []
    widgets[0].picked = 1
    assert [words(one) for one in page.run("1 + 1", "b")] == ["You predicted: no"]


def test_two_questions_before_a_cell(page, widgets):
    """Both stand below it, in their order; two questions of one cell, too."""
    page.run(ASKS, "a")
    widgets[0].picked = 0
    assert len(page.run(f"{TYPES}\npredict('Why?')", "b")) == 2
    widgets[1].typed, widgets[2].typed = "5", "so"
    below = [words(one) for one in page.run("1 + 1", "c")]
    assert below == ["You predicted: <i>yes</i>", "You predicted: 5", "You predicted: so"]


def test_the_same_cell_again_before_the_next(page, widgets):
    """It was run once more by mistake: the guess is still there, and stands below one time."""
    page.run(TYPES, "a")
    widgets[0].typed = "5"
    page.run(TYPES, "a")
    assert widgets[1].typed == "5"
    assert len(page.run("1 + 1", "b")) == 1


def test_the_same_cell_again_after_the_next(page, widgets):
    """It starts over."""
    page.run(TYPES, "a")
    widgets[0].typed = "5"
    page.run("1 + 1", "b")
    page.run(TYPES, "a")
    assert widgets[2].typed == "" and is_open(widgets[2])
    widgets[2].typed = "6"
    assert [words(one) for one in page.run("1 + 1", "b")] == ["You predicted: 6"]
    assert kept() == [("02", "6", None)]


def test_what_nobody_can_change_any_more_is_closed(page, widgets):
    """However often a question is asked and answered, with the layouts; its place has plain HTML.

    What is left open, JupyterLab would store in the notebook.
    """
    before, below = models(), []
    for _ in range(3):
        page.run(ASKS, "a")
        page.run(ASKS, "a")
        assert len(models() - before) == 1
        widgets[-1].picked = 0
        below += page.run("1 + 1", "b")
        assert len(models() - before) == 1 and is_open(widgets[-1])
    assert [len(each.shown) for each in below] == [2, 2, 1]
    widgets[-1].picked = 1
    widgets[-1]._handle_custom_msg({"left": True}, [])
    assert models() == before


def test_what_a_page_still_shows_stays_open(page, widgets):
    """As one that was reloaded, which takes no HTML in its place: nothing can be changed there."""
    page.run(TYPES, "a")
    before = models()
    widgets[0]._handle_custom_msg({"shown": True}, [])
    page.run("1 + 1", "b")
    assert is_open(widgets[0]) and widgets[0].fixed
    widgets[0]._handle_custom_msg({"shown": False}, [])
    assert not is_open(widgets[0]) and len(before - models()) == 1


def test_other_options_under_the_same_question(page, widgets):
    """A cell that was edited asks anew: what was picked before may be another option now."""
    page.run("from bpflab import predict\npredict('?', '1', '2')", "a")
    widgets[0].picked = 1
    page.run("predict('?', '2', '1')", "a")
    assert widgets[1].picked == -1


@pytest.mark.parametrize("options", [["one"], ["a", "b", "a"]])
def test_options_that_are_no_choice(options):
    """One of one, or two that are the same."""
    with pytest.raises(LabError) as refused:
        predict("?", *options)
    assert refused.value.kind == "argument"


def executed(*cells):
    """Return the outputs of each cell, executed in a kernel as nbclient does it."""
    v4 = nbformat.v4
    book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells])
    NotebookClient(book, kernel_name="python3", allow_errors=True).execute()
    return [cell.outputs for cell in book.cells]


@pytest.mark.jupyter
def test_headless_the_question_alone_is_shown(monkeypatch):
    """The same each time, with no widget; the next cell shows its own."""
    monkeypatch.setenv("BPFLAB_HEADLESS", "1")
    (asked,), (next,) = executed(ASKS, "1 + 1")
    assert asked.data == {
        "text/html": '<div class="mathjax_ignore tex2jax_ignore">\n<p style="margin:.3em 0">'
        "<strong>Predict.</strong> Does <code>&lt;b&gt;</code> fit, for $5 or $6?</p>"
        '<ul style="margin:0"><li>&lt;i&gt;yes&lt;/i&gt;</li><li>no</li></ul>\n</div>',
        "text/plain": "Predict. Does `<b>` fit, for $5 or $6?\n- <i>yes</i>\n- no",
    }
    assert next.data == {"text/plain": "2"}


GUESSES = """\
import bpflab.course.predict as module
for one in module._waiting.values():
    one.widget.typed = "5"
"""
STORES = """\
from pathlib import Path
from bpflab.course import progress
progress.FILE = Path({!r}, "progress.json")
"""


@pytest.mark.jupyter
def test_it_lands_in_the_output_of_the_next_cell(monkeypatch, tmp_path):
    """A real kernel, and nbclient in the page's place: the parent is that cell's."""
    monkeypatch.delenv("BPFLAB_HEADLESS", raising=False)
    store = STORES.format(str(tmp_path))
    _, (asked,), below, after = executed(store, f"{TYPES}\n{GUESSES}", "print('seen')", "'later'")
    assert asked.data["text/plain"] == "Predict. How many rows?\nYou predicted: 5"
    assert [out.get("text") or out.data["text/plain"] for out in below] == [
        "seen\n",
        "You predicted: 5",
    ]
    assert "application/vnd.jupyter.widget-view+json" in below[1].data
    assert len(after) == 1


def test_without_a_notebook_it_is_text():
    """In a script or a terminal the question is printed, beside what the program prints."""
    command = [sys.executable, "-c", TYPES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "Predict. How many rows?\n")
