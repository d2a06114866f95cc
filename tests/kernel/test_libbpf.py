"""Programs through clang and libbpf: functions that are called, refusals, and nothing left."""

import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bpflab import LabError, inspect, load, run, source
from bpflab.compiling import clang
from tests.kernel.held import held

pytestmark = [
    pytest.mark.usefixtures("nothing_left"),
    pytest.mark.skipif(
        not shutil.which("clang") and not os.environ.get("CI"), reason="there is no clang"
    ),
]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount, or become another")

HEAD = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
LICENCE = 'char LICENSE[] SEC("license") = "GPL";\n'
COUNTS = (
    HEAD
    + "struct {\n\t__uint(type, BPF_MAP_TYPE_HASH);\n\t__uint(max_entries, 4);\n"
    + '\t__type(key, __u32);\n\t__type(value, __u64);\n} counts SEC(".maps");\n'
)  # 7 lines
LOOKUP = (
    'SEC("socket") int entry(void *ctx)\n{\n\t__u32 key = 7;\n'
    "\t__u64 *value = bpf_map_lookup_elem(&counts, &key);\n\n"
)


@pytest.fixture
def frames():
    """Give a loader of bpf/limits/frames.bpf.c."""
    return lambda **defines: load("limits/frames.bpf", defines=defines)


def test_a_function_is_called(frames):
    """One program, in it a call that BCC cannot load; the kernel runs, counts and times it."""
    with frames(CALLER=100, CALLED=100) as loaded:
        assert list(loaded.functions) == ["entry"]
        assert loaded.type == "socket_filter"
        assert "function" in inspect.calls(loaded, "entry")["kind"].tolist()
        sent = inspect.calls(loaded, "entry", sent=True)
        assert sent["kind"].tolist() == inspect.calls(loaded, "entry")["kind"].tolist()
        assert inspect.instructions(loaded, "entry") > 10
        assert loaded.invoke("entry") == 0
        assert loaded.cost_ns("entry", repeat=100, rounds=2) >= 0


def test_a_jump_table_is_filled_by_name():
    """As with BCC: 33 tail calls pass, whichever programs make them."""
    with load("limits/programs.bpf") as loaded:
        table = loaded.maps["JUMP_TABLE"]
        for steps in (0, 1, 33):
            table.fill({slot: f"step_{slot + 1}" for slot in range(steps)})
            assert loaded.invoke("entry") == steps
        with pytest.raises(LabError, match="no program 'step_34'"):
            table[0] = "step_34"


def test_maps_of_numbers_are_read_and_written():
    """The keys and values of a map have the types of the text."""
    body = "\treturn value ? *value + 1 : 0;\n}\n"
    with load("own", text=COUNTS + LOOKUP + body + LICENCE) as loaded:
        counts = loaded.maps["counts"]
        assert (counts.type, counts.max_entries, len(counts)) == ("hash", 4, 0)
        assert loaded.invoke("entry") == 0
        counts[7] = 41
        assert (counts[7], loaded.invoke("entry")) == (41, 42)


def test_static_variables_outlive_a_run():
    """They are in a map of libbpf's, called after the file."""
    with load("limits/static.bpf") as loaded:
        assert [loaded.invoke("entry") for _ in range(3)] == [1, 2, 3]
        variables = loaded.maps["static.bss"]
        assert variables.value_dtype.itemsize == 604
        assert variables[0]["runs"] == 3
    with load("limits/static.bpf") as loaded:
        assert loaded.invoke("entry") == 1


@pytest.mark.parametrize(
    ("defines", "kind"),
    [
        ({"CALLER": 288, "CALLED": 192}, None),
        ({"CALLER": 288, "CALLED": 288}, "stack"),
        ({"CALLER": 520}, "stack"),
        ({"CALLER": 200, "TAIL_CALL_IN_CALLED": 1}, None),
        ({"CALLER": 256, "TAIL_CALL_IN_CALLED": 1}, "tail-call-stack"),
        ({"CALLER": 300, "TAIL_CALL_IN_ENTRY": 1}, None),
    ],
)
def test_the_limits_of_the_stack(frames, defines, kind):
    """512 bytes for a chain of calls, and less than 256 under a called function's tail call."""
    if kind is None:
        frames(**defines).close()
        return
    with pytest.raises(LabError) as caught:
        frames(**defines)
    assert (caught.value.kind, caught.value.file) == (kind, "bpf/limits/frames.bpf.c")
    # LLVM refuses what one function holds, at its variable; the verifier, what the two hold.
    assert caught.value.line == (29 if defines == {"CALLER": 520} else 27)


