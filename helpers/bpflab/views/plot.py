"""Numbers as a picture, of the kind that is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bpflab.arguments import checked
from bpflab.arguments.kinds import fits, shown, words
from bpflab.errors import LabError
from bpflab.text import near
from bpflab.views.bars import bars
from bpflab.views.histogram import histogram
from bpflab.views.lines import lines
from bpflab.views.view import View

KINDS: dict[str, Any] = {
    "bar": pd.Series,
    "line": pd.DataFrame,
    "hist": pd.Series | Mapping | Sequence,
}
"""What each kind shows."""


@checked
def plot(
    data: Any,
    caption: str,
    *,
    kind: str,
    unit: str,
    limit: int = 20,
    loglog: bool = False,
) -> View:
    r"""Return numbers as a picture: an image of SVG, with the same numbers as text.

    *kind* is called as in pandas, and *unit* is that of the numbers:

    - ``"bar"``: a Series, a name and a bar for each of its rows, in its order. Beyond *limit* they
      are left out; a line says how many they are, and what they sum to. A missing count has no bar.
    - ``"line"``: a DataFrame, a line for each column over the index, whose name labels the x axis.
      Words stand in their own order, times at the seconds since the first. With *loglog* both axes
      are logarithmic, if they have numbers that can be shown so.
    - ``"hist"``: how many values there are in each power of two. *data* are the values, as a column
      or a list, or counts by slot, as a dict or a Series whose index has a name: slot k counts the
      values from 2^k to 2^(k+1) - 1, and slot 0 the value 0 as well. BCC's ``bpf_log2l(v)`` is
      k + 1, and ``bpf_log2(v)`` is k.

    Raises:
        LabError: ``argument`` where *data* is not what this kind shows; ``no-slot`` and
            ``no-slots`` where a histogram cannot tell what is counted.

    >>> print(plot(pd.Series({"ls": 12, b"a\nb": 4}), "Calls", kind="bar", unit="calls"))
    Calls
          calls
    ----  -----  ------------------------
    ls       12  ████████████████████████
    a\nb      4  ████████
    >>> plot(pd.DataFrame({"ns": [31, 35]}, index=[10, 20]), "Cost", kind="line", unit="ns")
    >>> plot([600, 700, 1500], "Latency", kind="hist", unit="ns")
    """
    if kind not in KINDS:
        fix = near(kind, KINDS) or f"It is one of {', '.join(KINDS)}."
        raise LabError("argument", f"There is no kind {shown(kind)} of plot.", fix=fix)
    if not fits(data, KINDS[kind]):
        message = f"data is {shown(data)}, and for this kind it must be {words(KINDS[kind])}."
        raise LabError("argument", message, why=f"The kind is {kind}.", fix=_fix(data))
    if kind == "bar":
        return bars(data, caption, unit=unit, limit=limit)
    if kind == "line":
        return lines(data, caption, unit=unit, loglog=loglog)
    return histogram(data, caption, unit=unit)


def _fix(data: object) -> str:
    """Return how *data* becomes what bars or lines show."""
    if isinstance(data, pd.Series):
        return "Make a table of the column: data.to_frame()."
    if isinstance(data, pd.DataFrame) and len(data.columns):
        return f"Name a column: data[{shown(data.columns[0])}]."
    return "Make a column of it: pd.Series(data)." if isinstance(data, dict | list) else ""
