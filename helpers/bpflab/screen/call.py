"""A call of a learner's function: the line of Python that makes it, above what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bpflab.screen.pictures import drawn
from bpflab.text import safe_text
from bpflab.views.view import View, markup

Function = Callable[..., View | None]
_CALL = "margin:0;padding:.3em 0;white-space:pre-wrap"


def name_of(function: Function) -> str:
    """Return what *function* is called."""
    return safe_text(getattr(function, "__name__", type(function).__name__))


def made(function: Function, values: Mapping[str, object]) -> View:
    """Call *function*, and return its view; of None an empty one.

    Raises:
        LabError: ``not-a-view`` where it returns something else.
    """
    view = function(**values)
    return View("", "") if view is None else drawn(view)


def below(function: Function, values: Mapping[str, object], view: View) -> View:
    """Return *view* below the call that gave it."""
    call = (
        f"{name_of(function)}({', '.join(f'{name}={value!r}' for name, value in values.items())})"
    )
    html = f'<p style="{_CALL}"><code>{markup(call)}</code></p>\n{view.html}'
    return View(html, f"{safe_text(call)}\n{view.text}".rstrip("\n"))
