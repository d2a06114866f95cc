"""What is made of the compiler's and the verifier's words.

`logs/X.c` is a faulty program and `X.txt` what its compile or load printed on a real
machine (BCC 0.26, LLVM 14, Linux 6.18), with kernel addresses and paths made plain. `X.lines`
says from which instruction on the compiled program is of which line.
"""

from pathlib import Path

import pytest

from bpflab import source
from bpflab.mistakes import compiler, compiler_rules, rule, verifier

DATA = Path(__file__).parent / "logs"
DENIED = "Failed to load BPF program b'hook': Permission denied"

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
    ("map", "map", 6, "events: Invalid argument"),
    ("no-include", "no-include", 1, "linux/nosuch.h"),
    ("type", "type", 11, "incompatible type"),
    ("syntax", "syntax", 3, "expected ';'"),
    ("compile", "compile", 9, "no member named 'y'"),
    ("privilege", "privilege", None, "no map"),
]

VERIFIER = [
    ("null-check", "null-check", 8),
    ("null-check-first-of-two", "null-check", 8),
    ("null-argument", "null-check", 11),
    ("loop", "loop", 7),
    ("too-complex", "too-complex", 1),
    ("leak", "leak", 8),
    ("license", "license", 5),
    ("uninitialised-register", "uninitialised", 5),
    ("bounds", "bounds", 14),
    ("stack-write", "bounds", 6),
    ("ctx-access", "verifier", 4),
    ("pointer", "pointer", 6),
    ("helper-type", "helper-type", 3),
    ("call", "call", 6),
]


def golden(name):
    """Return a stored program and what it made the machine print."""
    code = source.from_text((DATA / f"{name}.c").read_text(encoding="utf-8"), f"{name}.c")
    return code, (DATA / f"{name}.txt").read_text(encoding="utf-8")


def lines(name):
    """Return where each line of a stored program begins, in its instructions."""
    rows = (DATA / f"{name}.lines").read_text(encoding="utf-8").splitlines()
    pairs = (row.split() for row in rows)
    return [(int(first), f"/usr/src/headers/{name}.c", int(line)) for first, line in pairs]


@pytest.mark.parametrize(("name", "kind", "line", "part"), COMPILER, ids=lambda v: str(v))
def test_what_the_compiler_really_printed(name, kind, line, part):
    """The fault has its kind, stands at the learner's line and names what it is about."""
    code, printed = golden(name)
    error = compiler.diagnose(code, printed)
    assert (error.kind, error.line) == (kind, line)
    assert error.file == (f"{name}.c" if line else None)
    assert part in error.message + " "
    assert printed.splitlines()[0].expandtabs(8) in error.log


@pytest.mark.parametrize(("name", "kind", "line"), VERIFIER, ids=lambda v: str(v))
def test_what_the_verifier_really_printed(name, kind, line):
    """The fault has its kind, and stands at the line that the refused instruction came from."""
    code, printed = golden(name)
    error = verifier.diagnose(code, "hook", DENIED, printed, lines(name))
    assert (error.kind, error.line, error.file) == (kind, line, f"{name}.c")
    assert printed.splitlines()[0] in error.log


def test_a_missing_privilege_is_no_fault_of_the_program():
    """A load that the kernel does not let us try names no line, and points to the doctor."""
    code, printed = golden("privilege-load")
    error = verifier.diagnose(code, "hook", "Need super-user privileges to run", printed)
    assert (error.kind, error.line) == ("privilege", None)
    assert "doctor" in error.fix


def test_every_golden_text_is_used():
    """No file lies there that no test reads."""
    used = {row[0] for row in COMPILER + VERIFIER}
    used |= {"two-errors", "memset-undeclared", "privilege-load"}
    assert {path.stem for path in DATA.iterdir()} == used


def test_of_two_faults_the_message_and_the_line_are_one():
    """Where the compiler found two, the kind, the words and the line belong to the same."""
    error = compiler.diagnose(*golden("two-errors"))
    assert (error.kind, error.line) in [("undeclared", 3), ("unknown-helper", 5)]


def test_a_memset_without_a_declaration_has_its_fix():
    """There is no C library; the compiler's own function has another name."""
    error = compiler.diagnose(*golden("memset-undeclared"))
    assert error.line == 12
    assert "__builtin_memset" in error.fix


