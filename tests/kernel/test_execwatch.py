"""execwatch, the tools of lessons 13 and 14, as processes: rows, losses, status, what is left."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from bpflab.paths import ROOT

PYTHON = "/usr/bin/python3"  # which has BCC
TOOL = [PYTHON, ROOT / "bpf/execwatch/execwatch.py"]
SOURCES = ROOT / "bpf/execwatch/libbpf"
HEADER = "TIME_MS\tPID\tUID\tRET\tUS\tCOMM\tPATH\n"
NAMES = ("seen", "shown", "excluded", "skipped", "dropped", "unaccounted", "missed")
ACCOUNTING = ", ".join(rf"{name} (\d+)" for name in NAMES)
IN_A_THREAD = """
import os, sys, threading
def call():
    for path in sys.argv[1:]:
        try: os.execv(path, ["x"])
        except OSError: pass
other = threading.Thread(target=call)
other.start()
other.join()
"""
FAIL = """
import os, sys
for _ in range(int(sys.argv[2])):
    try: os.execv(sys.argv[1], ["x"])
    except OSError: pass
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Give the tool of lesson 14, built by its Makefile."""
    lacking = [name for name in ("make", "clang") if not shutil.which(name)]
    if lacking and not os.environ.get("CI"):
        pytest.skip(f"there is no {lacking[0]}")
    folder = tmp_path_factory.mktemp("built")
    for name in ("Makefile", "execwatch.bpf.c", "execwatch.c", "execwatch.h"):
        shutil.copy(SOURCES / name, folder)
    subprocess.run(["make", "-s"], cwd=folder, check=True, timeout=120)
    return folder / "execwatch"


@pytest.fixture(params=["bcc", "libbpf"], autouse=True)
def tool(request):
    """Let a test start one of the two tools; return its command."""
    bcc = request.param == "bcc"
    Watching.command = [*TOOL, "--skip-others"] if bcc else [request.getfixturevalue("built")]
    return request.param


class Watching:
    """The tool, watching; `end` gives what it printed."""

    command = ()

    def __init__(self, *args):
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        large = ["--ring-pages", "2048"]  # other processes of the machine may execute a lot
        command = [*self.command, *large, *map(str, args)]
        self.process = subprocess.Popen(  # unbuffered: communicate() does not see what is buffered
            command, bufsize=0, stdout=subprocess.PIPE, stderr=self._errors
        )
        assert self.process.stdout.readline().decode() == HEADER, self.said()

    def said(self):
        """Return what is on stderr so far."""
        self._errors.seek(0)
        return self._errors.read()

    def closed(self):
        """Return what is on stderr, and close it."""
        with self._errors:
            return self.said()

    def wait_for(self, text):
        """Wait until stderr has *text*."""
        ends = time.monotonic() + 10
        while text not in self.said():
            assert time.monotonic() < ends, self.said()
            time.sleep(0.02)

    def end(self, how=signal.SIGINT):
        """End it; return its rows, its accounting, its status and stderr."""
        if how:
            self.process.send_signal(how)
        out = self.process.communicate(timeout=30)[0].decode()
        said, status = self.closed(), self.process.returncode
        rows = [line.split("\t") for line in out.splitlines()]
        match = re.fullmatch(ACCOUNTING, said.splitlines()[-1])
        return rows, dict(zip(NAMES, map(int, match.groups()), strict=True)), status, said


@pytest.fixture
def folder():
    """Give a test a folder whose name is nobody else's: so are the paths in it."""
    with tempfile.TemporaryDirectory(prefix="execwatch-") as name:
        (Path(name) / "good").symlink_to("/usr/bin/true")
        yield Path(name)


def execute(*command):
    """Let a process execute *command*; Python's own failing tries do not count."""
    return subprocess.run(list(map(str, command)), check=False, stdin=subprocess.DEVNULL)


def of(rows, folder):
    """Return the rows whose path is in the folder, without it."""
    there = f"{folder}/"
    return [[*row[:6], row[6].removeprefix(there)] for row in rows if row[6].startswith(there)]


