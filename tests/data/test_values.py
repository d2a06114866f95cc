"""Python values as a map's bytes and back."""

import random
import string

import numpy as np
import pytest

from bpflab.data.values import pack, pack_all, pack_key, shown, unpack
from bpflab.errors import LabError

U32, U64 = np.dtype("u4"), np.dtype("u8")
PATH = np.dtype([("path", "S8")])
PADDED = np.dtype({"names": ["path"], "formats": ["S5"], "offsets": [0], "itemsize": 8})
KEY = np.dtype([("pid", "u4"), ("path", "S8"), ("ratio", "i8")], align=True)
ARRAY = np.dtype([("slots", "u4", (4,))])
RAW = np.dtype(("u1", (16,)))


def refused(kind, value, dtype):
    """Return the refusal of *value*, which must be of this kind and name the map."""
    with pytest.raises(LabError) as caught:
        pack(value, dtype, "excluded")
    assert caught.value.kind == kind
    assert "excluded" in caught.value.message
    return caught.value


@pytest.mark.parametrize("code", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_numbers_go_and_come_back(code):
    """Each number of a type's range is itself again, and the next beyond either end is refused."""
    dtype, info = np.dtype(code), np.iinfo(code)
    for value in (info.min, info.max, 0, 1, np.dtype(code).type(info.max)):
        assert unpack(pack(value, dtype, "m"), dtype)[0] == value
        assert len(pack(value, dtype, "m")) == dtype.itemsize
    refused("map-write", int(info.max) + 1, dtype)
    refused("map-write", int(info.min) - 1, dtype)


def test_a_bool_is_one():
    """A C bool reads as a Python bool."""
    assert unpack(pack(True, np.dtype("?"), "m"), np.dtype("?"))[0] is True


@pytest.mark.parametrize(
    "raw", [b"", b"/bin/ls", b"12345678", b"a\0b", b"\0a", b"\xff\xfe\x80", b"\x1b[2J"]
)
def test_a_lone_string_goes_and_comes_back(raw):
    """Any bytes that fit, NULs and foreign ones among them, are padded with zeros only."""
    packed = pack(raw, PATH, "m")
    assert packed == raw + b"\0" * (8 - len(raw))
    assert unpack(packed, PATH) == [raw]


def test_a_key_has_room_for_the_nul_of_its_string():
    """The kernel ends each string with a NUL, so a key that is full would never be found."""
    assert pack_key(b"1234567", PATH, "m") == b"1234567\0"
    with pytest.raises(LabError) as caught:
        pack_key(b"12345678", PATH, "excluded")
    assert caught.value.kind == "too-long"
    assert "excluded" in caught.value.message


def test_text_is_what_the_file_system_calls_it():
    """A str becomes the bytes of that path, those that are not UTF-8 too."""
    assert pack("/é", PATH, "m") == b"/\xc3\xa9".ljust(8, b"\0")
    assert pack("\udcff", PATH, "m") == b"\xff".ljust(8, b"\0")


@pytest.mark.parametrize("value", ["123456789", b"123456789", "éééé!", b"\0" * 9])
def test_a_key_that_is_too_long_is_refused(value):
    """It is measured in bytes, and the message tells both lengths."""
    error = refused("too-long", value, PATH)
    assert " 9 bytes" in error.message
    assert " 8." in error.message


@pytest.mark.parametrize(
    "value",
    [
        {"path": b"123456789"},
        {"path": "123456789"},
        {"pid": 1, "path": b"123456789", "ratio": 0},
        (1, b"123456789", b"", 0),
    ],
)
@pytest.mark.parametrize("dtype", [PATH, KEY])
def test_a_field_that_is_too_long_is_refused(value, dtype):
    """A string in a dict or a tuple is never cut either."""
    with pytest.raises(LabError) as caught:
        pack(value, dtype, "excluded")
    assert caught.value.kind in ("too-long", "map-write")


def test_a_string_has_the_room_of_its_field():
    """Padding behind the only field is no room for it."""
    dtype = PADDED
    assert pack(b"12345", dtype, "m") == b"12345\0\0\0"
    refused("too-long", b"123456", dtype)


def test_text_that_no_file_can_have_is_refused():
    """A surrogate that stands for no byte is a refusal in words."""
    with pytest.raises(LabError):
        pack("\ud800", PATH, "excluded")


def test_a_struct_goes_and_comes_back():
    """A dict sets the fields it names; the others are zero, and padding has no name."""
    value = {"pid": 7, "path": b"/bin/ls", "ratio": -2}
    assert unpack(pack(value, KEY, "m"), KEY)[0] == value
    assert unpack(pack({"pid": 7}, KEY, "m"), KEY)[0] == {"pid": 7, "path": b"", "ratio": 0}
    assert pack({}, KEY, "m") == bytes(KEY.itemsize)


def test_a_dicts_text_need_not_be_ascii():
    """In a dict, text is encoded as it is alone."""
    assert unpack(pack({"path": "/é"}, KEY, "m"), KEY)[0]["path"] == "/é".encode()


def test_an_array_goes_and_comes_back():
    """A struct of one array takes a list."""
    assert unpack(pack([1, 2, 3, 4], ARRAY, "m"), ARRAY)[0] == {"slots": [1, 2, 3, 4]}
    refused("map-write", [1, 2, 3], ARRAY)
    refused("map-write", [1, 2, 3, 4, 5], ARRAY)


def test_a_bare_array_goes_and_comes_back():
    """An array of numbers that no struct holds is a list."""
    dtype = np.dtype(("i2", (2, 2)))
    raw = pack([[1, -2], [3, 4]], dtype, "m")
    assert unpack(raw + raw, dtype) == [[[1, -2], [3, 4]]] * 2


def test_bytes_of_an_unknown_type_go_and_come_back():
    """What BCC cannot describe is read and written as bytes."""
    raw = bytes(range(16))
    assert pack(raw, RAW, "m") == raw
    assert unpack(raw + raw, RAW) == [raw, raw]
    assert unpack(b"", RAW) == []
    assert pack(b"a", RAW, "m") == b"a".ljust(16, b"\0")
    refused("too-long", b"1" * 17, RAW)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ("12", U32),
        (b"12", U32),
        ("ab", np.dtype([("pid", "u4")])),
        (b"ab", np.dtype([("pid", "u4")])),
        ("ab", KEY),
        ("ab", ARRAY),
        (None, U32),
        ([1, 2], U32),
        ({"a": 1}, U32),
        ({1}, U32),
        (1j, U32),
        (float("nan"), U32),
        (-1, U32),
        (1.5, U32),
        (np.float64(1.5), U32),
        (np.int64(-1), U32),
        (np.int64(2**40), U32),
        (np.uint64(2**63), np.dtype("i8")),
        ({"nope": 1}, KEY),
        ({"pid": -1}, KEY),
        ({"pid": 1.5}, KEY),
        ({"pid": np.int64(2**40)}, KEY),
        ({"pid": None}, KEY),
        ({"path": 7}, KEY),
        (3, KEY),
        ([1, 2], KEY),
        (5, RAW),
        (5, ARRAY),
    ],
    ids=repr,
)
def test_a_value_of_the_wrong_type_is_refused(value, dtype):
    """Nothing is wrapped, rounded, spread over an array or read as a string's bytes."""
    refused("map-write", value, dtype)


