"""A class of two on a real hub: each learner has a server, and nobody sees another's."""

import os
import pwd
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil
import pytest

from bpflab.paths import ROOT
from hub import cgroups
from hub.learners import HOMES
from tests.hub.client import START_S, Client

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

CAPS = 1 << 38 | 1 << 39  # CAP_PERFMON and CAP_BPF


def of(learner):
    """Return the learner's processes that have not ended."""
    uid = pwd.getpwnam(learner.name).pw_uid
    found = []
    for process in psutil.process_iter():
        try:
            if process.uids().real == uid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def test_rights(learners):
    """All processes of a learner are their own user's, with two capabilities, and can gain none."""
    for process in of(learners[0]):
        status = Path(f"/proc/{process.pid}/status").read_text()
        values = dict(line.split(":", 1) for line in status.splitlines())
        for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
            assert int(values[kind], 16) in (CAPS, 0), (kind, process.cmdline())
        assert values["NoNewPrivs"].strip() == "1"


def test_lesson(learners):
    """Each learner in turn loads a program, and sees the five commands that they ran."""
    code = """
from bpflab import load, run, table
program = load("first_map/right_map")
with program.attached(hook="syscalls:sys_enter_execve"):
    mine = run("/usr/bin/true", times=5)
print(len(mine))
"""
    for learner in learners:
        assert learner.run(code).split()[-1] == "5"


def test_own_copy(learners):
    """my/ of the clone is each learner's own, although it has the same path for both."""
    first, second = learners
    first.run("open('my/secret.txt', 'w').write('x')")
    assert first.api("GET", "api/contents/my/secret.txt").status_code == 200
    assert second.api("GET", "api/contents/my/secret.txt").status_code == 404
    assert (HOMES / first.name / "my/secret.txt").exists()
    assert second.api("GET", "api/contents/my/02-first-map.ipynb").status_code == 200


def test_clone_is_read_only(learners):
    """A learner cannot change the course."""
    said = learners[0].run("open('notebooks/02-first-map.ipynb', 'a')")
    assert "Permission" in said or "Read-only" in said


def test_another_server_is_refused(learners):
    """The hub lets nobody into another learner's server, and the server itself asks the hub."""
    first, second = learners
    assert second.get(f"/user/{first.name}/lab").status_code in (403, 404)
    assert second.api("GET", "api/kernels", user=first.name).status_code == 403
    port = next(
        c.laddr.port for p in of(first) for c in p.net_connections() if c.status == "LISTEN"
    )
    said = second.run(f"""
import urllib.request
try:
    print(urllib.request.urlopen("http://127.0.0.1:{port}/user/{first.name}/api/kernels").status)
except Exception as refused:
    print(refused)
""")
    assert "403" in said


def test_a_wrong_code_is_refused(address, learners):
    """A name without its code, or with another learner's, leads nowhere, and that is said."""
    for code in ("", "wrong", learners[1].code):
        stranger = Client(address, learners[0].name, code)
        assert "This name and this code do not belong together." in stranger.sign_in().text
        assert "/login" in stranger.get("/hub/home").url


def test_files_and_processes_are_private(learners, state):
    """A learner reads nobody's home, codes, environment or command line, and no token by ps."""
    first, second = learners
    pid = of(first)[0].pid
    said = second.run(f"""
import os, subprocess
for path in ("{HOMES / first.name}", "{state}/codes", "/proc/{pid}/environ", "/proc/{pid}/cmdline"):
    try:
        print("read", path, os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError as refused:
        print(refused.strerror)
print(subprocess.run(["ps", "-e", "-o", "user:40="], capture_output=True, text=True).stdout)
""")
    assert "read" not in said
    assert first.name not in said
    assert second.name in said
    for process in of(first):
        token = process.environ().get("JUPYTERHUB_API_TOKEN", "")
        everybody = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, text=True)
        assert not token or token not in everybody.stdout


def test_places_of_all_are_each_learners_own(learners, names):
    """Where everybody may write, two learners write the same name, and neither meets the other's.

    Each walks the machine's directories and writes into all that it may. Where the clone is in one
    of them, as in /tmp, it is the machine's: the clone would be hidden.
    """
    of_all = {str(folder) for folder in ROOT.parents}
    write = f"""
import os
print(os.readlink("/proc/self/ns/ipc"))  # what has a number in place of a path
for top in ("/dev", "/run", "/tmp", "/var"):
    for folder, _, _ in os.walk(top):
        if os.access(folder, os.W_OK):
            try:
                os.mkdir(folder + "/{names[0]}")
                print(folder)
            except OSError as refused:
                print(folder, refused.strerror)
"""
    clear = """
import contextlib, os
for folder in {}:
    with contextlib.suppress(OSError):
        os.rmdir(folder + "/{}")
"""
    (first_ipc, *first), (second_ipc, *second) = [one.run(write).splitlines() for one in learners]
    for learner in learners:
        learner.run(clear.format(first, names[0]))
    wrote, then = ([f for f in each if f.split(" ")[0] not in of_all] for each in (first, second))

    assert wrote == then
    assert first_ipc != second_ipc
    assert {"/tmp", "/var/tmp", "/dev/shm"} - of_all <= set(wrote)


