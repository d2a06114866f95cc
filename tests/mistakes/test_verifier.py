"""What is made of the verifier's words."""

import pytest

from bpflab import source
from bpflab.mistakes.verifier import diagnose as verifier
from bpflab.mistakes.verifier.call import written
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
        ("R2 invalid mem access 'map_ptr'", "pointer"),
        (
            "R1 pointer arithmetic on map_value_or_null prohibited, null-check it first",
            "null-check",
        ),
        ("R1 pointer arithmetic on map_ptr prohibited", "pointer-arithmetic"),
        ("R0 pointer arithmetic with <<= operator prohibited", "pointer-arithmetic"),
        ("R0 bitwise operator &= on pointer prohibited", "pointer-arithmetic"),
        ("R0 pointer += pointer prohibited", "pointer-arithmetic"),
        ("R3 32-bit pointer arithmetic prohibited", "pointer-arithmetic"),
        ("R1 tried to subtract pointer from scalar", "pointer-arithmetic"),
        ("value 1073741824 makes map_value pointer be out of bounds", "pointer-arithmetic"),
        (
            "math between map_value pointer and register with unbounded min value is not allowed",
            "bounds",
        ),
        ("invalid access to memory, mem_size=8 off=12 size=1", "bounds"),
        ("invalid access to map key, key_size=4 off=4 size=4", "bounds"),
        ("invalid unbounded variable-offset write to stack R1", "bounds"),
        ("access beyond struct task_struct at off 40000 size 1", "bounds"),
        ("invalid bpf_context access off=8192 size=8", "context"),
        ("variable ctx access var_off=(0x0; 0x8) disallowed", "context"),
        ("dereference of modified ctx ptr R6 off=16 disallowed", "context"),
        ("BPF_XADD stores into R1 ctx is not allowed", "context"),
        ("BPF_ATOMIC stores into R1 ctx is not allowed", "context"),
        ("variable trusted_ptr_ access var_off=(0x0; 0xf) disallowed", "pointer"),
        ("R1 is ptr_task_struct access user memory: off=0", "pointer"),
        ("R0 leaks addr as return value", "pointer"),
        ("attempt to corrupt spilled pointer on stack", "pointer"),
        ("only read is supported", "read-only"),
        ("write into map forbidden, value_size=8 off=0 size=8", "read-only"),
        ("read from map forbidden, value_size=8 off=0 size=8", "write-only"),
        ("R1 cannot write into rdonly_mem", "read-only"),
        ("invalid access to packet, off=12 size=1, R1(id=0,off=12,r=0)", "packet"),
        (
            "At program exit the register R0 has value (0x5; 0x0) should have been in (0x0; 0x1)",
            "return-value",
        ),
        (
            "At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]",
            "return-value",
        ),
        ("tracing progs cannot use bpf_spin_lock yet", "spin-lock"),
        ("tracing progs cannot use bpf_timer yet", "timer"),
        ("map 'seen' has to have BTF in order to use bpf_spin_lock", "spin-lock"),
        ("function calls are not allowed while holding a lock", "spin-lock"),
        ("bpf_spin_unlock is missing", "spin-lock"),
        ("bpf_spin_unlock without taking a lock", "spin-lock"),
        ("bpf_spin_lock cannot be accessed directly by load/store", "spin-lock"),
        ("Expected an initialized dynptr as arg #1", "dynptr"),
        ("cannot overwrite referenced dynptr", "dynptr"),
        ("helper call might sleep in a non-sleepable prog", "helper-type"),
        ("calling kernel function bpf_task_acquire is not allowed", "helper-type"),
        ("func bpf_get_func_ip#173 not supported for program type 5", "helper-type"),
        ("the call stack of 9 frames is too deep", "stack"),
        ("unreachable insn 1", "structure"),
        ("unknown opcode d5", "structure"),
        ("div by zero", "division"),
        ("invalid shift 70", "shift"),
        ("misaligned stack access off (0x0; 0x0)+0+-9 size 8", "alignment"),
        ("Global function hook() doesn't return scalar. Only those are supported.", "function"),
        ("mixing of tail_calls and bpf-to-bpf calls is not supported", "function"),
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
    assert (error.kind, error.line) == (kind, 1 if "Global" in words else 3)
    assert error.message.endswith(".") and error.fix.endswith((".", ";", "}", "…", "&&"))
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


HISTORY = """\
BPF_HASH(counts, u32, u64);
int hook(void *ctx)
{
	u32 key = 1;
	u64 *n = counts.lookup(&key);
	u64 *same = n;
	*same += 1;
	return 0;
}
"""
LOOKUP = """\
0: R1=ctx() R10=fp0
0: (b7) r1 = 1                        ; R1=1
1: (63) *(u32 *)(r10 -4) = r1         ; R1=1 R10=fp0 fp-8=mmmm????
2: (18) r1 = 0xffff888000000000       ; R1=map_ptr(map=counts,ks=4,vs=8)
4: (bf) r2 = r10                      ; R2=fp0 R10=fp0
5: (07) r2 += -4                      ; R2=fp-4
6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=8)
7: (7b) *(u64 *)(r10 -16) = r0        ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=8) fp-16=map_value_or_null(id=1,map=counts,ks=4,vs=8)
8: (79) r6 = *(u64 *)(r10 -16)        ; R6=map_value_or_null(id=1,map=counts,ks=4,vs=8)
9: (79) r1 = *(u64 *)(r6 +0)
"""  # noqa: E501
TABLE = [(0, "a.c", 4), (2, "a.c", 5), (7, "a.c", 6), (9, "a.c", 7)]


