"""Each way in which a program can be refused: named at the learner's line, and nothing dies."""

import os

import pytest

from bpflab import LabError, load
from bpflab.bindings.perfevent import KPROBES
from bpflab.views.refusal import warning as view
from tests.kernel.held import held

HOOK = "int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)\n{\n"
END = "\treturn 0;\n}\n"
RING = "struct event { u32 pid; };\nBPF_RINGBUF_OUTPUT(events, 8);\n"
HASH = "BPF_HASH(counts, u32, u64);\n"
GOOD = HOOK + END


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """Give these tests a cache of their own: what loads is compiled here, and once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("own_cache")))
        yield


def field(declaration: str) -> str:
    """Return a program that sends an event with this one field."""
    return (
        "struct inner { int a; };\n"
        f"struct event {{\n\t{declaration};\n}};\n"
        "BPF_RINGBUF_OUTPUT(events, 8);\n"
        + HOOK
        + "\tstruct event e = {};\n\tevents.ringbuf_output(&e, sizeof(e), 0);\n"
        + END
    )


REFUSED = {
    # name: (kind, line, C)
    "syntax error": ("syntax", 3, HOOK + "\tint x = 1\n" + END),
    "unknown helper": ("unknown-helper", 3, HOOK + "\tbpf_get_moon_phase();\n" + END),
    "wrong type": ("type", 4, "struct a { int x; };\n" + HOOK + "\tstruct a v = 5;\n" + END),
    "undeclared map": ("undeclared", 3, HOOK + "\tcounts.increment(0);\n" + END),
    "512 bytes of stack": (
        "stack",
        4,
        HOOK
        + "\tint other[2];\n\tchar path[512];\n"
        + "\tbpf_probe_read_user_str(path, sizeof(path), ctx->filename);\n"
        + '\tbpf_trace_printk("%s", path);\n'
        + END,
    ),
    "printk with four arguments": (
        "printk-arguments",
        3,
        HOOK + '\tbpf_trace_printk("%d %d %d %d", 1, 2, 3, 4);\n' + END,
    ),
    "memset of 2 KiB": (
        "builtin",
        9,
        "struct page { char b[2048]; };\nBPF_PERCPU_ARRAY(PAGE, struct page, 1);\n"
        + HOOK
        + "\tint zero = 0;\n\tstruct page *p = PAGE.lookup(&zero);\n\tif (!p)\n\t\treturn 0;\n"
        + "\t__builtin_memset(p, 0, sizeof(*p));\n"
        + END,
    ),
    "ringbuf_output of a char array": (
        "ring-output",
        5,
        "BPF_RINGBUF_OUTPUT(events, 8);\n"
        + HOOK
        + "\tchar b[16] = {};\n\tevents.ringbuf_output(b, sizeof(b), 0);\n"
        + END,
    ),
    "missing NULL check": (
        "null-check",
        6,
        HASH + HOOK + "\tu32 key = 1;\n\tu64 *n = counts.lookup(&key);\n\t(*n)++;\n" + END,
    ),
    "unbounded loop": (
        "loop",
        5,
        HOOK + "\tvolatile int i = 0;\n\twhile (1)\n\t\ti++;\n" + END,
    ),
    "reserve never submitted": (
        "leak",
        9,
        RING
        + HOOK
        + "\tstruct event *e = events.ringbuf_reserve(sizeof(struct event));\n"
        + "\tif (!e)\n\t\treturn 0;\n\te->pid = 1;\n"
        + END,
    ),
    "two programs with one tracepoint struct": (
        "two-programs",
        5,
        GOOD + HOOK.replace("hook", "filter") + END,
    ),
    "unknown tracepoint in a signature": (
        "no-tracepoint",
        1,
        HOOK.replace("execve", "exec") + END,
    ),
    "ring of three pages": ("map", 1, "BPF_RINGBUF_OUTPUT(events, 3);\n" + GOOD),
    "missing header": ("no-include", 1, '#include "nosuch.h"\n' + GOOD),
    "index without a bound": (
        "bounds",
        7,
        "BPF_ARRAY(table, u64, 4);\n"
        + HOOK
        + "\tint zero = 0;\n\tu64 *p = table.lookup(&zero);\n"
        + "\tif (p)\n\t\tp[bpf_get_prandom_u32()] = 1;\n"
        + END,
    ),
    "global variable": ("pointer", 4, "static int total;\n" + HOOK + "\ttotal++;\n" + END),
    "no such security hook": ("no-hook", 1, "int lsm__nosuch(void *ctx)\n{\n" + END),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_learners_line_and_leaves_nothing(name, nothing_left):
    """A refused program raises LabError of its kind at its line; the next one loads."""
    kind, line, text = REFUSED[name]

    with pytest.raises(LabError) as caught:
        load("lesson.c", text=text)

    assert (kind, line) == (caught.value.kind, caught.value.line), caught.value.log
    assert caught.value.message
    assert caught.value.file == (None if line is None else "lesson.c")
    with load("good", text=GOOD) as good:
        assert list(good.functions) == ["hook"]


def test_event_fields_of_these_types_are_understood(nothing_left):
    """Types that BCC's own reader ends the process on become columns."""
    types = ["__u32 a", "bool b", "pid_t c", "size_t d", "u8 e[3]", "u64 *f"]
    text = field(";\n\t".join(types))
    with load("lesson.c", text=text) as program, program.attached(hook=EXECVE):
        os.waitpid(os.spawnv(os.P_NOWAIT, "/usr/bin/true", ["true"]), 0)
        assert set("abcdef") <= set(program.events.frame())


