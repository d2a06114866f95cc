"""What is made of the verifier's words."""

import pytest

from bpflab.mistakes.verifier import diagnose as verifier
from tests.mistakes.golden import LOGS, PLAIN, golden

DENIED = "Failed to load BPF program b'hook': Permission denied"

VERIFIER = [
    ("null-check", "null-check", 8),
    ("null-check-first-of-two", "null-check", 8),
    ("null-argument", "null-check", 11),
    ("loop", "loop", 7),
    ("too-complex", "too-complex", 1),
    ("leak", "leak", 14),
    ("license", "license", 5),
    ("uninitialised-register", "uninitialised", 5),
    ("bounds", "bounds", 14),
    ("stack-write", "bounds", 6),
    ("ctx-access", "context", 4),
    ("pointer", "pointer", 6),
    ("helper-type", "helper-type", 3),
    ("call", "call", 8),
]


def lines(name):
    """Return where each line of a stored program begins, in its instructions."""
    rows = (LOGS / f"{name}.lines").read_text(encoding="utf-8").splitlines()
    pairs = (row.split() for row in rows)
    return [(int(first), f"/usr/src/headers/{name}.c", int(line)) for first, line in pairs]


@pytest.mark.parametrize(("name", "kind", "line"), VERIFIER, ids=lambda v: str(v))
def test_what_the_verifier_really_printed(name, kind, line):
    """The fault has its kind, and stands at the line that the refused instruction came from."""
    code, printed = golden(LOGS, name)
    error = verifier.diagnose(code, "hook", DENIED, printed, lines(name))
    assert (error.kind, error.line, error.file) == (kind, line, f"{name}.c")
    assert printed.splitlines()[0] in error.log


def test_a_missing_privilege_is_no_fault_of_the_program():
    """A load that the kernel does not let us try names no line, and points to the doctor."""
    code, printed = golden(LOGS, "privilege-load")
    error = verifier.diagnose(code, "hook", "Need super-user privileges to run", printed)
    assert (error.kind, error.line) == ("privilege", None)
    assert "doctor" in error.fix


def test_inlined_code_of_a_helper_is_of_the_line_that_calls_it():
    """The compiler names the helper's own header for it, and line 0 for what it made itself."""
    table = [(0, "a.c", 3), (1, "/virtual/include/bcc/helpers.h", 12), (2, "a.c", 0)]
    log = "1: (85) call\n2: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'x_or_null'\n"
    assert verifier.diagnose(PLAIN, "hook", DENIED, log, table).line == 3


def test_without_lines_the_functions_head_is_the_place():
    """An instruction that no line is known for still has its function."""
    error = verifier.diagnose(
        PLAIN, "hook", DENIED, "0: (95) exit\ninvalid read from stack R1 off -8+0 size 8\n"
    )
    assert (error.kind, error.line) == ("uninitialised", 1)
    assert "= {}; that clears" in error.fix


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


def test_every_golden_log_is_used():
    """No file lies there that no test reads."""
    assert {path.stem for path in LOGS.iterdir()} == {row[0] for row in VERIFIER} | {
        "privilege-load"
    }