def refused(end):
    """Return the fault of a program whose log ends with *end*."""
    code = source.from_text(HISTORY, "a.c")
    log = f"{LOOKUP}{end}\nprocessed 9 insns (limit 1000000)\n"
    return verifier.diagnose(code, "hook", "Permission denied", log, TABLE)


def test_a_pointer_is_followed_back_to_the_call_that_made_it():
    """Through another register and the stack; the lookup's line and variable are named."""
    error = refused("R6 invalid mem access 'map_value_or_null'")
    assert error.line == 7
    assert [(place.line, what) for place, what in error.also] == [(5, "n may be NULL from here on")]
    assert "if (!n) return 0;" in error.fix


def test_what_no_rule_knows_is_shown_with_what_the_registers_held():
    """The kernel's last line is the reason, and nothing is invented."""
    error = refused("a warning\nR6 a fault of next year")
    assert error.kind == "verifier"
    assert error.why == "R6 a fault of next year"
    assert "does not know" in error.message
    said = [(place.line, what) for place, what in error.also]
    assert (5, "r0: a value of counts (8 bytes), or NULL") in [
        (n, what.split("; ")[0]) for n, what in said
    ]
    assert [line for line, _ in said] == [6, 5, 4]


def test_the_kernels_own_reason_stands_beside_ours():
    """From Linux 7.3 on; and it is there where no rule knows the refusal."""
    text = "\n\nVerification failed: New\n\nReason:\n  It is so\n  here.\n\nSuggestion:\n  Do.\n"
    assert refused("R6 invalid mem access 'map_value_or_null'" + text).kernel == "It is so here."
    unknown = refused("R6 a fault of next year" + text)
    assert (unknown.kernel, unknown.why) == ("It is so here.", "R6 a fault of next year")
    assert unknown.fix == "Do."  # its suggestion, whole


def test_a_warning_of_the_compiler_is_no_reason():
    """What clang printed with the log is not what the kernel said."""
    log = f"{LOOKUP}R6 a fault of next year\nprocessed 9 insns\n\n1 warning generated.\n"
    error = verifier.diagnose(source.from_text(HISTORY, "a.c"), "hook", DENIED, log, TABLE)
    assert "warning" not in error.why


def test_a_program_of_no_instructions_is_explained():
    """The compiler leaves nothing of a function that it thinks never returns."""
    code = source.from_text("int exit(void *ctx)\n{\n\treturn 0;\n}\n", "a.c")
    error = verifier.diagnose(code, "exit", "Argument list too long", "", instructions=b"")
    assert (error.kind, error.line) == ("empty", 1)
    assert "another name" in error.fix


def test_a_pointer_that_was_checked_is_not_said_to_be_null():
    """Half of it is a number, and is no address; only a value of 0 is NULL."""
    log = (
        LOOKUP.rsplit("\n", 2)[0]
        + "\n9: (15) if r6 == 0x0 goto pc+3       ; R6=map_value(map=counts,ks=4,vs=8)\n"
        + "10: (bc) w1 = w6                      ; R1=scalar() R6=map_value(map=counts,ks=4,vs=8)\n"
        + "11: (79) r2 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n"
    )
    error = verifier.diagnose(source.from_text(HISTORY, "a.c"), "hook", DENIED, log, TABLE)
    assert error.kind == "pointer"
    assert "NULL" not in str(error)


@pytest.mark.parametrize("name", ["bpf_probe_read_user_str", "bpf_probe_read_str"])
def test_a_read_is_named_as_the_text_names_it(name):
    """On Linux 6.1 BCC calls bpf_probe_read_str for bpf_probe_read_user_str."""
    shown, arguments = written(PLAIN, "bpf_probe_read_str", f"{name}(buf, 512, ctx->filename);", "")
    assert (shown, arguments["R1"], arguments["R2"]) == (name, "buf", "512")


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        (
            "sleepable helper bpf_copy_from_user#148 in non-sleepable prog",
            "helper-type",
            "Use bpf_probe_read_user,",
        ),
        (
            "Sleepable program cannot attach to non-faultable tracepoint sched_process_exec",
            "not-sleepable",
            "At sched_process_exec no program may sleep.",
        ),
        ("vfs_read is not sleepable", "not-sleepable", "At vfs_read no program may sleep."),
        (
            "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be "
            "sleepable",
            "not-sleepable",
            "may not sleep",
        ),
    ],
)
def test_what_may_not_sleep_is_said(words, kind, said):
    """In the words of Linux 7.3, and of 6.18 where programs at tracepoints may not."""
    error = refused(words)
    assert error.kind == kind
    assert said in str(error)
