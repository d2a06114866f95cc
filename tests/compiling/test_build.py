"""The guard without a kernel: what it keeps, when it asks again, and what a child's end means."""

import errno
import json
import os
import platform
import subprocess
import sys
from shlex import quote
from types import SimpleNamespace

import numpy as np
import pytest

from bpflab.compiling import build, compiler, source
from bpflab.doctor import headers
from bpflab.doctor.machine import Machine
from bpflab.errors import LabError

TEXT = "int hook(void *ctx)\n{\n\treturn 0;\n}\n"
DONE = {"stage": "done", "functions": ["hook"], "fields": {"events": [["pid", "u32"]]}}
PROOF = build.Proof(["hook"], {"events": [("pid", "u32")]}, "")


class Child:
    """Stands for `subprocess.run`: counts the children and answers for them."""

    def __init__(self):
        self.jobs = []
        self.answer(DONE)

    def answer(self, stdout, stderr="", code=0):
        """Let every child from here on end like this."""
        text = stdout if isinstance(stdout, str) else json.dumps(stdout)
        self.result = subprocess.CompletedProcess([], code, text.encode(), stderr.encode())

    def run(self, command, **options):
        """Stand for `subprocess.run`."""
        self.jobs.append(json.loads(options["input"]))
        self.command, self.timeout = command, options["timeout"]
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Put a stand-in where the child process is started, and the cache into a directory of ours."""
    made = Child()
    stand_in = SimpleNamespace(run=made.run, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(compiler, "subprocess", stand_in)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made


@pytest.fixture
def kept(tmp_path):
    """Return what lists the proofs on disk, and whatever else lies beside them."""
    return lambda: sorted(p for p in (tmp_path / "cache").rglob("*") if p.is_file())


def prove(text=TEXT, program_type="tracepoint", version="0.26.0", **options):
    """Prove a text as `load` does."""
    return build.prove(source.from_text(text, **options), program_type, version)


def test_a_proof_is_made_by_one_child(child):
    """The child gets the text, the marked text, the flags and the type, and has a deadline."""
    code = source.from_text(TEXT, defines={"SIZE": 16})
    assert build.prove(code, "tracepoint", "0.26.0") == PROOF
    assert child.jobs == [
        {
            "text": code.text,
            "marked": code.marked,
            "flags": [*build.FLAGS, *headers.dialect_flags(Machine()), "-DSIZE=16"],
            "type": "tracepoint",
        }
    ]
    assert child.command[0] == sys.executable
    assert child.timeout == compiler.DEADLINE_S


def test_a_kept_proof_is_used_again(child, kept):
    """The second time is answered from disk, with the same proof to the last type."""
    first = prove()
    assert prove() == first == PROOF
    assert isinstance(prove().fields["events"][0], tuple)
    assert len(child.jobs) == 1
    assert [path.suffix for path in kept()] == [".json"]


def test_warnings_are_kept_with_the_proof(child):
    """What the compiler said is said again, as safe text."""
    child.answer(DONE, stderr="a.c:1:1: warning: \x1b[1modd\n")
    assert prove().warnings == prove().warnings == "a.c:1:1: warning: \\x1b[1modd"
    assert len(child.jobs) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"text": TEXT.replace("0", "1")},
        {"defines": {"SIZE": 16}},
        {"program_type": "kprobe"},
        {"version": "0.31.0"},
        {"name": "other.c"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_a_proof_depends_on_makes_another(child, kept, changed):
    """Another text, flag, type or BCC is proved anew; the first proof stays."""
    prove()
    prove(**changed)
    assert len(child.jobs) == 2
    prove()
    prove(**changed)
    assert len(child.jobs) == 2
    assert len(kept()) == 2


def test_defines_are_told_apart_by_value(child):
    """-DA=1 is no proof for -DA=2."""
    prove(defines={"A": 1})
    prove(defines={"A": 2})
    assert len(child.jobs) == 2


def test_headers_of_another_dialect_make_another_proof(child, monkeypatch):
    """What the headers want the compiler is given, and a proof without it is none."""
    monkeypatch.setattr(headers, "dialect_flags", lambda machine: [])
    prove()
    monkeypatch.setattr(headers, "dialect_flags", lambda machine: headers.MS_EXTENSIONS)
    prove()
    given = [job["flags"] for job in child.jobs]
    assert given == [build.FLAGS, build.FLAGS + headers.MS_EXTENSIONS]


def test_another_kernel_makes_another_proof(child, monkeypatch):
    """What one kernel accepts the next may refuse."""
    prove()
    uname = platform.uname()
    monkeypatch.setattr(platform, "uname", lambda: uname._replace(release="99.0"))
    prove()
    assert len(child.jobs) == 2


def test_another_name_of_the_host_makes_none(child, monkeypatch):
    """A network may change it, and it changes nothing that was proved."""
    prove()
    uname = platform.uname()
    monkeypatch.setattr(platform, "uname", lambda: uname._replace(node="elsewhere"))
    prove()
    assert len(child.jobs) == 1


def test_a_refusal_is_not_raised_while_another_error_is_handled(child):
    """Plain Python would show that the file of the proof is missing, and that first."""
    child.answer({"stage": "compile"}, stderr="a.c:1:1: error: expected ')'\n")
    with pytest.raises(LabError) as caught:
        prove(name="a.c")
    assert caught.value.__context__ is None


def test_a_folder_that_was_removed_is_named(child, monkeypatch, tmp_path):
    """BCC could not come back to it; no child is started."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(LabError) as caught:
        prove()
    assert caught.value.kind == "no-folder"
    assert child.jobs == []


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        '{"functions": ["hook"]}',
        '{"functions": ["hook"], "fields": 3}',
        '{"functions": ["hook"], "fields": {"events": [["pid"]]}}',
        '{"functions": ["hook"], "fields": {}, "other": 1}',
        '{"functions": 3, "fields": {}}',
    ],
)
def test_a_damaged_proof_is_made_again(child, kept, damage):
    """What cannot be read is no proof, and is replaced by one."""
    prove()
    (path,) = kept()
    path.write_text(damage)
    assert prove() == PROOF
    assert len(child.jobs) == 2
    assert prove() == PROOF
    assert len(child.jobs) == 2


