"""Tab behind ``from bpflab import``: the public names, and nothing else.

IPython would list the package's own modules and what its first file imports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# Up to the cursor: on one line, or in brackets that are still open.
_IMPORT = re.compile(r"^[ \t]*from[ \t]+bpflab[ \t]+import[ \t]*(?:\([\w\s,]*|[\w ,\t]*)\Z", re.M)
_FIRST = 1000  # IPython's own matchers have up to 20


def install(shell: InteractiveShell) -> None:
    """Let *shell* complete such a line. A second time changes nothing."""
    if names_matcher not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(names_matcher)


@context_matcher(priority=_FIRST, identifier="bpflab.imports")  # type: ignore[untyped-decorator]
def names_matcher(context: CompletionContext) -> SimpleMatcherResult:
    """Return the public names that begin as the word at the cursor, and silence other matchers."""
    import bpflab

    lines = context.full_text.split("\n")[: context.cursor_line + 1]
    before = "\n".join([*lines[:-1], lines[-1][: context.cursor_position]])
    if not _IMPORT.search(before):
        return SimpleMatcherResult(completions=[], suppress=False)
    typed = re.search(r"\w*\Z", before)
    fragment = typed[0] if typed else ""
    found = [SimpleCompletion(name) for name in bpflab.__all__ if name.startswith(fragment)]
    return SimpleMatcherResult(completions=found, matched_fragment=fragment, suppress=bool(found))
