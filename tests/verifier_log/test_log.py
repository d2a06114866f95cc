"""The verifier's log as a walk: what is known at each instruction, on each kernel."""

import textwrap

import pytest

from bpflab.verifier_log.log import parse
from bpflab.verifier_log.state import read_state
from bpflab.verifier_log.walk import changed


def walk(text, lines=()):
    """Return the walk in a log that is indented here."""
    return parse(textwrap.dedent(text).lstrip("\n"), lines)


NULL = """
    0: R1=ctx() R10=fp0
    ; u32 key = 1; @ main.c:27
    1: (63) *(u32 *)(r10 -4) = r1         ; R1=1 R10=fp0 fp-8=mmmm????
    ; u64 *n = counts.lookup(&key); @ main.c:28
    2: (18) r1 = 0xffff8881047f3400       ; R1=map_ptr(map=counts,ks=4,vs=8)
    ;  @ main.c:0
    5: (07) r2 += -4                      ; R2=fp-4
    6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=8)
    ; (*n)++; @ main.c:29
    7: (79) r1 = *(u64 *)(r0 +0)
    R0 invalid mem access 'map_value_or_null'
    processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 3 peak_states 0 mark_read 0
"""


def test_a_refusal():
    """The steps have their C line, the last one is the refused one, and the reason stands apart."""
    found = walk(NULL)
    assert [(s.insn, s.file, s.line) for s in found.steps] == [
        (1, "main.c", 27), (2, "main.c", 28), (5, "main.c", 0), (6, "main.c", 0), (7, "main.c", 29),
    ]  # fmt: skip
    assert found.steps[-1].code == "(79) r1 = *(u64 *)(r0 +0)"
    assert found.steps[-1].quoted == "(*n)++;"
    assert found.steps[-1].before["R0"] == "map_value_or_null(id=1,map=counts,ks=4,vs=8)"
    assert found.message == "R0 invalid mem access 'map_value_or_null'"
    assert (found.processed, found.states) == (7, 3)
    assert [path.end for path in found.paths] == ["refused"]


def test_before_and_after():
    """A step changes what the log prints after it, and keeps the rest."""
    step = walk(NULL).steps[0]
    assert step.before == {"R1": "ctx()", "R10": "fp0"}
    assert step.after == {"R1": "1", "R10": "fp0", "fp-8": "mmmm????"}
    assert changed(step.before, step.after) == ["R1", "fp-8"]


def test_a_call_takes_r1_to_r5():
    """After a call R1 to R5 cannot be read, although the log does not say so."""
    call = walk(NULL).steps[3]
    assert {"R1", "R2"} <= set(call.before)
    assert set(call.after) == {"R0", "R10", "fp-8"}


def test_a_submitted_record_ends_with_all_its_copies():
    """After submit no register has the record, although the log does not say so."""
    found = walk("""
        5: R0=ringbuf_mem(ref_obj_id=2,sz=4) R1=ringbuf_mem(ref_obj_id=2,sz=4) R10=fp0
        6: (bf) r6 = r0          ; R0=ringbuf_mem(ref_obj_id=2,sz=4) R6=ringbuf_mem(ref_obj_id=2,sz=4) refs=2
        8: (b7) r2 = 0           ; R2=0 refs=2
        9: (85) call bpf_ringbuf_submit#132   ;
        10: (b7) r1 = 1          ; R1=1
    """)  # noqa: E501 - as the kernel prints it
    assert found.steps[2].after == {"R10": "fp0"}
    assert found.steps[3].after == {"R1": "1", "R10": "fp0"}


def test_linux_7_has_one_number_for_id_and_reference():
    """What is submitted is found by ``id`` there."""
    found = walk("""
        5: R1=ringbuf_mem(id=2,sz=4) R6=ringbuf_mem(id=2,sz=4) R7=scalar(id=2) R10=fp0 refs=2
        9: (85) call bpf_ringbuf_discard#133  ;
    """)
    assert found.steps[0].after == {"R7": "scalar(id=2)", "R10": "fp0"}