EXECVE = "syscalls:sys_enter_execve"


def test_a_kprobe_needs_kprobes(nothing_left):
    """Where the kernel has no kprobes, that is what is said; where it has, it attaches."""
    with load("lesson.c", text="int hook(void *ctx)\n{\n" + END, type="kprobe") as program:
        if KPROBES.exists():
            program.attach(hook="do_exit")
        else:
            with pytest.raises(LabError) as caught:
                program.attach(hook="do_exit")
            assert caught.value.kind == "no-kprobes"


def test_a_file_that_is_not_there(nothing_left):
    """A name without a file raises, and says which there are."""
    with pytest.raises(LabError) as caught:
        load("first_map/nosuch")

    assert caught.value.kind == "no-source"
    assert "first_map/cut" in caught.value.fix


def test_a_failed_load_of_several_hooks_attaches_none(nothing_left):
    """If one of two hooks is refused, the other is let go."""
    with load("lesson.c", text=GOOD) as program:
        with pytest.raises(LabError):
            program.attach(hook=EXECVE, filter=EXECVE)
        assert held(os.getpid())["perf_event"] == 0


# On one line, so that no #line stands between the struct that BCC inserts and the warning.
WARNED = (HOOK + '\tchar c[4] = {};\tif (c == "ls")\treturn 1;\n' + END).replace("\n", " ") + "\n"


def test_a_warning_is_shown_once_and_kept(nothing_left, capfd):
    """At the learner's line, from the cache as well."""
    for _ in range(2):
        with load("lesson.c", text=WARNED) as program:
            (warning,) = program.warnings
        assert (warning.kind, warning.line) == ("string-compare", 1)
        assert warning.lines == (warning.place,)
        assert "-Wstring-compare" in warning.log and "generated" not in warning.log
        assert capfd.readouterr() == ("", f"{view(warning).text}\n")


def test_a_text_that_is_refused_has_its_warnings_shown_as_well(nothing_left, capfd):
    """What the compiler saw may be what the kernel refuses."""
    lines = '\tchar c[4] = {};\n\tif (c == "ls")\n\t\treturn 1;\n\treturn *(int *)8;\n}\n'
    with pytest.raises(LabError):
        load("lesson.c", text=HOOK + lines)
    assert capfd.readouterr().err.count("Warning: string-compare") == 1
    with pytest.raises(LabError):
        load("lesson.c", text=(HOOK + lines).replace("\n", " "))
    assert capfd.readouterr().err == ""  # the refusal explains that line


def test_a_verifiers_word_is_the_reason_where_the_compiler_warned_as_well(nothing_left):
    """Not the number of warnings, which is printed once more behind it."""
    text = HASH + HOOK + "\tu32 k = 0;\n\tu64 *v = counts.lookup(k);\n\treturn v ? *v : 0;\n}\n"
    with pytest.raises(LabError) as caught:
        load("lesson.c", text=text)
    assert caught.value.message in (
        "counts.lookup is given the number k, and takes an address.",
        "The value of k is given where its address is wanted.",  # for clang 15 it is an error
    )
    assert "generated" not in str(caught.value)


@pytest.mark.parametrize("name", ["signal", "json", "token", "struct", "bcc"])
def test_a_learners_file_is_not_taken_for_pythons(
    nothing_left, own_cache, monkeypatch, tmp_path, name
):
    """Whatever lies beside the notebook, the children start from the library's modules."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('mine')\n")
    monkeypatch.chdir(tmp_path)
    load("beside", text=GOOD + f"// {name}\n").close()
