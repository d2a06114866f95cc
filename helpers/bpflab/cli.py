"""The ``bpflab`` command: the machine, the lessons, the learner's copy of them, refusals."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, TextIO

from bpflab.errors import LabError

# Nothing else of the lab is imported here: on a bare machine the doctor has the stdlib alone.
if TYPE_CHECKING:
    from bpflab.course.headless import Step

_WIDTH = 60
UNREAD = 141
"""What a shell says of a command that SIGPIPE has ended: its reader has gone, as `head` does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 for a fault, 2 for usage, 130 for Ctrl-C.

    It is 141 where nobody reads on what the command prints.

    ``doctor [--json]`` examines the machine; ``run NN ...`` executes lessons, a line a cell;
    ``refresh [NN ...]`` executes them and stores their outputs; with ``--dry-run`` both only name
    the lessons, and need nothing but the standard library. ``run NN:CELL ...`` executes cells and
    those that they need, and prints what they show; ``compare NN:CELL ... [GUEST ...]`` prints that
    of several machines side by side, and ``--store`` records it. ``update`` brings the learner's
    copy of the lessons up to date, ``fresh NN ...`` starts lessons of it over, and ``progress
    [--json]`` says what is done; they need the standard library alone. ``explain FILE [--json]``
    says why a text of C or a saved log of the verifier is refused: 0 where it is accepted, 1 where
    it is not, 2 where there is no such file. A fault's text goes to stderr.
    """
    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):  # Python flushes both once more, and would complain
            os.dup2(nowhere, stream.fileno())
        return UNREAD


def _run(argv: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(argv)
        if options.command == "doctor":
            from bpflab import doctor

            return doctor.main(options.json)
        if options.command == "explain":
            return _explain(options)
        if options.command == "progress":
            from bpflab.course import progress

            return progress.main(options.json)
        if options.command in ("update", "fresh"):
            return _copy(options)
        if options.command == "compare":
            return _compare(options)
        if options.command == "run" and all(":" in name for name in options.lessons):
            return _cells(options)
        return _lessons(options)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2 if error.kind in ("no-lesson", "no-cell", "no-guest", "no-file") else 1
    except KeyboardInterrupt:
        print()  # the line of a cell that was cut short
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bpflab", description="Lessons on eBPF, from the command line."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="look at this machine, change nothing")
    doctor.add_argument("--json", action="store_true", help="print JSON in place of tables")
    run = commands.add_parser("run", help="execute lessons, a line a cell")
    run.add_argument(
        "lessons",
        nargs="+",
        metavar="NN",
        help="a lesson's number, name or path; NN:CELL, one cell",
    )
    run.add_argument("--json", action="store_true", help="of cells: print what they show as JSON")
    compare = commands.add_parser(
        "compare", help="what cells show on several kernels, side by side"
    )
    compare.add_argument(
        "words", nargs="+", metavar="WORD", help="a cell, as in 02:null-array; a guest's name, here"
    )
    compare.add_argument("--store", action="store_true", help="record it for on_kernels")
    refresh = commands.add_parser("refresh", help="execute lessons and store their outputs")
    refresh.add_argument("lessons", nargs="*", metavar="NN", help="all lessons when none is given")
    commands.add_parser("update", help="bring the learner's copy of the lessons up to date")
    fresh = commands.add_parser("fresh", help="start lessons of the copy over, and keep the old")
    fresh.add_argument("lessons", nargs="+", metavar="NN", help="a lesson's number, name or path")
    progress = commands.add_parser("progress", help="what is done of the lessons")
    progress.add_argument("--json", action="store_true", help="print JSON in place of tables")
    explain = commands.add_parser("explain", help="say why a C file or a verifier's log is refused")
    explain.add_argument(
        "file", metavar="FILE", help="C, or a log that any loader saved; - is stdin"
    )
    explain.add_argument("--json", action="store_true", help="print JSON")
    for command, what in ((run, "lessons"), (refresh, "lessons"), (compare, "guests")):
        command.add_argument("-n", "--dry-run", action="store_true", help=f"only name the {what}")
    return parser


def _explain(options: argparse.Namespace) -> int:
    from bpflab.programs.explained import explained

    found = explained(options.file)
    if options.json:
        facts = {
            "accepted": not found.refusal,
            "refusal": found.refusal and found.refusal.facts(),
            "warnings": [each.facts() for each in found.warnings],
        }
        print(json.dumps(facts, indent=2))
    else:  # warnings are on stderr, where `load` shows them
        print(found.refusal or found.accepted)
    return 1 if found.refusal else 0


def _copy(options: argparse.Namespace) -> int:
    from bpflab import paths
    from bpflab.course import notebooks, working_copy

    if options.command == "update":
        for line in working_copy.update():
            print(line)
    else:
        own = f"{paths.MY.name}/"  # what the shell completes
        for path in [notebooks.find(name.removeprefix(own)) for name in options.lessons]:
            print(working_copy.fresh(path))
    return 0


def _compare(options: argparse.Namespace) -> int:
    from bpflab.course import one_cell

    cells = list(dict.fromkeys(one_cell.find(word) for word in options.words if ":" in word))
    places = one_cell.places(options.words)
    if options.dry_run:
        print(*(name for name in places if name != one_cell.HERE), sep="\n")
        return 0
    from bpflab.course import compare

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    return compare.main(cells, places, options.store, say)


def _cells(options: argparse.Namespace) -> int:
    """Print what single cells show; with ``--json`` a line each on stdout, and no other there."""
    from bpflab.course import notebooks, one_cell

    if options.dry_run:  # with the standard library, which cannot read a lesson
        print(*(notebooks.find(name.partition(":")[0]).stem for name in options.lessons), sep="\n")
        return 0
    cells = [one_cell.find(name) for name in options.lessons]
    show, failed = partial(_show, file=sys.stderr if options.json else sys.stdout), 0
    for one in one_cell.run(cells, show):
        if isinstance(one, LabError):
            failed = 1
            print(one.message, file=sys.stderr)
        elif options.json:
            print(json.dumps(asdict(one)), flush=True)
        else:
            print(f"\n{one.cell} on Linux {one.kernel}", *one.lines, sep="\n")
    return failed


def _lessons(options: argparse.Namespace) -> int:
    from bpflab.course import notebooks

    found = [notebooks.find(name) for name in options.lessons] or notebooks.lessons()
    paths = list(dict.fromkeys(found))
    if options.dry_run:
        print(*(path.stem for path in paths), sep="\n")
        return 0
    from bpflab.course import headless

    failed = 0
    for path in paths:
        print(path.stem, flush=True)
        try:
            if options.command == "run":
                headless.execute(path, _show)
            else:
                print("  stored" if headless.refresh(path, _show) else "  unchanged", flush=True)
        except LabError as error:
            failed = 1
            if error.kind != "cell-failed":  # else its text stands below its cell
                print(error, file=sys.stderr)
    return failed


def _show(step: Step, file: TextIO | None = None) -> None:
    """Print the left half of a cell's line when it starts, the right half when it has ended."""
    if step.seconds is None:
        line = step.line if len(step.line) <= _WIDTH else f"{step.line[: _WIDTH - 1]}…"
        print(f"{step.number:4}  {line:<{_WIDTH}}", end="", file=file, flush=True)
        return
    print(f"  {step.seconds:6.2f} s  {'failed' if step.error else 'ok'}", file=file, flush=True)
    for line in step.error.splitlines():
        print(f"      {line}", file=file)