@pytest.mark.parametrize(
    ("tested", "copy"),
    [
        ("map_value(map=m,ks=4,vs=8)", "map_value(map=m,ks=4,vs=8)"),
        ("0", "0"),
    ],
)
def test_an_if_tells_of_copies(tested, copy):
    """The copy of a checked pointer is known as the checked one is; another pointer is not."""
    found = walk(f"""
        5: R0=map_value_or_null(id=1,map=m,ks=4,vs=8) R6=map_value_or_null(id=1,map=m,ks=4,vs=8) R7=map_value_or_null(id=2,map=m,ks=4,vs=8)
        6: (15) if r6 == 0x0 goto pc+5        ; R6={tested}
    """)  # noqa: E501
    after = found.steps[0].after
    assert (after["R0"], after["R6"]) == (copy, tested)
    assert after["R7"] == "map_value_or_null(id=2,map=m,ks=4,vs=8)"


def test_an_if_tells_of_a_copy_elsewhere():
    """A copy that points further on keeps its offset."""
    found = walk("""
        5: R0=map_value_or_null(id=1,map=m,ks=4,vs=8) R6=map_value_or_null(id=1,map=m,ks=4,vs=8,off=4)
        6: (55) if r0 != 0x0 goto pc+5 12: R0=map_value(map=m,ks=4,vs=8) R6=map_value(map=m,ks=4,vs=8,off=4)
        12: (bf) r1 = r6     ; R1=map_value(map=m,ks=4,vs=8,off=4)
    """)  # noqa: E501
    assert found.steps[0].code == "(55) if r0 != 0x0 goto pc+5"
    assert found.steps[0].after["R6"] == "map_value(map=m,ks=4,vs=8,off=4)"
    assert [step.insn for step in found.steps] == [6, 12]


def test_an_if_tells_of_copies_of_a_number():
    """The range that is learnt of a number holds for its copy."""
    found = walk("""
        5: R0=scalar(id=3) R6=scalar(id=4) R7=scalar(id=3) R10=fp0
        6: (25) if r7 > 0x7 goto pc+5         ; R7=scalar(id=3,umax=7)
    """)
    assert found.steps[0].after == {
        "R0": "scalar(id=3,umax=7)", "R6": "scalar(id=4)", "R7": "scalar(id=3,umax=7)",
        "R10": "fp0",
    }  # fmt: skip


def test_a_whole_state_is_the_kernels_word():
    """Where a log of level 1 goes on at a branch it prints all: nothing is added."""
    found = walk("""
        5: R0=scalar(id=3) R7=scalar(id=3) R10=fp0
        6: (25) if r7 > 0x7 goto pc+5 12: R0=scalar(id=3) R7=scalar(id=3,umin=8) R10=fp0
    """)
    assert found.steps[0].after["R0"] == "scalar(id=3)"


def test_a_state_after_mark_precise():
    """A state that stands in its own line belongs to the instruction before it."""
    found = walk("""
        0: R1=ctx() R8=0 R10=fp0
        8: (63) *(u32 *)(r10 -52) = r8
        mark_precise: frame0: last_idx 8 first_idx 0 subseq_idx -1
        mark_precise: frame0: parent state regs=r8 stack=:  R0=scalar() R8=P0 R10=fp0
        9: R8=0 R10=fp0 fp-56=0000????
        9: (95) exit
        processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0
    """)
    assert found.steps[0].after == {"R1": "ctx()", "R8": "0", "R10": "fp0", "fp-56": "0000????"}
    assert found.message == ""
    assert found.paths[0].end == "exit"


