"""``interact``: which control a choice makes, what a change calls, what is shown and left."""

import contextvars
import gc
import inspect
import threading
import weakref

import pytest

from bpflab import notebook
from bpflab.errors import LabError
from bpflab.screen import steering
from bpflab.screen.controls import control
from bpflab.screen.interact import interact
from bpflab.views import View
from tests.browser.waiting import until
from tests.screen.controls_page import NAME, opened


@pytest.fixture
def page(monkeypatch):
    """A notebook's page with controls in it."""
    with opened(monkeypatch) as page:
        yield page


class Steered:
    """A function of a learner's: notes its calls, and takes as long as the test wants."""

    def __init__(self):
        self.calls, self.may_end, self.threads = [], threading.Event(), set()
        self.may_end.set()

    def set_level(self, level=3, slot="a"):
        """Note the call."""
        self.calls.append((level, slot))
        self.threads.add(threading.current_thread().name)
        self.may_end.wait(20)
        return View(f"<b>{level}{slot}</b>", f"{level} {slot}")


def test_a_change_calls_the_function_with_all_values(page):
    """First with its defaults; what it returns stands below the line that did it, also in words."""
    steered = Steered()
    interact(steered.set_level, level=(0, 9), slot=["a", "<b>"])

    assert steered.calls == [(3, "a")]
    assert page.outputs[0]["text/plain"] == "set_level(level=3, slot='a')\n3 a"
    assert "application/vnd.jupyter.widget-view+json" in page.outputs[0]
    page.set("IntSliderModel", value=7)
    until(lambda: "7a" in page.panel["html"], page.panel["html"])
    page.set("DropdownModel", index=1)
    until(lambda: len(steered.calls) == 3, "the menu does nothing")
    assert steered.calls == [(3, "a"), (7, "a"), (7, "<b>")]
    until(lambda: not page.panel["runs"], "it never ends")
    assert "<code>set_level(level=7, slot=&#x27;&lt;b&gt;&#x27;)</code>" in page.panel["html"]
    assert page.panel["said"] == "set_level(level=7, slot='<b>') 7 <b>"
    assert threading.current_thread().name in steered.threads  # the first call
    assert len(steered.threads) == 2  # and the others elsewhere: live views hear their pages


def test_each_control_says_what_it_is_for(page):
    """Its label is the keyword, whole; a change is told when it is done."""
    interact(lambda a, b, c, d, e: None, a=(0, 9), b=(0.5, 2.0, 0.5), c={"x": 1}, d=True, e={"u"})

    found = [m for m in page.models.values() if m.get("description") in set("abcde")]
    assert [(m[NAME], m["description"]) for m in found] == [
        ("IntSliderModel", "a"),
        ("FloatSliderModel", "b"),
        ("DropdownModel", "c"),
        ("CheckboxModel", "d"),
        ("TextModel", "e"),
    ]
    assert all(m.get("continuous_update") is not True for m in found)
    widths = [m["description_width"] for m in page.models.values() if "description_width" in m]
    assert widths == ["initial"] * 5


def test_a_set_of_names_can_be_edited(page):
    """The function gets them as a list, each once, without the spaces around."""
    lists = []
    interact(lambda names: lists.append(names), names={"ls", "date"})
    page.set("TextModel", value=" bash,ls ,, bash")
    until(lambda: len(lists) == 2, "nothing comes")

    assert lists == [["date", "ls"], ["bash", "ls"]]


def test_changes_during_a_call_are_one_call_afterwards(page):
    """Nothing piles up behind a slow function; what a button asks for is not lost."""
    steered, pressed = Steered(), []

    def swap():
        pressed.append(len(steered.calls))

    interact(steered.set_level, swap, level=(0, 9))
    steered.may_end.clear()
    page.set("IntSliderModel", value=4)
    until(lambda: len(steered.calls) == 2, "nothing comes")
    assert page.panel["runs"]
    page.press("swap")
    for value in (5, 6, 7, 8):
        page.set("IntSliderModel", value=value)
    steered.may_end.set()
    until(lambda: len(steered.calls) == 3, "the last value does not come")

    until(lambda: "8a" in page.panel["html"], page.panel["html"])
    assert steered.calls == [(3, "a"), (4, "a"), (8, "a")]
    assert pressed == [2]


