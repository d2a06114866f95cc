"""At a cell with a live view: its frames, as a real kernel sent them, and buttons that show them.

``tests/site/record.py`` records them. Without scripts the output that the lesson stores stays.
"""

import datetime
import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

REPLAYS = Path(__file__).parent / "replays"
BAR = """
<div class="replay" role="group" aria-label="Replay of the live view" hidden>
<button type="button" class="replay-back">Back</button>
<button type="button" class="replay-play">Play</button>
<button type="button" class="replay-step">Step</button>
<input type="range" min="1" max="{last}" value="{last}" aria-label="Frame">
<span class="replay-place">{last} frames, {seconds:.0f} s</span>
<p>Play shows what was recorded on Linux {kernel}, {day}.{left_out}</p>
<p class="replay-spoken" role="status"></p>
<script type="application/json">{record}</script>
</div>
"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what this module does."""
    app.add_js_file("replay.js", loading_method="defer")
    app.connect("doctree-read", _add, priority=200)  # the cells have their ids
    return {"parallel_read_safe": True}


def _add(app: Sphinx, tree: nodes.document) -> None:
    """Put the bar of a recorded cell between its code and its output."""
    number = Path(app.env.docname).name.partition("-")[0]
    for path in sorted((REPLAYS / number).glob("*.json")):
        app.env.note_dependency(str(path))
        for output in tree.findall(nodes.container):
            if "cell_output" in output["classes"] and f"cell-{path.stem}" in output.parent["ids"]:
                output.insert(0, nodes.raw("", _bar(path), format="html"))


def _bar(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    record = json.loads(text)
    day = datetime.date.fromisoformat(record["day"])
    return BAR.format(
        last=len(record["frames"]),
        seconds=record["frames"][-1][0] / 1000,
        kernel=".".join(record["kernel"].split(".")[:2]),
        day=f"{day.day} {day:%B %Y}",
        left_out=f" {record['left_out']}" if record["left_out"] else "",
        record=text.strip().replace("<", "\\u003c"),  # nobody takes a part of it for an element
    )