def test_bytes_that_are_no_text_are_no_proof(child, kept):
    """A file of foreign bytes is replaced like any other damage."""
    prove()
    kept()[0].write_bytes(b"\xff\x00\xfe")
    assert prove() == PROOF
    assert len(child.jobs) == 2


def test_a_directory_in_its_place_is_tolerated(child, kept):
    """The proof is made each time, and nothing is left beside."""
    prove()
    (path,) = kept()
    path.unlink()
    path.mkdir()
    assert prove() == prove() == PROOF
    assert kept() == []


def test_a_cache_below_a_file_is_tolerated(child, monkeypatch, tmp_path):
    """A cache home that is no directory only costs the next compile."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert prove() == prove() == PROOF
    assert len(child.jobs) == 2
    build.forget(source.from_text(TEXT), "tracepoint", "0.26.0")


@pytest.mark.parametrize("refused", ["mkdir", "write_text", "replace"])
def test_a_disk_that_refuses_is_tolerated(child, kept, monkeypatch, refused):
    """A full or read-only disk, which refuses to unlink as well, loses the proof and no more."""
    prove(text=TEXT + "// makes the directory\n")

    def no(*args, **kwargs):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(build.Path, refused, no)
    monkeypatch.setattr(build.Path, "unlink", no)
    assert prove() == PROOF


def test_a_proof_is_written_whole(child, kept, monkeypatch):
    """It is renamed when it is done; a write that breaks off leaves nothing behind."""
    written = build.Path.write_text

    def noted(path, text, **options):
        assert path.suffix != ".json"
        return written(path, text, **options)

    monkeypatch.setattr(build.Path, "write_text", noted)
    prove(text=TEXT + "// whole\n")
    kept()[0].unlink()

    def full(path, text, **options):
        written(path, text[: len(text) // 2], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build.Path, "write_text", full)
    assert prove() == PROOF
    assert kept() == []


def test_without_a_cache_home_it_is_below_home(child, monkeypatch, tmp_path):
    """~/.cache serves where XDG_CACHE_HOME is not set, or empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in (None, ""):
        if value is None:
            monkeypatch.delenv("XDG_CACHE_HOME")
        else:
            monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert prove() == PROOF
    assert len(child.jobs) == 1
    assert len(list((tmp_path / ".cache").rglob("*.json"))) == 1


