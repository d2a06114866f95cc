"""What the kernel holds, as we show it and as bpftool does, with all privileges and with few."""

import contextlib
import ctypes
import json
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bpflab import LabError, close, inspect, load
from bpflab.inspect import code, syscall

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("nothing_left")]

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


walks = pytest.mark.skipif(not has(CAP_SYS_ADMIN), reason="walking the machine takes CAP_SYS_ADMIN")
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
@pytest.mark.parametrize("everyone", [False, True])
def test_programs_agree_with_bpftool(chain, everyone):
    """Every column that both show of the chain's programs is the same."""
    ids = [number(fd) for fd in chain.functions.values()]
    theirs = {row["id"]: row for row in bpftool("prog", "list") if row["id"] in ids}
    mine = shown(inspect.programs(everyone), ids)

    assert [row["name"] for row in mine] == NAMES
    assert [row["id"] for row in mine] == sorted(ids)
    for row in mine:
        their = theirs[row["id"]]
        assert row["name"] == their["name"][:15]  # bpftool takes longer ones from BTF
        same = ("type", "tag", "bytes_xlated", "bytes_jited", "bytes_memlock", "jited",
                "gpl_compatible", "uid")  # fmt: skip
        assert {n: row[n] for n in same} == {n: their[n] for n in same}
        assert row["map_ids"] == tuple(their["map_ids"])
        assert row["instructions"] * 8 == their["bytes_xlated"]
        assert (row["run_cnt"], row["run_time_ns"]) == (
            their.get("run_cnt", 0), their.get("run_time_ns", 0)
        )  # fmt: skip
        assert abs(row["loaded_at"].timestamp() - their["loaded_at"]) < 2
        assert row["pids"] == (os.getpid(),)
        assert row["comms"] == (Path("/proc/self/comm").read_text().strip(),)
    assert [row["attached_to"] for row in mine] == [EXEC, "", ""]


@compares
@pytest.mark.parametrize("everyone", [False, True])
def test_maps_agree_with_bpftool(chain, everyone):
    """Every column that both show of the chain's maps is the same."""
    theirs = {r["id"]: r for r in bpftool("map", "list") if r.get("name") in chain.maps}
    mine = [r for r in inspect.maps(everyone).to_dict("records") if r["id"] in theirs]
    mine = [row for row in mine if row["pids"] == (os.getpid(),)]

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
@pytest.mark.parametrize("everyone", [False, True])
def test_attachments_agree_with_bpftool(chain, raw, everyone):
    """One row for each place, a perf event's and a link's, as `bpftool perf` has them."""
    theirs = [row for row in bpftool("perf") if row["pid"] == os.getpid()]
    frame = inspect.links(everyone)
    mine = frame[frame["pid"] == os.getpid()].to_dict("records")

    assert [
        (row["fd"], row["program_id"], row["hook"], row["attached_to"].split(":")[-1])
        for row in sorted(mine, key=lambda row: row["fd"])
    ] == [(row["fd"], row["prog_id"], row["fd_type"], row["tracepoint"]) for row in theirs]
    assert [(row["program"], row["attached_to"]) for row in mine] == [
        ("prog1", EXEC),
        ("raw_hook", "sched_process_exec"),
    ]
    links = {row["id"] for row in bpftool("link", "list")}
    assert mine[1]["link_id"] in links


