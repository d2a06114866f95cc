"""What the kernel has of this process, as we show it and as bpftool does, by privilege."""

import contextlib
import json
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from bpflab import LabError, close, inspect, load, run
from bpflab.bindings.bpf import Code, load_program
from bpflab.inspect import code

pytestmark = pytest.mark.usefixtures("nothing_left")

CAP_SETPCAP, CAP_SYS_ADMIN = 8, 21
EXEC = "sched:sched_process_exec"
CHAIN = """
struct state { u32 per_event_count; u32 total_count; };
BPF_PERCPU_ARRAY(PER_CPU_MAP, struct state, 1);
BPF_HASH(EXCLUDED, u32, u64, 10);
BPF_PROG_ARRAY(TAIL_CALL_MAP, 3);

static int count(void)
{
	int zero = 0;
	struct state *state = PER_CPU_MAP.lookup(&zero);

	if (state)
		state->total_count++;
	return 0;
}

int prog1(void *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (EXCLUDED.lookup(&pid))
		TAIL_CALL_MAP.call(ctx, 1);
	count();
	TAIL_CALL_MAP.call(ctx, 0);
	return 0;
}

int prog2(void *ctx)
{
	count();
	TAIL_CALL_MAP.call(ctx, 1);
	return 0;
}

int prog3_has_a_long_name(void *ctx)
{
	count();
	return 0;
}
"""
NAMES = ["prog1", "prog2", "prog3_has_a_lon"]
RAW = "int raw_hook(void *ctx) { return 0; }"


def has(capability):
    """Return whether this process has the capability of this number."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("CapEff:")[1].split()[0], 16) >> capability & 1


compares = pytest.mark.skipif(
    not (has(CAP_SYS_ADMIN) and shutil.which("bpftool")), reason="needs bpftool and CAP_SYS_ADMIN"
)


@pytest.fixture(scope="module")
def chain():
    """Three programs, the first attached, the others in slots 0 and 1 of a jump table of 3."""
    with load("chain", text=CHAIN) as program:
        program.maps["TAIL_CALL_MAP"].fill({0: "prog2", 1: "prog3_has_a_long_name"})
        yield program.attach(prog1=EXEC)


@pytest.fixture
def raw():
    """A program on a raw tracepoint, which the kernel attaches by a link."""
    with load("raw", text=RAW, type="raw_tracepoint") as program:
        yield program.attach(raw_hook="sched_process_exec")


def bpftool(*arguments):
    """Return what bpftool says, from its JSON."""
    done = subprocess.run(["bpftool", "-j", *arguments], capture_output=True, check=True)
    return json.loads(done.stdout)


def shown(frame, ids):
    """Return the rows of *frame* with these ids as dicts."""
    return frame[frame["id"].isin(ids)].to_dict("records")


def number(fd):
    """Return the id that fdinfo gives the program behind *fd*."""
    return int(re.search(r"prog_id:\t(\d+)", Path(f"/proc/self/fdinfo/{fd}").read_text())[1])


@compares
def test_programs_agree_with_bpftool(chain):
    """Every column that both show of the chain's programs is the same."""
    ids = [number(fd) for fd in chain.functions.values()]
    theirs = {row["id"]: row for row in bpftool("prog", "list") if row["id"] in ids}
    mine = shown(inspect.programs(), ids)

    assert [row["name"] for row in mine] == NAMES
    assert [row["id"] for row in mine] == sorted(ids)
    for row in mine:
        their = theirs[row["id"]]
        assert row["name"] == their["name"][:15]  # bpftool takes longer ones from BTF
        same = ("type", "tag", "bytes_xlated", "bytes_jited", "bytes_memlock")
        assert {n: row[n] for n in same} == {n: their[n] for n in same}
        assert row["map_ids"] == tuple(their["map_ids"])
        assert row["instructions"] * 8 == their["bytes_xlated"]
        assert row["run_cnt"] == their.get("run_cnt", 0)
        assert row["recursion_misses"] == their.get("recursion_misses", 0)
        assert abs(row["loaded_at"].timestamp() - their["loaded_at"]) < 2
        assert row["pids"] == (os.getpid(),)
    assert [row["attached_to"] for row in mine] == [EXEC, "", ""]


