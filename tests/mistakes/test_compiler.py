"""What is made of the compiler's words."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bpflab import source
from bpflab.mistakes.compiler import diagnose as compiler
from bpflab.mistakes.compiler.diagnostics import parse
from tests.kernel.test_pairs import numbers, read
from tests.mistakes.golden import CLANG, PLAIN, golden

PRINTED = Path(__file__).parent / "printed"
"""What the compiler printed of the pairs (LLVM 14), of those that need no headers here.

`llvm19` and `llvm21` have what others printed of them in other words.
"""
RECORDED = sorted(PRINTED.rglob("*.txt"))

COMPILER = [
    # name, kind, line, a part of the message
    ("stack", "stack", 6, "512 bytes"),
    ("printk-arguments", "printk-arguments", 6, "more than five"),
    ("builtin", "builtin", 12, "memset"),
    ("ring-output", "ring-output", 7, "pointer to a struct"),
    ("unknown-helper", "unknown-helper", 5, "bpf_get_curent_uid_gid"),
    ("undeclared", "undeclared", 7, "zeros"),
    ("two-programs", "two-programs", 10, "tracepoint__syscalls__sys_enter_execve"),
    ("two-programs-of-three", "two-programs", 11, "tracepoint__syscalls__sys_enter_execve"),
    ("no-tracepoint", "no-tracepoint", 2, "syscalls:sys_enter_exec "),
    ("not-static", "not-static", 8, "static"),
    ("map-in-macro", "map-in-macro", 6, "#define"),
    ("map", "map", 6, "3 pages"),
    ("no-include", "no-include", 1, "linux/nosuch.h"),
    ("type", "type", 11, "A struct b is wanted"),
    ("syntax", "syntax", 3, "semicolon is missing"),
    ("no-member", "no-member", 9, "struct a has no field y"),
    ("privilege", "privilege", None, "no map"),
]


@pytest.mark.parametrize(("name", "kind", "line", "part"), COMPILER, ids=lambda v: str(v))
def test_what_the_compiler_really_printed(name, kind, line, part):
    """The fault has its kind, stands at the learner's line and names what it is about."""
    code, printed = golden(CLANG, name)
    error = compiler.diagnose(code, printed)
    assert (error.kind, error.line) == (kind, line)
    assert error.file == (f"{name}.c" if line else None)
    assert part in error.message + " "
    assert printed.splitlines()[0].expandtabs(8) in error.log


def test_of_two_faults_the_message_and_the_line_are_one():
    """Where the compiler found two, the kind, the words and the line belong to the same."""
    error = compiler.diagnose(*golden(CLANG, "two-errors"))
    assert (error.kind, error.line) == ("undeclared", 3)


def test_a_memset_without_a_declaration_has_its_fix():
    """There is no C library; the compiler's own function has another name."""
    error = compiler.diagnose(*golden(CLANG, "memset-undeclared"))
    assert error.line == 12
    assert "__builtin_memset" in error.fix


@pytest.mark.parametrize("name", ["printf", "strlen", "strcmp", "malloc"])
def test_a_function_that_the_compiler_does_not_inline_is_not_advised(name):
    """Its __builtin_ form would be refused next; only memcpy, memset and memmove are inlined."""
    printed = f"a.c:3:9: error: implicitly declaring library function '{name}' with type\n"
    error = compiler.diagnose(PLAIN, printed)
    assert error.kind == "library" and name in error.message
    assert "__builtin" not in error.fix


def test_a_warning_stands_at_the_learners_line():
    """BCC inserts lines above it; the text below the warning tells which line is meant."""
    printed = (
        "a.c:15:9: warning: odd [-Wodd]\n        return  zzz(ctx);\n        ^\n"
        "a.c:2:1: note: here\n{\n1 warning generated."
    )
    assert compiler.relocated(PLAIN, printed) == printed.replace("a.c:15:", "a.c:3:")


def test_a_misspelt_helper_is_guessed_at():
    """A name near to a helper's is offered; one near to none is not."""
    assert "bpf_get_current_uid_gid" in compiler.diagnose(*golden(CLANG, "unknown-helper")).fix
    code = source.from_text("int hook(void *ctx)\n{\n\treturn zzz();\n}\n", "a.c")
    printed = "a.c:3:9: error: implicit declaration of function 'zzz' is invalid in C99\n"
    assert "Did you mean" not in compiler.diagnose(code, printed).fix