def test_a_refusal_names_the_line_and_prints_nothing(capfd):
    """The verifier's log is read step by step, and libbpf keeps quiet."""
    with pytest.raises(LabError) as caught:
        load("own.c", text=COUNTS + LOOKUP + "\treturn *value;\n}\n" + LICENCE)
    error = caught.value
    assert (error.kind, error.line, error.place.text) == ("null-check", 14, "\treturn *value;")
    assert "map_value_or_null" in error.log
    assert capfd.readouterr() == ("", "")


def test_the_second_of_two_programs_is_refused():
    """A first one whose log would be too long for any room is not in the way."""
    text = source.find("limits/counted.bpf").listing().replace("ROUNDS", "40000")
    text = text.partition("char LICENSE")[0] + COUNTS.removeprefix(HEAD) + LOOKUP
    with pytest.raises(LabError) as caught:
        load("two.c", text=text + "\treturn *value;\n}\n" + LICENCE)
    assert caught.value.kind == "null-check"
    assert caught.value.place.text == "\treturn *value;"


def test_a_million_instructions():
    """The count is of rounds walked, so it tells beforehand what is too much."""
    seen = {}
    for rounds in (1000, 2000):
        with load("limits/counted.bpf", defines={"ROUNDS": rounds}) as loaded:
            seen[rounds] = loaded.processed["counted"]
    a_round = (seen[2000] - seen[1000]) // 1000
    most = (1_000_000 - seen[1000]) // a_round + 1000
    with load("limits/counted.bpf", defines={"ROUNDS": most}) as loaded:
        assert 1_000_000 - a_round < loaded.processed["counted"] <= 1_000_000
    with pytest.raises(LabError) as caught:
        load("limits/counted.bpf", defines={"ROUNDS": most + 1})
    assert caught.value.kind == "too-complex"


def test_8192_branches():
    """As many may be open at once, and not one more."""
    with load("limits/searching.bpf", defines={"ROUNDS": 8192}) as loaded:
        assert loaded.invoke("searching") == 8192
    with pytest.raises(LabError, match="8193 branches") as caught:
        load("limits/searching.bpf", defines={"ROUNDS": 8193})
    assert caught.value.kind == "too-complex"


def test_a_section_that_libbpf_does_not_know():
    """It is named at its line, with those that are near."""
    with pytest.raises(LabError, match="tracpoint/a/b") as caught:
        load("own.c", text=HEAD + 'SEC("tracpoint/a/b") int entry(void *ctx) { return 0; }\n')
    assert (caught.value.kind, caught.value.place.line) == ("section", 3)
    assert caught.value.fix.startswith("Did you mean tracepoint")


def test_a_hook_that_the_kernel_does_not_have_is_named():
    """libbpf would say: no such process."""
    with pytest.raises(LabError, match="sched_swich") as caught:
        load("own.c", text=HEAD + 'SEC("tp_btf/sched_swich") int entry(void *ctx) { return 0; }\n')
    assert (caught.value.kind, caught.value.place.line) == ("no-hook", 3)


def test_a_map_that_the_kernel_refuses_is_named_at_its_line():
    """As in BCC's dialect."""
    text = COUNTS.replace("max_entries, 4", "max_entries, 0")
    with pytest.raises(LabError, match="counts") as caught:
        load("own.c", text=text + LOOKUP + "\treturn !value;\n}\n" + LICENCE)
    assert (caught.value.kind, caught.value.place.line) == ("map", 3)
    assert "__uint(max_entries" in caught.value.fix


def test_a_text_without_a_licence_is_told_how_to_write_one():
    """In this dialect there is none by default."""
    body = 'SEC("socket") int entry(void *ctx)\n{\n\tbpf_printk("x");\n\treturn 0;\n}\n'
    with pytest.raises(LabError) as caught:
        load("own.c", text=HEAD + body)
    assert (caught.value.kind, caught.value.place.line) == ("license", 5)
    assert 'SEC("license")' in caught.value.fix


def test_a_map_that_asks_for_a_pin_gets_none():
    """It would stay when the program is closed, and be found again by the next one."""
    text = COUNTS.replace("counts", "lab_pin").replace(
        "max_entries, 4);", "max_entries, 4);\n\t__uint(pinning, LIBBPF_PIN_BY_NAME);"
    )
    lookup = LOOKUP.replace("counts", "lab_pin")
    with load("own.c", text=text + lookup + "\treturn !value;\n}\n" + LICENCE) as loaded:
        assert list(loaded.maps) == ["lab_pin"]
        assert not os.path.exists("/sys/fs/bpf/lab_pin")  # noqa: PTH110 - false where this user may not look


