"""What the verifier knows, in words, against the kernel's own forms."""

import pytest

from bpflab.verifier_log.words import in_words, name_words, words

REGISTERS = {
    "0": "0",
    "P16": "16",
    "-1": "-1",
    "0x100000000": "0x100000000",
    "0xffffffff": "4294967295",
    "ctx()": "the context",
    "ctx(off=0,imm=0)": "the context",
    "ctx(off=8)": "the context, at byte 8",
    "fp0": "address of the stack at 0",
    "fp-16": "address of the stack at -16",
    "fp[0]-16": "address of the stack of frame 0 at -16",
    "map_ptr(map=counts,ks=4,vs=8)": "the map counts",
    "map_ptr(off=0,ks=4,vs=8,imm=0)": "a map with values of 8 bytes",
    "map_value(map=counts,ks=4,vs=8)": "a value of counts (8 bytes)",
    "map_value_or_null(id=1,map=counts,ks=4,vs=1)": "a value of counts (1 byte), or NULL",
    "map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0)": "a value of a map (8 bytes), or NULL",
    "map_value(off=0,ks=4,vs=8,imm=4)": "a value of a map (8 bytes), at byte 4",
    "map_value(off=0,ks=4,vs=64,imm=10)": "a value of a map (64 bytes), further on",
    "map_value(map=BUF,ks=4,vs=528,off=16)": "a value of BUF (528 bytes), at byte 16",
    "map_value(map=m,ks=4,vs=64,off=4,smin=0,smax=umax=smax32=56,var_off=(0x0; 0x38))":
        "a value of m (64 bytes), from byte 4 to byte 60 of it",
    "map_value(map=x.bss,ks=4,vs=604,off=600)":
        "the program's variables (x.bss, 604 bytes), at byte 600",
    "ringbuf_mem(ref_obj_id=2,sz=24)": "a reserved record of 24 bytes, not yet submitted",
    "ringbuf_mem(ref_obj_id=2,off=8,sz=24)":
        "a reserved record of 24 bytes, at byte 8, not yet submitted",
    "ringbuf_mem_or_null(id=2,ref_obj_id=2,sz=4)": "a reserved record of 4 bytes, or NULL",
    "alloc_mem_or_null(id=4,ref_obj_id=4,off=0,imm=0)": "a reserved record, or NULL",
    "alloc_mem(ref_obj_id=4,off=0,imm=0)": "a reserved record, not yet submitted",
    "mem(id=0,ref_obj_id=2,off=0,imm=0)": "memory",
    "rdonly_mem(sz=16)": "memory of 16 bytes, read only",
    "trusted_ptr_task_struct()": "the kernel's task_struct, trusted",
    "ptr_or_null_task_struct(id=2)": "the kernel's task_struct, or NULL",
    "untrusted_ptr_file(off=16)": "the kernel's file, at byte 16, untrusted",
    "pkt(r=0)": "the packet",
    "pkt(off=14,r=34)": "the packet, 34 bytes of it checked, at byte 14",
    "pkt_end()": "the end of the packet",
    "func()": "a function of the program",
    "scalar()": "any number",
    "scalar(id=3+15)": "any number",
    "inv(id=0)": "any number",
    "scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))": "any number of 32 bits",
    "scalar(umax=4294967295,var_off=(0x0; 0xffffffff))": "any number of 32 bits",
    "scalar(smin=0xffffffff80000000,smax=0x7fffffff)": "any signed number of 32 bits",
    "scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))":
        "a number from 0 to 255",
    "Pscalar(umax=7,var_off=(0x0; 0x7))": "a number from 0 to 7",
    "scalar(smin=umin=umin32=1,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))":
        "a number from 1 to 4294967295",
    "scalar(smin=smin32=-4095,smax=smax32=16)": "a number from -4095 to 16",
    "scalar(smin_value=-4095,smax_value=16)": "a number from -4095 to 16",
    "scalar(umin=4)": "a number from 4 to 0xffffffffffffffff",
    "scalar(smin=smin32=0,smax=umax=smax32=umax32=120,var_off=(0x0; 0x78))":
        "a number from 0 to 120, a multiple of 8",
}  # fmt: skip
SLOTS = {
    "mmmm????": "4 bytes written, at -4; 4 not written",
    "????mmmm": "4 bytes not written; 4 written, at -8",
    "mmmmmmmm": "8 bytes written",
    "000m????": "3 bytes zero, at -3; 1 written, at -4; 4 not written",
    "0000pppp": "4 bytes zero, at -4; 4 not used again",
    "0": "0",
    "00000": "4 bytes, at -8: 0; 4 bytes zero",
    "mmmm12": "4 bytes, at -8: 12; 4 bytes written",
    "????scalar()": "4 bytes, at -8: any number; 4 bytes not written",
    "scalar(id=1)": "any number",
    "ctx()": "the context",
    "iter_num(ref_id=1,state=active,depth=0)": "iter_num(ref_id=1,state=active,depth=0)",
}


@pytest.mark.parametrize("known", REGISTERS)
def test_registers(known):
    """Each form of a register reads as it should."""
    assert words(known) == REGISTERS[known]


@pytest.mark.parametrize("known", SLOTS)
def test_slots(known):
    """Bytes of a stack slot are written highest first, so the last letter is the lowest address."""
    assert in_words("fp-8", known) == SLOTS[known]


@pytest.mark.parametrize(
    "known", ["dynptr_ptr", "arena", "map_key_of_tomorrow(x=1)", "", "fp(off=-64)"]
)
def test_what_is_not_known_stays(known):
    """A form of another kernel is shown as that kernel writes it."""
    assert words(known) == known


def test_names():
    """Registers are written as in the instructions, slots by their offset."""
    assert [name_words(name) for name in ("R0", "fp-16")] == ["r0", "stack -16"]
