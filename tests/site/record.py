"""Record what moves on the site again: ``./lab test tests/site/record.py``, a minute.

pytest does so only where this file is named. It plays the page for a lesson's kernel: it executes
a cell with a live view, keeps each frame that the kernel sends, and executes the next cells of the
lesson meanwhile. What other processes of this machine execute is not stored.
"""

import datetime
import json
import os
import re
import time
from queue import Empty

import pytest
from jupyter_client.manager import start_new_kernel

from bpflab.course import one_cell
from bpflab.course.needed import needed
from bpflab.course.notebooks import read
from bpflab.files import replace_text
from bpflab.paths import ROOT, number_of

pytestmark = pytest.mark.kernel

REPLAYS = ROOT / "docs/site/replays"
EACH_S = 3.0  # before the first of the next cells, between two of them, and after the last one
ANSWER_S = 1.0  # or the kernel takes it that no page shows the view
DEADLINE_S = 120
OWN = ", only=busy, hook="  # lesson 00 shows the whole machine
PATHS = (b"/usr/bin/id", b"/usr/bin/" + 6 * b"../bin/" + b"true")  # what lesson 03 executes
BYTES = re.compile(r'from offset (\d+)">([0-9a-f]{2}(?: [0-9a-f]{2})*)<')
RECORDED = {  # a cell with a live view, and the cells of the lesson that change what it shows
    "00:10-375ccb": ["", ""],
    "03:55d385ce": ["", "", ""],
    "06:level-live": [""],
    "07:1e1c0b51": ["d970f8ae", "eada4c47"],
    "08:live": ["08-live-empty"],
}
LEFT_OUT = {
    "00:10-375ccb": "What other processes executed is left out.",
    "03:55d385ce": "Frames with paths of other processes are left out.",
}
FEWEST = 10  # frames; with fewer the machine was too busy


class Page:
    """A kernel, and what it sends to a page."""

    def __init__(self, folder):
        env = {name: value for name, value in os.environ.items() if name != "BPFLAB_HEADLESS"}
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=folder, env=env)
        self.frames, self.view, self.answered = [], "", 0.0

    def close(self):
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, source):
        """Execute a cell."""
        asked = self.client.execute(source, allow_stdin=False)
        ends = time.monotonic() + DEADLINE_S
        while True:
            message = self.hear(1)
            assert time.monotonic() < ends, source
            kind, content = message.get("msg_type"), message.get("content", {})
            mine = message.get("parent_header", {}).get("msg_id") == asked
            assert not (mine and kind == "error"), "\n".join(content["traceback"])
            if mine and kind == "status" and content["execution_state"] == "idle":
                return

    def hear(self, seconds):
        """Wait for one message; keep the frame that is in it."""
        try:
            message = self.client.get_iopub_msg(timeout=seconds)
        except Empty:
            message = {}
        content = message.get("content", {})
        state = content.get("data", {}).get("state", {})
        if message.get("msg_type") == "comm_open" and "Screen" in str(state.get("_anywidget_id")):
            self.view, self.frames = content["comm_id"], []
        if state.get("html") and content["comm_id"] == self.view:
            self.frames.append((time.monotonic(), state["html"]))
        if self.view and time.monotonic() > self.answered + ANSWER_S:
            self.answered = time.monotonic()
            answer = {"method": "custom", "content": {"page": "record"}}
            words = {"comm_id": self.view, "data": answer}
            self.client.shell_channel.send(self.client.session.msg("comm_msg", words))
        return message

    def watch(self, seconds):
        """Let the view move."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self.hear(left)


@pytest.mark.parametrize("name", RECORDED)
def test_record(name):
    """Store the frames of one cell."""
    cell = one_cell.find(name)
    code = [one for one in read(cell.path).cells if one.cell_type == "code"]
    above = needed([(one.id, one.source) for one in code], {cell.id})
    sources = {one.id: one.source for one in code}
    page = Page(cell.path.parent)
    try:
        for one in code:
            if one.id in above - {cell.id}:
                page.run(one.source)
        has_only = "only=" in cell.source
        page.run(cell.source if has_only else cell.source.replace(", hook=", OWN))
        page.watch(EACH_S)
        for step in RECORDED[name]:
            if step:
                page.run(sources[step])
            page.watch(EACH_S)
        page.run("view.stop()")
        page.watch(1)
    finally:
        page.close()
    frames = [frame for frame in page.frames if is_own(frame[1])]
    assert len(frames) >= FEWEST, "too much else was executed meanwhile: try again"
    store(cell, frames)


def is_own(html):
    """Return whether each byte of a grid is of the lesson's own paths; true without a grid."""
    known = [path.ljust(512, b"\0") for path in PATHS]
    return all(
        byte in {0, *(path[at] for path in known)}
        for start, shown in BYTES.findall(html)
        for at, byte in enumerate(bytes.fromhex(shown), int(start))
    )


def store(cell, frames):
    """Write the frames, each part of their HTML once: most of a frame is in the others too."""
    (begun, _), *_ = frames
    split = [(at - begun, re.split("(?<=>)(?=<)|(?<=\n)", html)) for at, html in frames]
    parts = list(dict.fromkeys(part for _, html in split for part in html))
    places = {part: at for at, part in enumerate(parts)}
    record = {
        "cell": str(cell),
        "source": cell.source,
        "kernel": one_cell.kernel(),
        "day": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        "left_out": LEFT_OUT.get(str(cell), ""),
        "frames": [[round(1000 * s), [places[part] for part in html]] for s, html in split],
        "parts": parts,
    }
    path = REPLAYS / number_of(cell.path.stem) / f"{cell.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
