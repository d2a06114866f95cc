"""The library itself: who hears its warnings, and a machine that has none."""

import ctypes

import pytest

from bpflab import LabError
from bpflab.bindings import bpf, libbpf, libbpf_calls


@pytest.fixture
def fresh():
    """Let the library be looked for anew, before and after."""
    libbpf_calls.library.cache_clear()
    yield
    libbpf_calls.library.cache_clear()


def test_whoever_listened_before_listens_again():
    """BCC uses the same library, and may have set a function of its own."""
    heard = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
    def ours(level, form, values):
        heard.append(form)
        return 0

    lib = libbpf_calls.library()
    before = lib.libbpf_set_print(ctypes.cast(ours, ctypes.c_void_p))
    try:
        libbpf.attempt(b"not an ELF at all", "nothing", bpf.STATISTICS)
        assert heard == []
        assert lib.libbpf_set_print(None) == ctypes.cast(ours, ctypes.c_void_p).value
    finally:
        lib.libbpf_set_print(before)


@pytest.mark.parametrize("missing", ["the library", "a function of it"])
def test_no_libbpf(fresh, monkeypatch, missing):
    """A machine without libbpf 1.x is told so; what it lacks is quoted."""

    class Old:
        """A library of another time."""

    def absent(name, **_):
        if missing == "the library":
            raise OSError(f"{name}: cannot open shared object file")
        return Old()

    monkeypatch.setattr(libbpf_calls.ctypes, "CDLL", absent)
    with pytest.raises(LabError) as caught:
        libbpf_calls.library()
    assert caught.value.kind == "no-libbpf"
    assert "libbpf" in caught.value.why