def test_a_row_says_who_executed_what_and_how_it_ended(folder):
    """Successes and failures, in their order, with the caller's name and process."""
    (folder / "plain").touch()
    watching = Watching()
    execute(folder / "good")
    missing = execute(PYTHON, "-I", "-c", FAIL, folder / "missing", 2)
    execute(PYTHON, "-I", "-c", FAIL, folder / "plain", 1)
    rows, counts, status, _ = watching.end()

    own = of(rows, folder)
    assert [(row[3], row[6]) for row in own] == [
        ("0", "good"),
        ("ENOENT", "missing"),
        ("ENOENT", "missing"),
        ("EACCES", "plain"),
    ]
    assert missing.returncode == 0 and own[1][1] == own[2][1] != own[3][1]
    assert {row[2] for row in own} == {str(os.getuid())}
    assert own[1][5] == Path(PYTHON).resolve().name or own[1][5] == "python3"
    assert all(row[4].isdigit() and int(row[4]) < 10_000_000 for row in own)
    assert [int(row[0]) for row in own] == sorted(int(row[0]) for row in own)
    assert status == 0 and counts["seen"] == counts["shown"] == len(rows)
    assert counts["unaccounted"] == counts["dropped"] == 0


def test_a_thread_is_found_again_whether_it_fails_or_succeeds(folder):
    """It fails as itself, and succeeds as the first thread of its process: both have a duration."""
    watching = Watching()
    execute(PYTHON, "-I", "-c", IN_A_THREAD, folder / "missing", folder / "good")
    rows = of(watching.end()[0], folder)

    assert [(row[3], row[6]) for row in rows] == [("ENOENT", "missing"), ("0", "good")]
    assert rows[0][1] == rows[1][1] and all(row[4].isdigit() for row in rows)


def test_what_no_terminal_may_get_is_escaped(folder):
    """A path with a tab, a new line, a backslash, and letters beyond ASCII; and an unreadable."""
    name = b"a\tb\nc\\d\x1b[2J\xc3\xa9 e"
    os.symlink("/usr/bin/true", os.fsencode(folder) + b"/" + name)  # noqa: PTH211
    watching = Watching()
    subprocess.run([os.fsencode(folder) + b"/" + name], check=True)
    null = "import ctypes; ctypes.CDLL(None).execve(None, None, None)"
    with subprocess.Popen([sys.executable, "-I", "-c", null]) as unreadable:
        assert unreadable.wait() == 0
    rows = watching.end()[0]

    assert [row[6] for row in of(rows, folder)] == [
        r"a\x09b\x0ac\x5cd\x1b[2J\xc3\xa9\x20e",
    ]
    ours = [row for row in rows if row[1] == str(unreadable.pid)]
    assert [row[3] for row in ours if row[6] == "\\?"] == ["EFAULT"]


@pytest.mark.parametrize("length", [511, 512, 513])
def test_a_path_that_does_not_fit_is_marked_and_never_left_out(folder, length):
    """The list has its first 511 bytes: only a path that is these and no more is left out."""
    path = f"{folder}" + "/" * (length - len(f"{folder}good")) + "good"
    assert len(path) == length
    (folder / "list").write_text(path[:511])
    watching = Watching("--exclude", folder / "list")
    execute(path)
    rows, counts, *_ = watching.end()

    cut = [row[6] for row in rows if row[6].startswith(str(folder))]
    assert cut == ([path[:511] + "\\..."] if length > 511 else [])
    assert counts["excluded"] == (length == 511)


def test_execveat_is_seen_too(folder):
    """A descriptor in the place of a path, and an empty path."""
    code = "import os, sys; os.execve(os.open(sys.argv[1], os.O_RDONLY), ['x'], {})"
    watching = Watching()
    own = execute(PYTHON, "-I", "-c", code, folder / "good")
    rows = [row for row in watching.end()[0] if row[6].startswith("/dev/fd/")]

    assert own.returncode == 0
    assert [(row[3], row[4].isdigit()) for row in rows] == [("0", True)]


def test_the_list_is_read_again_at_sighup_and_a_bad_one_changes_nothing(folder):
    """Comments and empty lines are no paths; the message has the file and the number."""
    (folder / "other").symlink_to("/usr/bin/true")
    file = folder / "list"
    file.write_text(f"# what nobody wants to see\n\n{folder}/good\n{folder}/missing")
    watching = Watching("--exclude", file)
    watching.wait_for(f"execwatch: {file}: 2 paths\n")
    for text, message in ((None, ""), (f"{folder}/other\n", "1 paths"), ("x" * 512, "bytes")):
        if text is not None:
            file.write_text(text)
            watching.process.send_signal(signal.SIGHUP)
            watching.wait_for(message)
        execute(folder / "good"), execute(folder / "other")
        execute(PYTHON, "-I", "-c", FAIL, folder / "missing", 1)
    rows, counts, status, errors = watching.end()

    assert [row[6] for row in of(rows, folder)] == ["other", "good", "missing", "good", "missing"]
    assert counts["excluded"] == 2 + 1 + 1 and status == 0
    assert f"execwatch: {file}:1: longer than 511 bytes\n" in errors


