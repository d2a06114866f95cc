"""``expect``: a refusal that must come, or one that may come."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from IPython.display import display

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.views.refusal import refusal


class Refused:
    """What a block was refused with. It is false, and its texts are empty, if it was not.

    Attributes:
        kind, message, why, fix, log: of the refusal, as in `LabError`; ``str`` gives all of it.
    """

    kind = message = why = fix = log = ""
    _text = ""

    def __bool__(self) -> bool:
        return bool(self.kind)

    def __str__(self) -> str:
        return self._text

    def _note(self, error: LabError) -> None:
        self.kind, self.message, self._text = error.kind, error.message, str(error)
        self.why, self.fix, self.log = error.why, error.fix, error.log


@checked
@contextlib.contextmanager
def expect(kind: str = "", *, must: bool = True) -> Iterator[Refused]:
    """Let the block be refused with this *kind*, or with any, and show it; fail if it is not.

    With ``must=False`` it may be refused or not, since machines differ, and nothing is shown: the
    block's name says what came. A refusal ends the block where it comes, and the cell goes on.

    Raises:
        AssertionError: where nothing was refused, and something must be.
        LabError: where it was refused with another kind.

    >>> with expect("stack"):
    ...     load("mine", text=text)
    >>> with expect("no-bpftrace", must=False) as refused:
    ...     counts = bpftrace(line, happen)
    >>> print(refused.message if refused else counts)
    """
    refused = Refused()
    try:
        yield refused
    except LabError as error:
        if kind not in ("", error.kind):
            raise
        refused._note(error)
        sys.last_value = error  # where `verifier` finds it, as one that ends a cell
        if must:
            display(refusal(error))  # type: ignore[no-untyped-call]
    else:
        if must:
            wanted = f" ({kind})" if kind else ""
            raise AssertionError(f"This was expected to be refused{wanted}, and it was accepted.")
