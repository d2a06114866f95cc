"""Where the clone's files are, and where the lab keeps what it made once."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The clone."""
BPF = ROOT / "bpf"
"""The C of the lessons, ``<topic>/<name>.c``."""
NOTEBOOKS = ROOT / "notebooks"
"""The lessons, ``NN-topic.ipynb``, as they are stored for the web."""
MY = ROOT / "my"
"""What is the learner's own: the lessons that they work in, and their progress. Git ignores it."""


def cache() -> Path:
    """Return the folder of what can be made again: the environment of this moment decides."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bpflab"
