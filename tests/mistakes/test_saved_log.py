"""Logs that other loaders print: the fault is found whatever stands around it."""

import pytest

from bpflab.errors import LabError, Place
from bpflab.mistakes.saved_log import is_log, of_log

KERNEL = """\
arg#0 reference type('UNKNOWN ') size cannot be determined: -22
0: R1=ctx() R10=fp0
; int hook(void *ctx) @ count.c:5
0: (b7) r1 = 0                        ; R1=0
; __u32 k = 0; @ count.c:7
1: (63) *(u32 *)(r10 -4) = r1         ; R1=0 R10=fp0 fp-8=0000????
2: (bf) r2 = r10                      ; R2=fp0 R10=fp0
;  @ count.c:0
3: (07) r2 += -4                      ; R2=fp-4
; __u64 *v = bpf_map_lookup_elem(&c, &k); @ count.c:8
4: (18) r1 = 0xffff888104c9f000       ; R1=map_ptr(map=c,ks=4,vs=8)
6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=c,ks=4,vs=8)
; *v += 1; @ count.c:9
7: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
"""
LIBBPF = f"""\
libbpf: prog 'hook': BPF program load failed: Permission denied
libbpf: prog 'hook': -- BEGIN PROG LOAD LOG --
{KERNEL}-- END PROG LOAD LOG --
libbpf: prog 'hook': failed to load: -13
libbpf: failed to load object 'count.bpf.o'
Error: failed to load object file
"""
BCC = f"""\
bpf: Failed to load program: Permission denied
{KERNEL}
Traceback (most recent call last):
  File "count.py", line 3, in <module>
    b.load_func("hook", BPF.TRACEPOINT)
Exception: Failed to load BPF program b'hook': Permission denied
"""
INDENTED = KERNEL.rstrip("\n").replace("\n", "\n\t")
CILIUM = f"""\
2026/11/29 10:00:00 program hook: load program: permission denied:
\t{INDENTED}
exit status 1
"""
AYA = f"""\
Error: the BPF_PROG_LOAD syscall failed. Verifier output: {KERNEL}
Caused by:
    Permission denied (os error 13)
"""
ESCAPED = KERNEL.replace("\n", "\\n")
DEBUG = f'LoadError {{ io_error: Os {{ code: 13 }}, verifier_log: VerifierLog("{ESCAPED}") }}'
SHORT = (
    "program hook: load program: permission denied: 7: (79) r1 = *(u64 *)(r0 +0): "
    "R0 invalid mem access 'map_value_or_null' (17 line(s) omitted)\n"
)


@pytest.mark.parametrize("log", [KERNEL, LIBBPF, BCC, CILIUM, AYA, DEBUG])
def test_each_loader_s_log_is_the_same_fault(log):
    """At the line that the log quotes, with the line of the lookup, and both in the listing."""
    assert is_log(log)
    error = of_log(log)
    assert isinstance(error, LabError) and error.kind == "null-check"
    assert error.place == Place("count.c", 9, "*v += 1;")
    assert [place.line for place, _ in error.also] == [8]
    assert "if (!v) return 0;" in error.fix
    assert {place.line for place in error.lines} >= {7, 8, 9}
    assert "Traceback" not in error.log and "libbpf" not in error.log


def test_a_log_that_names_no_file_has_lines_of_its_own():
    """Kernels before 6.9 quote C without its line: then the line of the log is named."""
    log = "\n".join(line.partition(" @ ")[0] for line in LIBBPF.split("\n"))
    error = of_log(log, "saved.log")
    assert error.place == Place("saved.log", 15, "*v += 1;")
    assert log.split("\n")[14] == "; *v += 1;"


def test_a_log_that_quotes_nothing_names_the_instruction():
    """With its line in the log."""
    log = "\n".join(line for line in KERNEL.split("\n") if not line.startswith(";"))
    error = of_log(log, "saved.log")
    assert error.kind == "null-check"
    assert error.place == Place("saved.log", 9, "7: (79) r1 = *(u64 *)(r0 +0)")


