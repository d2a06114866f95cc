"""Which cells one needs: those that bind what it uses, or may change it."""

import pytest

from bpflab.course.needed import needed

CELLS = {
    "imports": "import os\nfrom bpflab import load, table as show",
    "constant": 'HOOK = "sys_enter"',
    "function": "def loads(name):\n    with load(name) as program:\n        return program, HOOK",
    "shows": "show(os.getpid())",
    "loads": 'chain = load("chain")',
    "fills": 'chain.maps["JUMPS"].fill({0: "filter"})',
    "other": 'program = load("other")\nprogram.attach(hook=load)',
    "magic": "%%bpf answer --hook {HOOK}\nint hook(void *ctx) { return 0; }",
    "asks": "chain.missed",
    "again": "answer = [chain for chain in (1, 2)]",
}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("constant", "constant"),
        ("shows", "imports shows"),
        ("asks", "imports loads fills asks"),  # `fills` changes what it asks
        ("magic", "constant magic"),
        ("again", "again"),  # a loop's own name is another one
    ],
)
def test_what_a_cell_needs(wanted, found):
    """By names alone: nothing is executed, and cells below it are none of them."""
    assert needed(CELLS.items(), [wanted]) == set(found.split())


def test_what_a_function_uses_is_needed_and_its_own_names_are_not():
    """Where it is called: `program` of the cell `other` is another one than the function's."""
    cells = CELLS | {"calls": "loads('chain')"}
    assert needed(cells.items(), ["calls"]) == {"imports", "constant", "function", "calls"}


def test_several_cells():
    """What each of them needs."""
    assert needed(CELLS.items(), ["shows", "constant"]) == {"imports", "shows", "constant"}
    assert needed(CELLS.items(), []) == set()