@compares
def test_slots_agree_with_bpftool(chain):
    """Each filled slot has the bytes that bpftool prints, and the empty one is a row too."""
    table = chain.maps["TAIL_CALL_MAP"]
    own = next(i for i in inspect.maps().itertuples() if i.name == "TAIL_CALL_MAP")
    theirs = [
        (int(row["key"][0], 16), " ".join(b.removeprefix("0x") for b in row["value"]))
        for row in bpftool("map", "dump", "id", str(own.id))
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
    """The calls are those of `bpftool prog dump xlated`, by place and by name."""
    dump = subprocess.run(
        ["bpftool", "prog", "dump", "xlated", "id", str(number(chain.functions["prog1"]))],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    theirs = re.findall(r"^\s*(\d+): \(85\) call (\w+)#", dump, re.M)

    mine = inspect.calls(chain, "prog1")

    assert [(str(row.instruction), row.name) for row in mine.itertuples(index=False)] == theirs


def test_a_function_of_ours_leaves_no_call(chain):
    """`count` was put in line: only helpers and the two tail calls are left, sent or translated."""
    for sent in (False, True):
        kinds = inspect.calls(chain, "prog1", sent=sent)["kind"].tolist()
        assert kinds.count("tail call") == 2
        assert set(kinds) == {"helper", "tail call"}
    names = inspect.calls(chain, "prog1", sent=True)["name"].tolist()
    assert names == [
        "bpf_get_current_pid_tgid", "bpf_map_lookup_elem", "bpf_tail_call",
        "bpf_map_lookup_elem", "bpf_tail_call",
    ]  # fmt: skip
    size = sum(row.instructions for row in inspect.programs().itertuples() if row.name == "prog1")
    assert inspect.instructions(chain, "prog1") == size > 20


def test_a_call_to_a_function_of_its_own_is_seen():
    """A program with a real BPF-to-BPF call, which BCC cannot make, shows it as one."""
    text = b"".join(
        struct.pack("=BBhi", *parts)
        for parts in ((0x85, 0x10, 0, 1), (0x95, 0, 0, 0), (0xB7, 0, 0, 0), (0x95, 0, 0, 0))
    )
    room, gpl = ctypes.create_string_buffer(text, len(text)), ctypes.create_string_buffer(b"GPL")
    count, where = len(text) // 8, ctypes.addressof(room)
    fd, _ = syscall.bpf(5, struct.pack("IIQQ", 1, count, where, ctypes.addressof(gpl)))
    try:
        found = [kind for _, kind, _ in code.read_calls(code._translated(fd, "main"))]
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


def test_what_open_programs_hold_is_not_left_behind(chain, raw):
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


@walks
def test_another_process_is_seen_with_its_name(chain):
    """With everyone, what another process holds is a row with its pid, name and place."""
    text = """
    import sys
    from bpflab import load
    program = load("other", text="int other_hook(void *ctx) { return 0; }")
    program.attach(other_hook="sched:sched_process_exit")
    print("attached", flush=True)
    sys.stdin.read()
    """
    with child(text, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"attached\n"
        rows = [r for r in inspect.programs(everyone=True).itertuples() if r.pids == (process.pid,)]
        places = inspect.links(everyone=True)
        mine = set(inspect.programs()["name"])
        process.communicate(b"", timeout=30)

    assert [(row.name, row.attached_to) for row in rows] == [
        ("other_hook", "sched:sched_process_exit")
    ]
    assert rows[0].comms[0].startswith("python")
    assert places[places["pid"] == process.pid]["program"].tolist() == ["other_hook"]
    assert "other_hook" not in mine


def child(text, *before, **options):
    """Start Python with *text*, behind the command *before*."""
    script = "\n".join(line.removeprefix("    ") for line in text.splitlines())
    return subprocess.Popen([*before, sys.executable, "-c", script], **options)


def answer(text, capabilities, fds=()):
    """Run *text* in a child with only these capabilities and *fds*; return the JSON it prints."""
    caps = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    drop = ["setpriv", "--inh-caps", caps, "--ambient-caps", caps, "--bounding-set", caps]
    if not has(CAP_SETPCAP):  # an ordinary user may not shrink the bounding set, and need not
        drop = drop[:-2]
    head = """
    import json, os, sys
    from bpflab import LabError, inspect, load
    def attempt(look, *arguments, **options):
        try:
            frame = look(*arguments, **options)
            return json.loads(frame.to_json(orient="records", date_format="iso"))
        except LabError as error:
            return [error.kind, str(error)]
    """
    process = child(head + text, *drop, stdout=subprocess.PIPE, pass_fds=fds)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return json.loads(said)


def test_with_the_labs_two_capabilities():
    """Own programs, places and slots are seen; what is not, is said and not shown as empty."""
    said = answer(
        f"""
    chain = load("chain", text={CHAIN!r})
    chain.maps["TAIL_CALL_MAP"].fill({{0: "prog2", 1: "prog3_has_a_long_name"}})
    chain.attach(prog1={EXEC!r})
    print(json.dumps({{
        "pid": os.getpid(),
        "programs": attempt(inspect.programs),
        "notes": inspect.programs().attrs["hidden"],
        "links": attempt(inspect.links),
        "maps": attempt(inspect.maps),
        "slots": attempt(inspect.slots, chain.maps["TAIL_CALL_MAP"]),
        "calls": attempt(inspect.calls, chain, "prog1"),
        "sent": attempt(inspect.calls, chain, "prog1", sent=True),
        "left": attempt(inspect.left_behind),
        "all": [attempt(f, everyone=True) for f in (inspect.programs, inspect.maps, inspect.links)],
    }}))
    """,
        ["bpf", "perfmon"],
    )

    assert [row["name"] for row in said["programs"]] == NAMES
    assert [row["attached_to"] for row in said["programs"]] == [EXEC, "", ""]
    assert all(row["instructions"] > 10 for row in said["programs"])
    assert "bpflab's own record" in said["notes"]["attached_to"]
    assert [(r["program"], r["attached_to"]) for r in said["links"]] == [("prog1", EXEC)]
    assert len(said["maps"]) == 3
    assert [row["program"] for row in said["slots"]] == [*NAMES[1:], ""]
    assert [row["kind"] for row in said["calls"]].count("tail call") == 2
    assert {row["name"] for row in said["calls"]} == {None, "bpf_tail_call"}
    assert None not in {row["name"] for row in said["sent"]}
    assert said["left"] == []
    for kind, text in said["all"]:
        assert kind == "privilege"
        assert "CAP_SYS_ADMIN" in text


HANDED = """
    names = dict(programs=inspect.programs, maps=inspect.maps, links=inspect.links,
                 left=inspect.left_behind)
    out = {name: attempt(look) for name, look in names.items()}
    out["notes"] = inspect.programs().attrs["hidden"]
    print(json.dumps(out))
    """


def handed_over(chain, raw, capabilities):
    """Return what a child sees that holds copies of our fds and no Program."""
    fds = [chain.functions["prog1"], *chain.links.values(), chain.maps["TAIL_CALL_MAP"].fd]
    return answer(HANDED, capabilities, [*fds, *raw.links.values()])


def test_with_no_capability_what_is_hidden_is_missing(chain, raw):
    """Names stay, sizes and a tracepoint's place are missing with their reason, never zero."""
    said = handed_over(chain, raw, [])
    (program,) = said["programs"]

    assert (program["name"], program["instructions"], program["bytes_jited"]) == (
        "prog1", None, None
    )  # fmt: skip
    assert program["attached_to"] is None
    assert set(said["notes"]) >= {"instructions", "attached_to"}
    assert said["maps"][0]["owner_prog_type"] == "tracepoint"
    places = {row["attached_to"]: row for row in said["links"]}
    assert places["sched_process_exec"]["hook"] == "raw_tracepoint"
    assert places[None]["program_id"] is None
    assert {row["kind"] for row in said["left"]} == {"program", "map", "link", "perf event"}


def test_a_foreign_perf_event_is_matched_by_the_kernel(chain, raw):
    """With CAP_PERFMON the kernel tells that our program is on the event, but not at which."""
    said = handed_over(chain, raw, ["bpf", "perfmon"])
    (event,) = [row for row in said["links"] if row["link_id"] is None]

    assert (event["program"], event["hook"], event["attached_to"]) == ("prog1", "tracepoint", None)
    assert said["programs"][0]["attached_to"] is None
    assert said["programs"][0]["instructions"] > 20


def test_a_slot_whose_program_is_not_ours_has_an_id_and_no_name(chain):
    """The kernel gives the id of any slot, and the name only of what one may open."""
    table = chain.maps["TAIL_CALL_MAP"]
    said = answer(
        f"""
    import numpy as np
    from bpflab.data.maps import Map
    table = Map("T", {table.fd}, 3, np.dtype("u4"), np.dtype("u4"), 3)
    print(json.dumps([attempt(inspect.slots, table), inspect.slots(table).attrs["hidden"]]))
    """,
        ["bpf", "perfmon"],
        [table.fd],
    )
    rows, notes = said

    assert [row["program"] for row in rows] == [None, None, ""]
    assert rows[0]["program_id"] == number(chain.functions["prog2"])
    assert rows[0]["type"] == "tracepoint"
    assert "CAP_SYS_ADMIN" in notes["program"]


def test_looking_leaves_nothing_and_is_quick(chain, raw):
    """Twenty looks hold no fd more than before, and take no minute even where it is emulated."""
    before, started = open_fds(), time.monotonic()
    for _ in range(20):
        inspect.programs()
        inspect.links()
        inspect.slots(chain.maps["TAIL_CALL_MAP"])
    took = time.monotonic() - started
    if has(CAP_SYS_ADMIN):
        inspect.programs(everyone=True)

    assert open_fds() == before
    assert took < 60


def open_fds():
    """Return how many fds this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
