"""Tab and Shift+Tab in a cell of C: what can stand there, and what a name means.

In other cells IPython answers as ever. In a cell of C it gets one matcher, which stands before its
own ones and makes them silent: no name of Python is offered among C.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from bpflab.cell.known import Offer

_MAGIC = "%%bpf"
_FIRST = 1000  # IPython's own matchers have up to 20
_MOST = 400  # IPython cuts a list at 500


def install(shell: InteractiveShell) -> None:
    """Let *shell* complete C, and let its kernel explain it. A second time changes nothing."""
    matchers = shell.Completer.custom_matchers
    if c_matcher not in matchers:
        matchers.append(c_matcher)
    # The kernel gives IPython the bare name that it has read with Python's rules, without the cell.
    kernel = getattr(shell, "kernel", None)
    if kernel is not None and not hasattr(kernel.do_inspect, "of_python"):
        kernel.do_inspect = _inspecting(kernel.do_inspect)


class _Nothing(list[SimpleCompletion]):
    """An empty list: IPython silences other matchers only for one that has something, by length."""

    def __len__(self) -> int:
        return 1


@context_matcher(priority=_FIRST, identifier="bpflab.c")  # type: ignore[untyped-decorator]
def c_matcher(context: CompletionContext) -> SimpleMatcherResult:
    """Return what can stand at the cursor in a cell of C, and make Python silent there."""
    lines = context.full_text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
    if (place := _in_c(context.full_text, offset)) is None:
        return SimpleMatcherResult(completions=[], suppress=False)
    from bpflab.cell.offers import offered

    typed, offers = offered(*place)
    found = [SimpleCompletion(one.text, type=_unbroken(one.type)) for one in offers[:_MOST]]
    return SimpleMatcherResult(
        completions=found or _Nothing(),
        matched_fragment=typed,
        suppress=True,
        ordered=True,
    )


def _inspecting(of_python: Callable[..., Any]) -> Callable[..., Any]:
    """Return the answer to a kernel's inspect_request, which explains C in a cell of C."""

    @functools.wraps(of_python)
    def do_inspect(code: str, cursor_pos: int, *args: Any, **kwargs: Any) -> Any:
        place = _in_c(code, cursor_pos)
        if place is None or "\n" not in place[0][: place[1]]:
            return of_python(code, cursor_pos, *args, **kwargs)
        from bpflab.cell.offers import explained

        meant = explained(*place)
        data = {"text/plain": _shown(meant)} if meant else {}
        return {"status": "ok", "found": bool(meant), "data": data, "metadata": {}}

    do_inspect.of_python = of_python  # type: ignore[attr-defined]  # says that it is ours
    return do_inspect


def _in_c(cell: str, offset: int) -> tuple[str, int] | None:
    """Return a cell of C from its magic on, and *offset* there; None before that, and of others."""
    text = cell.lstrip()
    offset -= len(cell) - len(text)
    found = re.match(rf"{_MAGIC}\s", text)
    return (text, offset) if found and offset >= found.end() else None


def _unbroken(type: str) -> str:
    """Return a type in one piece: JupyterLab's list breaks it at a space, and shows two lines."""
    return type.replace(" ", "\N{NO-BREAK SPACE}")


def _shown(meant: Offer) -> str:
    return "\n".join(part for part in (meant.signature or meant.type, meant.summary) if part)
