"""Programs through clang and libbpf: functions that are called, refusals, and nothing left."""

import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bpflab import LabError, cost_ns, inspect, load_object, result
from bpflab.compiling import clang, source
from tests.kernel.held import held

pytestmark = [
    pytest.mark.kernel,
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
    return lambda **defines: load_object("limits/frames.bpf", defines=defines)


def test_a_function_is_called(frames):
    """One program, in it a call that BCC cannot load; the kernel runs, counts and times it."""
    with frames(CALLER=100, CALLED=100) as loaded:
        assert list(loaded.functions) == ["entry"]
        assert loaded.type == "socket_filter"
        assert "function" in inspect.calls(loaded, "entry")["kind"].tolist()
        with pytest.raises(LabError, match="BCC does"):
            inspect.calls(loaded, "entry", sent=True)
        assert inspect.instructions(loaded, "entry") > 10
        assert result(loaded, "entry") == 0
        assert cost_ns(loaded, "entry", repeat=100, rounds=2) >= 0


def test_a_jump_table_is_filled_by_name():
    """As with BCC: 33 tail calls pass, whichever programs make them."""
    with load_object("limits/programs.bpf") as loaded:
        table = loaded.maps["JUMP_TABLE"]
        for steps in (0, 1, 33):
            table.fill({slot: f"step_{slot + 1}" for slot in range(steps)})
            assert result(loaded, "entry") == steps
        with pytest.raises(LabError, match="no program 'step_34'"):
            table[0] = "step_34"


def test_maps_of_numbers_are_read_and_written():
    """A key of 4 bytes and a value of 8 are numbers; all else is bytes."""
    body = "\treturn value ? *value + 1 : 0;\n}\n"
    with load_object("own", text=COUNTS + LOOKUP + body + LICENCE) as loaded:
        counts = loaded.maps["counts"]
        assert (counts.type, counts.max_entries, len(counts)) == ("hash", 4, 0)
        assert result(loaded, "entry") == 0
        counts[7] = 41
        assert (counts[7], result(loaded, "entry")) == (41, 42)


def test_static_variables_outlive_a_run():
    """They are in a map of libbpf's, called after the file."""
    with load_object("limits/static.bpf") as loaded:
        assert [result(loaded, "entry") for _ in range(3)] == [1, 2, 3]
        assert loaded.maps["static.bss"].value_dtype.itemsize == 604
    with load_object("limits/static.bpf") as loaded:
        assert result(loaded, "entry") == 1


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
    assert caught.value.line == 27


def test_a_refusal_names_the_line_and_prints_nothing(capfd):
    """The verifier's log is read step by step, and libbpf keeps quiet."""
    with pytest.raises(LabError) as caught:
        load_object("own.c", text=COUNTS + LOOKUP + "\treturn *value;\n}\n" + LICENCE)
    error = caught.value
    assert (error.kind, error.line, error.place.text) == ("null-check", 14, "\treturn *value;")
    assert "map_value_or_null" in error.log
    assert capfd.readouterr() == ("", "")


def test_the_second_of_two_programs_is_refused():
    """A first one whose log would be too long for any room is not in the way."""
    text = source.find("limits/counted.bpf").listing().replace("ROUNDS", "40000")
    text = text.partition("char LICENSE")[0] + COUNTS.removeprefix(HEAD) + LOOKUP
    with pytest.raises(LabError) as caught:
        load_object("two.c", text=text + "\treturn *value;\n}\n" + LICENCE)
    assert caught.value.kind == "null-check"
    assert caught.value.place.text == "\treturn *value;"


def test_a_million_instructions():
    """The count is of rounds walked, so it tells beforehand what is too much."""
    seen = {}
    for rounds in (1000, 2000):
        with load_object("limits/counted.bpf", defines={"ROUNDS": rounds}) as loaded:
            seen[rounds] = loaded.processed["counted"]
    a_round = (seen[2000] - seen[1000]) // 1000
    most = (1_000_000 - seen[1000]) // a_round + 1000
    with load_object("limits/counted.bpf", defines={"ROUNDS": most}) as loaded:
        assert 1_000_000 - a_round < loaded.processed["counted"] <= 1_000_000
    with pytest.raises(LabError) as caught:
        load_object("limits/counted.bpf", defines={"ROUNDS": most + 1})
    assert caught.value.kind == "too-complex"


def test_8192_branches():
    """As many may be open at once, and not one more."""
    with load_object("limits/searching.bpf", defines={"ROUNDS": 8192}) as loaded:
        assert result(loaded, "searching") == 8192
    with pytest.raises(LabError, match="8193 branches") as caught:
        load_object("limits/searching.bpf", defines={"ROUNDS": 8193})
    assert caught.value.kind == "too-complex"


def test_a_section_that_libbpf_does_not_know():
    """Its own words are the reason."""
    with pytest.raises(LabError) as caught:
        load_object("own.c", text=HEAD + 'SEC("moon") int entry(void *ctx) { return 0; }\n')
    assert caught.value.kind == "load"
    assert "section name 'moon'" in caught.value.why


def test_nothing_is_left(frames):
    """Closed once, twice, or forgotten: the kernel holds none of it, and says so."""
    before = held(os.getpid())
    closed = frames(CALLER=8)
    closed.close()
    closed.close()
    assert closed.closed and "closed" in repr(closed)
    assert closed.processed["entry"] > 0
    for ask in (
        lambda: result(closed, "entry"),
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
    image = clang.compile_object(source.find("limits/frames.bpf", {"CALLER": 200}))
    (tmp_path / "frames.o").write_bytes(image)
    pins = tmp_path / "pins"
    pins.mkdir()
    subprocess.run(["mount", "-t", "bpf", "bpf", pins], check=True)
    try:
        command = ["bpftool", "prog", "load", tmp_path / "frames.o", pins / "entry"]
        subprocess.run(command, check=True, capture_output=True)
        assert [path.name for path in pins.iterdir() if path.name == "entry"] == ["entry"]
        shown = subprocess.check_output(["bpftool", "-j", "prog", "show", "pinned", pins / "entry"])
        with load_object("limits/frames.bpf", defines={"CALLER": 200}) as loaded:
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
        "from bpflab import load_object, result\n"
        "tracepoint = {'CALLER': 8, 'SECTION': '\"tracepoint/syscalls/sys_enter_execve\"'}\n"
        "load_object('limits/frames.bpf', defines=tracepoint)\n"
        "print(result(load_object('limits/static.bpf'), 'entry'))\n"
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
        "from bpflab import LabError, load_object\n"
        "try:\n    load_object('limits/frames.bpf', defines={'CALLER': 8})\n"
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