def test_runs_are_counted_for_a_block_alone(chain):
    """Each exec is a run of the first program; tail calls and what comes later are none."""
    if os.geteuid():
        pytest.skip("only root may have runs counted")

    def runs():
        frame = inspect.programs().set_index("id")
        return [int(frame.loc[number(fd), "run_cnt"]) for fd in chain.functions.values()]

    before = runs()
    with inspect.run_stats():
        run("/usr/bin/true", times=5)
    after = runs()
    run("/usr/bin/true", times=5)

    assert after[0] - before[0] >= 5 and after[1:] == before[1:] == [0, 0]
    assert runs() == after


def test_a_kernel_that_counts_no_runs_for_us_says_so(monkeypatch):
    """As it is without CAP_SYS_ADMIN: the block does not begin."""

    def refuse(command, attributes):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("bpflab.bindings.bpf.bpf", refuse)
    with pytest.raises(LabError, match="Operation not permitted") as caught, inspect.run_stats():
        raise ZeroDivisionError
    assert caught.value.kind == "privilege"


@compares
def test_maps_agree_with_bpftool(chain):
    """Every column that both show of the chain's maps is the same."""
    theirs = {r["id"]: r for r in bpftool("map", "list") if r.get("name") in chain.maps}
    mine = [r for r in inspect.maps().to_dict("records") if r["id"] in theirs]

    assert sorted(row["name"] for row in mine) == ["EXCLUDED", "PER_CPU_MAP", "TAIL_CALL_MAP"]
    for row in mine:
        their = theirs[row["id"]]
        for ours, name in (("type", "type"), ("key_size", "bytes_key"), ("flags", "flags"),
                           ("value_size", "bytes_value"), ("max_entries", "max_entries"),
                           ("bytes_memlock", "bytes_memlock"), ("frozen", "frozen")):  # fmt: skip
            assert row[ours] == their[name]
        assert row["owner_prog_type"] == their.get("owner_prog_type", "")
        assert row["owner_jited"] == their.get("owner_jited", "")


@compares
def test_places_agree_with_bpftool(chain, raw):
    """A perf event's and a link's are those of `bpftool perf`."""
    theirs = {r["prog_id"]: r["tracepoint"] for r in bpftool("perf") if r["pid"] == os.getpid()}
    frame = inspect.programs()
    mine = dict(zip(frame["id"], frame["attached_to"], strict=True))

    assert {id: at.split(":")[-1] for id, at in mine.items() if at} == theirs
    assert sorted(at for at in mine.values() if at) == [EXEC, "sched_process_exec"]


@compares
def test_slots_agree_with_bpftool(chain):
    """Each filled slot has the bytes that bpftool prints, and the empty one is a row too."""
    table = chain.maps["TAIL_CALL_MAP"]
    of_it = next(i for i in inspect.maps().itertuples() if i.name == "TAIL_CALL_MAP")
    theirs = [
        (int(row["key"][0], 16), " ".join(b.removeprefix("0x") for b in row["value"]))
        for row in bpftool("map", "dump", "id", str(of_it.id))
        if "value" in row
    ]

    frame = inspect.slots(table)

    assert [(r.slot, r.value) for r in frame.itertuples() if r.value] == theirs
    assert frame["slot"].tolist() == [0, 1, 2]
    assert frame["program"].tolist() == [*NAMES[1:], ""]
    assert frame["type"].tolist() == ["tracepoint", "tracepoint", ""]
    ids = [number(chain.functions[f]) for f in ("prog2", "prog3_has_a_long_name")]
    assert frame["program_id"].tolist()[:2] == ids
    assert frame["program_id"].isna().tolist() == [False, False, True]
    assert frame["value"].iloc[0] == struct.pack("=I", ids[0]).hex(" ")


