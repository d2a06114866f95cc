"""The newest events with their accounting and their speed."""

import pandas as pd
import pytest

from bpflab.views import accounted, table

LEDGER = {"produced": 12, "shown": 9, "filtered": 2, "dropped": 1, "waiting": 0, "forgotten": 0}
LEDGER |= {"discarded": 0, "others": 0, "unaccounted": 0, "missed": 0}
FRAME = pd.DataFrame({"pid": [7, 8], "path": ["/bin/a", "/bin/b"]})


def test_table_ledger_and_speed():
    """The text says what the page shows: rows, where all events went, and how fast they come."""
    view = accounted(table(FRAME, "Executions"), LEDGER, [0, 500, 1000])

    assert view.text.split("\n") == [
        "Executions",
        "pid  path",
        "---  ------",
        "  7  /bin/a",
        "  8  /bin/b",
        "12 produced = 9 shown + 2 filtered + 1 dropped",
        "▁▅█ 1,000 events a second, 1,000 at most",
    ]
    for line in view.text.split("\n")[-2:]:
        assert f">{line}</p>" in view.html


def test_what_waits_or_is_forgotten_is_told_where_there_is_any():
    """The sum is complete, and without noughts that nobody asked for."""
    ledger = LEDGER | {"waiting": 3, "forgotten": 1_000_000, "produced": 1_000_015}

    line = accounted(table(FRAME, "x"), ledger).text.split("\n")[-1]

    assert line == (
        "1,000,015 produced = 9 shown + 2 filtered + 1 dropped + 3 waiting + 1,000,000 forgotten"
    )


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (
            {"unaccounted": 11},
            "⚠ 11 unaccounted: counted in seen, and neither sent nor dropped.",
        ),
        (
            {"unaccounted": -2},
            "⚠ 2 more than produced: sent or dropped, and not counted in seen.",
        ),
        ({"missed": 1234}, "⚠ 1,234 missed: the kernel skipped the program for these events."),
    ],
)
def test_what_is_wrong_has_a_line_of_its_own(wrong, line):
    """A loss is in the text, and on the page in the colour of errors; without one there is none."""
    view = accounted(table(FRAME, "x"), LEDGER | wrong)

    assert view.text.split("\n")[-1] == line
    assert "--jp-error-color0" in view.html
    assert f">{line}</p>" in view.html
    assert "⚠" not in accounted(table(FRAME, "x"), LEDGER).html


def test_the_sum_says_what_is_unaccounted():
    """The terms add up to what was produced; what the kernel skipped is no term."""
    ledger = LEDGER | {"produced": 23, "unaccounted": 11, "missed": 7}

    line = accounted(table(FRAME, "x"), ledger).text.split("\n")[-3]

    assert line == "23 produced = 9 shown + 2 filtered + 1 dropped + 11 unaccounted"


def test_a_program_that_counts_nothing_says_so():
    """Without counts in the kernel nobody knows what was lost, and the view does not pretend."""
    line = accounted(table(FRAME, "x"), {"shown": 2}).text.split("\n")[-1]

    assert line == "2 shown; the program does not count what was dropped"


def test_no_events_is_no_fault():
    """A table of nothing says so, and a speed of 0 is drawn low."""
    none = {"produced": 0, "shown": 0, "filtered": 0, "dropped": 0}
    lines = accounted(table(FRAME.head(0), "x"), none, [0, 0]).text.split("\n")

    assert "no rows" in lines
    assert lines[-1] == "▁▁ 0 events a second, 0 at most"