@pytest.mark.parametrize("name", ["printf", "strlen", "strcmp", "malloc"])
def test_a_function_that_the_compiler_does_not_inline_is_not_advised(name):
    """Its __builtin_ form would be refused next; only memcpy, memset and memmove are inlined."""
    printed = f"a.c:3:9: error: implicitly declaring library function '{name}' with type\n"
    error = compiler.diagnose(PLAIN, printed)
    assert error.kind == "library" and name in error.message
    assert "__builtin" not in error.fix


def test_inlined_code_of_a_helper_is_of_the_line_that_calls_it():
    """The compiler names the helper's own header for it, and line 0 for what it made itself."""
    table = [(0, "a.c", 3), (1, "/virtual/include/bcc/helpers.h", 12), (2, "a.c", 0)]
    log = "1: (85) call\n2: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'x_or_null'\n"
    assert verifier.diagnose(PLAIN, "hook", DENIED, log, table).line == 3


def test_a_warning_stands_at_the_learners_line():
    """BCC inserts lines above it; the text below the warning tells which line is meant."""
    printed = (
        "a.c:15:9: warning: odd [-Wodd]\n        return  zzz(ctx);\n        ^\n"
        "a.c:2:1: note: here\n{\n1 warning generated."
    )
    assert compiler.relocated(PLAIN, printed) == printed.replace("a.c:15:", "a.c:3:")


def test_a_misspelt_helper_is_guessed_at():
    """A name near to a helper's is offered; one near to none is not."""
    assert "bpf_get_current_uid_gid" in compiler.diagnose(*golden("unknown-helper")).fix
    code = source.from_text("int hook(void *ctx)\n{\n\treturn zzz();\n}\n", "a.c")
    printed = "a.c:3:9: error: implicit declaration of function 'zzz' is invalid in C99\n"
    assert "Did you mean" not in compiler.diagnose(code, printed).fix


PLAIN = source.from_text("int hook(void *ctx)\n{\n\treturn zzz(ctx);\n}\n", "a.c")


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


def test_without_lines_the_functions_head_is_the_place():
    """An instruction that no line is known for still has its function."""
    error = verifier.diagnose(
        PLAIN, "hook", DENIED, "0: (95) exit\ninvalid read from stack R1 off -8+0 size 8\n"
    )
    assert (error.kind, error.line) == ("uninitialised", 1)
    assert "= {} clears" in error.fix


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("R1 invalid mem access 'map_value_or_null'", "null-check"),
        ("R6 invalid mem access 'ringbuf_mem_or_null'", "null-check"),
        ("R0 invalid mem access 'mem_or_null'", "null-check"),
        ("R0 invalid mem access 'ptr_or_null_'", "null-check"),
        ("R1 type=map_value_or_null expected=fp, pkt, map_value", "null-check"),
        ("R1 invalid mem access 'inv'", "pointer"),
        ("R1 invalid mem access 'scalar'", "pointer"),
        ("R10 invalid mem access 'scalar'", "pointer"),
        ("back-edge from insn 1 to 0", "loop"),
        ("infinite loop detected at insn 1", "loop"),
        ("BPF program is too large. Processed 1000001 insn", "too-complex"),
        ("The sequence of 8193 jumps is too complex.", "too-complex"),
        ("combined stack size of 2 calls is 608. Too large", "stack"),
        (
            "tail_calls are not allowed when call stack of previous frames is 256 bytes. Too large",
            "tail-call-stack",
        ),
        ("Unreleased reference id=2 alloc_insn=1", "leak"),
        ("cannot call GPL-restricted function from non-GPL compatible program", "license"),
        ("cannot call GPL only function from proprietary program", "license"),
        ("invalid indirect read from stack R2 off -16+4 size 16", "uninitialised"),
        ("invalid indirect read from stack off -16+4 size 16", "uninitialised"),
        ("invalid read from stack R10 off=-8 size=8", "uninitialised"),
        ("invalid read from stack off -8+0 size 8", "uninitialised"),
        ("R6 !read_ok", "uninitialised"),
        ("invalid access to map value, value_size=8 off=8 size=8", "bounds"),
        ("R2 unbounded memory access, use 'var &= const' or 'if (var < const)'", "bounds"),
        ("R2 min value is negative, either use unsigned or 'var &= const'", "bounds"),
        ("R0 max value is outside of the allowed memory range", "bounds"),
        ("invalid variable-offset write to stack R1 var_off=(0x0; 0x1f) off=-16 size=1", "bounds"),
        ("invalid write to stack R10 off=0 size=8", "bounds"),
        ("invalid stack type R1 off=-8 access_size=16", "bounds"),
        ("R2 invalid zero-sized read: u64=[0,64]", "bounds"),
        ("program of this type cannot use helper bpf_skb_load_bytes#26", "helper-type"),
        ("unknown func bpf_skb_load_bytes#26", "helper-type"),
        ("invalid func unknown#200", "helper-type"),
        ("last insn is not an exit or jmp", "call"),
        ("a fault of next year", "verifier"),
    ],
)
def test_other_kernels_words(words, kind):
    """Other kernels say the same in other words; what is new is quoted, not guessed at."""
    log = (
        "bpf: Failed to load program: Permission denied\n"
        "0: R1=ctx() R10=fp0\n"
        "0: (b7) r0 = 0                        ; R0=0\n"
        f"1: (95) exit\n{words}\nprocessed 2 insns (limit 1000000)\n\n"
    )
    table = [(0, "a.c", 2), (1, "a.c", 3), (2, "a.c", 4)]
    error = verifier.diagnose(PLAIN, "hook", DENIED, log, table)
    assert (error.kind, error.line) == (kind, 3)
    if kind == "verifier":
        assert error.why == words
    assert words in error.log