def test_values_are_plain_python():
    """A number is an int and no numpy scalar, as a dict's fields are."""
    (value,) = unpack(pack({"pid": 7}, KEY, "m"), KEY)
    assert [type(part) for part in value.values()] == [int, bytes, int]
    assert type(unpack(pack(7, U64, "m"), U64)[0]) is int


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2**64 - 1], U64),
        ([-1, 127], np.dtype("i1")),
        ([3], np.dtype([("pid", "u4")])),
        (["/a", b"/\xff", ""], PATH),
        (["ab", "\udcff"], PADDED),
    ],
)
def test_many_values_are_packed_as_each_is(values, dtype):
    """Numbers and short strings go at once, to the same bytes."""
    assert pack_all(values, dtype) == b"".join(pack(value, dtype, "m") for value in values)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2**64], U64),
        ([1, -1], U64),
        ([1, True], U64),
        ([1, 1.0], U64),
        ([1, "1"], U64),
        (["12345678"], PATH),  # no place for the NUL
        (["a", 1], PATH),
        (["\ud800"], PATH),
        ([1], PATH),
        (["a"], U64),
        ([{"pid": 1}], KEY),
        ([b"a"], RAW),
        ([1], RAW),
        ([[1, 2, 3, 4]], ARRAY),
        ([True], np.dtype("?")),
    ],
    ids=repr,
)
def test_what_needs_a_look_is_not_packed_at_once(values, dtype):
    """What is refused, or is neither a number nor a short string, goes one by one."""
    assert pack_all(values, dtype) is None


@pytest.mark.parametrize("seed", range(5))
def test_random_structs_go_and_come_back(seed):
    """Whatever fits its fields is the same after a round trip."""
    rng = random.Random(seed)
    for _ in range(200):
        names = rng.sample(string.ascii_lowercase, rng.randint(2, 6))
        formats = [rng.choice(["i1", "u2", "i4", "u8", "?", "S1", "S13"]) for _ in names]
        dtype = np.dtype({"names": names, "formats": formats}, align=rng.random() < 0.5)
        value = {}
        for name in names:
            field = dtype[name]
            if field.kind == "S":
                raw = rng.randbytes(rng.randint(0, field.itemsize))
                value[name] = raw.rstrip(b"\0")
            elif field.kind == "b":
                value[name] = rng.random() < 0.5
            else:
                value[name] = rng.randint(np.iinfo(field).min, np.iinfo(field).max)
        packed = pack(value, dtype, "m")
        assert len(packed) == dtype.itemsize
        assert unpack(packed + packed, dtype) == [value, value]


def test_a_value_in_a_message_is_short_and_safe():
    """A message holds no control character and no page of text."""
    assert shown("a\nb") == "a\\nb"
    assert shown(b"\x1b") == "\\x1b"
    assert shown(7) == "7"
    assert len(shown("x" * 1000)) < 90
    assert len(shown({"x": "y" * 1000})) < 90


def test_a_string_where_a_number_is_wanted_is_quoted():
    """'1' and 1 look alike without."""
    error = refused("map-write", "1", U32)
    assert error.message.startswith("'1' does not fit")
