"""A learner's tool that is built from its sources: by make, in a copy of its folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bpflab.exercises.calls import two_cpus
from bpflab.exercises.clauses import Clauses
from bpflab.exercises.exercise import Wrong
from bpflab.exercises.shell_tool import Tool, started
from bpflab.exercises.trial import paths, times
from bpflab.text import safe_text
from bpflab.workload.runs import run

_PROGRAM, _SIGN = "execcount", "watching"
_BUILD_S, _START_S = 120.0, 20.0
_SOURCES = (".c", ".h", ".mk")
_MADE = ("vmlinux.h", ".skel.h")
_TOO_LARGE = 1 << 20  # bytes of a source


def judged(answer: object) -> str:
    """Build the tool, let it count two commands on the CPUs, end it in two ways, start it wrong."""
    clauses, cpus = Clauses(), two_cpus()
    with tempfile.TemporaryDirectory() as name, paths(least=150, count=2) as (path, other):
        folder = Path(name)
        tool, longer = _built(_folder(answer), folder), f"{path}s"
        twin = path[:-1] + ("b" if path[-1] == "a" else "a")
        for link in (longer, twin):
            Path(link).symlink_to("/usr/bin/true")
        for how in (signal.SIGINT, signal.SIGTERM):
            expected = {cpu: times() for cpu in cpus}
            with started([str(tool), path], folder) as counting:
                _until_it_watches(counting)
                for cpu, count in expected.items():
                    run(path, times=count, cpu=cpu)
                    run(longer, cpu=cpu), run(twin, cpu=cpu), run(other, path, cpu=cpu)
                counting.signal(how)
                counting.wait()
                lines = counting.lines()[1:]
            word = "Ctrl-C" if how == signal.SIGINT else "SIGTERM"
            clauses.check(
                f"{word}: a line CPU, tab, count for each CPU that executed PATH",
                lambda lines=lines, expected=expected: (_lines(expected), sorted(lines)),  # type: ignore[misc]
            )
            clauses.check(f"{word}: exit status 0", lambda status=counting.status: (0, status))  # type: ignore[misc]
        for words in ((), (path, other)):
            with started([str(tool), *words], folder) as wrong:
                wrong.wait()
                said = "usage" if "usage" in "\n".join(wrong.errors()).lower() else ""
            clauses.check(
                f"{len(words) or 'no'} arguments: usage on stderr, status 2",
                lambda said=said, status=wrong.status: (("usage", 2), (said, status)),  # type: ignore[misc]
            )
    clauses.verdict()
    return "make built it, and it counted right on each CPU, twice."


def _folder(answer: object) -> Path:
    """Return the folder that an answer names.

    Raises:
        Wrong: it names none, or it has no Makefile.
    """
    if not isinstance(answer, str | Path) or not str(answer):
        raise Wrong(f"The answer is the name of a folder, such as {_PROGRAM!r}.")
    folder = Path(answer).absolute()
    shown = safe_text(str(answer), 100)
    if not folder.is_dir():
        raise Wrong(f"There is no folder {shown} in {safe_text(str(Path.cwd()), 100)}.")
    if not (folder / "Makefile").is_file():
        raise Wrong(f"The folder {shown} has no Makefile.")
    return folder


def _built(given: Path, folder: Path) -> Path:
    """Copy the sources, and make the tool of them: what was built before does not count.

    Raises:
        Wrong: make fails, or makes no such program.
    """
    for file in given.iterdir():
        if file.name == "Makefile" or (
            file.name.endswith(_SOURCES)
            and not file.name.endswith(_MADE)
            and file.stat().st_size < _TOO_LARGE
        ):
            shutil.copy(file, folder)
    try:
        done = subprocess.run(
            ["make"], cwd=folder, capture_output=True, text=True, timeout=_BUILD_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Wrong(f"make did not end: {safe_text(str(error), 200)}") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "rror" in line] or ["no message"]
        raise Wrong(f"make fails: {safe_text(lines[0], 300)}")
    if not os.access(folder / _PROGRAM, os.X_OK):
        raise Wrong(f"make comes to an end, and there is no program {_PROGRAM}.")
    return folder / _PROGRAM


def _until_it_watches(tool: Tool) -> None:
    line = tool.first_line(_START_S)
    if line != _SIGN:
        printed = safe_text(line, 100) if tool.lines() else "nothing"
        text = f"Its first line should be {_SIGN!r}, once it counts. It is: {printed}."
        raise Wrong(text + tool.said())


def _lines(expected: dict[int, int]) -> Sequence[str]:
    return sorted(f"{cpu}\t{count}" for cpu, count in expected.items())
