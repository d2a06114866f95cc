"""Types from BTF: what clang says of a struct, as numpy reads it."""

import os
import shutil
import struct
import subprocess

import numpy as np
import pytest

from bpflab.data.btf import Btf, layout_of
from bpflab.data.layout import dtype

pytestmark = pytest.mark.skipif(
    not shutil.which("clang") and not os.environ.get("CI"), reason="there is no clang: use ./lab"
)

TEXT = """
typedef unsigned int u32;
typedef struct { char text[8]; } name_t;
typedef u32 pair[2];
enum level { LOW, HIGH = 7 };
struct inner { signed char a; unsigned long b; };
struct event {
	unsigned long ktime_ns;
	u32 pid;
	char comm[16];
	const char c;
	signed char s;
	_Bool flag;
	unsigned char bytes[3];
	short table[2][3];
	pair two;
	enum level level;
	struct inner inner;
	name_t names[2];
	void *where;
};
struct bits { u32 a : 3; u32 b; };
union both { u32 a; unsigned long b; };
struct event event_ = {};
struct bits bits_ = {};
union both both_ = {};
double real_ = 1;
struct elsewhere;
__attribute__((noinline)) long called(
	const struct event *e, const char *const *argv, struct elsewhere *w, pair *p, enum level l)
{
	return p[0][1] + l + e->pid + (argv == (void *)w);
}
__attribute__((noinline)) long done(void (*done)(int), volatile u32 *v, unsigned long n)
{
	return *v + n + (done == 0);
}
__attribute__((section(".data.own"))) int first = 1;
__attribute__((section(".data.own"))) name_t second = {"a"};
"""


@pytest.fixture(scope="module")
def btf(tmp_path_factory):
    """Return the types of the text, out of the ELF's section .BTF."""
    elf = tmp_path_factory.mktemp("btf") / "types.o"
    command = ["clang", "-g", "-O2", "-target", "bpf", "-x", "c", "-c", "-", "-o", str(elf)]
    subprocess.run(command, input=TEXT.encode(), check=True)
    return Btf(section(elf.read_bytes(), ".BTF"))


def section(elf, wanted):
    """Return the bytes of one section of an ELF of 64 bits."""
    (table,) = struct.unpack_from("Q", elf, 40)
    size, count, names = struct.unpack_from("HHH", elf, 58)
    rows = [struct.unpack_from("IIQQQQ", elf, table + size * n) for n in range(count)]
    for name, _, _, _, offset, length in rows:
        at = rows[names][4] + name
        if elf[at : elf.index(b"\0", at)].decode() == wanted:
            return elf[offset : offset + length]
    raise AssertionError(wanted)


def test_a_struct_is_laid_out_as_c_does(btf):
    """Every kind of field that a table can show, at its offset."""
    inner = np.dtype([("a", "i1"), ("b", "u8")], align=True)
    wanted = np.dtype(
        [
            ("ktime_ns", "u8"),
            ("pid", "u4"),
            ("comm", "S16"),
            ("c", "i1"),
            ("s", "i1"),
            ("flag", "?"),
            ("bytes", "u1", (3,)),
            ("table", "i2", (2, 3)),
            ("two", "u4", (2,)),
            ("level", "u4"),
            ("inner", inner),
            ("names", [("text", "S8")], (2,)),
            ("where", "u8"),
        ],
        align=True,
    )
    found = dtype(btf.layout(btf.find("event")))
    assert found.fields.keys() == wanted.fields.keys()
    for name in wanted.names:
        assert found.fields[name] == wanted.fields[name], name
    assert found.itemsize == wanted.itemsize


@pytest.mark.parametrize("name", ["bits", "both"])
def test_what_has_no_columns_has_no_layout(btf, name):
    """A bit-field and a union have no one reading; their bytes are kept."""
    number = btf.find(name)
    if number:
        with pytest.raises(ValueError, match=r"bit-field|kind"):
            btf.layout(number)
    assert dtype(layout_of(btf, number or 0, 12)) == np.dtype(("u1", (12,)))


def test_a_typedef_and_a_section_have_names(btf):
    """A program's globals are the members of their section."""
    assert btf.layout(btf.find("pair")) == ["u4", [2]]
    assert list(btf.members(btf.find(".data.own"))) == ["first", "second"]
    assert btf.find("no_such_struct") is None


@pytest.mark.parametrize(("size", "wanted"), [(4, "u4"), (8, "u8"), (3, ("u1", (3,)))])
def test_without_a_type_the_size_is_all(size, wanted):
    """Four and eight bytes are a number."""
    assert dtype(layout_of(None, 0, size)) == np.dtype(wanted)


def test_a_type_of_another_size_is_not_believed(btf):
    """The kernel's size counts."""
    assert layout_of(btf, btf.find("inner"), 17) == ["u1", [17]]


def test_what_is_no_btf_is_refused():
    """The first two bytes say what it is."""
    with pytest.raises(ValueError, match="endian"):
        Btf(bytes(24))


def test_a_function_has_its_parameters_as_c_writes_them(btf):
    """Names and types; of what is no function there are none."""
    assert btf.parameters("called") == [
        ("e", "const struct event *"),
        ("argv", "const char *const *"),
        ("w", "struct elsewhere *"),
        ("p", "pair *"),
        ("l", "enum level"),
    ]
    assert btf.parameters("done") == [
        ("done", "function *"),
        ("v", "volatile u32 *"),
        ("n", "unsigned long"),
    ]
    for name in ("event", "calle", "alled", "", "u32"):
        assert btf.parameters(name) is None