def test_buttons(page):
    """A function without choices has one; it alone is called at first."""
    calls = []

    def look():
        calls.append("look")
        return View("<i>x</i>", "x")

    def swap():
        calls.append("swap")

    interact(look, swap)
    page.press("swap")
    until(lambda: "swap()" in page.panel["html"], page.panel["html"])
    page.press("look")
    until(lambda: "<i>x</i>" in page.panel["html"], page.panel["html"])

    assert calls == ["look", "swap", "look"]


def boom(n):
    """Fail as functions do."""
    if n == 1:
        raise LabError("closed", "LEVEL is gone: <its> program is closed.")
    if n == 2:
        raise SystemExit(3)
    return {3: 1}[n] if n else View("ok", "ok")


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "✗ Not done: closed</caption>"),
        (2, "SystemExit: 3"),
        (3, "returned int"),
        (4, "KeyError: 4"),
    ],
)
def test_what_goes_wrong_is_a_panel(page, n, words):
    """In the place of the view, without a traceback, and escaped; the next change works."""
    interact(boom, n=(0, 4))
    page.set("IntSliderModel", value=n)
    until(lambda: words in page.panel["html"], page.panel["html"])
    assert f"boom(n={n})" in page.panel["html"]
    assert "<its>" not in page.panel["html"] and "Traceback" not in page.panel["html"]

    page.set("IntSliderModel", value=0)
    until(lambda: page.panel["html"].endswith("\nok"), page.panel["html"])
    assert not page.panel["runs"]


def test_a_call_belongs_to_its_cell(page):
    """By its context ipykernel knows the cell below which what a call prints is shown."""
    cell, seen = contextvars.ContextVar("cell", default="none"), []
    before = cell.set("the controls'")
    interact(lambda n: seen.append(cell.get()), n=(0, 4))
    cell.reset(before)
    page.set("IntSliderModel", value=2)
    until(lambda: len(seen) == 2, "nothing comes")

    assert seen == ["the controls'"] * 2


def test_a_first_call_that_fails_has_controls_all_the_same(page):
    """The cell has not failed: a reader may choose another value."""
    interact(boom, n=(1, 4))

    assert "closed" in page.panel["html"]
    assert page.outputs[0]["text/plain"].startswith("boom(n=1)\n✗ Not done: closed")


def test_a_cell_that_runs_again_leaves_nothing(page):
    """No model, no call of the old one any more, and nothing holds the old function."""
    steered = Steered()
    interact(steered.set_level, level=(0, 9))
    old, count = page.only("IntSliderModel")[0], len(page.models)
    gone = weakref.ref(steered)
    del steered
    page.shell.execution_count = 2
    interact(lambda level: None, level=(0, 9))

    assert len(page.models) == count
    assert old.comm_id not in page.models
    gc.collect()
    assert gone() is None


def test_a_call_that_still_runs_ends_before_the_next_one_begins(page):
    """Else it would write after the new cell's first call."""
    steered = Steered()
    interact(steered.set_level, level=(0, 9))
    steered.may_end.clear()
    page.set("IntSliderModel", value=4)
    until(lambda: len(steered.calls) == 2, "nothing comes")
    page.set("IntSliderModel", value=5)

    def late():
        page.set("IntSliderModel", value=6)
        steered.may_end.set()

    threading.Timer(0.3, late).start()
    page.shell.execution_count = 2
    ended = []
    interact(lambda level: ended.append(steered.may_end.is_set()), level=(0, 9))

    assert ended == [True]
    assert steered.calls == [(3, "a"), (4, "a")]  # neither 5 nor 6 was begun