BRANCHES = """
    func#0 @0
    Live regs before insn:
          0: .1........ (bf) r6 = r1
    0: R1=scalar() R2=scalar() R10=fp0
    0: (15) if r1 == 0x0 goto pc+4        ; R1=scalar(umin=1)
    1: (55) if r2 != 0x0 goto pc+2        ; R2=0
    2: (b7) r0 = 0                        ; R0=0
    3: (95) exit

    from 1 to 4: R1=scalar(umin=1) R2=scalar(umin=1) R10=fp0
    4: R1=scalar(umin=1) R2=scalar(umin=1) R10=fp0
    4: (b7) r0 = 1
    frame 0: propagating r6
    5: safe

    from 0 to 5: safe
    processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 2 peak_states 2 mark_read 0
"""


def test_paths():
    """Each "from" is a path of its own: where it branches off, and how it ends."""
    found = walk(BRANCHES)
    assert [(p.parent, p.to, p.end, p.safe_at) for p in found.paths] == [
        (-1, 0, "exit", -1), (1, 4, "safe", 5), (0, 5, "safe", 5),
    ]  # fmt: skip
    assert [step.path for step in found.steps] == [0, 0, 0, 0, 1]
    assert found.steps[4].before == {
        "R1": "scalar(umin=1)", "R2": "scalar(umin=1)", "R10": "fp0",
    }  # fmt: skip
    assert found.steps[3].after == {"R1": "scalar(umin=1)", "R2": "0", "R0": "0", "R10": "fp0"}


def test_two_paths_of_one_instruction():
    """The last branch that is open is taken first, as the verifier's stack is."""
    found = walk("""
        0: R1=ctx() R2=scalar() R10=fp0
        1: (15) if r2 == 0x0 goto pc+1        ; R2=scalar(umin=1)
        1: (15) if r2 == 0x0 goto pc+1        ; R2=scalar(umin=2)
        2: (95) exit
        from 1 to 3: R1=ctx() R2=0 R10=fp0
        3: (95) exit
        from 1 to 3: safe
    """)
    assert [path.parent for path in found.paths] == [-1, 1, 0]


def test_a_branch_that_was_not_taken_up():
    """Where the verifier knew the outcome no path branches off."""
    found = walk("""
        0: R1=ctx() R2=scalar() R3=5 R10=fp0
        1: (15) if r2 == 0x0 goto pc+1        ; R2=scalar(umin=1)
        0: (b7) r2 = 7                        ; R2=7
        1: (15) if r2 == 0x0 goto pc+1        ; R2=7
        0: (b7) r3 = 6                        ; R3=6
        0: (bf) r2 = r1                       ; R1=ctx() R2=ctx()
        1: (15) if r2 == 0x0 goto pc+1        ; R2=ctx()
        2: (95) exit
        from 1 to 3: R1=ctx() R2=0 R3=5 R10=fp0
        3: (95) exit
    """)
    assert found.paths[1].parent == 0


def test_a_branch_with_another_state():
    """A path branches off where what is not tested was the same."""
    found = walk("""
        0: R2=scalar() R3=5 R10=fp0
        1: (15) if r2 == 0x0 goto pc+1        ; R2=scalar(umin=1)
        0: (b7) r3 = 6                        ; R3=6
        1: (15) if r2 == 0x0 goto pc+1        ; R2=scalar(umin=1)
        2: (95) exit
        from 1 to 3: R2=0 R3=5 R10=fp0
        3: (95) exit
    """)
    assert found.paths[1].parent == 0


