"""Registers that hold nothing, and instructions that cannot be."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext, library
from bpflab.mistakes.declarations import Declarations, Function
from bpflab.mistakes.verifier.refusal import Refusal, says

_CALLX = 0x8D  # a call of the address in a register (LLVM: CALLX)


def unset(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a register that is read and was not written on some path."""
    text = refusal.text()
    step = refusal.step
    if error := _no_result(refusal, f"R{found[1]}"):
        return error
    if step and step.code.startswith("(95)"):
        given = re.search(r"\breturn\s+(\w+)\s*;", text)
        name = given[1] if given and not given[1].isdigit() else ""
        return refusal.error(
            "uninitialised",
            f"{name} is returned, and has no value on some path."
            if name
            else "The program ends without a value to return, on some path.",
            why="A program's result is in register 0, and nothing has written to it on this path.",
            fix=f"Give {name} a value where it is declared: {name} = 0."
            if name
            else "End each path with return 0;",
        )
    names = [n for n in re.findall(r"[A-Za-z_]\w*", text) if _no_value(refusal, n)]
    name = names[0] if len(set(names)) == 1 else ""
    return refusal.error(
        "uninitialised",
        f"{name} is read, and has no value on some path."
        if name
        else f"Register {found[1]} is read, and holds nothing on some path.",
        why="The verifier has seen no instruction that writes it on this path."
        if name
        else "A call leaves its result in R0 and clears R1 to R5; a good tail call never returns.",
        fix=f"Give it a value where it is declared: {name} = 0."
        if name
        else "Give the variable a value on every path before it is read.",
    )


