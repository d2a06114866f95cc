"""The other end of a real `Screen`: it gets what would reach a browser, and answers as one."""

import json

from comm.base_comm import BaseComm

from bpflab.notebook import layout

SILENT_S = 6  # as in widget.js: after a longer silence the page says "Not live"


class Wire(BaseComm):
    """A comm to a page; what is sent is packed as the kernel packs it."""

    page: "Page"

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        """Send a message."""
        json.dumps(data).encode("utf-8")
        self.page.receive(self, msg_type, data or {})


class Page:
    """What a page with a notebook in it has received and shows.

    Attributes:
        html: the frame that the widget shows.
        statuses: each status that came, with the html at that time.
        stored: the plain views that took the widget's place in the cell's output.
        open: the models that are there, without the layout that all have in common.
        answers: whether the page is open, and answers.
        reloaded: whether the output comes from the notebook's file, which has no display id.
        now: its clock, in seconds; `missed` says whether "Not live" was ever shown by it.
    """

    def __init__(self, monkeypatch):
        layout()
        kind = type("WireToPage", (Wire,), {"page": self})
        monkeypatch.setattr("comm.create_comm", lambda **keys: kind(**keys))
        monkeypatch.setattr("bpflab.screen.live_view._display", self._display)
        self.html, self.statuses, self.stored, self.open = "", [], [], set()
        self.answers, self.reloaded, self.now, self.missed = True, False, 100.0, False
        self.broken = None
        self._heard = self.now
        self._screen = None

    @property
    def texts(self):
        """The words of the plain views that stand in the output."""
        return [view.text for view in self.stored]

    def receive(self, wire, kind, data):
        """Take a message of the kernel's."""
        if kind == "comm_open":
            self.open.add(wire.comm_id)
            return
        if kind == "comm_close":
            self.open.discard(wire.comm_id)
            return
        state = data.get("state", {})
        if self.broken is not None and self.broken in state.get("html", ""):
            raise ConnectionError("the wire is broken")
        self.html = state.get("html", self.html)
        if "status" in state:
            self.statuses.append(state["status"] | {"html": self.html})
            self.look()
            self._screen, self._heard = wire, self.now
            if self.answers:
                self.answer()

    def look(self):
        """Do what the page does each second: see whether it heard something lately."""
        live = self.statuses and self.statuses[-1]["live"]
        self.missed = self.missed or bool(live and self.now - self._heard > SILENT_S)

    def answer(self, **content):
        """Send a message to the kernel."""
        data = {"method": "custom", "content": {"page": "a", **content}}
        self._screen.handle_msg({"content": {"data": data}, "buffers": []})

    def update(self, view):
        """Take the plain view for the cell's output, in the widget's place."""
        if self.answers and not self.reloaded:
            self.stored.append(view)
            self.answer(gone=True)

    def _display(self, bundle, raw, display_id):
        assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(
            bundle
        )
        return self
