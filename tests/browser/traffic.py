"""What kernels send to a page: how many messages of which type, and how large."""

import base64
import json
from dataclasses import dataclass

import pandas as pd
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from playwright.sync_api import Page

BINARY = 2  # the opcode of a frame that is no text
PROTOCOL = "v1.kernel.websocket.jupyter.org"  # JupyterLab's, binary; jupyter_server decodes it


@dataclass(frozen=True)
class Message:
    """One message of a kernel, as the page received it."""

    time_s: float
    """When, by the browser's monotonic clock."""
    channel: str
    type: str
    size: int
    """Bytes on the wire, header and all."""
    data: str
    """The MIME types of its content, sorted, or nothing."""


class Traffic:
    """The messages that kernels sent to a page, in order of arrival."""

    def __init__(self, page: Page) -> None:
        self.messages: list[Message] = []
        self._page = page
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.on("Network.webSocketFrameReceived", self._receive)
        self._devtools.send("Network.enable")

    def _receive(self, event: dict) -> None:
        frame = event["response"]
        if frame["opcode"] == BINARY:
            self.messages.append(decode(base64.b64decode(frame["payloadData"]), event["timestamp"]))

    def mark(self) -> int:
        """Return a place in the stream; what came after it is ``frame(since=...)``."""
        self._page.evaluate("() => 0")  # what the browser has seen by now, we have too
        return len(self.messages)

    def frame(self, since: int = 0) -> pd.DataFrame:
        """Return the messages as a table: time_s, channel, type, size, data."""
        self.mark()
        columns = list(Message.__dataclass_fields__)
        return pd.DataFrame([vars(m) for m in self.messages[since:]], columns=columns)


def decode(payload: bytes, time_s: float) -> Message:
    """Return one message of the binary kernel protocol."""
    channel, parts = deserialize_msg_from_ws_v1(payload)
    header, content = json.loads(parts[0]), json.loads(parts[3])
    kind = ", ".join(sorted(content.get("data") or {})) if isinstance(content, dict) else ""
    return Message(time_s, channel, header["msg_type"], len(payload), kind)
