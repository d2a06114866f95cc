"""Histograms in powers of two: bounds, empty slots, percentiles, and what is refused."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from bpflab.errors import LabError
from bpflab.views.histogram import histogram
from tests.views.drawn import words


def ranges(view):
    """Return the bounds and the count of each row of the text."""
    rows = [row.split() for row in view.text.splitlines()[3:] if "\u2013" in row.split()[0]]
    return [(*row[0].replace(",", "").split("\u2013"), row[1]) for row in rows]


def slot_of(value):
    """Return where a value belongs: the place of its highest bit, 0 for 0."""
    return max(value.bit_length() - 1, 0)


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 1023, 1024, 2**32, 2**63, 2**64 - 1])
def test_a_value_lies_within_the_bounds_of_its_slot(value):
    """And nothing lies between two slots."""
    ((low, high, count),) = ranges(histogram({slot_of(value): 5}, "t", unit="n"))

    assert int(low) <= value <= int(high)
    assert count == "5"
    assert [slot_of(int(low)), slot_of(int(high))] == [slot_of(value)] * 2


def test_every_slot_between_the_first_and_the_last_is_shown():
    """Those before and after are not, though an array map holds all 64."""
    array = pd.Series([0] * 64).rename_axis("slot")
    array[[4, 7]] = 3, 1
    view = histogram(array, "t", unit="n")

    assert [row[2] for row in ranges(view)] == ["3", "0", "0", "1"]
    assert histogram({7: 1, 4: 3}, "t", unit="n") == view
    assert histogram(pd.Series([1, 2, 1], index=[7, 4, 4]), "t", unit="n") == view


def test_nothing_counted_is_no_rows():
    """Neither an empty mapping nor zeros, and no percentile of them."""
    for slots in ({}, {3: 0}, pd.Series(dtype="int64"), pd.Series(0, index=list(range(64)))):
        view = histogram(slots, "t", unit="ns")
        assert words(view) == ["range", "count", "no rows"]
        assert view.text.endswith("no rows")


@pytest.mark.parametrize(
    ("unit", "slot", "said"),
    [
        ("ns", 0, "0 to 1 ns"),
        ("ns", 9, "512 to 1,023 ns"),
        ("ns", 10, "1.0 to 2.0 µs"),
        ("ns", 20, "1.0 to 2.1 ms"),
        ("ns", 23, "8.4 to 17 ms"),
        ("ns", 33, "8.6 to 17 s"),
        ("us", 10, "1.0 to 2.0 ms"),
        ("bytes", 0, "0 to 1 bytes"),
        ("bytes", 12, "4 to 8 KiB"),
        ("pages", 12, "4,096 to 8,191"),
    ],
)
def test_bounds_are_drawn_as_people_say_them(unit, slot, said):
    """Rounded in the drawing, in the unit that fits; exact in the text."""
    view = histogram({slot: 1}, "t", unit=unit)

    assert words(view)[1].replace("\u2013", " to ") == said
    low, high, _ = ranges(view)[0]
    assert int(low) in (2**slot, 0)
    assert int(high) == 2 ** (slot + 1) - 1


def test_a_percentile_is_the_slot_that_holds_it():
    """As numpy finds it in the values themselves."""
    values = np.random.default_rng(5).lognormal(8, 2, 997).astype(int)
    slots = pd.Series([slot_of(int(value)) for value in values]).value_counts()
    view = histogram(slots, "t", unit="ns")
    said = dict(part.split(" in ") for part in view.text.splitlines()[-1].split("; "))

    for percent in (50, 90, 99):
        exact = int(np.percentile(values, percent, method="inverted_cdf"))
        low, high = said[f"p{percent}"].removesuffix(" ns").replace(",", "").split("\u2013")
        assert int(low) <= exact <= int(high)
        assert low != high
    assert sum(f"p{percent}" in word for word in words(view) for percent in (50, 90, 99)) == 3


def test_half_of_all_is_the_slot_where_it_is_reached():
    """Not the next one."""
    text = histogram({3: 50, 5: 50}, "t", unit="n").text.splitlines()[-1]
    assert text.startswith("p50 in 8\u201315 n; p90 in 32\u201363 n")


def test_a_percentile_needs_every_count():
    """Where one is missing, or below 0, it could be anywhere."""
    for slots in ({3: 1, 5: None}, {3: np.nan, 4: 2}, {3: 4, 4: -1}):
        assert "p50" not in histogram(slots, "t", unit="ns").text
    assert words(histogram({3: 1, 5: None}, "t", unit="ns"))[-3:] == ["1", "0", "–"]  # noqa: RUF001


def test_it_is_read_aloud_with_exact_bounds():
    """Without blocks; the percentiles are in it."""
    label = ET.fromstring(histogram({10: 3}, "Latency", unit="ns").html).find("img").get("alt")

    assert label.replace("\u2013", " to ") == (
        "Latency; ns, count; 1,024 to 2,047: 3 · p50 p90 p99; "
        "p50 in 1,024 to 2,047 ns; p90 in 1,024 to 2,047 ns; p99 in 1,024 to 2,047 ns"
    )


@pytest.mark.parametrize("slot", [-1, 64, 2.5, "3", b"\xff", None, np.nan, (1,)])
def test_what_is_no_slot_is_refused(slot):
    """It says what a slot is, and the likely reason."""
    with pytest.raises(LabError) as refused:
        histogram({4: 1, slot: 1}, "t", unit="ns")

    assert refused.value.kind == "no-slot"
    assert "subtract 1" in refused.value.fix


def counts_of(view):
    """Return the counts by the lower bound."""
    return {int(low): int(count) for low, _, count in ranges(view)}


@pytest.mark.parametrize("kind", ["int64", "uint64", "float64", "object", "Int64", "list", "array"])
def test_values_are_counted_as_numpy_counts_them(kind):
    """A column of a table, whatever its type, and a list."""
    values = np.random.default_rng(3).lognormal(9, 3, 2000).astype("int64")
    given = list(map(int, values)) if kind == "list" else values
    if kind not in ("list", "array"):
        given = pd.DataFrame({"took": values})["took"].astype(kind)
    edges = [0, *(2**k for k in range(1, 50))]
    expected = np.histogram(values, edges)[0].tolist()
    found = counts_of(histogram(given, "t", unit="ns"))
    assert [found.get(low, 0) for low in edges[:-1]] == expected
    assert sum(found.values()) == 2000


def test_some_rows_of_a_column_are_values_too():
    """Their index is no slot, though it may look like one."""
    took = pd.DataFrame({"took": [0, 1, 600, 700, 1500]})["took"]
    for values in (took, took[took > 1], took.tail(2), took.sort_values(ascending=False)):
        view = histogram(values, "t", unit="ns")
        assert sum(counts_of(view).values()) == len(values)
        assert f"\n{len(values)} values\n" in view.text
    assert counts_of(histogram(took, "t", unit="ns"))[512] == 2


def test_what_counts_values_gives_slots():
    """Its index has a name, or it is called count: such a Series stays as it is."""
    took = pd.DataFrame({"took": [0, 1, 600, 700, 1500]})["took"]
    slots = took.map(slot_of).value_counts()
    assert counts_of(histogram(slots, "t", unit="ns")) == counts_of(histogram(took, "t", unit="ns"))
    every = slots.reindex(range(12), fill_value=0)
    assert histogram(every, "t", unit="ns") == histogram(slots, "t", unit="ns")
    assert "values" not in histogram(slots, "t", unit="ns").text


def test_the_largest_numbers_have_their_slots():
    """Exact where a float is not."""
    for k in (52, 53, 54, 62, 63):
        for value in (2**k - 1, 2**k, 2 * 2**k - 1):
            for kind in ("uint64", object):
                view = histogram(pd.Series([value], dtype=kind), "t", unit="n")
                assert counts_of(view) == {2 ** slot_of(value): 1}
    for value in (2**64, 1e30):
        with pytest.raises(LabError) as refused:
            histogram([1, value], "t", unit="n")
        assert refused.value.kind == "no-slots" and "2^64" in refused.value.why


def test_what_is_missing_is_left_out_and_told():
    """As are infinite values; nothing at all is no rows."""
    values = [3.9, np.nan, np.inf, None, pd.NA]
    view = histogram(pd.Series(values, dtype=object), "t", unit="n")
    assert counts_of(view) == {2: 1}
    assert "1 value; 4 missing or infinite, and left out" in view.text
    view = histogram(pd.Series([3.9, np.nan, -np.inf, np.inf]), "t", unit="n")
    assert counts_of(view) == {2: 1} and "below 0" not in view.text
    assert "1 value; 3 missing" in view.text
    for nothing in ([], pd.Series([np.nan]), pd.DataFrame({"took": []})["took"]):
        assert "no rows" in histogram(nothing, "t", unit="n").text


def test_what_is_below_0_is_one_row():
    """It counts for the percentiles, and no empty slots stand between it and the others."""
    view = histogram([-1, -(2**40), -5, 1024], "t", unit="ns")
    rows = view.text.split("\n")[3:-1]
    assert [row.split("  ")[0] for row in rows] == ["below 0", "1,024\u20132,047", "4 values"]
    assert "p50 in below 0 ns; p90 in 1,024" in view.text
    assert "below 0" in words(view)


def test_durations_are_taken_in_their_unit():
    """Of any resolution, with those that are missing."""
    times = pd.Series(pd.to_datetime([5000, 8000, None], unit="ns", utc=True))
    for kind in ("timedelta64[ns]", "timedelta64[us]"):
        spans = times.diff().astype(kind)
        assert counts_of(histogram(spans, "t", unit="ns")) == {2048: 1}
        assert counts_of(histogram(spans, "t", unit="us")) == {2: 1}
    with pytest.raises(LabError) as refused:
        histogram(times.diff(), "t", unit="bytes")
    assert "no unit of time" in refused.value.message


def test_what_may_be_either_is_refused():
    """A map's column, with what to write for each; what is no number; a whole table."""
    frame = pd.DataFrame({"key": [3, 4], "value": [5, 6]})
    with pytest.raises(LabError) as refused:
        histogram(frame["value"], "t", unit="n")
    parts = (part.split(": ")[1] for part in refused.value.fix.rstrip(".").split(". "))
    counts, one_more, values = parts
    assert counts_of(histogram(eval(counts), "t", unit="n")) == {8: 5, 16: 6}
    assert counts_of(histogram(eval(one_more), "t", unit="n")) == {4: 5, 8: 6}
    assert counts_of(histogram(eval(values), "t", unit="n")) == {4: 2}
    for wrong in (["a"], pd.Series(["a"], name="comm"), [b"\x1b"]):
        with pytest.raises(LabError) as refused:
            histogram(wrong, "t", unit="n")
        assert refused.value.kind == "no-slots" and "\x1b" not in refused.value.message
    with pytest.raises(LabError) as refused:
        histogram(frame, "t", unit="n")
    assert refused.value.kind == "argument"


def test_a_map_is_no_column():
    """Its keys would be counted as values; what to write is said, for both of BCC's functions."""

    class Map(dict):
        def frame(self): ...

    with pytest.raises(LabError) as caught:
        histogram(Map({1: 2}), "x", unit="ns")
    assert (caught.value.kind, "bpf_log2l" in caught.value.fix) == ("no-slots", True)


def test_what_to_write_for_bpf_log2l_is_right():
    """As the advice says it: a value of 5 is counted in 4 to 7."""
    frame = pd.DataFrame({"key": range(64), "value": [0, 0, 0, 1] + [0] * 60})  # bpf_log2l(5) is 3
    slots = frame.assign(key=frame["key"] - 1).query("key >= 0").set_index("key")["value"]
    assert "4–7" in histogram(slots, "x", unit="ns").text  # noqa: RUF001