@pytest.mark.parametrize("insns", ["2 insns", "4097 insns"])
def test_too_large_without_a_log_is_no_unknown_function(insns):
    """BCC prints one line for every E2BIG; unknown functions were refused by the compiler."""
    printed = f"bpf: Argument list too long. Program  too large ({insns}), at most 4096 insns\n\n"
    error = verifier.diagnose(PLAIN, "hook", "Argument list too long", printed)
    assert error.kind == "too-complex"


@pytest.mark.parametrize("reason", ["Operation not permitted", "Permission denied"])
def test_a_refusal_without_a_log_is_one_of_privilege(reason):
    """A verifier that began would have printed an instruction."""
    error = verifier.diagnose(PLAIN, "hook", f"Failed to load BPF program b'hook': {reason}", "")
    assert (error.kind, error.place) == ("privilege", None)


def test_a_refusal_without_any_word_quotes_the_errno():
    """The function's head is the place where nothing better is known."""
    error = verifier.diagnose(PLAIN, "hook", "Invalid argument", "")
    assert (error.kind, error.line, error.why) == ("verifier", 1, "Invalid argument")


def test_a_long_log_is_read_and_its_end_is_kept():
    """The fault of a log of many megabytes is in its last lines."""
    rows = "".join(f"{n}: (bf) r2 = r10          ; R2_w=fp0 R10=fp0\n" for n in range(100_000))
    error = verifier.diagnose(PLAIN, "hook", DENIED, rows + "R2 unbounded memory access\n")
    assert error.kind == "bounds"
    assert error.log.endswith("R2 unbounded memory access")
    assert len(rows) > 4_000_000 > len(error.log)


def test_a_log_holds_nothing_hidden():
    """What the machine printed is shown line by line, tabs as blanks, the rest made visible."""
    assert rule.safe_log("a\tb\n\x1b[2J\n\u202e") == "a       b\n\\x1b[2J\n\\u202e"


def test_braces_in_a_learners_text_are_no_format():
    """A message is filled in once; what the compiler quotes is not read as a template."""
    printed = "a.c:3:9: error: expected '}' after '{0}' or {name}\n"
    assert "'{0}' or {name}" in compiler.diagnose(PLAIN, printed).message


@pytest.mark.parametrize("rule", [*compiler_rules.RULES, *verifier.RULES], ids=lambda r: r.kind)
def test_every_rule_is_whole(rule):
    """Each has words and a fix, and fills in no group that its pattern does not have."""
    assert rule.message.endswith(".")
    assert rule.fix
    groups = ("x",) * compiler.re.compile(rule.pattern).groups
    for part in (rule.message, rule.why):
        assert "{" not in part.format(*groups)
    assert rule.fix.format(*groups)


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
