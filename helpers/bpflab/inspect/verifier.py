"""The verifier's walk over a program, to be looked at step by step."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

from bpflab import source
from bpflab.arguments import checked, within
from bpflab.errors import LabError
from bpflab.programs.program import Program
from bpflab.programs.walked import walk
from bpflab.source import Source
from bpflab.text import safe_text
from bpflab.verifier_log.log import parse
from bpflab.verifier_log.walk import Walk
from bpflab.views.verifier_walk import verifier_walk
from bpflab.views.view import View


@checked
def verifier(
    what: Program | LabError | str | None = None,
    hook: str = "",
    *,
    text: str | None = None,
    type: str = "",
    defines: Mapping[str, object] | None = None,
    steps: int = 60,
) -> View:
    """Return the verifier's walk over *hook*, line by line: what it knows, and where it branches.

    *what* is a program, the `LabError` of a program that is refused, or a name as `load` takes it,
    with the same *text*, *type* and *defines*. Without anything it is the last `LabError` that
    ended a cell or was expected. Without a *hook* it is the program that is refused, or the first.
    *steps* is how many lines are shown: the first ones, or the last ones before the refusal.

    The text is loaded once more for it, with a log of every path, and closed at once. Of a log of
    more than 1 MiB there is the beginning.

    Raises:
        LabError: ``no-program`` where there is no such function; ``no-walk`` where the verifier has
            not looked at the text, or nothing was refused; ``long-walk`` where it looks at very
            many instructions, and its log would take long.

    >>> verifier(program, "hook")
    >>> verifier("mine", text="int hook(void *ctx) { return 0; }")
    """
    within("steps", steps, 1, 2000)
    if what is None:
        what = _last()
    code: Source | None
    if isinstance(what, Program):
        hook = hook or next(iter(what.functions))
        what.functions[hook]
        code = what.source
        found = walk(code, what.asked, hook)[1]
        if not found.whole:
            found = replace(found, processed=what.processed.get(hook, 0))
    elif isinstance(what, LabError):
        code, hook, found = _of_error(what, hook)
    else:
        code = source.find(what, defines) if text is None else source.from_text(text, what, defines)
        hook, found = walk(code, type, hook)
    name = code.name if code else "the text"
    title = f"{safe_text(hook or 'a program')} of {safe_text(name)}, as the verifier sees it"
    return verifier_walk(title, found, code.lines if code else (), steps=steps)


def _last() -> LabError:
    last = getattr(sys, "last_value", None)
    if not isinstance(last, LabError):
        raise LabError(
            "no-walk",
            "Nothing was refused yet.",
            fix='Name the program: verifier(program, "hook").',
        )
    return last


def _of_error(error: LabError, hook: str) -> tuple[Source | None, str, Walk]:
    """Return the walk that ends with *error*: of a log that was cut, the one that it brings."""
    own = parse(error.log)
    if not own.steps and not own.whole:
        raise LabError(
            "no-walk",
            "The verifier has not looked at this text.",
            place=error.place,
            why=f"It is refused before: {error.message}",
            fix="Mend that first.",
        )
    code, type, compiled = error.loaded or (None, "", None)
    if not isinstance(code, Source):
        return None, hook, own
    try:
        name, found = walk(code, type, hook, compiled)
    except LabError as long:
        if long.kind != "long-walk":
            raise
        return code, hook, own
    return code, name, found if found.message or not own.message else own
