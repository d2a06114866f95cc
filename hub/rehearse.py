"""Plays a class on a hub that runs: ``./lab rehearse --learners N LESSON ...``, as root.

Each learner signs in with a browser of their own, at once with the others, and runs each lesson
from its first cell to its last. A table says how long each waited, and what their server took.
The learners are those who have a code; give the rehearsal a class of its own (rehearsal-1, ...),
since it leaves its outputs in their notebooks.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pwd
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

from bpflab.course import notebooks
from bpflab.text import safe_text

CHROMIUM = "/usr/bin/chromium"
PLAY = (Path(__file__).parent / "play.js").read_text(encoding="utf-8")
_WINDOW: Any = {"width": 1280, "height": 900}
# The kernel's own mark is idle before there is a kernel, and Run All then asks for one.
_IDLE = '#jp-main-statusbar :text("| Idle")'
_END_KERNELS = """async (base) => {
    const token = document.cookie.split("; ").map(one => one.split("="))
        .filter(([name]) => name === "_xsrf").map(([, value]) => value)[0];
    const headers = {"X-XSRFToken": token};
    const sessions = await (await fetch(`${base}api/sessions`, {headers})).json();
    for (const { id } of sessions)
        await fetch(`${base}api/sessions/${id}`, {method: "DELETE", headers});
}"""


@dataclass
class Row:
    """What came of one lesson of one learner: seconds, cells, and what their server took.

    Seconds are None for what never came: a lesson without a live view has no moving row.
    ``stopped`` is the number of the cell, from 1, that failed or still runs, if there is one, and
    ``error`` says why, as the learner reads it.
    """

    learner: str
    lesson: str
    open_s: float | None = None
    first_s: float | None = None
    moving_s: float | None = None
    end_s: float | None = None
    cells: int = 0
    left: int = 0
    stopped: int | None = None
    error: str = ""
    pss_mib: float = 0.0
    cpu_s: float = 0.0
    fault: str = ""

    @property
    def passed(self) -> bool:
        """Return whether every cell was run, and none failed: Run All stops at the first."""
        whole = self.cells > self.left == 0 and self.stopped is None
        return whole and not self.fault and self.end_s is not None

    def fields(self) -> tuple[str, ...]:
        """Return what a line of the table says."""
        times = (self.open_s, self.first_s, self.moving_s, self.end_s)
        said = self.fault or "all cells ran"
        if self.stopped:
            said = f"cell {self.stopped} of {self.cells}: {self.error or 'it failed'}"
        elif not self.passed and not self.fault:
            said = f"{self.left} of {self.cells} cells not run"
        return (
            self.learner,
            self.lesson,
            *("-" if one is None else f"{one:.1f}" for one in times),
            f"{self.pss_mib:.0f}",
            f"{self.cpu_s:.1f}",
            said,
        )


HEAD = ("learner", "lesson", "open s", "first s", "moving s", "end s", "PSS MiB", "CPU s", "")


def processes(learner: str) -> Iterator[psutil.Process]:
    """Yield the processes of a learner: their account has no others."""
    uid = pwd.getpwnam(learner).pw_uid
    for process in psutil.process_iter(["uids"]):
        if process.info["uids"] and process.info["uids"].real == uid:
            yield process


def took(learner: str) -> tuple[float, float]:
    """Return the memory in MiB (PSS: what is shared is divided) and the CPU seconds of all."""
    pss_kib, cpu_s = 0, 0.0
    for process in processes(learner):
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            pss_kib += int(text.partition("\nPss:")[2].split()[0])
            cpu_s += sum(process.cpu_times()[:4])  # of children that ended as well
        except (OSError, IndexError, psutil.Error):
            continue  # it has ended
    return pss_kib / 1024, cpu_s


class Learner:
    """One learner before a browser of their own."""

    def __init__(self, address: str, name: str, code: str, seconds: float) -> None:
        self.base = f"{address}/user/{name}/"
        self.address, self.name, self.code, self.seconds = address, name, code, seconds
        self.page: Page

    async def sign_in(self, browser: Browser) -> float:
        """Sign in, wait until JupyterLab is there, and return the seconds that this took."""
        context = await browser.new_context(viewport=_WINDOW)
        context.set_default_timeout(self.seconds * 1000)
        self.page, began = await context.new_page(), time.monotonic()
        await self.page.goto(f"{self.address}/hub/login")
        await self.page.fill("[name=username]", self.name)
        await self.page.fill("[name=password]", self.code)
        await self.page.click("[type=submit]")
        await self.page.wait_for_selector("#jp-menu-panel")
        return time.monotonic() - began

    async def play(self, lesson: Path) -> Row:
        """Open a lesson, run all its cells, and return what came of it."""
        row = Row(self.name, lesson.name.partition("-")[0])
        _, before_s = took(self.name)
        try:
            began = time.monotonic()
            await self.page.goto(f"{self.base}lab/tree/my/{lesson.name}?reset")
            await self.page.wait_for_selector(_IDLE)
            row.open_s = time.monotonic() - began
            await self._menu("Edit", "editmenu:clear-all")
            began_ms = await self.page.evaluate("() => performance.now()")
            await self._menu("Run", "runmenu:run-all")
            seen = await self.page.evaluate(PLAY, [began_ms, self.seconds])
            row.first_s, row.moving_s, row.end_s = seen["first"], seen["moving"], seen["end"]
            row.cells, row.left = seen["cells"], seen["left"]
            row.stopped, row.error = seen["stopped"], safe_text(seen["error"])
            row.pss_mib, after_s = took(self.name)
            row.cpu_s = after_s - before_s
            await self.page.evaluate(_END_KERNELS, self.base)
        except PlaywrightError as error:
            row.fault = error.message.splitlines()[0]
        return row

    async def _menu(self, menu: str, command: str) -> None:
        await self.page.click(f'#jp-menu-panel .lm-MenuBar-itemLabel:text-is("{menu}")')
        await self.page.click(f'.lm-Menu-item[data-command="{command}"]')


async def rehearse(class_: list[Learner], lessons: list[Path]) -> list[Row]:
    """Play the class through the lessons, print a table of each, and return all rows."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--disable-gpu", "--disable-dev-shm-usage"]
        )
        waited = await asyncio.gather(*(one.sign_in(browser) for one in class_))
        print(f"All {len(class_)} have JupyterLab after {max(waited):.1f} s.", flush=True)
        rows: list[Row] = []
        for lesson in lessons:
            played = await asyncio.gather(*(one.play(lesson) for one in class_))
            load = os.getloadavg()[0]
            print(f"{lesson.stem}, and the machine's load is {load:.1f}:")
            print(table(played), flush=True)
            rows += played
        await browser.close()
    return rows


