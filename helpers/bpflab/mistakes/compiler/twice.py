"""Names that are declared twice."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules
from bpflab.reference import helpers


def _twice(case: Case, name: str) -> LabError:
    """A name that is declared a second time."""
    if case.line.startswith("for") and any("'for' statement" in one.text for one in case.all):
        message = "The head of this loop does not have two semicolons."
        return case.error("syntax", message, "", "Write for (int i = 0; i < 10; i++).")
    also = case.also("previous|declared here", "the first one")
    if tracepoint := re.fullmatch(r"tracepoint__(\w+?)__(\w+)", name):
        return _two_programs(case, name, *tracepoint.groups())
    table = name.removesuffix("_table_t")
    if table != name or name in case.declared.maps:
        message, fix = f"The map {table} is declared twice.", "Remove one of them, or rename it."
        place = [p for p in case.source.lines if re.search(rf"BPF_\w+\([^)]*\b{table}\b", p.text)]
        if len(place) > 1:
            also = [(place[0], "the first one")]
            return case.error("twice", message, "", fix, place=place[1], also=also)
        return case.error("twice", message, "", fix, also=also)
    note = case.fault.note("previous|declared here")
    if note and not note[1].place and note[1].file:
        return case.error(
            "twice",
            f"{name} is the name of something in the kernel's headers.",
            f"{note[1].file} declares it.",
            "Give yours another name.",
        )
    return case.error(
        "twice", f"{name} is declared twice.", "", "Remove one of them, or rename it.", also=also
    )


def _two_programs(case: Case, struct: str, category: str, event: str) -> LabError:
    takers = [one for one in case.declared.functions.values() if f"{struct} *" in one.parameters]
    called = [one for one in takers[:-1] if not one.static and _calls(case, one.name)]
    if called:  # BCC takes it for a program
        one = called[0]
        return case.error(
            "not-static",
            f"{one.name} is called by a program and is not static.",
            "BCC takes every function that is not static for a program, and two programs cannot "
            f"take struct {struct}.",
            f"Write static inline in front of {one.name}, and let it take void *ctx.",
            place=one.place,
        )
    return case.error(
        "two-programs",
        f"Two programs of one text take struct {struct}.",
        "BCC writes that struct's definition for each of them, so it is defined twice.",
        "Let only the attached program take it; a tail-call target takes void *ctx.",
        place=takers[1].place if len(takers) > 1 else None,
        also=[(takers[0].place, "the first one")] if len(takers) > 1 else [],
    )


def _calls(case: Case, name: str) -> bool:
    return any(called == name for called, _ in case.declared.calls())


def _conflict(case: Case, name: str) -> LabError:
    """Two declarations of one name that differ, or a definition below a call."""
    if helpers.find(name):
        return case.error(
            "twice",
            f"{name} is declared by the headers already.",
            "It is a helper of the kernel's.",
            "Remove this line.",
        )
    return _twice(case, name)


RULES: Rules = (
    (r"redefinition of (?:enumerator |parameter )?'(\w+)'", _twice),
    (
        r"conflicting types for '(\w+)'|static declaration of '(\w+)'",
        lambda c, a, b: _conflict(c, a or b),
    ),
)
