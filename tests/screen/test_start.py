"""``live``: where the frames go, and what an earlier run of a cell left."""

from types import SimpleNamespace

import pytest

from bpflab import notebook
from bpflab.errors import LabError
from bpflab.screen import live_view, start
from bpflab.screen.painter import Painter
from bpflab.screen.start import live
from bpflab.views import View
from tests.browser.waiting import until
from tests.logs import FakeMap, log_of, row
from tests.screen.page import Page


@pytest.fixture
def page(monkeypatch):
    """A notebook's page, which of its cells runs, and what was displayed without a page."""
    page = Page(monkeypatch)
    page.cell, page.displayed = "a", []
    page.shell = SimpleNamespace(
        kernel=object(), get_parent=lambda: {"metadata": {"cellId": page.cell}}, execution_count=1
    )
    monkeypatch.delenv("BPFLAB_HEADLESS", raising=False)
    monkeypatch.setattr(notebook, "shell", lambda: page.shell)
    monkeypatch.setattr(start, "_display", page.displayed.append)
    monkeypatch.setattr(start, "_of_cells", {})
    monkeypatch.setattr(live_view, "painter", Painter())
    monkeypatch.setattr(live_view, "_HEADLESS_S", 0.1)
    yield page
    for views in start._of_cells.values():
        for view in list(views[1]):
            view.stop()
    until(lambda: live_view.painter._thread is None, "the painter goes on")


def draw():
    """Draw nothing."""
    return View("<b>x</b>", "x")


def test_on_a_page_it_returns_at_once(page):
    """The view is shown there, and the cell is free."""
    view = live(draw)

    assert page.html == "<b>x</b>"
    assert not view.over
    assert page.displayed == []


@pytest.mark.parametrize("where", ["headless", "terminal"])
def test_where_nobody_watches_the_last_frame_is_shown(page, monkeypatch, where):
    """In a lesson that is executed without a browser, and outside a notebook."""
    if where == "headless":
        monkeypatch.setenv("BPFLAB_HEADLESS", "1")
    else:
        monkeypatch.setattr(notebook, "shell", lambda: None)

    view = live(draw)

    assert page.html == ""
    assert [frame.text for frame in page.displayed] == ["x"]
    assert view.over


def test_a_cell_that_runs_again_ends_its_views(page):
    """Those of the run before, and no other's; views of one run live side by side."""
    first, second = live(draw), live(draw)
    page.cell = "b"
    page.shell.execution_count = 2
    other = live(draw)
    assert not any(view.over for view in (first, second, other))

    page.cell = "a"
    page.shell.execution_count = 3
    third = live(draw)

    assert [view.over for view in (first, second, other, third)] == [True, True, False, False]
    assert first.reason == "the cell ran again"
    assert len(page.open) == 2  # of the two that are live


def test_a_page_without_cell_ids_is_no_fault(page):
    """Not every front end tells which cell runs."""
    page.shell.get_parent = dict

    view = live(draw)
    assert not view.over
    view.stop()


def test_a_log_is_shown_as_its_newest_events(page):
    """A log has a title of its own unless one is given."""
    log = log_of(row(), maps={"seen": FakeMap(1), "dropped": FakeMap()})

    assert live(log)._picture.draw().text.startswith("Newest events\n")
    text = live(log, "Execs")._picture.draw().text
    assert text.startswith("Execs\n")
    assert "path_status" in text and "path_len" not in text and "path_bytes" not in text


def test_a_log_is_drawn_by_the_readers_function(page):
    """The function gets the frame of all events that are kept; the accounting stands below."""
    log = log_of(*(row(pid=n) for n in range(30)), maps={"seen": FakeMap(30), "dropped": FakeMap()})

    view = live(log, draw=lambda frame: View("x", f"sum {frame['pid'].sum()}"))

    assert view._picture.draw().text.split("\n")[:2] == [
        "sum 435",
        "30 produced = 30 shown + 0 filtered + 0 dropped",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: live(None),
        lambda: live(draw, seconds="4"),
        lambda: live(draw, seconds=-1),
    ],
)
def test_what_it_does_not_take_is_refused(page, wrong):
    """At the call, and not by the thread that draws."""
    with pytest.raises(LabError) as refused:
        wrong()

    assert refused.value.kind == "argument"
    assert page.open == set()


def test_a_function_has_no_hooks(page):
    """Only a program can be attached: a hook that is given to anything else is told."""
    for source in (draw, log_of()):
        with pytest.raises(LabError) as refused:
            live(source, hook="syscalls:sys_enter_execve")
        assert refused.value.kind == "no-program"


class Ringless:
    """What `live` looks at of a program that has no ring."""

    name, maps, hooks, functions = "opened", {"counts": SimpleNamespace(type="hash")}, {}, {"f": 3}

    @property
    def events(self):
        """There are none."""
        raise LabError("no-ring", "opened sends no events.", fix=self.fix)

    fix = "Declare BPF_RINGBUF_OUTPUT."


@pytest.mark.parametrize("draw", [None, lambda frame: View("", "")])
def test_a_program_without_a_ring_is_shown_by_a_function(page, monkeypatch, draw):
    """The refusal has the two lines, with its own names."""
    monkeypatch.setattr(start, "Program", Ringless)
    with pytest.raises(LabError) as refused:
        live.__wrapped__(Ringless(), draw=draw)
    assert refused.value.kind == "no-ring"
    first, second = refused.value.fix.split("\n")
    assert first == 'opened.attach(f="category:event")'
    assert second == 'and then live(lambda: table(opened.maps["counts"], "counts"))'
    assert "Declare" not in str(refused.value)
