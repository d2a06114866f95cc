"""A command of ``./lab`` in a guest."""

import shlex

from bpflab.vm import boot, disk


def run(name: str, words: list[str], accel: str) -> int:
    """Run ``./lab`` with *words* in a guest; return its exit status. What it prints is printed."""
    made = disk.prepare(name)
    return boot.run(name, made, disk.bundle(f"exec ./lab {shlex.join(words)}\n"), accel)