def test_functions_have_frames():
    """In a function the registers are its own; after it they are those of the caller again."""
    found = walk("""
        20: R6=ctx() R7=5 R10=fp0
        20: (bf) r1 = r6                      ; R1=ctx() R6=ctx() refs=3
        21: (85) call pc+18
        caller:
         R6=ctx() R7=5 R10=fp0 fp-8=mmmm???? refs=3
        callee:
         frame1: R1=ctx() R10=fp0 refs=3
        40: frame1: R1=ctx() R10=fp0 refs=3
        40: (b7) r0 = 1                       ; frame1: R0=1 refs=3
        47: (95) exit
        returning from callee:
         frame1: R0=1 R1=ctx() R10=fp0 refs=3
        to caller at 22:
         R0=1 R6=ctx() R7=5 R10=fp0 fp-8=mmmm???? refs=3

        from 47 to 22: R0=1 R6=ctx() R7=5 R10=fp0 fp-8=mmmm???? refs=3
        22: (67) r0 <<= 32                    ; R0=0x100000000 refs=3
    """)
    assert [step.frame for step in found.steps] == [0, 0, 1, 1, 0]
    assert found.steps[2].before == {"R1": "ctx()", "R10": "fp0"}
    assert found.steps[4].before == {
        "R0": "1", "R6": "ctx()", "R7": "5", "R10": "fp0", "fp-8": "mmmm????",
    }  # fmt: skip
    assert len(found.paths) == 1


def test_a_global_function_is_a_walk_of_its_own():
    """It is looked at with arguments of any value, apart from its callers."""
    found = walk("""
        0: R1=ctx() R10=fp0
        26: (85) call pc+21
        Func#2 ('twice') is global and assumed valid.
        27: R0=scalar() refs=3
        27: (95) exit
        Validating twice() func#2...
        48: R1=scalar() R10=fp0
        48: (bf) r0 = r1                      ; R0=scalar(id=5) R1=scalar(id=5)
        50: (95) exit
        Func#2 ('twice') is safe for any args that match its prototype
        processed 6 insns (limit 1000000) max_states_per_insn 1 total_states 6
    """)
    assert found.steps[0].after == {"R0": "scalar()", "R10": "fp0"}
    assert [(p.parent, p.to, p.end) for p in found.paths] == [(-1, 0, "exit"), (-1, 48, "exit")]
    assert found.steps[2].before == {"R1": "scalar()", "R10": "fp0"}
    assert found.message == ""


def test_a_global_function_comes_first_up_to_linux_6_6():
    """What comes after it is the program, on a path of its own."""
    found = walk("""
        Validating twice() func#2...
        48: R1=scalar() R10=fp0
        48: (bf) r0 = r1                      ; R0_w=scalar(id=1) R1=scalar(id=1)
        50: (95) exit
        Func#2 is safe for any args that match its prototype
        reg type unsupported for arg#0 function hook#25
        0: R1=ctx(off=0,imm=0) R10=fp0
        26: (85) call pc+21
        Func#2 is global and valid. Skipping.
        27: R0_w=scalar()
        27: (95) exit
    """)
    assert [(p.parent, p.to, p.end) for p in found.paths] == [(-1, 48, "exit"), (-1, 0, "exit")]
    assert found.steps[1].after == {"R0": "scalar(id=1)", "R1": "scalar(id=1)", "R10": "fp0"}
    assert found.steps[2].before == {"R1": "ctx(off=0,imm=0)", "R10": "fp0"}


def test_what_a_safe_path_does_not_say():
    """The state after the last instruction of a path that stops is not in the log."""
    found = walk("""
        0: R1=1 R10=fp0
        63: (85) call bpf_ringbuf_output#130
        mark_precise: frame0: last_idx 63 first_idx 39 subseq_idx -1
        64: safe
    """)
    assert not found.steps[0].told
    assert found.steps[0].after == found.steps[0].before


def test_notes_of_the_verifier_are_no_reason():
    """What it says of how it looks for the cause of a number is not in the message."""
    found = walk("""
        0: R1=1 R10=fp0
        6: (85) call bpf_probe_read_user#112
        last_idx 6 first_idx 0
        regs=4 stack=0 before 5: (bf) r2 = r0
        parent didn't have regs=4 stack=0 marks: R0_r=P1 R10=fp0
        R2 min value is negative, either use unsigned or 'var &= const'
    """)
    assert found.message == "R2 min value is negative, either use unsigned or 'var &= const'"


