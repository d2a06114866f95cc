"""Where the verifier walks on at two places, and what it learns there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bpflab.verifier_log.effects import is_call
from bpflab.verifier_log.state import State
from bpflab.verifier_log.walk import Step

_OPERATION = re.compile(r"\(([0-9a-f]{2})\) ")
_JUMPS = (5, 6)  # BPF_JMP, BPF_JMP32: the class is the operation's lowest three bits
_ALWAYS = (0x05, 0x06, 0x85, 0x95)  # goto, gotol, call, exit
_CONSTANT = re.compile(r"P?-?(?:0x[0-9a-f]+|\d+)")
_POINTER = re.compile(r"(?!scalar|inv|P)[a-z]")
_ID = re.compile(r"(?<![_\w])id=(\d+)")


def is_branch(code: str) -> bool:
    """Say whether an instruction is an ``if``: the verifier may walk on at two places."""
    found = _OPERATION.match(code)
    operation = int(found[1], 16) if found else 0
    return operation & 7 in _JUMPS and operation not in _ALWAYS


def parent(steps: Sequence[Step], left: Collection[int], insn: int, state: State) -> int:
    """Return the step at *insn* whose other branch *state* is of, or -1.

    It is the last one that is open, since the verifier has a stack of them; *left* has those that
    are not. An empty *state* is not compared.
    """
    for at in range(len(steps) - 1, -1, -1):
        step = steps[at]
        if step.insn != insn or at in left or not may_branch(step.code, step.before):
            continue
        compared = bool(state) and is_branch(step.code)
        if not compared or could_lead(step.code, step.before, state):
            return at
    return -1


def may_branch(code: str, before: State) -> bool:
    """Say whether the verifier may walk on at two places after an instruction.

    It does not where it knows the outcome: it compares numbers that it knows, or asks whether a
    pointer is NULL that cannot be.
    """
    if not is_branch(code):
        return is_call(code)  # of a helper that calls a function of the program back
    known = [before.get(name, "") for name in _tested(code)]
    pointer = known[0] if len(known) == 1 and "_or_null" not in known[0] else ""
    asked = bool(re.search(r" [!=]= 0x0 goto", code)) and bool(_POINTER.match(pointer))
    return not asked and not all(_CONSTANT.fullmatch(value) for value in known)


def could_lead(code: str, before: State, state: State) -> bool:
    """Say whether *state* can be that after a branch of *code*: what it does not test is as it was.

    Copies of what it tests are known by their ``id``.
    """
    names = _tested(code)
    ids = {found[1] for name in names if (found := _ID.search(before.get(name, "")))}
    for name in {*before, *state} - names:
        found = _ID.search(before.get(name, ""))
        if not (found and found[1] in ids) and before.get(name) != state.get(name):
            return False
    return True


def after_branch(before: State, now: State) -> State:
    """Return *now*, with the copies of what an ``if`` tested: the verifier learns of them too.

    A pointer that may be NULL and a number are known to be copies by their ``id``.
    """
    learnt = {}
    for name, old in before.items():
        if now[name] != old and (id := _ID.search(old)):
            learnt[id[1]] = (old, now[name])
    found = dict(now)
    for name, old in before.items():
        id = _ID.search(old)
        if not id or now[name] != old or id[1] not in learnt:
            continue
        was, became = learnt[id[1]]
        if old == was:
            found[name] = became
        elif "_or_null" in old and "_or_null" in was:
            found[name] = became if became in ("0", "P0") else _checked(old, became)
    return found


def _checked(old: str, became: str) -> str:
    """Return a pointer at another offset, as it is once it cannot be NULL."""
    kept = _ID.search(became)
    text = old.replace("_or_null", "", 1)
    return text if kept else re.sub(r"(?<![_\w])id=\d+,?", "", text, count=1)


def _tested(code: str) -> set[str]:
    return {f"R{number}" for number in re.findall(r"\b[rw](\d+)\b", code)}
