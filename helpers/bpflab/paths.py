"""Where the clone's files are, and where the lab keeps what it made once."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The clone."""
BPF = ROOT / "bpf"
"""The C of the lessons, ``<topic>/<name>.c``."""
NOTEBOOKS = ROOT / "notebooks"
"""The lessons, ``NN-topic.ipynb``, as they are stored for the web."""
NUMBER = r"\d\d[a-z]?"
"""A lesson's number, as a pattern: ``08``, or ``08b`` for one that came after it later."""
MY = ROOT / "my"
"""What is the learner's own: the lessons that they work in, and their progress. Git ignores it."""


def lessons_in(folder: Path) -> list[Path]:
    """Return the files of the lessons in *folder*, in their order."""
    return sorted(file for file in folder.glob("*.ipynb") if re.match(f"{NUMBER}-", file.name))


def number_of(name: str) -> str:
    """Return the lesson's number that *name* begins with: ``08b`` of ``08b-1``."""
    return name.partition("-")[0]


def cache() -> Path:
    """Return the folder of what can be made again: the environment of this moment decides."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bpflab"