def test_linux_6_1():
    """Its marks of what was written are no part of a name, and lines come from elsewhere."""
    text = """
        0: R1=ctx(off=0,imm=0) R10=fp0
        ; u32 key = 1;
        0: (b7) r1 = 1                        ; R1_w=1
        1: (63) *(u32 *)(r10 -4) = r1         ; R1_w=1 R10=fp0 fp-8=mmmm????
        ; (*n)++;
        7: (79) r1 = *(u64 *)(r0 +0)
    """
    found = walk(text, [(0, "a.c", 4), (7, "a.c", 6)])
    assert [(s.quoted, s.file, s.line) for s in found.steps] == [
        ("u32 key = 1;", "a.c", 4), ("u32 key = 1;", "a.c", 4), ("(*n)++;", "a.c", 6),
    ]  # fmt: skip
    assert found.steps[1].after == {"R1": "1", "R10": "fp0", "fp-8": "mmmm????"}


def test_linux_7_3_explains_itself():
    """Its explanation is not part of the message."""
    found = walk("""
        0: R1=ctx() R10=fp0
        7: (79) r1 = *(u64 *)(r0 +0)
        R0 invalid mem access 'map_value_or_null'

        Verification failed: Register Type Safety: Invalid dereference

        Reason:
          R0 may be NULL here (a nullable map value pointer). The program could
          read it.

        At:
          hook @ main.c:42:6
          Instruction context:
          >>>  7 | (79) r1 = *(u64 *)(r0 +0)

        Suggestion:
          Add a NULL check.

        processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0
    """)
    assert found.message == "R0 invalid mem access 'map_value_or_null'"
    assert found.title == "Register Type Safety: Invalid dereference"
    assert found.reason.endswith("pointer). The program could read it.")
    assert found.suggestion == "Add a NULL check."
    assert found.processed == 7


def test_states_with_blanks_in_them():
    """A value goes on to the next name, whatever stands in its parentheses."""
    text = (
        " R0=scalar(umax=255,var_off=(0x0; 0xff)) R2_w=fp[0]-16 fp-16_r=mmmmscalar(id=2) refs=3,4"
    )
    assert read_state(text) == {
        "R0": "scalar(umax=255,var_off=(0x0; 0xff))",
        "R2": "fp[0]-16",
        "fp-16": "mmmmscalar(id=2)",
    }


def test_linux_6_1_forgets_what_a_helper_reads():
    """There a helper that reads the stack turns zeros into bytes that are written, in silence."""
    found = walk("""
        13: R1=map_ptr(off=0,ks=4,vs=8,imm=0) R2=fp-36 R6=ctx(off=0,imm=0) R10=fp0 fp-40=0000????
        18: (85) call bpf_map_lookup_elem#1   ; R0=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)
    """)
    assert found.steps[0].after["fp-40"] == "mmmm????"


def test_linux_6_1_forgets_what_goes_into_a_ring():
    """A ring has no keys: how much is read stands in the next register."""
    found = walk("""
        60: R1=map_ptr(ks=0,vs=0) R2=fp-16 R3=14 R6=ctx(off=0,imm=0) fp-8=2826673 fp-16=mmmm0000
        63: (85) call bpf_ringbuf_output#130  ; R0=scalar()
    """)
    after = found.steps[0].after
    assert (after["fp-8"], after["fp-16"]) == ("mmmmmmmm", "mmmmmmmm")


def test_later_kernels_do_not():
    """There the zeros stay, and the log says what changes."""
    found = walk("""
        13: R1=map_ptr(map=m,ks=4,vs=8) R2=fp-36 R6=ctx() R10=fp0 fp-40=0000????
        18: (85) call bpf_map_lookup_elem#1   ; R0=map_value_or_null(id=1,map=m,ks=4,vs=8)
    """)
    assert found.steps[0].after["fp-40"] == "0000????"


def test_nothing():
    """A text that is no log has no steps, and is not taken for a reason."""
    assert parse("").steps == ()
    assert parse("").message == ""
    assert parse("libbpf: load bpf program failed\n").message == ""
