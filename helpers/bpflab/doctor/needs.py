"""What a lesson says in its first cells: what it cannot do without, and what would show more.

The doctor reads the same calls from the notebooks' files (`bpflab.doctor.lessons`), so that what
it says of a lesson is what the lesson says itself.
"""

from __future__ import annotations

from bpflab.arguments import checked
from bpflab.doctor.features import FEATURES, look
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check
from bpflab.errors import LabError


@checked
def needs(*names: str, machine: Machine | None = None) -> None:
    """Look for each of these features, and say that all are here.

    Takes a few ms where they are; with clang 0.1 s.

    Raises:
        LabError: ``missing``, with what to do, where one is not; ``no-feature`` for a name that
            is none of `bpflab.doctor.features.FEATURES`.

    >>> needs("programs", "tracepoints")
    This machine has what the lesson needs: programs, tracepoints.
    """
    lacking = _lacking(names, machine)
    if not lacking:
        print(f"This machine has what the lesson needs: {', '.join(names)}.")
        return
    lines = dict.fromkeys(line for check in lacking for line in check.fix.splitlines())
    wanted = " and ".join(check.name for check in lacking)
    raise LabError(
        "missing",
        f"This lesson cannot run here without {wanted}.",
        why="; ".join(f"{check.name}: {check.found}" for check in lacking),
        fix="\n         ".join(lines),
    )


@checked
def prefers(features: dict[str, str], *, machine: Machine | None = None) -> None:
    """Say, for each of these features that is not here, what the lesson does without it.

    Raises:
        LabError: ``no-feature`` for a name that is none of `bpflab.doctor.features.FEATURES`.

    >>> prefers({"kprobes": "the program is attached to a tracepoint"})
    Without kprobes, the program is attached to a tracepoint.
    """
    lacking = _lacking(tuple(features), machine)
    for check in lacking:
        print(f"Without {check.name}, {features[check.name]}.")
    if not lacking:
        print("Nothing is missing here that would change what the lesson shows.")


def _lacking(names: tuple[str, ...], machine: Machine | None) -> list[Check]:
    machine = machine or Machine()
    if unknown := [name for name in names if name not in FEATURES]:
        known = f"The features are: {', '.join(FEATURES)}."
        raise LabError("no-feature", f"There is no feature {unknown[0]!r}.", fix=known)
    checks = [look(name, machine) for name in names]
    return [check for check in checks if check.status != "ok"]