def test_a_call_that_never_returns_is_told(page, monkeypatch):
    """Two functions that write at once would be worse."""
    monkeypatch.setattr(steering, "_END_S", 0.2)
    steered = Steered()
    interact(steered.set_level, level=(0, 9))
    steered.may_end.clear()
    page.set("IntSliderModel", value=4)
    until(lambda: len(steered.calls) == 2, "nothing comes")
    page.shell.execution_count = 2
    with pytest.raises(LabError, match="A call of set_level has not ended within") as refused:
        interact(lambda level: None, level=(0, 9))
    steered.may_end.set()

    assert refused.value.kind == "not-ended"


def test_an_interrupt_leaves_nothing(page):
    """Ctrl-C in the first call goes on to the reader."""

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interact(interrupted)
    assert page.models == {} and page.outputs == []


@pytest.mark.parametrize("where", ["headless", "terminal"])
def test_where_nobody_watches_it_is_called_once(page, monkeypatch, where):
    """Its view is an output like any other, which says what controls there would be."""
    if where == "headless":
        monkeypatch.setenv("BPFLAB_HEADLESS", "1")
    else:
        monkeypatch.setattr(notebook, "shell", lambda: None)
    steered = Steered()

    def swap():
        pytest.fail("nobody pressed it")

    interact(steered.set_level, swap, level=(0, 9, 3), slot={"first": "a", "second": "b"})
    (output,) = page.outputs
    assert set(output) == {"text/html", "text/plain"}
    assert output["text/plain"].splitlines() == [
        "set_level(level=3, slot='a')",
        "3 a",
        "Controls, while a kernel runs: level: 0 to 9 in steps of 3; slot: first or second;"
        " a button swap.",
    ]
    assert steered.calls == [(3, "a")] and page.models == {}
    with pytest.raises(KeyError):  # a lesson that is executed must fail
        interact(boom, n=(4, 9))


@pytest.mark.parametrize(
    "choices", [(), (1,), (2, 1), (1, 9, 0), (1, "9"), [], {}, {1, 2}, "text", 7, None]
)
def test_what_makes_no_control_is_refused(choices):
    """And the refusal says what makes one."""
    with pytest.raises(LabError, match=r"x is .*, of which no control can be made") as refused:
        control("x", choices)
    assert refused.value.kind == "argument" and "slider" in refused.value.why


@pytest.mark.parametrize(("choices", "start"), [((0, 9), 10), (["a"], "b")])
def test_a_default_that_cannot_be_chosen_is_refused(choices, start):
    """The control would show another value than the function gets."""
    with pytest.raises(LabError, match="x begins at"):
        control("x", choices, start)


@pytest.mark.parametrize(
    ("function", "buttons", "choices", "says", "fix"),
    [
        (lambda level: None, (), {}, "be called with these choices", "choices for each keyword"),
        (
            lambda level: None,
            (),
            {"level": (0, 9), "levle": (0, 9)},
            "be called with these choices",
            "for no other name",
        ),
        (lambda: None, (lambda level: None,), {}, "be a button: .*'level'", "without arguments"),
    ],
)
def test_a_function_that_cannot_be_called_so_is_refused(
    page, function, buttons, choices, says, fix
):
    """Before anything is shown or called."""
    with pytest.raises(LabError, match=f"cannot {says}") as refused:
        interact(function, *buttons, **choices)
    assert refused.value.kind == "argument" and fix in refused.value.fix
    assert page.models == {} and page.outputs == []


def test_lists_can_be_chosen(page):
    """A menu has a line for each, as Python writes it."""
    chosen = []
    interact(lambda pages: chosen.append(pages), pages=[[1, 2], [3], {"a": 4}])
    page.set("DropdownModel", index=2)
    until(lambda: len(chosen) == 2, "nothing comes")

    assert chosen == [[1, 2], {"a": 4}]


def test_a_function_of_pythons_own_may_have_no_signature(page):
    """Nobody knows what it takes before it is called."""
    with pytest.raises(ValueError, match="no signature"):
        inspect.signature(dict)
    interact(dict, a=[1, 2])

    assert "not-a-view" in page.panel["html"] and "dict(a=1)" in page.panel["html"]
