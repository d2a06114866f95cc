"""`explain`: what a cell would say of a C text, and the status for scripts."""

import io
import json

import pytest

from bpflab import LabError, cli, load
from bpflab.programs.explained import explained
from bpflab.programs.loading import loaded

GOOD = "int hook(void *ctx)\n{\n\treturn 0;\n}\n"
BAD = "BPF_HASH(c, u32, u64);\nint hook(void *ctx)\n{\n\tu32 k = 0;\n\treturn *c.lookup(&k);\n}\n"
WARNED = GOOD.replace("return 0", 'char c[4] = {};\n\treturn c == "ls"')


def test_it_says_what_the_cell_says(tmp_path, nothing_left, capsys):
    """The same words, status 1, and nothing stays loaded."""
    file = tmp_path / "mine.c"
    file.write_text(BAD)
    with pytest.raises(LabError) as caught:
        load(str(file))
    assert cli.main(["explain", str(file)]) == 1
    assert capsys.readouterr().out == f"{caught.value}\n"
    assert loaded() == []


def test_a_text_that_loads_is_said_to(tmp_path, nothing_left, capsys):
    """With status 0; its warnings are on stderr."""
    file = tmp_path / "mine.c"
    file.write_text(WARNED)
    assert cli.main(["explain", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out == "mine.c loads: hook.\n"
    assert err.startswith("⚠ Warning: string-compare")


@pytest.mark.parametrize(("text", "status"), [(BAD, 1), (WARNED, 0)])
def test_json_has_every_part(text, status, monkeypatch, nothing_left, capsys):
    """Of a text on standard input as well."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert cli.main(["explain", "-", "--json"]) == status
    facts = json.loads(capsys.readouterr().out)
    assert facts["accepted"] == (not status)
    if status:
        assert facts["refusal"]["place"]["line"] == 5 and facts["refusal"]["log"]
    else:
        assert facts["refusal"] is None
        assert [each["kind"] for each in facts["warnings"]] == ["string-compare"]


def test_a_header_beside_the_file_is_found(tmp_path, nothing_left):
    """As by `load`."""
    (tmp_path / "one.h").write_text("#define ONE 1\n")
    file = tmp_path / "mine.c"
    file.write_text('#include "one.h"\n' + GOOD.replace("0", "ONE"))
    assert explained(str(file)).refusal is None


def test_a_log_is_explained_without_a_compiler(tmp_path, capsys):
    """A refused one with status 1, an accepted one with 0."""
    file = tmp_path / "saved.txt"
    file.write_text("0: (79) r1 = *(u64 *)(r0 +0)\nR0 !read_ok\nprocessed 1 insns\n")
    assert cli.main(["explain", str(file)]) == 1
    assert "saved.txt:1" in capsys.readouterr().out
    file.write_text("0: (95) exit\nprocessed 1 insns\n")
    assert cli.main(["explain", str(file)]) == 0


@pytest.mark.parametrize("file", ["nothing.c", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_usage(file, tmp_path, monkeypatch, capsys):
    """Status 2."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["explain", file]) == 2
    assert "cannot be read" in capsys.readouterr().err