def test_maps_are_private(learners):
    """A map of one learner cannot be opened by its number, neither by itself nor by another."""
    said = learners[1].run("""
import ctypes, errno, os, platform
number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
attr = ctypes.create_string_buffer(16)
libc = ctypes.CDLL(None, use_errno=True)
for command in (14, 13):  # BPF_MAP_GET_FD_BY_ID, BPF_PROG_GET_FD_BY_ID
    found = {libc.syscall(number, command, (ctypes.c_uint32 * 4)(n), 16) for n in range(1, 2000)}
    print(command, found, errno.errorcode[ctypes.get_errno()])
""")
    assert said.split("\n")[:2] == ["14 {-1} EPERM", "13 {-1} EPERM"]


def test_limits(learners, state):
    """A kernel that takes too much memory ends, and only that one; processes are counted.

    Of CPU time each has what the hub says; that it holds, test_cgroups sees.
    """
    first, second = learners
    said = first.run("""
import subprocess, sys
print(subprocess.run([sys.executable, "-c", "x = b'1' * (3 << 30)"]).returncode)
kept = []
try:
    for _ in range(2000):
        kept.append(subprocess.Popen(["sleep", "60"]))
except OSError as refused:
    print(refused.strerror, len(kept) < 600)
for child in kept: child.kill()
for child in kept: child.wait()
""")
    assert said.split("\n")[0] == "-9"
    assert "Resource temporarily unavailable True" in said
    assert second.run("print(6 * 7)") == "42\n"
    group = f"{cgroups.parent(state)}/{first.name}"
    files = [f"{group}/cpu.max", f"cpu/{group}/cpu.cfs_quota_us"]
    quota = [(cgroups.ROOT / file).read_text() for file in files if (cgroups.ROOT / file).exists()]
    assert [text.split()[0] for text in quota] == ["100000"]
    assert {p.pid for p in of(first)} <= set(cgroups.processes(cgroups.parent(state), first.name))


def test_nothing_outlives_a_server(learners, state):
    """What a learner left in a session of its own ends with the server, and so does its group."""
    first = learners[0]
    first.run("import subprocess; subprocess.Popen(['sleep', '999'], start_new_session=True)")
    assert any(process.name() == "sleep" for process in of(first))
    first.stop()
    deadline = time.monotonic() + 30
    while of(first) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert of(first) == []
    assert cgroups.processes(cgroups.parent(state), first.name) == []
    assert os.path.exists(HOMES / first.name / "my/02-first-map.ipynb")  # noqa: PTH110


def test_own_work_is_kept(learners):
    """A server that starts again brings what is missing, and leaves alone what was edited."""
    first = learners[0]
    mine = HOMES / first.name / "my"
    edited, missing = mine / "06-events.ipynb", mine / "05-map-types.ipynb"
    book = nbformat.read(edited, 4)
    book.cells[0].source += "\nMy note."
    nbformat.write(book, edited)
    missing.unlink()
    before = edited.read_bytes()
    if of(first):
        first.stop()
    first.start()

    assert edited.read_bytes() == before
    assert missing.exists()


@pytest.fixture
def full(learners, tmp_path):
    """Give a learner whose server is stopped, and whose home has no room for another byte."""
    learner = learners[1]
    learner.stop()
    home, kept = HOMES / learner.name, tmp_path / "kept"
    subprocess.run(["cp", "-a", "--attributes-only", home, kept], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", home], check=True)
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", home], check=True)
        with suppress(OSError), (home / "much").open("wb") as file:
            file.write(bytes(1 << 20))
        yield learner
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)
        learner.start()


def test_a_home_without_room(full):
    """The page says at once that the disk is full, and does not wait for a server that ended."""
    began = time.monotonic()
    full.get("/hub/spawn")
    page = full.get(f"/hub/spawn-pending/{full.name}").text
    while "Spawn failed" not in page and time.monotonic() - began < START_S:
        time.sleep(1)
        page = full.get(f"/hub/spawn-pending/{full.name}").text

    assert f"no room left on the disk of {HOMES / full.name}" in page
