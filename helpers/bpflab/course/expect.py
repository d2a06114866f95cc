"""``expect``: a refusal that must come."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from IPython.display import display

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.views.refusal import refusal


@checked
@contextlib.contextmanager
def expect(kind: str) -> Iterator[None]:
    """Let the block be refused with this *kind* and show the refusal; fail if it is not.

    Raises:
        AssertionError: where nothing was refused.
        LabError: where something else was.

    >>> with expect("stack"):
    ...     load("mine", text=text)
    """
    try:
        yield
    except LabError as error:
        if error.kind != kind:
            raise
        display(refusal(error))  # type: ignore[no-untyped-call]
    else:
        raise AssertionError(f"This was expected to be refused ({kind}), and it was accepted.")
