"""The programs that leave commands out: a key stands for one path, and for no other."""

import pytest

from bpflab import load
from tests.kernel.execs import execute, fresh_binary

pytestmark = pytest.mark.usefixtures("nothing_left")

ENTRY = {"hook": "syscalls:sys_enter_execve"}
BOTH = {"hook_enter": "syscalls:sys_enter_execve", "hook_exit": "syscalls:sys_exit_execve"}
CHAIN = {0: "filter", 1: "display"}
PROGRAMS = {  # each program that looks a path up: where it is attached, and its jump table
    "exclusion/exclude": (ENTRY, {}),
    "exclusion/swap": (ENTRY, {}),
    "tail_calls/1-one": (ENTRY, {}),
    "tail_calls/2-split": (ENTRY, {}),
    "tail_calls/3-three": (ENTRY, {}),
    "tail_calls/4-chain": (ENTRY, CHAIN),
    "tail_calls/5-inlined": (ENTRY, CHAIN),
    "tail_calls/6-tally": (ENTRY, CHAIN | {2: "tally"}),
    "two_hooks/chain": (BOTH, CHAIN),
}
TWINS = [name for name in PROGRAMS if name.startswith(("exclusion", "tail_calls"))]  # for libbpf
LONGEST = b"/" + b"x" * 510  # the buffer has 512 bytes, and one of them is the NUL


@pytest.fixture(
    params=[*((name, "bcc") for name in PROGRAMS), *((name, "libbpf") for name in TWINS)],
    ids=" ".join,
)
def watched(request, monkeypatch):
    """Give each of these programs, and the hooks to attach it to."""
    name, dialect = request.param
    hooks, table = PROGRAMS[name]
    monkeypatch.setenv("BPFLAB_DIALECT", dialect)
    with load(name) as program:
        assert program.source.dialect == dialect
        if table:
            program.maps["JUMP_TABLE"].fill(table)
        if "LEVEL" in program.maps:
            program.maps["LEVEL"][0] = 1  # one event for each path that is shown
        excluded = program.maps["A" if "A" in program.maps else "EXCLUDED_CMDS"]
        if "LISTS" in program.maps:
            program.maps["LISTS"][0] = excluded
        yield program, excluded, hooks


def test_a_key_hides_its_own_path_and_none_that_begins_like_it(watched):
    """With 511 characters in the list, the same path is left out; a longer one is shown as cut."""
    program, excluded, hooks = watched
    excluded.fill([LONGEST])
    with program.attached(**hooks):
        same, longer = execute(LONGEST), execute(LONGEST + b"/and/so/on")

    assert len(program.events.frame(same)) == 0
    assert program.events.frame(longer)["path_status"].tolist() == ["cut"]


def test_a_path_that_could_not_be_read_is_never_left_out(watched, tmp_path):
    """An unread path is all zeros; the empty path in the list does not hide it."""
    program, excluded, hooks = watched
    binary = fresh_binary(tmp_path)
    excluded.fill([b""])
    with program.attached(**hooks):
        own = execute(binary)

    statuses = program.events.frame(own)["path_status"].tolist()
    assert statuses[0] == "whole"
    assert len(statuses) == 2, "the second path was left out"
