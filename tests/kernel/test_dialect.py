"""Headers that nest a tagged struct without a name, as the kernel's do since 6.19."""

import os
from pathlib import Path

import pytest

from bpflab import LabError, load
from bpflab.compiling import bcc, headers
from bpflab.compiling.headers import KCONFIG, MS_EXTENSIONS

NESTED = """
struct lab_head { const char *name; int count; };
struct lab_whole { struct lab_head; char rest[64 - sizeof(struct lab_head)]; };
_Static_assert(sizeof(struct lab_whole) == 64, "the nameless struct was left out");
"""
TEXT = """
#include <linux/lab_nested.h>

int size(void *ctx)
{
	return sizeof(struct lab_whole);
}
"""


def merged(places, into, real):
    """Make a directory of links to what these hold; *real* is a path below that is no link."""
    into.mkdir()
    for name in {path.name for place in places for path in place.iterdir()}:
        found = [place / name for place in places if (place / name).exists()]
        on_the_way = bool(real) and real[0] == name
        if on_the_way or len([path for path in found if path.is_dir()]) > 1:
            merged(found, into / name, real[1:] if on_the_way else ())
        else:
            (into / name).symlink_to(found[0].resolve())


@pytest.fixture
def tree(tmp_path, monkeypatch, own_cache):
    """Give a tree of headers with one more, which BCC takes for the kernel's, and its Makefile."""
    directory = Path(headers.directory())
    if not (directory / KCONFIG).exists():
        assert not os.environ.get("CI")
        pytest.skip("BCC unpacks this kernel's headers from an archive: there is no tree to copy")
    generated = directory.parent / "build"
    places = [directory, generated] if directory.name == "source" else [directory]
    made = tmp_path / "headers"
    merged(places, made, ("include", "linux"))
    (made / "include/linux/lab_nested.h").write_text(NESTED)
    (made / "Makefile").unlink()
    monkeypatch.setenv("BCC_KERNEL_SOURCE", str(made))
    return made


def test_headers_that_want_the_flags_get_them(tree):
    """Where the headers' Makefile passes the flags, so does the lab, and the size is right."""
    (tree / "Makefile").write_text("CC_FLAGS_DIALECT += $(CONFIG_CC_MS_EXTENSIONS)\n")
    with load("nested", text=TEXT, type="socket_filter") as program:
        assert bcc.flags(program.source) == bcc.FLAGS + MS_EXTENSIONS
        assert program.invoke("size") == 64


def test_without_the_flags_an_old_bcc_refuses(tree):
    """Where it does not, BCC is alone: an old one refuses, and none gets the size wrong."""
    (tree / "Makefile").write_text("KBUILD_CFLAGS := -O2\n")
    try:
        with load("nested", text=TEXT, type="socket_filter") as program:
            assert program.invoke("size") == 64
    except LabError as refused:
        assert "left out" in str(refused)
