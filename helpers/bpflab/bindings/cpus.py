"""The machine's CPUs, as sysfs lists them."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path("/sys/devices/system/cpu")


def possible() -> int:
    """Return how many CPUs a per-CPU map has values for: the possible ones, not the online ones."""
    return len(_listed("possible"))


def online() -> list[int]:
    """Return the numbers of the CPUs that run."""
    return _listed("online")


def _listed(name: str) -> list[int]:
    """Return the numbers in a list of spans, as 0-3,8."""
    text = (_FOLDER / name).read_text(encoding="ascii")
    spans = [span.split("-") for span in text.strip().split(",")]
    return [cpu for span in spans for cpu in range(int(span[0]), int(span[-1]) + 1)]