def test_failures_alone(folder):
    """What succeeded is counted as skipped."""
    watching = Watching("--failures")
    execute(PYTHON, "-I", "-c", FAIL, folder / "missing", 3)
    execute(folder / "good")
    rows, counts, status, _ = watching.end()

    assert [row[6] for row in of(rows, folder)] == ["missing"] * 3
    assert "0" not in [row[3] for row in rows]
    assert counts["skipped"] >= 2 and counts["unaccounted"] == 0 and status == 0


def test_a_ring_that_is_too_small_drops_and_each_drop_is_counted(folder):
    """The tool stands still meanwhile; afterwards its status says that rows were lost."""
    watching = Watching("--ring-pages", 1)
    watching.process.send_signal(signal.SIGSTOP)
    execute(PYTHON, "-I", "-c", FAIL, folder / "missing", 300)
    watching.process.send_signal(signal.SIGCONT)
    rows, counts, status, _ = watching.end(signal.SIGTERM)

    shown = len(of(rows, folder))
    assert shown < 100 and counts["shown"] > 0 and counts["dropped"] >= 300 - shown
    assert counts["seen"] == counts["shown"] + counts["dropped"] and counts["unaccounted"] == 0
    assert status == 3


def programs_of(process):
    """Return the ids of the programs that a process has."""
    texts = [each.read_text() for each in Path(f"/proc/{process.pid}/fdinfo").iterdir()]
    return {found[1] for text in texts if (found := re.search(r"prog_id:\s*(\d+)", text))}


def in_the_kernel():
    """Return the ids of all programs of the machine; none where only root may ask."""
    env = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    shown = subprocess.run(["bpftool", "prog", "show"], capture_output=True, text=True, env=env)
    return set(re.findall(r"^(\d+):", shown.stdout, re.MULTILINE))


def test_a_signal_while_the_pipe_is_full_loses_no_byte(folder):
    """The tool waits for its reader in the middle of a row, and goes on there after the signal."""
    (folder / "list").touch()
    watching = Watching("--exclude", folder / "list")
    execute(PYTHON, "-I", "-c", FAIL, folder / ("missing" * 20), 1000)
    for _ in range(5):
        time.sleep(0.1)  # it has filled the pipe by now: 64 KiB
        watching.process.send_signal(signal.SIGHUP)
    rows, counts, status, _ = watching.end()

    assert {len(row) for row in rows} == {7} and len(rows) == counts["shown"]
    assert len(of(rows, folder)) == 1000 and counts["skipped"] == status == 0


def test_it_ends_under_a_flood_that_its_reader_is_too_slow_for(folder):
    """Rows come faster than they are read, so the ring never runs empty."""
    flood = subprocess.Popen([PYTHON, "-I", "-c", FAIL, folder / "missing", str(10**9)])
    try:
        watching = Watching("--ring-pages", "16", "--seconds", "1")
        ends = time.monotonic() + 10
        while watching.process.stdout.read(4096) and time.monotonic() < ends:
            time.sleep(0.02)
        assert flood.poll() is None and time.monotonic() < ends, "it did not end by itself"
        _, counts, status, _ = watching.end(how=None)
    finally:
        flood.kill()
        flood.wait()

    assert counts["dropped"] and counts["shown"] and status == 3
    assert counts["unaccounted"] == counts["skipped"] == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, None])
def test_however_it_ends_nothing_is_left_in_the_kernel(how, folder):
    """Ctrl-C, SIGTERM, the end of its time: status 0, and its programs are gone."""
    watching = Watching(*(["--seconds", "0.5"] if how is None else []))
    ids = programs_of(watching.process)
    assert len(ids) == 5
    _, counts, status, _ = watching.end(how)

    assert status == 0 and counts["unaccounted"] == 0
    assert ids.isdisjoint(in_the_kernel())