@as_root
def test_a_hook_that_is_not_allowed_is_no_lack_of_privilege():
    """A kernel without fentry says EPERM to root as well."""
    text = HEAD + 'SEC("fentry/do_nanosleep") int entry(void *ctx)\n{\n\treturn 0;\n}\n' + LICENCE
    try:
        load("own.c", text=text).close()
    except LabError as refused:
        assert refused.kind in ("privilege", "no-hook", "verifier")
        assert "./lab" not in refused.fix


def test_nothing_is_left(frames):
    """Closed once, twice, or forgotten: the kernel holds none of it, and says so."""
    before = held(os.getpid())
    closed = frames(CALLER=8)
    closed.close()
    closed.close()
    assert closed.closed and "closed" in repr(closed)
    assert closed.processed["entry"] > 0
    for ask in (
        lambda: closed.invoke("entry"),
        lambda: inspect.instructions(closed, "entry"),
        lambda: closed.maps["JUMP_TABLE"].clear(),
    ):
        with pytest.raises(LabError) as caught:
            ask()
        assert caught.value.kind == "closed"
    forgotten = frames(CALLER=8)
    assert held(os.getpid()) != before
    del forgotten
    gc.collect()
    assert held(os.getpid()) == before


@as_root
def test_bpftool_loads_the_same_and_pins_it(tmp_path):
    """From one object file the kernel makes the same instructions; bpftool leaves a file behind."""
    image = clang.compiled(source.find("limits/frames.bpf", {"CALLER": 200})).image
    (tmp_path / "frames.o").write_bytes(image)
    pins = tmp_path / "pins"
    pins.mkdir()
    subprocess.run(["mount", "-t", "bpf", "bpf", pins], check=True)
    try:
        command = ["bpftool", "prog", "load", tmp_path / "frames.o", pins / "entry"]
        subprocess.run(command, check=True, capture_output=True)
        assert [path.name for path in pins.iterdir() if path.name == "entry"] == ["entry"]
        shown = subprocess.check_output(["bpftool", "-j", "prog", "show", "pinned", pins / "entry"])
        with load("limits/frames.bpf", defines={"CALLER": 200}) as loaded:
            ours = inspect.instructions(loaded, "entry")
    finally:
        subprocess.run(["umount", pins], check=True)
    assert json.loads(shown)["bytes_xlated"] == ours * 8


