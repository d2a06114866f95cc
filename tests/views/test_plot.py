"""One name for all charts: which kind shows what, and what is refused."""

import pandas as pd
import pytest

from bpflab import LabError
from bpflab.views import plot
from bpflab.views.bars import bars
from bpflab.views.histogram import histogram
from bpflab.views.lines import lines

COUNTS = pd.Series({"ls": 12, "ps": 4, "id": 1})
COST = pd.DataFrame({"ring": [100, 1000]}, index=pd.Index([1, 10], name="bytes"))


@pytest.mark.parametrize(
    ("view", "same"),
    [
        (plot(COUNTS, "t", kind="bar", unit="n"), bars(COUNTS, "t", unit="n")),
        (plot(COUNTS, "t", kind="bar", unit="n", limit=1), bars(COUNTS, "t", unit="n", limit=1)),
        (plot(COST, "t", kind="line", unit="ns"), lines(COST, "t", unit="ns")),
        (
            plot(COST, "t", kind="line", unit="ns", loglog=True),
            lines(COST, "t", unit="ns", loglog=True),
        ),
        (plot([1, 9], "t", kind="hist", unit="ns"), histogram([1, 9], "t", unit="ns")),
        (plot({3: 2}, "t", kind="hist", unit="ns"), histogram({3: 2}, "t", unit="ns")),
    ],
)
def test_each_kind_has_its_chart(view, same):
    """With what was given for it."""
    assert view == same


@pytest.mark.parametrize(
    ("data", "kind", "message", "fix"),
    [
        (COUNTS, "bars", "no kind 'bars'", "bar"),
        (COUNTS, "pie", "no kind 'pie'", "bar, line, hist"),
        (
            COST,
            "bar",
            "data is of the type DataFrame, and for this kind it must be a Series",
            "'ri",
        ),
        (COUNTS, "line", "must be a DataFrame", "to_frame()"),
        (3, "hist", "must be a Series, a dict or a list", ""),
        ({"a": 1}, "bar", "data is {'a': 1}", "pd.Series(data)"),
    ],
)
def test_what_a_kind_does_not_show_is_refused(data, kind, message, fix):
    """With what would serve."""
    with pytest.raises(LabError, match=message) as caught:
        plot(data, "t", kind=kind, unit="n")
    assert caught.value.kind == "argument"
    assert fix in caught.value.fix
