"""libbpf through ctypes, as far as no privilege is needed."""

from bpflab.bindings import bpf, libbpf


def test_what_is_no_object_file_is_refused_without_a_word(capfd):
    """libbpf would print on fd 2; it is heard instead."""
    tried = libbpf.attempt(b"not an ELF at all", "nothing", bpf.STATISTICS)
    assert (tried.programs, tried.maps, tried.logs) == ([], [], {})
    assert tried.error > 0
    assert tried.warnings
    assert not any(line.startswith("libbpf:") for line in tried.warnings)
    assert capfd.readouterr() == ("", "")