@as_root
@pytest.mark.skipif(
    not all(folder.stat().st_mode & 0o005 == 0o005 for folder in Path(__file__).resolve().parents),
    reason="another user cannot enter the folder of this clone",
)
def test_two_capabilities_are_enough(tmp_path):
    """An ordinary user with CAP_BPF and CAP_PERFMON loads it, and a tracing program as well."""
    script = (
        "from bpflab import load\n"
        "tracepoint = {'CALLER': 8, 'SECTION': '\"tracepoint/syscalls/sys_enter_execve\"'}\n"
        "load('limits/frames.bpf', defines=tracepoint)\n"
        "print(load('limits/static.bpf').invoke('entry'))\n"
    )
    caps = "-all,+bpf,+perfmon"
    user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    drop = ["--inh-caps", caps, "--ambient-caps", caps, "--bounding-set", caps]
    child = subprocess.run(
        [*user, *drop, sys.executable, "-c", script],
        env={**os.environ, "HOME": "/nonexistent", "PYTHONPATH": str(Path("helpers").resolve())},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (child.stdout, child.stderr) == ("1\n", "")


def test_no_privilege_is_said(frames):
    """Without CAP_BPF there is no map; that is the fault, not the program."""
    if os.geteuid():
        pytest.skip("only root may drop all capabilities here")
    script = (
        "from bpflab import LabError, load\n"
        "try:\n    load('limits/frames.bpf', defines={'CALLER': 8})\n"
        "except LabError as error:\n    print(error.kind)\n"
    )
    drop = ["setpriv", "--inh-caps", "-all", "--bounding-set", "-all"]
    child = subprocess.run(
        [*drop, sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (child.stdout, child.stderr) == ("privilege\n", "")


EVENTS = (
    HEAD
    + """struct event { __u32 pid; char comm[16]; };
struct event *unused_event __attribute__((unused));
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} events SEC(".maps");
struct key { __u32 uid; char comm[16]; };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct key);
	__type(value, __u64);
} calls SEC(".maps");

SEC("%s") int hook(void *ctx)
{
	__u64 one = 1;
	struct key key = { .uid = bpf_get_current_uid_gid() };
	struct event *event;

	bpf_get_current_comm(key.comm, sizeof(key.comm));
	bpf_map_update_elem(&calls, &key, &one, BPF_ANY);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
"""
    + LICENCE
)


@pytest.mark.parametrize(
    ("section", "type"),
    [
        ("tracepoint/syscalls/sys_enter_execve", "tracepoint"),
        ("tp/sched/sched_process_exec", "tracepoint"),
        ("raw_tracepoint/sched_process_exec", "raw_tracepoint"),
        ("tp_btf/sched_process_exec", "tracing"),
    ],
)
def test_it_is_a_program_like_any_other(section, type):
    """Attached where its section says, it sends events and fills a map with typed keys."""
    with load("exec", text=EVENTS % section) as program:
        assert (program.type, program.types) == (type, {"hook": type})
        with program.attached():
            own = run("/usr/bin/true")
        frame = program.events.frame(own)
        assert frame["pid"].tolist() == list(own.pids)
        assert program.maps["calls"].frame().columns.tolist() == ["uid", "comm", "value"]
        before = len(program.maps["calls"].clear())
        run("/usr/bin/true")
        assert (before, len(program.maps["calls"])) == (0, 0)
        assert held(os.getpid())["perf_event"] == 0


def test_a_section_binds_a_program_of_type_tracing():
    """The kernel has checked it for one hook; another is refused in words."""
    with load("exec", text=EVENTS % "tp_btf/sched_process_exec") as program:
        with pytest.raises(LabError) as caught:
            program.attach(hook="sched_process_exit")
        assert caught.value.kind == "attach"
        assert "sched_process_exec" in caught.value.why


def test_a_type_beside_a_section_is_refused():
    """The section says it already."""
    with pytest.raises(LabError) as caught:
        load("exec", text=EVENTS % "tp/sched/sched_process_exec", type="kprobe")
    assert caught.value.kind == "type"


def test_an_event_without_a_name_is_told_what_to_write():
    """The compiler describes only what a variable or a function names."""
    text = EVENTS.replace("struct event *unused_event __attribute__((unused));\n", "")
    with load("exec", text=text % "tp/sched/sched_process_exec") as program:
        with pytest.raises(LabError) as caught:
            program.events  # noqa: B018
        assert caught.value.kind == "no-event-type"
        assert "struct event *unused_event" in caught.value.fix


def test_a_known_text_is_not_compiled_again(monkeypatch, tmp_path):
    """clang is not started for it, and a damaged file costs one compile."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = COUNTS + LOOKUP + "\treturn value ? *value + 1 : 0;\n}\n" + LICENCE
    load("own", text=text).close()
    with monkeypatch.context() as without:
        without.setattr(clang, "compiled", None)
        load("own", text=text).close()
    for file in tmp_path.rglob("*.json"):
        file.write_text("{")
    load("own", text=text).close()


def test_a_warning_comes_with_the_program(capfd):
    """At the learner's line, from the cache as well; clang's own words are its log."""
    text = (
        HEAD
        + 'SEC("socket") int entry(void *ctx)\n{\n\tchar own[4] = {};\n\n\treturn own == "ls";\n}\n'
    )
    for _ in range(2):
        with load("odd.c", text=text + LICENCE) as program:
            (warning,) = program.warnings
        assert (warning.kind, warning.line) == ("string-compare", 7)
        assert warning.log.startswith("odd.c:7:13: warning: ")
    assert capfd.readouterr().out == ""


CONSTANTS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
const volatile __u32 least = 7;
%s __u64 most = 30;
SEC("socket") int sum(void *ctx) { return least + most; }
char LICENSE[] SEC("license") = "GPL";
"""


def test_a_constant_is_set_before_the_load():
    """By name; the others keep the value of the text, and the text is compiled once."""
    text = CONSTANTS % "const volatile"
    for given, sum in (({}, 37), ({"most": 4}, 11), ({"most": 1, "least": 2}, 3)):
        with load("constants", text=text, constants=given) as program:
            assert program.invoke("sum") == sum


def test_a_constant_that_the_compiler_used_up_is_not_seen():
    """Without volatile clang writes the value into the instructions."""
    with load("constants", text=CONSTANTS % "const", constants={"most": 1}) as program:
        assert program.invoke("sum") == 37


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (CONSTANTS % "volatile", {"most": 1}),
        (CONSTANTS % "const volatile", {"least": 1, "other": 1}),
        (CONSTANTS % "const volatile", {"least": 2**32}),
        (CONSTANTS.replace("const volatile __u32 least = 7;", "#define least 7") % "", {"most": 1}),
        ("int f(struct __sk_buff *skb) { return 0; }", {"least": 1}),
    ],
)
def test_what_cannot_be_set_is_refused(text, given):
    """A variable, an unknown name, a value that does not fit, a text without any, BCC's dialect."""
    with pytest.raises(LabError) as caught:
        load("constants", text=text, constants=given)
    assert caught.value.kind == "no-constant"
