"""BCC's child process: what it is given, how it may end, and which answer is kept."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from shlex import quote

import pytest

from bpflab import source
from bpflab.compiling import bcc, bcc_child, compiler, headers, image, symbols
from bpflab.errors import LabError
from bpflab.workload.child import end

TEXT = "int hook(void *ctx)\n{\n\treturn 0;\n}\n"
ANSWER = {"stage": "done", "maps": [], "programs": [], "btf": "", "fields": {}}


@pytest.fixture(autouse=True)
def no_spare(monkeypatch, tmp_path):
    """Start every child anew, and put the cache into a directory of the test's."""
    monkeypatch.setattr(bcc, "_spare", bcc._Spare())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    bcc._spare.end()


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Let another program stand for the interpreter that compiles; its job is in ``job``."""

    python, job = quote(sys.executable), str(tmp_path / "job")

    def be(body):
        read = f"import sys\nopen({job!r}, 'w').write(sys.stdin.read())\n"
        (tmp_path / "body.py").write_text(read + body)
        interpreter = tmp_path / "python"
        interpreter.write_text(
            f'#!/bin/sh\necho "$@" >{tmp_path}/command\nexec {python} -S -E {tmp_path}/body.py\n'
        )
        interpreter.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(interpreter))

    be(f"print({json.dumps(ANSWER)!r})")
    return be


def compiled(name="a.c", **options):
    """Compile the text as `load` does."""
    return bcc.compiled(source.from_text(TEXT, name, **options))


def refused(**options):
    """Return the LabError of a compile."""
    with pytest.raises(LabError) as caught:
        compiled(**options)
    return caught.value


def test_the_child_gets_the_text_and_the_flags(child, tmp_path):
    """With what the headers want and the learner's macros; Python's path is without a folder."""
    compiled(defines={"SIZE": 16})
    code = source.from_text(TEXT, "a.c")
    flags = [*bcc.FLAGS, *headers.dialect_flags(), "-DSIZE=16"]
    job = {"text": code.text, "flags": flags, "symbols": symbols.lines()}
    assert json.loads((tmp_path / "job").read_text()) == job
    assert (tmp_path / "command").read_text().startswith("-P -m bpflab.compiling.bcc_child ")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed"),
        ("import os; os.abort()", "compiler"),
        ("import time; time.sleep(60)", "deadline"),
        ("sys.exit(1)", "compiler"),
        ("sys.stderr.buffer.write(b'a.c:1:1: error: \\xff\\n')", "compile"),
        ("sys.stderr.write('LLVM ERROR: out of memory')", "memory"),
        ("sys.stderr.write(\"after throwing an instance of 'std::bad_alloc'\")", "memory"),
        ('sys.stderr.write("RuntimeError: can\'t start new thread")', "memory"),
        ('print(\'{"stage": "compile", "reason": "MemoryError()"}\')', "memory"),
        ("sys.stderr.write('Unable to find kernel headers.')", "no-headers"),
        ('print(\'{"stage": "import", "reason": "no module"}\')', "no-bcc"),
        ('print(\'{"stage": "import", "reason": "failed to map segment"}\')', "memory"),
    ],
)
def test_a_childs_end_is_a_fault(child, monkeypatch, body, kind):
    """Killed, aborted, slow, without an answer or with odd bytes: it ends nothing here."""
    child(body)
    monkeypatch.setattr(compiler, "DEADLINE_S", 0.5 if kind == "deadline" else 30.0)
    assert refused().kind == kind


def answered(**changes):
    """Return the body of a child that gives such an answer."""
    return f"print({json.dumps(ANSWER | changes)!r})"


INSTRUCTION = {"name": "f", "license": "GPL", "func_info": "", "line_info": ""}
MAP = {"name": "m", "reference": 3, "type": 2, "key_size": 4, "value_size": 8, "max_entries": 1}


@pytest.mark.parametrize(
    "body",
    [
        "print('5')",
        "print('[]')",
        "print('{}')",
        "print('[' * 100_000)",
        "sys.stdout.buffer.write(b'\\xff')",
        "sys.stdout.write('x' * (1 << 26))",
        "sys.stderr.write('a.c:1:1: warning: odd\\n\\n' * (1 << 17))",
        f"print('noise', {json.dumps(ANSWER)!r})",
        f"print({json.dumps(ANSWER)[:-3]!r})",
        answered(stage=["done"]),
        answered(maps=[{}]),
        answered(maps=[MAP]),
        answered(maps=[MAP | {"flags": -1}]),
        answered(maps=[MAP | {"flags": "0"}]),
        answered(maps=[MAP | {"flags": 0, "name": 5}]),
        answered(programs=[INSTRUCTION | {"instructions": "AAAA"}]),
        answered(programs=[INSTRUCTION | {"instructions": "GBEAAAcAAAAAAAAAAAAAAA=="}]),
        answered(btf="AAAA"),
        answered(fields=[]),
    ],
)
def test_an_answer_of_another_form_is_none(child, body):
    """Half of one, a number, a map that is not there, noise before it, or much of it."""
    child(body)
    assert refused().kind == "compiler"


def test_headers_elsewhere_than_they_are(child, monkeypatch):
    """What leads there is named in the fix."""
    child("sys.stderr.write('Unable to find kernel headers.')")
    monkeypatch.setenv("BCC_KERNEL_SOURCE", "/nowhere")
    assert refused().fix == "unset BCC_KERNEL_SOURCE"


def test_what_llvm_printed_on_its_way_out_names_the_fault(child):
    """The words are on fd 2, and the log has them."""
    words = "error: a.c:3:2: in function hook i32 (i8*): Looks like the BPF stack limit of 512"
    child(f"sys.stderr.write({words!r}); sys.exit(1)")
    error = refused()
    assert error.kind == "stack"
    assert words in error.log


def test_warnings_come_with_the_image(child):
    """As safe text, and from the cache as well."""
    child(f"sys.stderr.write('a.c:1:1: warning: \\x1b[1modd\\n'); print({json.dumps(ANSWER)!r})")
    code = source.from_text(TEXT, "a.c")
    made = bcc.compiled(code)
    assert made.warnings == "a.c:1:1: warning: \\x1b[1modd"
    bcc.keep(code, made)
    assert bcc.known(code) == made


@pytest.mark.parametrize(
    "options", [{"text": TEXT + " "}, {"defines": {"A": 1}}, {"name": "b.c"}], ids=str
)
def test_whatever_an_image_depends_on_makes_another(child, options):
    """Another text, macro or name is compiled anew."""
    code = source.from_text(TEXT, "a.c")
    bcc.keep(code, image.from_answer(ANSWER))
    assert bcc.known(code) is not None
    assert bcc.known(source.from_text(**{"text": TEXT, "name": "a.c", **options})) is None


def test_another_bcc_makes_another_image(monkeypatch):
    """After an upgrade every text is compiled anew."""
    code = source.from_text(TEXT)
    bcc.keep(code, image.from_answer(ANSWER))
    monkeypatch.setattr(bcc, "_version", lambda: ["0.99"])
    assert bcc.known(code) is None


def test_other_headers_make_another_image(monkeypatch, tmp_path):
    """A struct of the kernel may differ in them."""
    code = source.from_text(TEXT)
    bcc.keep(code, image.from_answer(ANSWER))
    monkeypatch.setattr(headers, "directory", lambda *_: str(tmp_path))
    assert bcc.known(code) is None


@pytest.fixture
def spare():
    """Give the child that waits for the next text; whoever has been started is ended."""
    bcc.make_ready()
    child = bcc._spare._child
    yield child
    end(child)


def test_a_spare_child_takes_the_next_text(spare):
    """It waits and takes one text; the next one gets another child."""
    bcc.make_ready()
    assert bcc._spare.take("a.c") is spare
    other = bcc._spare.take("b.c")
    end(other)
    assert other is not spare


@pytest.mark.parametrize("change", ["environment", "killed"])
def test_a_spare_child_that_does_not_serve_is_not_taken(spare, monkeypatch, change):
    """BCC reads the environment, which has changed; or the child has ended."""
    if change == "environment":
        monkeypatch.setenv("BCC_KERNEL_SOURCE", "/nowhere")
    else:
        spare.kill()
        spare.wait()
    other = bcc._spare.take("a.c")
    end(other)
    assert other is not spare
    assert spare.poll() is not None


def test_a_spare_child_does_not_wait_for_ever(monkeypatch):
    """It gives its memory back where nobody compiles; the next text gets another."""
    monkeypatch.setattr(bcc, "_PATIENCE_S", 0.1)
    bcc.make_ready()
    spare = bcc._spare._child
    assert spare.wait(30) == bcc_child.UNUSED
    other = bcc._spare.take("a.c")
    end(spare)
    end(other)
    assert other is not spare


def test_a_child_that_gave_up_just_before_is_replaced(child, tmp_path):
    """It had read nothing, so another one gets the text."""
    mark = str(tmp_path / "mark")
    once = f"import os\nif not os.path.exists({mark!r}):\n open({mark!r}, 'w'); sys.exit(75)\n"
    child(f"{once}print({json.dumps(ANSWER)!r})")
    assert compiled().maps == []


def test_a_forked_process_leaves_its_parents_spare_alone(spare):
    """It neither takes it nor ends it."""
    if pid := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    else:
        other = bcc._spare.take("a.c")
        end(other)
        os._exit(0 if other is not spare else 1)
    assert spare.poll() is None
    assert bcc._spare.take("a.c") is spare


def test_a_spare_child_ends_with_its_parent(tmp_path):
    """Whoever kills the notebook's kernel, nothing of it goes on."""
    program = (
        "import os, signal\nfrom bpflab.compiling import bcc\nbcc.make_ready()\n"
        "print(bcc._spare._child.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    pid, ends = int(done.stdout), time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < ends:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