def test_a_log_of_which_only_the_end_is_left_is_still_explained():
    """cilium/ebpf prints its last lines by default."""
    error = of_log(SHORT)
    assert (error.kind, error.line) == ("null-check", 1)


def test_of_several_logs_the_refused_one_is_explained():
    """libbpf prints those of accepted programs too, where it is asked to."""
    good = KERNEL.replace("R0 invalid mem access 'map_value_or_null'\n", "")
    both = LIBBPF.replace(KERNEL, good) + LIBBPF
    assert of_log(both).kind == "null-check"
    assert of_log(LIBBPF.replace(KERNEL, good)) is None


@pytest.mark.parametrize("text", ["int hook(void *ctx) { return 0; }", "", "0: 1\n(79) x"])
def test_c_is_no_log(text):
    """Nor is anything else."""
    assert not is_log(text)


@pytest.mark.parametrize(
    ("log", "kind", "says"),
    [
        (
            "program hook: load program: bad CO-RE relocation: invalid func unknown#195896080 "
            "(19 line(s) omitted)\n",
            "core",
            "a field, a type or a function that this kernel does not have",
        ),
        (
            "6: (85) call unknown#177\ninvalid func unknown#177\nprocessed 6 insns\n",
            "helper-type",
            "no helper bpf_trace_vprintk.",
        ),
        (
            "6: (85) call unknown#4000\ninvalid func unknown#4000\nprocessed 6 insns\n",
            "helper-type",
            "no such helper.",
        ),
        (
            "jump out of range from insn 8 to 584\nprocessed 0 insns\n",
            "structure",
            "BCC loads each function alone",
        ),
    ],
    ids=["poisoned", "helper of a newer kernel", "unknown helper", "jump"],
)
def test_a_log_that_quotes_no_c_is_explained(log, kind, says):
    """By the number of a helper, say, where the kernel knows no name."""
    assert is_log(log)
    error = of_log(log)
    assert error.kind == kind, str(error)
    assert says in str(error)


def test_a_field_that_the_kernel_lacks_is_named_in_a_saved_log_too():
    """As where the program is loaded here, at the line that reads it."""
    error = of_log(
        "libbpf: prog 'at_open': -- BEGIN PROG LOAD LOG --\n"
        "; when = BPF_CORE_READ(node, i_when.tv_sec); @ k.bpf.c:40\n"
        "316: <invalid CO-RE relocation>\n"
        "failed to resolve CO-RE relocation <byte_off> [423] struct inode.i_when.tv_sec (0:15:0 @ "
        "offset 88)\nprocessed 311 insns\n-- END PROG LOAD LOG --\n"
    )
    assert (error.kind, error.line) == ("core", 40)
    assert error.message == "This kernel has no struct inode.i_when.tv_sec."


NOT_BCC = {
    "licence": (
        "0: (85) call bpf_trace_printk#6\n"
        "cannot call GPL-restricted function from non-GPL compatible program\n",
        'char LICENSE[] SEC("license") = "GPL";',
    ),
    "call": ("3: (85) call pc+4\nlast insn is not an exit or jmp\n", "did not join the function"),
    "number": (
        "1: (18) r2 = 0x0\n3: (63) *(u32 *)(r2 +0) = r1\nR2 invalid mem access 'scalar'\n",
        "A number is used as an address.",
    ),
    "map": (
        "1: (85) call bpf_perf_event_output#25\nR2 type=scalar expected=map_ptr\n",
        "Give the address of the map: &name.",
    ),
}


@pytest.mark.parametrize("name", NOT_BCC)
def test_only_a_log_of_bcc_s_is_explained_by_bcc(name):
    """Aya or libbpf have another way to name a licence, say; BCC says who it is."""
    log, says = NOT_BCC[name]
    error = of_log(f"0: R1=ctx() R10=fp0\n{log}processed 3 insns\n")
    assert says in str(error) and "BCC" not in str(error)
    of_bcc = of_log(f"bpf: Failed to load program: Permission denied\n{log}processed 3 insns\n")
    assert says not in str(of_bcc)
