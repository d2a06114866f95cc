"""C types as dtypes, held against what this machine's C ABI does."""

import ctypes
import random

import numpy as np
import pytest

from bpflab.data import layout
from bpflab.errors import LabError

C_TYPES = {
    "char": ctypes.c_char, "signed char": ctypes.c_byte, "s8": ctypes.c_int8,
    "__s8": ctypes.c_int8, "int8_t": ctypes.c_int8,
    "unsigned char": ctypes.c_ubyte, "u8": ctypes.c_uint8, "__u8": ctypes.c_uint8,
    "uint8_t": ctypes.c_uint8, "bool": ctypes.c_bool, "_Bool": ctypes.c_bool,
    "short": ctypes.c_short, "s16": ctypes.c_int16, "__s16": ctypes.c_int16,
    "int16_t": ctypes.c_int16,
    "unsigned short": ctypes.c_ushort, "u16": ctypes.c_uint16, "__u16": ctypes.c_uint16,
    "uint16_t": ctypes.c_uint16,
    "int": ctypes.c_int, "s32": ctypes.c_int32, "__s32": ctypes.c_int32,
    "int32_t": ctypes.c_int32, "pid_t": ctypes.c_int,
    "unsigned int": ctypes.c_uint, "u32": ctypes.c_uint32, "__u32": ctypes.c_uint32,
    "uint32_t": ctypes.c_uint32, "uid_t": ctypes.c_uint, "gid_t": ctypes.c_uint,
    "long": ctypes.c_long, "long long": ctypes.c_longlong, "s64": ctypes.c_int64,
    "__s64": ctypes.c_int64, "int64_t": ctypes.c_int64, "ssize_t": ctypes.c_ssize_t,
    "unsigned long": ctypes.c_ulong, "unsigned long long": ctypes.c_ulonglong,
    "u64": ctypes.c_uint64, "__u64": ctypes.c_uint64, "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
    "enum colour": ctypes.c_uint, "void *": ctypes.c_void_p, "const char *": ctypes.c_void_p,
    "struct task_struct *": ctypes.c_void_p,
}  # fmt: skip


def as_c(fields):
    """Return the same struct as ctypes lays it out."""
    members = []
    for name, ctype in fields:
        base, _, sizes = ctype.partition("[")
        member = C_TYPES[base.strip()]
        for size in reversed(sizes.rstrip("]").split("][") if sizes else []):
            member = member * int(size)
        members.append((name, member))
    return type("Event", (ctypes.Structure,), {"_fields_": members})


def assert_same_layout(fields):
    """Compare every offset, every field's size, the whole's size and its alignment."""
    dtype, struct = layout.from_fields(fields), as_c(fields)
    assert dtype.itemsize == ctypes.sizeof(struct), fields
    assert dtype.alignment == ctypes.alignment(struct), fields
    for name, _ in fields:
        member = getattr(struct, name)
        assert dtype.fields[name][1] == member.offset, (name, fields)
        assert dtype[name].itemsize == member.size, (name, fields)


def test_the_table_and_this_test_know_the_same_types():
    """A type that is added to the module is added here, with its C counterpart."""
    assert set(layout._SCALARS) <= set(C_TYPES)


@pytest.mark.parametrize("ctype", sorted(C_TYPES))
def test_each_type_lies_as_in_c(ctype):
    """Alone, behind a byte and as an array, a type has C's offset and size."""
    assert_same_layout([("x", ctype)])
    assert_same_layout([("a", "u8"), ("x", ctype), ("z", "u8")])
    assert_same_layout([("a", "u8"), ("x", f"{ctype}[3]"), ("z", "u16")])


@pytest.mark.parametrize("ctype", sorted(layout._SCALARS))
def test_each_number_has_cs_sign(ctype):
    """All bits set is -1 for a signed type and the largest number for an unsigned one."""
    if ctype in ("bool", "_Bool"):
        return
    dtype, member = layout.from_fields([("x", ctype)]), C_TYPES[ctype]
    raw = b"\xff" * dtype.itemsize
    want = -1 if member is ctypes.c_char else member.from_buffer_copy(raw).value
    assert np.frombuffer(raw, dtype)["x"][0] == want