def unreachable(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain code that no path leads to."""
    place = refusal.place_of(int(found[1]))
    return refusal.error(
        "structure",
        "No path leads to this part of the program.",
        place=place,
        why="The compiler removes such code, unless assembly or goto hides it from the compiler.",
        fix="Remove it, or the jump that goes around it.",
    )


unknown_instruction = says(
    "structure",
    "The compiler has used an instruction that this kernel does not know.",
    why="The compiler was told to make code for a newer kernel.",
    fix="Leave -mcpu out of the compiler's flags, or write -mcpu=v3.",
)


def through_pointer(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a call of a function whose address is in a register."""
    code, lines = refusal.instructions, ctext.body(refusal.source, refusal.function)
    call = re.compile(r"\w\s*\]\s*\(|\(\s*\*\s*\w+\s*\)\s*\(")
    last = next((place for place in reversed(lines) if call.search(place.text)), None)
    calls = (n for n in range(len(code) // 8) if code[8 * n] == _CALLX)
    return refusal.error(
        "structure",
        "A function is called through a pointer.",
        place=refusal.place_of(next(calls, -1)) or last,
        why="The verifier must know which function each call calls.",
        fix="Call each function by its name, in a switch or an if. Whole programs can be called "
        "by a number: with a tail call.",
    )


def ld_abs(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an instruction of the old packet filter in a function that returns no int."""
    text = Declarations(refusal.source)
    loads = re.compile(r"\bload_(?:byte|half|word)\s*\(")
    calls = [
        one for f in text.functions.values() for one in loads.finditer(text.code, f.begin, f.end)
    ]
    places = [text.place(one.start()) for one in calls]
    wrong = [p for p in places if (f := text.around(p)) and not _returns_int(f)]
    return refusal.error(
        "structure",
        "load_byte, load_half or load_word is called in a function that returns no int.",
        place=wrong[0] if wrong else None,
        why="Where the packet is too short, this old instruction ends the function and returns 0.",
        fix="Let the function return an int, or read with bpf_skb_load_bytes(skb, offset, &copy, "
        "sizeof(copy)).",
    )


def _returns_int(function: Function) -> bool:
    return bool(re.search(rf"\bint\s+{function.name}\s*\(", function.place.text))


def out_of_range(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a jump to where the program is not."""
    return refusal.error(
        "structure",
        "A jump leads out of the program.",
        place=refusal.place_of(int(found[1])),
        why="BCC loads each function alone, so a jump or a call into another function has no "
        "target. A goto in assembly that counts wrong has none, either."
        if refusal.source.dialect == "bcc" or not refusal.source.lines
        else "A goto in assembly may count wrong.",
        fix="Let the compiler inline what is called: static, without noinline.",
    )


def of_this_cpu(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a variable of this CPU that a kernel header reads, as clang 19 and later compile it.

    They make a cast of it, from the address space in which the kernel keeps such variables.
    """
    current = re.compile(library.CURRENT)
    place = next(
        (p for p in ctext.body(refusal.source, refusal.function) if current.search(p.text)), None
    )
    message, why, fix = library.OF_CURRENT if place else library.OF_HEADER
    return refusal.error("assembly", message, place=place, why=why, fix=fix)


divided = says(
    "division",
    "A number is divided by 0.",
    why="The divisor is 0 in every case.",
    fix="Divide by another number, or check the divisor.",
)


shifted = says(
    "shift",
    "A number is shifted by {1} bits.",
    why="A number of 64 bits can be shifted by 0 to 63, and one of 32 bits by 0 to 31.",
    fix="Shift by less, or make the number a u64.",
)


misaligned = says(
    "alignment",
    "{1} bytes are read or written at an offset that {1} does not divide.",
    why="On this machine, or in this memory, a number must be at a multiple of its size.",
    fix="Copy the bytes with __builtin_memcpy, or order the struct's fields by size.",
)


def _no_result(refusal: Refusal, register: str) -> LabError | None:
    """Explain the use of what a helper returns that returns nothing."""
    _, made = refusal.history(register)
    call = refusal.call(made) if made >= 0 else None
    if register != "R0" or not call:
        return None
    text = refusal.text(made)
    if not re.search(rf"(?:=|\breturn\b|[(!])[\s(!]*{re.escape(call.shown)}\s*\(", text):
        return None  # a statement of its own: its result is not what is read
    ends = refusal.step is not None and refusal.step.code.startswith("(95)")
    if ends and not re.search(rf"\breturn\b.*{re.escape(call.shown)}", text):
        name = ctext.assigned(text)
        if not name or not re.search(rf"\breturn\s+{name}\s*;", refusal.text()):
            return None
    tail = call.helper == "bpf_tail_call"
    return refusal.error(
        "uninitialised",
        f"{call.helper} leaves no result that a program can use.",
        why="If it works, this program ends there. If it fails, the program goes on with the next "
        "statement."
        if tail
        else "No program may read what it leaves in R0.",
        fix="Write it as a statement of its own, without = and if."
        + (" What comes after it runs only if it failed." if tail else ""),
        also=[(refusal.place(made), f"{call.shown} is called here")],
    )


def _no_value(refusal: Refusal, name: str) -> bool:
    """Say whether a variable is declared in the function without a value."""
    declared = ctext.variable(refusal.source, name, refusal.here)
    if not declared or not declared.place.text.startswith((" ", "\t")):
        return False
    return not re.search(rf"\b{name}\s*(?:\[[^\]]*\])?\s*=", declared.place.text)


RULES = (
    (r"^R(\d+) !read_ok", unset),
    (r"^unreachable insn (\d+)", unreachable),
    (r"^unknown opcode 8d", through_pointer),
    (r"^unknown opcode ", unknown_instruction),
    (r"^LD_ABS is only allowed in functions that return 'int'", ld_abs),
    (r"^jump out of range from insn (\d+) to", out_of_range),
    (r"^addr_space_cast insn can only convert between address space 1 and 0", of_this_cpu),
    (r"^div by zero|^BPF_(?:DIV|MOD) by zero", divided),
    (r"^invalid shift (-?\d+)", shifted),
    (r"^misaligned (?:\w+ )?access .* size (\d+)", misaligned),
)
