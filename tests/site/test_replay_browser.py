"""A recorded live view in a real browser: buttons, keys, what is said, and none without scripts."""

import re

import pytest

from tests.browser.axe import violations
from tests.site.test_browser import PHONE, visit  # noqa: F401 - a fixture

PLACES = {
    "notebooks/00-start-here.html": "00-10-375ccb",
    "notebooks/03-buffer-reset-bug.html": "55d385ce",
    "notebooks/06-events.html": "06-level-live",
    "notebooks/07-tail-calls.html": "1e1c0b51",
    "notebooks/08-shared-state.html": "08-live",
}


class Replay:
    """The bar of a cell, and its stage."""

    def __init__(self, page, cell):
        self.page = page
        self.cell = page.locator(f'[id="cell-{cell}"]')
        self.bar = self.cell.locator(".replay")
        self.slider = self.bar.get_by_role("slider", name="Frame")

    def press(self, name):
        """Press a button."""
        self.bar.get_by_role("button", name=name).click()

    @property
    def frame(self):
        """The number of the frame that is shown."""
        return int(self.slider.input_value())

    @property
    def last(self):
        """The number of the last frame."""
        return int(self.slider.get_attribute("max"))

    @property
    def html(self):
        """What is shown."""
        return self.cell.locator(".output.text_html").first.inner_html()


@pytest.fixture(params=["notebooks/00-start-here.html", "notebooks/07-tail-calls.html"])
def replay(request, visit):  # noqa: F811
    """Give a recorded table, and a graph with a part that opens."""
    return Replay(visit(request.param), PLACES[request.param])


def test_nothing_moves_by_itself(replay):
    """What is stored stands there until a button is pressed."""
    stored = replay.html
    replay.page.wait_for_timeout(700)
    assert replay.html == stored


def test_the_buttons_step(replay):
    """The first step shows the first frame; back and step lead to the one before and after."""
    stored = replay.html
    replay.press("Step")
    first = replay.html
    replay.press("Step")
    second = replay.html
    assert replay.frame == 2 and len({stored, first, second}) == 3
    replay.press("Back")
    assert (replay.frame, replay.html) == (1, first)
    replay.press("Back")
    assert replay.frame == 1


def test_play_goes_on_and_pauses(replay):
    """It goes through the frames in their time, and stays at the last one."""
    replay.press("Play")
    replay.page.wait_for_function("bar => bar.value > 3", arg=replay.slider.element_handle())
    replay.press("Pause")
    frame, html = replay.frame, replay.html
    replay.page.wait_for_timeout(700)
    assert (replay.frame, replay.html) == (frame, html)
    replay.slider.fill(str(replay.last - 1))
    replay.press("Play")
    replay.bar.get_by_role("button", name="Play").wait_for()
    assert replay.frame == replay.last


def test_keys_are_enough(replay):
    """The slider has the arrows, Home and End; a button has Enter."""
    replay.slider.focus()
    replay.page.keyboard.press("Home")
    first = replay.html
    replay.page.keyboard.press("ArrowRight")
    assert replay.frame == 2 and replay.html != first
    replay.page.keyboard.press("Shift+Tab")
    replay.page.keyboard.press("Enter")
    assert replay.frame == 3


def test_a_screen_reader_is_told(replay):
    """Which frame stands there and its time, politely: a play says it now and then."""
    replay.press("Step")
    told = replay.bar.get_by_role("status")
    assert re.fullmatch(rf"Frame 1 of {replay.last}, 0\.0 s", told.inner_text())
    assert replay.slider.get_attribute("aria-valuetext") == told.inner_text()
    replay.press("Play")
    replay.page.wait_for_function("bar => bar.value > 3", arg=replay.slider.element_handle())
    assert told.inner_text().startswith("Frame 1 ")
    replay.press("Pause")
    assert told.inner_text() == replay.slider.get_attribute("aria-valuetext")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(visit, address, place, mode):  # noqa: F811
    """In the whole cell, at a phone's width, whose page stays as wide; nothing was asked for."""
    replay = Replay(visit(place, mode), PLACES[place])
    replay.press("Step")
    assert [str(found) for found in violations(replay.cell)] == []
    assert replay.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert [url for url in replay.page.asked if not url.startswith((address, "data:"))] == []
    pages = [url for url in replay.page.asked if url.startswith(address)]
    replay.press("Step")
    assert [url for url in replay.page.asked if url.startswith(address)] == pages


@pytest.mark.parametrize("place", PLACES)
def test_without_scripts_the_stored_output_stands_there(visit, place):  # noqa: F811
    """And no button that does nothing."""
    replay = Replay(visit(place, java_script_enabled=False), PLACES[place])
    assert replay.cell.locator(".output.text_html").first.is_visible()
    assert not replay.bar.is_visible()