@pytest.mark.parametrize("seed", range(8))
def test_random_structs_lie_as_in_c(seed):
    """Any mixture of types, arrays and arrays of arrays is padded as C pads it."""
    rng = random.Random(seed)
    for _ in range(40):
        fields = []
        for number in range(rng.randint(1, 12)):
            shape = "".join(f"[{rng.randint(1, 7)}]" for _ in range(rng.choice((0, 0, 1, 2))))
            fields.append((f"f{number}", rng.choice(sorted(C_TYPES)) + shape))
        assert_same_layout(fields)


def test_values_come_back_from_the_bytes_that_c_writes():
    """A struct that ctypes filled reads as the same values."""
    fields = [("ok", "bool"), ("pid", "u32"), ("len", "int"), ("t", "u64"), ("comm", "char[16]")]
    value = as_c(fields)(True, 4_000_000_000, -14, 2**63 + 1, b"bash")
    (event,) = np.frombuffer(bytes(value), layout.from_fields(fields))
    assert event.tolist() == (True, 4_000_000_000, -14, 2**63 + 1, b"bash")


@pytest.mark.parametrize(
    ("ctype", "dtype"),
    [
        ("char[16]", "S16"),
        ("char [16]", "S16"),
        ("const char[16]", "S16"),
        ("char[4][16]", np.dtype(("S16", (4,)))),
        ("u32[2][3]", np.dtype(("u4", (2, 3)))),
        ("unsigned char[16]", np.dtype(("u1", (16,)))),
        ("volatile int", "i4"),
        ("char *[2]", np.dtype(("u8", (2,)))),
    ],
)
def test_arrays_and_qualifiers(ctype, dtype):
    """A char array is a string, any other array stays one, and qualifiers change nothing."""
    assert layout.from_fields([("x", ctype)])["x"] == np.dtype(dtype)


@pytest.mark.parametrize(
    "ctype",
    ["struct inner", "union u", "double", "float", "my_t", "struct inner[2]", "double[2]", ""],
)
def test_what_has_no_column_is_refused_by_name(ctype):
    """The refusal names the field, the struct it is in and the type."""
    with pytest.raises(LabError) as caught:
        layout.from_fields([("pid", "u32"), ("odd", ctype)], "the event in spawns")
    assert caught.value.kind == "event-field"
    assert "'odd'" in caught.value.message
    assert "the event in spawns" in caught.value.message
    assert repr(ctype.split("[")[0]) in caught.value.message


def test_a_member_without_a_name_is_refused():
    """An anonymous union or padding bits have no column either."""
    with pytest.raises(LabError) as caught:
        layout.from_fields([("", "unsigned int")])
    assert caught.value.kind == "event-field"


@pytest.mark.parametrize(
    ("found", "dtype"),
    [
        ("u8", "u8"),
        ("S16", "S16"),
        (["u4", [2, 3]], ("u4", (2, 3))),
        (
            {"names": ["a", "b"], "formats": ["i1", "u8"], "offsets": [0, 8], "itemsize": 24},
            {"names": ["a", "b"], "formats": ["i1", "u8"], "offsets": [0, 8], "itemsize": 24},
        ),
    ],
)
def test_a_layout_is_a_dtype(found, dtype):
    """Numbers, text, arrays and structs with their padding."""
    assert layout.dtype(found) == np.dtype(dtype)


@pytest.mark.parametrize("found", [{"names": ["a"]}, ["u4"], 7, None, "moon"])
def test_what_is_no_layout_is_refused(found):
    """As a damaged file of the cache has it."""
    with pytest.raises((KeyError, ValueError, TypeError, IndexError)):
        layout.dtype(found)


def test_a_dtype_is_said_as_c_says_it():
    """Numbers by their bits, text and arrays with their length, of many fields the first ones."""
    inner = np.dtype([("x", "i8"), ("ok", "?")])
    kinds = [("pid", "u4"), ("comm", "S16"), ("at", "u2", (2, 3)), ("in", inner)]
    said = "{pid: u32, comm: char[16], at: u16[2][3], in: {x: s64, ok: bool}}"
    assert layout.described(np.dtype(kinds)) == said
    assert layout.described(np.dtype([(f"f{n}", "u1") for n in range(9)])).endswith("f7: u8, …}")
    assert layout.described(np.dtype("u8")) == "u64"
