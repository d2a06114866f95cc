"""clang in a child process: an object file, or what it refused at the learner's line."""

import os
import shutil

import pytest

from bpflab import LabError, source
from bpflab.compiling import clang, compiler

pytestmark = pytest.mark.skipif(
    not shutil.which("clang") and not os.environ.get("CI"), reason="there is no clang: use ./lab"
)

HEAD = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
PROGRAM = 'SEC("socket") int entry(void *ctx)\n{\n\treturn ANSWER;\n}\n'
EM_BPF = 247  # include/uapi/linux/elf-em.h


def compiled(text, name="program.c", **defines):
    """Return the object file of a text."""
    return clang.compiled(source.from_text(text, name, defines)).image


def test_it_makes_an_object_file_for_bpf():
    """An ELF, whose machine is BPF."""
    image = compiled(HEAD + PROGRAM, ANSWER=42)
    assert image[:4] == b"\x7fELF"
    assert EM_BPF in (int.from_bytes(image[18:20], order) for order in ("little", "big"))


def test_a_macro_changes_what_is_made():
    """The text stays as it is; its -D flags are part of it."""
    assert compiled(HEAD + PROGRAM, ANSWER=42) != compiled(HEAD + PROGRAM, ANSWER=43)


def test_it_carries_its_own_lines():
    """The verifier quotes them, though the text reached clang through a pipe."""
    assert b"\treturn ANSWER;" in compiled(HEAD + PROGRAM, "folder/program.c", ANSWER=42)


def test_a_name_writes_nowhere_else(tmp_path, monkeypatch):
    """A learner's file that lies elsewhere is read from there, and not written to."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    outside = [f"{tmp_path}/absolute.c", "../../above.c", "../above.c"]
    for name in outside:
        assert compiled(HEAD + PROGRAM, name, ANSWER=42)
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]


REFUSED = {
    "syntax": ("syntax", 3, 'SEC("socket") int entry(void *ctx) { return 1 }'),
    "unknown helper": (
        "unknown-helper",
        3,
        'SEC("socket") int entry(void *ctx) { return bpf_get_moon(); }',
    ),
    "undeclared": ("undeclared", 4, 'SEC("socket") int entry(void *ctx) {\n\treturn moon;\n}'),
    "stack": (
        "stack",
        3,
        'SEC("socket") int entry(void *ctx) { char own[520] = {}; '
        'asm volatile("" : : "r"(own) : "memory"); return own[0]; }',
    ),
    "header": ("no-include", 3, "#include <linux/moon.h>\n" + PROGRAM),
}


@pytest.mark.parametrize(("kind", "line", "text"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_the_line(kind, line, text):
    """Each has its kind, and stands at the line of the learner's own file."""
    with pytest.raises(LabError) as caught:
        compiled(HEAD + text + "\n")
    assert (caught.value.kind, caught.value.file, caught.value.line) == (kind, "program.c", line)
    assert caught.value.log


def test_a_header_of_libbpf_is_a_package():
    """Its absence is no typing error: it says which package has it."""
    with pytest.raises(LabError) as caught:
        compiled(
            '#include <bpf/not_installed.h>\nSEC("socket") int entry(void *ctx) { return 0; }\n'
        )
    assert caught.value.kind == "no-include"
    assert "libbpf-dev" in caught.value.fix


def test_no_clang(monkeypatch, tmp_path):
    """A machine without it is told what has it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError) as caught:
        compiled(HEAD + PROGRAM)
    assert caught.value.kind == "no-clang"
    assert "./lab" in caught.value.fix


def test_what_ends_the_compiler_ends_nothing_here(monkeypatch, tmp_path):
    """A machine short of memory is said to be that."""
    stub = tmp_path / "clang"
    stub.write_text("#!/bin/sh\nkill -9 $$\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(LabError) as caught:
        compiled(HEAD + PROGRAM)
    assert caught.value.kind == "killed"


def test_a_compiler_that_never_ends(monkeypatch, tmp_path):
    """It is ended, and the learner told."""
    stub = tmp_path / "clang"
    stub.write_text("#!/bin/sh\nexec sleep 60\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(compiler, "DEADLINE_S", 0.2)
    with pytest.raises(LabError) as caught:
        compiled(HEAD + PROGRAM)
    assert caught.value.kind == "deadline"
