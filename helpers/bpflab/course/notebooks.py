"""The lessons as files: find them, execute them without a browser, store what their cells show."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpflab.errors import LabError
from bpflab.paths import NOTEBOOKS, ROOT, lessons_in, number_of
from bpflab.text import safe_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PLACES = [  # a pattern, and what stands for it
    (re.compile(r"(?:/[\w.~-]{1,64}){0,8}/ipykernel_\d+/\d+\.py"), "cell.py"),
    (re.compile(rf"(?<![\w./~-]){re.escape(str(ROOT))}/"), ""),
    (re.compile(rf"(?<![\w./~-]){re.escape(str(ROOT))}(?![\w.-])"), "."),
    (re.compile(rf"(?<![\w./~-]){re.escape(str(Path.home()))}/"), "~/"),
]
_PICTURES = ("image/png", "image/jpeg")  # their base64 is no text
_WIDGET = "application/vnd.jupyter.widget-"
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def lessons() -> list[Path]:
    """Return the files of all lessons, in their order."""
    return lessons_in(NOTEBOOKS)


def find(name: str) -> Path:
    """Return the file of one lesson.

    *name* is its number (``"2"``, ``"02"``), its topic (``"first-map"``), both, or its path.

    Raises:
        LabError: ``no-lesson``, with the names of those that there are.
    """
    for path in lessons():
        number = number_of(path.stem)
        short, topic = number.removeprefix("0"), path.stem.removeprefix(f"{number}-")
        names = {number, short, topic, path.stem, path.name, str(path)}
        if name in names or Path(name).parts[-2:] == (NOTEBOOKS.name, path.name):
            return path
    known = ", ".join(path.stem for path in lessons()) or "none in this clone"
    raise LabError("no-lesson", f"There is no lesson {safe_text(name)!r}; the lessons: {known}.")


def read(path: Path) -> NotebookNode:
    """Return a notebook as it is stored: no id is made up, and nothing repaired.

    Raises:
        LabError: ``notebook``, when the file is none of format 4.
    """
    try:
        node: NotebookNode = _v4().reads_json(path.read_text(encoding="utf-8"))
        if node.nbformat != 4:
            raise ValueError(f"its format is {node.nbformat}, not 4")
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise LabError("notebook", f"{path.name} cannot be read as a notebook: {error}.") from None
    return node


def dumps(nb: NotebookNode) -> str:
    """Return the text of a notebook's file: sorted keys, one source line a line."""
    return str(_v4().writes_json(nb)) + "\n"


def normalise(nb: NotebookNode) -> NotebookNode:
    """Return a copy with nothing in it that changes from one execution to the next by itself.

    The code cells count from 1. Of a cell's metadata its tags stay, and by them alone a code cell
    is folded (``plumbing``); of the outputs all but widgets and where on this machine the lab is.
    Neighbouring streams become one a name, stdout first: in which order two of them arrive is
    chance. A cell without an id gets one.
    """
    cells: list[dict[str, Any]] = []
    numbers = itertools.count(1)
    for old in nb.cells:
        tags = old.metadata.get("tags")
        cell = {"cell_type": old.cell_type, "id": old.get("id") or secrets.token_hex(4)}
        cell |= {"metadata": {"tags": tags} if tags else {}, "source": old.source.rstrip()}
        if old.get("attachments"):
            cell["attachments"] = old.attachments
        if old.cell_type == "code":
            if "plumbing" in (tags or []):
                cell["metadata"]["jupyter"] = {"source_hidden": True}
            cell["execution_count"] = next(numbers)
            cell["outputs"] = _outputs(old.get("outputs", []), cell["execution_count"])
        cells.append(cell)
    new = {"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    copy: NotebookNode = _v4().to_notebook_json(new)
    return copy


def _v4() -> Any:
    """Return nbformat's functions for format 4: imported late, for `find` must do without."""
    from nbformat import v4

    return v4


def _outputs(outputs: list[NotebookNode], number: int) -> list[dict[str, Any]]:
    each = (_output(dict(out), number) for out in outputs)
    shown = [out for out in each if out.get("data") != {}]
    new: list[dict[str, Any]] = []
    for streams, run in itertools.groupby(shown, lambda out: out["output_type"] == "stream"):
        together = list(run)
        new += _merged(together) if streams else together
    return [_placeless(out) for out in new]


def _merged(streams: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    texts: dict[str, str] = {}
    for out in streams:
        texts[out["name"]] = texts.get(out["name"], "") + out["text"]
    for name in sorted(texts, reverse=True):  # stdout, then stderr
        yield {"name": name, "output_type": "stream", "text": texts[name]}


def _output(out: dict[str, Any], number: int) -> dict[str, Any]:
    if "data" in out:
        kept = {mime: it for mime, it in out["data"].items() if not mime.startswith(_WIDGET)}
        out["data"] = kept
    if out["output_type"] == "execute_result":
        out["execution_count"] = number
    return out


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: it if k in _PICTURES else _placeless(it) for k, it in value.items()}
    if isinstance(value, list):
        return [_placeless(inner) for inner in value]
    if not isinstance(value, str):
        return value
    for pattern, name in _PLACES:
        value = pattern.sub(name, value)
    return value