def table(rows: list[Row]) -> str:
    """Return the rows as text, in columns."""
    lines = [HEAD, *(row.fields() for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main() -> int:
    """Play what the command line says, and return 0 if every cell ran."""
    parser = argparse.ArgumentParser(prog="./lab rehearse", allow_abbrev=False)
    parser.add_argument("lessons", nargs="+", metavar="LESSON")
    parser.add_argument("--learners", type=int, default=1, metavar="N")
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="of the hub")
    parser.add_argument("--seconds", type=float, default=300.0, help="that a step may take")
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args()
    codes = options.state / "codes"
    if not codes.exists():
        sys.exit("lab: no hub has started here: ./lab hub --users FILE starts one")
    lines = codes.read_text(encoding="ascii").splitlines()
    known = [line.split() for line in lines]  # name and code
    if options.learners > len(known):
        sys.exit(f"lab: {len(known)} learners have a code, and {options.learners} are asked for")
    lessons = [notebooks.find(lesson) for lesson in options.lessons]
    chosen = known[: options.learners]
    class_ = [Learner(options.address, *one, options.seconds) for one in chosen]
    try:
        rows = asyncio.run(rehearse(class_, lessons))
    except PlaywrightError as error:  # before a lesson: what comes later stands in its row
        said = error.message.splitlines()[0]
        sys.exit(f"lab: not all could sign in at {options.address}: {said}. Is the hub there?")
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