@pytest.mark.parametrize(
    ("printed", "kind", "line"),
    [
        (  # clang 16 and later
            "a.c:3:9: error: call to undeclared function 'zzz'; ISO C99 and later do not support "
            "implicit function declarations [-Wimplicit-function-declaration]\n"
            "    3 |         return zzz(ctx);\n      |                ^\n",
            "unknown-helper",
            3,
        ),
        (  # LLVM 18 and later
            "error: <unknown>:0:0: in function hook i32 (ptr): Looks like the BPF stack limit is "
            "exceeded. Please move large on stack variables into BPF per-cpu array map. For "
            "non-kernel uses, the stack can be increased using -mllvm -bpf-stack-size.\n",
            "stack",
            1,
        ),
        (
            "error: a.c:3:9: in function hook i32 (ptr): too many args to t10: i64 = Constant<6>",
            "printk-arguments",
            3,
        ),
        (  # LLVM 19
            "error: a.c:3:9: in function hook i32 (ptr): unsupported atomic operation, please use"
            " 64 bit version",
            "atomic",
            3,
        ),
        (  # LLVM 21
            "error: a.c:3:9: in function hook i32 (ptr): sequentially consistent (seq_cst) atomic"
            " load/store is not supported",
            "atomic",
            3,
        ),
        (  # LLVM 19
            "error: a.c:3:34: in function hook i32 (ptr): 0x2ba771a0: i64 = Constant<6> too many"
            " arguments",
            "printk-arguments",
            3,
        ),
        (
            "error: <unknown>:0:0: in function hook i32 (ptr): A call to built-in function "
            "'memcpy' is not supported.\n",
            "builtin",
            None,
        ),
        (
            "a.c:3:9: error: too many arguments to function call, expected 1, have 2\n",
            "arguments",
            3,
        ),
        (
            "a.c:3:9: error: too few arguments to function call, expected 2, have 1\n",
            "arguments",
            3,
        ),
        ("chdir(/nonexistent): No such file or directory\n", "no-headers", None),
        ("chdir(/lib/modules/6.1.0/build): No such file or directory\n", "no-headers", None),
        ("Unable to find kernel headers. Try rebuilding kernel with\n", "no-headers", None),
        ("a.c:3:9: fatal error: 'x.h' file not found\n", "no-include", 3),
        ("", "compiler", None),
        ("Killed\n", "compiler", None),
    ],
)
def test_other_compilers_words(printed, kind, line):
    """Other versions say the same in other words."""
    error = compiler.diagnose(PLAIN, printed)
    assert (error.kind, error.line) == (kind, line)


@pytest.mark.parametrize("gutter", ["", "   13 | "], ids=["clang 14", "clang 17"])
def test_a_line_that_bcc_moved_is_found_by_its_text(gutter):
    """Where the number is off, the excerpt below the message decides, with or without a gutter."""
    printed = "a.c:1:9: error: use of undeclared identifier 'zzz'\n"
    error = compiler.diagnose(PLAIN, f"{printed}{gutter}        return zzz(ctx);\n")
    assert error.line == 3


def test_braces_in_a_learners_text_are_no_format():
    """A message is filled in once; what the compiler quotes is not read as a template."""
    printed = "a.c:3:9: error: expected '{0}' or {name}\n"
    assert "'{0}' or {name}" in compiler.diagnose(PLAIN, printed).message


SUSPECTS = """\
int other(void *ctx)
{
\tchar larger[900] = {};
\treturn 0;
}

int hook(void *ctx)
{
\tchar small[8] = {};
\tchar large[SIZE];
\treturn 0;
}

int last(void *ctx)
{
\tchar larger[800] = {};
\treturn 0;
}
"""


@pytest.mark.parametrize("functions", [2, 3])
def test_the_largest_variable_of_the_function_is_suspected(functions):
    """LLVM names the function; the line is its largest array, not one of another function."""
    text = "\n\n".join(SUSPECTS.split("\n\n")[:functions]) + "\n"
    code = source.from_text(text, "a.c", {"SIZE": 600})
    printed = "error: a.c:9:7: in function hook i32 (i8*): Looks like the BPF stack limit of 512"
    assert compiler.diagnose(code, printed).line == 10


def test_every_golden_text_is_used():
    """No file lies there that no test reads."""
    used = {row[0] for row in COMPILER} | {"two-errors", "memset-undeclared"}
    assert {path.stem for path in CLANG.iterdir()} == used


def _id(file):
    return file.relative_to(PRINTED).with_suffix("").as_posix()


@pytest.mark.parametrize("file", RECORDED, ids=_id)
def test_a_pair_is_explained_from_what_was_printed(file):
    """The words are those that the text gets where it is compiled."""
    head, text = read(file.stem)
    code = source.from_text(text, file.stem)
    error = compiler.diagnose(code, file.read_text(encoding="utf-8"))
    assert (error.kind, [error.line]) == (head["kind"], numbers(head["line"]))
    assert [place.line for place, _ in error.also] == numbers(head["also"])
    assert head["says"] in str(error)


@pytest.mark.parametrize("file", RECORDED, ids=_id)
def test_each_error_alone_has_words(file):
    """Whatever is the first error, one rule answers, with a whole sentence and an advice."""
    text = source.from_text(read(file.stem)[1], file.stem)
    found = parse(text, file.read_text(encoding="utf-8"))
    for fault in found:
        for bare in (fault, replace(fault, place=None), replace(fault, excerpt="", marked="")):
            error = compiler.explain(text, bare, found)
            assert re.search(r"[.?]$", error.message)
            assert error.fix


def test_a_refused_text_of_another_kind_has_words():
    """What no rule knows is quoted; where nothing was printed, that is told."""
    error = compiler.diagnose(PLAIN, "a.c:3:9: error: quantum flux\n")
    assert error.message == "The compiler says: quantum flux."
    assert compiler.diagnose(PLAIN, "").kind == "compiler"
