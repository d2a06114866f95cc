"""Structured arrays as columns: what is text, what stays a number, and what is alike."""

import random

import numpy as np
import pytest

from bpflab.data import decode
from bpflab.data.decode import columns, decode_entries

INNER = np.dtype({"names": ["x"], "formats": ["u2"], "offsets": [0], "itemsize": 4})
ITEM = np.dtype(
    {
        "names": ["pid", "comm", "slots", "inner"],
        "formats": ["u4", "S8", ("u2", (2,)), INNER],
        "offsets": [0, 4, 16, 20],
        "itemsize": 24,
    }
)


@pytest.fixture(params=[0, 256], autouse=True, ids=["many", "few"])
def few(request, monkeypatch):
    """Take every number of strings for many, and for few."""
    monkeypatch.setattr(decode, "_FEW", request.param)


def test_a_field_is_a_column():
    """Text ends at its NUL and hides nothing, arrays and structs are lists, padding is nothing."""
    rows = [(7, b"a\0stale", (1, 2), (3,)), (8, b"\x1b\xff", (0, 0), (0,))]

    found = columns(np.array(rows, ITEM))

    assert list(found) == ["pid", "comm", "slots", "inner"]
    assert found["pid"].tolist() == [7, 8]
    assert list(found["comm"]) == ["a", "\\x1b\\xff"]
    assert found["slots"] == [[1, 2], [0, 0]]
    assert found["inner"] == [(3,), (0,)]


def test_items_without_fields_have_the_callers_name():
    """Bare numbers and bare text are one column."""
    assert columns(np.array([3, 4]), "key")["key"].tolist() == [3, 4]
    assert list(columns(np.array([b"a", b"b"]), "key")["key"]) == ["a", "b"]


def test_entries_are_sorted_by_key_as_numbers():
    """An array in a key counts number by number: 256 comes after 2, whatever its bytes are."""
    keys = np.array(
        [((1, 256), b"b"), ((1, 2), b"b"), ((1, 2), b"a")], [("at", "u4", 2), ("t", "S2")]
    )

    frame = decode_entries(keys, np.array([3, 2, 1]))

    assert frame["at"].tolist() == [[1, 2], [1, 2], [1, 256]]
    assert frame["t"].tolist() == ["a", "b", "b"]
    assert frame["value"].tolist() == [1, 2, 3]


def test_each_cpu_has_a_row():
    """With two CPUs an entry has two rows, and each has its own value."""
    frame = decode_entries(np.array([9, 4], "u4"), np.array([90, 91, 40, 41]), 2)

    rows = [(4, 0, 40), (4, 1, 41), (9, 0, 90), (9, 1, 91)]
    assert list(frame[["key", "cpu", "value"]].itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize("size", [1, 7, 8, 9, 24])
def test_text_is_right_however_often_it_comes(size):
    """Strings that are alike, or differ in their first or last byte alone, are told apart."""
    rng = random.Random(size)
    kinds = [bytes(rng.choice(b"ab\xff") for _ in range(rng.randint(0, size))) for _ in range(9)]
    raws = [rng.choice(kinds) for _ in range(500)]
    apart = np.zeros(500, np.dtype([("text", f"S{size}"), ("number", "u1")]))  # not side by side
    apart["text"] = raws

    texts = columns(apart)["text"]

    assert list(texts) == [raw.decode("utf-8", "backslashreplace") for raw in raws]
    assert list(columns(apart[:0])["text"]) == []


def test_a_string_is_read_with_its_own_length():
    """The same bytes with another length are another text."""
    event = np.dtype([("path", "S4"), ("path_len", "i4")])
    events = np.array([(b"ab", 3), (b"ab", 2), (b"ab", -14), (b"ab", 5), (b"ab", 3)], event)

    frame = decode.decode(events, 0)

    assert frame["path"].tolist() == ["ab", "a", "(unreadable: EFAULT)", "ab\\x00", "ab"]
    assert frame["path_status"].tolist() == ["whole", "whole", "unreadable", "cut", "whole"]
    assert frame["path_bytes"].tolist() == [b"ab", b"a", b"", b"ab\0", b"ab"]
    assert frame["path_len"].tolist() == [3, 2, -14, 5, 3]