def test_a_proof_can_be_forgotten(child, kept):
    """What is forgotten is proved anew; forgetting it twice is no fault."""
    code = source.from_text(TEXT)
    prove()
    build.forget(code, "tracepoint", "0.26.0")
    build.forget(code, "tracepoint", "0.26.0")
    assert kept() == []
    prove()
    assert len(child.jobs) == 2


@pytest.mark.parametrize("code", [-9, -6, 1, 0])
def test_a_child_that_ends_without_an_answer_is_a_fault(child, kept, code):
    """Killed or ended by LLVM, it left no answer: the fault says so, and no proof is kept."""
    child.answer("", code=code)
    with pytest.raises(LabError) as caught:
        prove()
    assert caught.value.kind == ("killed" if code == -9 else "compiler")
    assert kept() == []


def test_a_child_that_ends_with_words_is_diagnosed(child):
    """What LLVM printed on its way out names the fault."""
    words = "error: a.c:3:2: in function hook i32 (i8*): Looks like the BPF stack limit of 512"
    child.answer("", stderr=words, code=1)
    with pytest.raises(LabError) as caught:
        prove(name="a.c")
    assert caught.value.kind == "stack"
    assert words in caught.value.log


def test_what_bcc_prints_before_the_answer_is_read_too(child):
    """BCC tells on fd 1 that there are no headers; the answer behind it still counts."""
    words = "Unable to find kernel headers. Try rebuilding kernel with CONFIG_IKHEADERS=m\n"
    child.answer(words + json.dumps({"stage": "compile", "reason": "Failed to compile"}))
    with pytest.raises(LabError) as caught:
        prove()
    assert caught.value.kind == "no-headers"
    child.answer("a word of BCC's\n" + json.dumps(DONE))
    assert prove() == PROOF


def test_a_refusal_is_diagnosed_and_not_kept(child, kept):
    """The verifier's log names the fault, and the next try asks the kernel again."""
    log = "bpf: Failed to load program: Permission denied\n0: (95) exit\nR0 !read_ok\n"
    child.answer({"stage": "verify", "function": "hook", "reason": "Permission denied"}, log)
    for _ in range(2):
        with pytest.raises(LabError) as caught:
            prove(name="a.c")
        assert (caught.value.kind, caught.value.file) == ("uninitialised", "a.c")
    assert len(child.jobs) == 2
    assert kept() == []


def test_a_child_beyond_its_deadline_is_a_fault(child, kept):
    """The message says which source and how long it was waited for."""
    child.result = subprocess.TimeoutExpired("prover", compiler.DEADLINE_S)
    with pytest.raises(LabError) as caught:
        prove(name="slow.c")
    assert caught.value.kind == "deadline"
    assert "slow.c" in caught.value.message
    assert f"{compiler.DEADLINE_S:.0f} s" in caught.value.message
    assert kept() == []


@pytest.mark.parametrize("code", [errno.ENOMEM, errno.EAGAIN])
def test_a_child_that_cannot_be_started_is_a_fault(child, kept, code):
    """No memory or no more processes: said with what to do, and no proof is kept."""
    child.result = OSError(code, os.strerror(code))
    with pytest.raises(LabError, match=os.strerror(code)) as caught:
        prove()
    assert caught.value.kind == "memory"
    assert kept() == []