def test_a_killed_one_leaves_nothing_either():
    """It cannot do anything about it: the kernel takes its programs away."""
    watching = Watching()
    ids = programs_of(watching.process)
    before = in_the_kernel()
    watching.process.kill()
    watching.process.communicate()
    watching.closed()
    ends = time.monotonic() + 10
    while ids & in_the_kernel() and time.monotonic() < ends:
        time.sleep(0.1)

    assert len(ids) == 5 and (ids <= before or not before)
    assert ids.isdisjoint(in_the_kernel())


def test_a_reader_who_has_enough_ends_it(folder):
    """`execwatch | head -1`: no traceback, and what was not read counts as skipped."""
    watching = Watching()
    watching.process.stdout.close()
    execute(folder / "good"), execute(folder / "good")
    watching.process.wait(10)
    said = watching.closed()

    assert "Traceback" not in said and ", unaccounted 0," in said
    assert watching.process.returncode == 0


def test_other_calls_are_counted_by_name(tool):
    """Without --skip-others: names in the place of numbers, the most frequent ones."""
    if tool == "libbpf":
        pytest.skip("it has no such option")
    done = subprocess.run([*TOOL, "--seconds", "0.5"], capture_output=True, text=True)
    *calls, last = done.stderr.splitlines()

    assert done.returncode == 0 and re.fullmatch(ACCOUNTING, last)
    assert 1 <= len(calls) <= 10 and all(re.fullmatch(r"[a-z_0-9]+\t\d+", one) for one in calls)
    assert not any(one.startswith("execve") for one in calls)


@pytest.mark.parametrize(
    ("args", "status", "says"),
    [
        (["--wrong"], 2, "unrecognized arguments: --wrong"),
        (["--seconds", "0"], 2, "--seconds: not a number above 0"),
        (["--seconds", "nan"], 2, "--seconds: not a number above 0"),
        (["--ring-pages", "3"], 2, "--ring-pages: not a power of two"),
        (["--ring-pages", "-1"], 2, "--ring-pages: not a power of two"),
        (["--exclude", "/nowhere/list"], 1, "execwatch: /nowhere/list: No such file or directory"),
        (["--exclude", "/"], 1, "execwatch: /: Is a directory"),
    ],
)
def test_what_it_cannot_do_is_said_in_a_line(args, status, says):
    """Arguments that are wrong come with the usage; nothing is a traceback."""
    done = subprocess.run([*Watching.command, *args], capture_output=True, text=True, timeout=20)

    assert done.returncode == status and done.stdout == ""
    assert done.stderr.splitlines()[-1].endswith(says)
    assert done.stderr.startswith("usage: execwatch") == (status == 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_the_right_is_told_so():
    """One line, before BCC or libbpf say anything."""
    user = ["setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all"]
    command = [*user, *Watching.command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)

    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("execwatch: no right to load programs; start it as root")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_who_may_not_read_the_tracepoints_is_told_so(tool):
    """BCC reads their fields, and would print what it could not compile; libbpf needs none."""
    if tool == "libbpf":
        pytest.skip("libbpf's programs know the fields from the kernel's types")
    rights = "+bpf,+perfmon"
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    user += [f"--{kind}-caps={rights}" for kind in ("inh", "ambient")]
    command = [*user, f"--bounding-set=-all,{rights}", *Watching.command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)

    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("execwatch: /sys/kernel/tracing has no tracepoints, or this user")


def test_both_tools_print_the_same_rows(tool, built, folder):
    """Of one workload: user, result, caller and path of each call, process by process."""
    if tool == "libbpf":
        pytest.skip("the other one is started beside it")
    (folder / "plain").touch()
    one = Watching()
    Watching.command = [built]
    both = [one, Watching()]
    execute("/usr/bin/env", "-i", f"PATH=/nowhere:{folder}", "good")
    for name, times in (("missing", 40), ("plain", 2), ("good" + "x" * 300, 1), ("good/no", 1)):
        execute(PYTHON, "-I", "-c", FAIL, folder / name, times)
    for length in (511, 512, 513):
        execute(f"{folder}" + "/" * (length - len(f"{folder}good")) + "good")
    execute(PYTHON, "-I", "-c", IN_A_THREAD, folder / "missing", folder / "good")
    ends = [each.end() for each in both]
    seen = [[row[1:4] + row[5:] for row in rows if f"{folder}/" in row[6]] for rows, *_ in ends]

    assert [len(rows) for rows in seen] == [50, 50]
    assert sorted(seen[0]) == sorted(seen[1])
    assert [status for *_, status, _ in ends] == [0, 0]
