"""The other end of real `ipywidgets`: what reaches a page, and what a reader does there."""

from contextlib import contextmanager
from types import SimpleNamespace

from comm.base_comm import BaseComm

from bpflab import notebook
from bpflab.screen import interact, start, steering

NAME = "_model_name"


class Page:
    """What a page with controls in it has: the models that are open, and the outputs.

    Attributes:
        models: the state of each model that is open, by its number.
        outputs: what was displayed, as mime types.
        cell: which cell runs.
    """

    def __init__(self):
        self.models, self.outputs, self.cell, self.wires = {}, [], "a", {}

    def only(self, kind):
        """Return the wires of the models of this class, in their order."""
        return [w for key, w in self.wires.items() if self.models.get(key, {}).get(NAME) == kind]

    def set(self, kind, at=0, **state):
        """Do what a reader does: change a control's value."""
        data = {"method": "update", "state": state, "buffer_paths": []}
        self.only(kind)[at].handle_msg({"content": {"data": data}, "buffers": []})

    def press(self, label):
        """Press the button with this label."""
        (wire,) = [
            w for w in self.only("ButtonModel") if self.models[w.comm_id]["description"] == label
        ]
        data = {"method": "custom", "content": {"event": "click"}}
        wire.handle_msg({"content": {"data": data}, "buffers": []})

    @property
    def panel(self):
        """The state of the panel below the controls."""
        (wire,) = self.only("AnyModel")
        return self.models[wire.comm_id]


@contextmanager
def opened(monkeypatch):
    """Give a page of a notebook in which cell ``page.cell`` runs; end its controls afterwards."""
    page = Page()

    class Wire(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            state = (data or {}).get("state", {})
            if msg_type == "comm_open":
                page.wires[self.comm_id], page.models[self.comm_id] = self, dict(state)
            elif msg_type == "comm_close":
                page.models.pop(self.comm_id)
            else:
                page.models[self.comm_id].update(state)

    def display(shown, raw=False):
        page.outputs.append(shown if raw else shown._repr_mimebundle_())

    page.shell = SimpleNamespace(
        kernel=object(), get_parent=lambda: {"metadata": {"cellId": page.cell}}, execution_count=1
    )
    monkeypatch.delenv("BPFLAB_HEADLESS", raising=False)
    monkeypatch.setattr("comm.create_comm", lambda **keys: Wire(**keys))
    monkeypatch.setattr(notebook, "shell", lambda: page.shell)
    monkeypatch.setattr(start, "_of_cells", {})
    for module in (interact, steering):
        monkeypatch.setattr(module, "_display", display)
    yield page
    for _, shown in start._of_cells.values():
        for each in list(shown):
            each.stop("the test is over")
            each.forget()
