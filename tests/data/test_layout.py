"""C types as dtypes, held against what this machine's C ABI does."""

import ctypes
import json
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

PACKED_KEY = '["k", [["path","char", [512]] ], "struct_packed"]'
BITS = (
    '["v", [["ts","unsigned long long"], ["ok","_Bool"], ["in",["inner", [["a","unsigned char"], '
    '["__pad_1","char",[3]], ["b","int"] ], "struct_packed"]], ["comm","char", [16]], '
    '["raw","unsigned char", [3]], ["f","unsigned int", 3], ["g","unsigned int", 5] ], "struct"]'
)


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


def test_a_struct_of_one_string():
    """BCC's description of a key of one char array gives a dtype of one string."""
    assert layout.from_description(PACKED_KEY, 512) == np.dtype([("path", "S512")])


def test_a_struct_that_bcc_calls_packed_has_no_padding_of_ours():
    """BCC writes its padding out, so nothing is added to it."""
    text = '["packed", [["a","unsigned char"], ["b","unsigned long long"] ], "struct_packed"]'
    dtype = layout.from_description(text, 9)
    assert dtype.itemsize == 9
    assert dtype.fields["b"][1] == 1
    assert np.frombuffer(b"\x01" + (7).to_bytes(8, "little"), dtype)["b"][0] in (7, 7 << 56)


def test_bit_fields_stay_bytes():
    """Their place is not in the description, so no field of that struct is guessed at."""
    assert layout.from_description(BITS, 56) == np.dtype(("u1", (56,)))


def test_the_same_struct_without_bit_fields_is_read():
    """Nested structs, bool, strings and byte arrays have their fields; padding has no name."""
    node = json.loads(BITS)
    members = [*node[1][:-2], ["__pad_end", "char", [4]]]
    dtype = layout.from_description(json.dumps([node[0], members, "struct_packed"]), 40)
    assert layout.fields(dtype) == ["ts", "ok", "in", "comm", "raw"]
    assert layout.fields(dtype["in"]) == ["a", "b"]
    assert [dtype.fields[n][1] for n in ("ts", "ok", "in", "comm", "raw")] == [0, 8, 9, 17, 33]


@pytest.mark.parametrize(
    ("description", "size", "dtype"),
    [
        ('"unsigned long long"', 8, "u8"),
        ('"int"', 4, "i4"),
        ('"_Bool"', 1, "?"),
        ('"char"', 1, "i1"),
    ],
)
def test_a_bare_number(description, size, dtype):
    """A map of numbers needs no struct."""
    assert layout.from_description(description, size) == np.dtype(dtype)


@pytest.mark.parametrize(
    ("description", "size"),
    [
        ('"char"', 16),  # a typedef of an array
        ('["k", [["grid","char", [4, 16]] ], "struct_packed"]', 64),
        ('["u", [["a","int"], ["b","unsigned char", [4]] ], "union"]', 4),
        ('["s", [["in", ["u", [["a","int"]], "union"]] ], "struct_packed"]', 4),
        ('"enum colour"', 4),
        ('"void *"', 8),
        ('["k", [["a","int"]], "struct_packed"]', 8),  # says 4, is 8
        ('["k", [["a","int"], ["a","int"]], "struct_packed"]', 8),
        ("not json", 8),
        ("", 4),
        ("null", 4),
        ("7", 4),
        ("[]", 4),
        ("{}", 4),
        ('["k", 3, "struct_packed"]', 4),
        ('["k", [["path","char", []] ], "struct_packed"]', 4),
        ('["k", [[]], "struct_packed"]', 4),
        ('["k", [["a","int",[-1]]], "struct_packed"]', 4),
    ],
)
def test_what_is_described_wrongly_stays_bytes(description, size):
    """Every byte is kept, in order, under no name."""
    assert layout.from_description(description, size) == np.dtype(("u1", (size,)))


def test_fields_leaves_out_bccs_padding():
    """A number has no fields, and padding is none."""
    assert layout.fields(np.dtype([("a", "u1"), ("__pad_1", "S7"), ("b", "u8")])) == ["a", "b"]
    assert layout.fields(np.dtype("u4")) == []