@pytest.mark.parametrize(
    "words",
    [
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "LLVM ERROR: out of memory",
        "MemoryError",
        "ImportError: libz3.so.4: failed to map segment from shared object",
        "Fatal Python error: init_import_site: Failed to import the site module",
    ],
)
def test_a_child_without_memory_is_said_to_be_that(child, words):
    """In the words of LLVM, of the C++ library, of the loader and of Python."""
    child.answer("", stderr=words, code=-6)
    with pytest.raises(LabError) as caught:
        prove()
    assert caught.value.kind == "memory"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed"),
        ("import os; os.abort()", "compiler"),
        ("import time; time.sleep(60)", "deadline"),
        ("import sys; sys.stderr.buffer.write(b'a.c:1:1: error: \\xff\\n')", "compile"),
    ],
    ids=["killed", "aborted", "slow", "not UTF-8"],
)
def test_a_real_childs_end_is_a_fault(monkeypatch, tmp_path, body, kind):
    """A process that is killed, aborts, sleeps or prints odd bytes ends nothing here."""
    interpreter = tmp_path / "python"
    interpreter.write_text(f'#!/bin/sh\nexec {quote(sys.executable)} -S -E -c "{body}"\n')
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    monkeypatch.setattr(compiler, "DEADLINE_S", 0.5 if kind == "deadline" else 30.0)
    monkeypatch.setenv("XDG_CACHE_HOME", os.fspath(tmp_path / "cache"))
    with pytest.raises(LabError) as caught:
        prove(name="a.c")
    assert caught.value.kind == kind


def event(text, fields):
    """Return the dtype of an event with these fields, declared in this text."""
    proof = build.Proof(["hook"], {"events": fields})
    return build.event_dtype(source.from_text(text, "a.c"), proof, "events")


def test_an_events_dtype_comes_from_its_fields():
    """Fields and padding are those of the struct."""
    dtype = event("struct event {\n\tu8 a;\n\tu64 b;\n};\n", [("a", "u8"), ("b", "u64")])
    assert dtype == np.dtype([("a", "u1"), ("b", "u8")], align=True)


def test_a_bit_field_is_refused_at_its_line():
    """Its bits cannot be told from the struct's bytes."""
    with pytest.raises(LabError) as caught:
        event("struct event {\n\tu32 pid;\n\tu8 flag : 1;\n};\n", [("pid", "u32"), ("flag", "u8")])
    assert (caught.value.kind, caught.value.line) == ("event-field", 3)
    assert "'flag'" in caught.value.message


def test_a_conditional_expression_is_no_bit_field():
    """`c ? pid : 0;` uses a field's name and declares none."""
    text = "struct event {\n\tu32 pid;\n};\nint f(int c, int pid)\n{\n\treturn c ? pid : 0;\n}\n"
    assert event(text, [("pid", "u32")]).names == ("pid",)


@pytest.mark.parametrize(
    "text",
    [
        "/* root has pid: 0, the others more */\nstruct event {\n\tu32 pid;\n};\n",
        "struct event {\n\tu32 pid; // pid: 1, or\n\t/* pid\n\t: 1; */\n};\n",
        'struct event {\n\tu32 pid;\n};\nint f(void)\n{\n\tsay("pid: 1,");\n\treturn 0;\n}\n',
        "struct event {\n\tu32 pid;\n};\nint f(int c)\n{\n\tpid: 0;\n\treturn 0;\n}\n",
    ],
    ids=["comment", "inside", "string", "label"],
)
def test_a_word_outside_of_a_struct_is_no_bit_field(text):
    """A comment, a string or a label of a field's name declares none."""
    assert event(text, [("pid", "u32")]).names == ("pid",)


def test_a_field_without_a_column_is_refused_at_its_line():
    """A double in an event stands where the struct declares it."""
    with pytest.raises(LabError) as caught:
        event("struct event {\n\tu32 pid;\n\tdouble x;\n};\n", [("pid", "u32"), ("x", "double")])
    assert (caught.value.kind, caught.value.line) == ("event-field", 3)
    with pytest.raises(LabError) as caught:
        event("struct event {\n\tunion {\n\t\tint a;\n\t};\n};\n", [("", "union")])
    assert (caught.value.kind, caught.value.place) == ("event-field", None)