@compares
def test_calls_agree_with_bpftool(chain):
    """The calls are those of `bpftool prog dump xlated`, by place."""
    dump = subprocess.run(
        ["bpftool", "prog", "dump", "xlated", "id", str(number(chain.functions["prog1"]))],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    theirs = re.findall(r"^\s*(\d+): \(85\) call \w+#", dump, re.M)

    assert inspect.calls(chain, "prog1")["instruction"].tolist() == [int(n) for n in theirs]


def test_a_function_of_ours_leaves_no_call(chain):
    """`count` was put in line: only helpers and the two tail calls are left, sent or translated."""
    for sent in (False, True):
        kinds = inspect.calls(chain, "prog1", sent=sent)["kind"].tolist()
        assert kinds.count("tail call") == 2
        assert set(kinds) == {"helper", "tail call"}
    kinds = inspect.calls(chain, "prog1", sent=True)["kind"].tolist()
    assert kinds == ["helper", "helper", "tail call", "helper", "tail call"]
    size = sum(row.instructions for row in inspect.programs().itertuples() if row.name == "prog1")
    assert inspect.instructions(chain, "prog1") == size > 20


def test_a_call_to_a_function_is_seen():
    """A program with a real BPF-to-BPF call, which BCC cannot make, shows it as one."""
    text = b"".join(
        struct.pack("=BBhi", *parts)
        for parts in ((0x85, 0x10, 0, 1), (0x95, 0, 0, 0), (0xB7, 0, 0, 0), (0x95, 0, 0, 0))
    )
    fd, _ = load_program(1, Code("main", text))
    try:
        found = [kind for _, kind in code.read_calls(code._translated(fd, "main"))]
        left = inspect.left_behind()
    finally:
        os.close(fd)

    assert found == ["function"]
    assert left[["kind", "fd"]].to_dict("records") == [{"kind": "program", "fd": fd}]


def test_a_program_that_is_closed_or_unknown_is_refused(chain):
    """Calls and instructions of what is not there are an error with the names there are."""
    with load("raw", text=RAW, type="raw_tracepoint") as program:
        pass
    for look in (inspect.calls, inspect.instructions):
        with pytest.raises(LabError) as caught:
            look(program, "raw_hook")
        assert caught.value.kind == "closed"
        with pytest.raises(LabError) as caught:
            look(chain, "prog4")
        assert "prog3_has_a_long_name" in caught.value.fix


def test_only_a_program_array_has_slots(chain):
    """Another map is refused by its type."""
    with pytest.raises(LabError) as caught:
        inspect.slots(chain.maps["EXCLUDED"])

    assert "hash" in caught.value.message


def test_what_open_programs_have_is_not_left_behind(chain, raw):
    """Programs, maps, a perf event, a link and a ring's mappings all have their owner."""
    with load("first_map/cut") as program:
        program.events.pump()
        assert inspect.left_behind().empty
        with mapped(program.maps["events"].fd):  # a second mapping, which it does not own
            assert inspect.left_behind()["kind"].tolist() == ["mapping"]


def test_what_a_program_has_lost_is_left_behind():
    """An fd that outlives its program, and an attachment it forgot, are found and named."""
    program = load("raw", text=RAW, type="raw_tracepoint").attach(raw_hook="sched_process_exec")
    link = program.links.pop(("raw_hook", "sched_process_exec"))
    lost = inspect.left_behind().to_dict("records")
    kept = os.dup(program.functions["raw_hook"])
    program.close()
    both = inspect.left_behind()
    os.close(kept)
    os.close(link)

    assert [(row["kind"], row["name"], row["fd"]) for row in lost] == [("link", "raw_hook", link)]
    assert sorted(zip(both["kind"], both["name"], both["fd"], strict=True)) == [
        ("link", "raw_hook", link),
        ("program", "raw_hook", kept),
    ]
    assert inspect.left_behind().empty


def test_a_perf_event_and_a_mapped_map_are_left_behind():
    """A tracepoint's perf event that its program forgot, and a map that is still mapped."""
    program = load("first_map/cut").attach(hook="syscalls:sys_enter_execve")
    event = program.links.pop(("hook", "syscalls:sys_enter_execve"))
    with mapped(program.maps["events"].fd):
        close("first_map/cut")
        left = inspect.left_behind()
    os.close(event)

    rows = {row["kind"]: row for row in left.to_dict("records")}
    assert sorted(left["kind"]) == ["map", "mapping", "perf event"]
    assert rows["perf event"]["fd"] == event
    assert rows["map"]["name"] == "events"


@contextlib.contextmanager
def mapped(fd):
    """Map a ring's first page; Python keeps a copy of the fd as well."""
    memory = mmap.mmap(fd, mmap.PAGESIZE)
    try:
        yield
    finally:
        memory.close()


def answer(text, capabilities, fds=()):
    """Run *text* in a child with only these capabilities and *fds*; return the JSON it prints."""
    caps = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    drop = ["setpriv", "--inh-caps", caps, "--ambient-caps", caps, "--bounding-set", caps]
    if not has(CAP_SETPCAP):  # an ordinary user may not shrink the bounding set, and need not
        drop = drop[:-2]
    head = """
    import json, os
    from bpflab import inspect, load
    def rows(frame):
        return json.loads(frame.to_json(orient="records", date_format="iso"))
    """
    script = "\n".join(line.removeprefix("    ") for line in (head + text).splitlines())
    done = subprocess.run(
        [*drop, sys.executable, "-c", script],
        stdout=subprocess.PIPE, pass_fds=fds, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_with_the_labs_two_capabilities():
    """Programs, places and slots of this process are seen; what is not, is missing."""
    shown = answer(
        f"""
    chain = load("chain", text={CHAIN!r})
    chain.maps["TAIL_CALL_MAP"].fill({{0: "prog2", 1: "prog3_has_a_long_name"}})
    chain.attach(prog1={EXEC!r})
    print(json.dumps({{
        "programs": rows(inspect.programs()),
        "maps": rows(inspect.maps()),
        "slots": rows(inspect.slots(chain.maps["TAIL_CALL_MAP"])),
        "calls": rows(inspect.calls(chain, "prog1")),
        "sent": rows(inspect.calls(chain, "prog1", sent=True)),
        "left": rows(inspect.left_behind()),
    }}))
    """,
        ["bpf", "perfmon"],
    )

    assert [row["name"] for row in shown["programs"]] == NAMES
    assert [row["attached_to"] for row in shown["programs"]] == [EXEC, "", ""]
    assert all(row["instructions"] > 10 for row in shown["programs"])
    assert len(shown["maps"]) == 3
    assert [row["program"] for row in shown["slots"]] == [*NAMES[1:], ""]
    assert [row["kind"] for row in shown["calls"]].count("tail call") == 2
    assert [row["kind"] for row in shown["sent"]].count("tail call") == 2
    assert shown["left"] == []


def test_with_no_capability_what_is_hidden_is_missing(chain, raw):
    """A child has copies of our descriptors and no Program: what it may not see is no zero."""
    fds = [chain.functions["prog1"], *chain.links.values(), chain.maps["TAIL_CALL_MAP"].fd]
    fds += [raw.functions["raw_hook"], *raw.links.values()]
    shown = answer(
        """
    print(json.dumps({
        "programs": rows(inspect.programs()),
        "maps": rows(inspect.maps()),
        "left": rows(inspect.left_behind()),
    }))
    """,
        [],
        fds,
    )

    for row in shown["programs"]:
        assert (row["instructions"], row["bytes_jited"]) == (None, None)
    at = {row["name"]: row["attached_to"] for row in shown["programs"]}
    assert at == {"prog1": None, "raw_hook": "sched_process_exec"}
    assert shown["maps"][0]["owner_prog_type"] == "tracepoint"
    assert {row["kind"] for row in shown["left"]} == {"program", "map", "link", "perf event"}
    assert {row["name"] for row in shown["left"] if row["kind"] == "link"} == {"raw_hook"}


def test_a_slot_whose_program_is_not_ours_has_an_id_and_no_name(chain):
    """The kernel gives the id of any slot, and the name only of what this process has open."""
    table = chain.maps["TAIL_CALL_MAP"]
    rows = answer(
        f"""
    import numpy as np
    from bpflab.data.maps import Map
    table = Map("T", {table.fd}, 3, np.dtype("u4"), np.dtype("u4"), 3)
    print(json.dumps(rows(inspect.slots(table))))
    """,
        ["bpf", "perfmon"],
        [table.fd],
    )

    assert [row["program"] for row in rows] == [None, None, ""]
    assert rows[0]["program_id"] == number(chain.functions["prog2"])
    assert rows[0]["type"] == "tracepoint"
