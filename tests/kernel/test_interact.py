"""``interact`` on a real map: what a control writes, and what is left when it is gone."""

import gc
import os

import pytest

from bpflab import interact, load, table
from tests.browser.waiting import until
from tests.kernel.held import held
from tests.screen.controls_page import opened

TEXT = "BPF_ARRAY(LEVEL, u32, 1);\nint hook(void *ctx) { return 0; }"


@pytest.fixture
def page(monkeypatch):
    """A notebook's page with controls in it."""
    with opened(monkeypatch) as page:
        yield page


@pytest.fixture
def mine():
    """A program with a level that can be set."""
    with load("steered.c", text=TEXT) as program:
        yield program


def steer(program):
    """Show a slider that writes the map, and what the map then holds."""

    def set_level(level):
        program.maps["LEVEL"][0] = level
        return table(program.maps["LEVEL"].frame(), "LEVEL")

    interact(set_level, level=(2, 9))


def test_a_change_is_in_the_kernel(page, mine):
    """So is the first value, as soon as the cell has run."""
    steer(mine)
    assert mine.maps["LEVEL"][0] == 2
    page.set("IntSliderModel", value=7)
    until(lambda: mine.maps["LEVEL"][0] == 7, "the map has no 7")
    until(lambda: ">7</td>" in page.panel["html"], page.panel["html"])


def test_headless_the_map_has_the_first_value(mine, capsys):
    """What is shown is what the map holds."""
    steer(mine)

    assert mine.maps["LEVEL"][0] == 2
    assert "set_level(level=2)" in capsys.readouterr().out


def test_of_a_closed_program_nothing_is_held(page, nothing_left):
    """A change says that it is closed; the kernel has let go of the program by then."""
    program = load("steered.c", text=TEXT)
    steer(program)
    assert held(os.getpid())
    program.close()
    page.set("IntSliderModel", value=7)
    until(lambda: "✗ Not done: closed" in page.panel["html"], page.panel["html"])
    page.set("IntSliderModel", value=8)
    until(lambda: "level=8" in page.panel["html"], page.panel["html"])


def test_a_program_goes_with_the_cell_that_ran_again(page, nothing_left):
    """The function that held it is let go."""
    steer(load("steered.c", text=TEXT))
    page.shell.execution_count = 2
    interact(lambda level: None, level=(0, 9))
    gc.collect()
