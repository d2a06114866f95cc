"""Load, fill, attach, close: nothing outlives what created it, however that ends."""

import base64
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from bpflab import LabError, close, inspect, load, run, source
from bpflab.bindings import hooks
from bpflab.compiling import bcc, compiler
from bpflab.programs.loading import loaded
from tests.kernel.held import held

pytestmark = pytest.mark.usefixtures("nothing_left")

TIMES = int(os.environ.get("BPFLAB_TIMES") or 20)  # fewer where a CPU is emulated
EXECVE = "syscalls:sys_enter_execve"
COUNT = """
BPF_ARRAY(seen, u64, 1);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	seen.atomic_increment(0);
	return 0;
}
"""
HOLD = textwrap.dedent(
    """
    from bpflab import load
    program = load("first_map/cut").attach(hook="syscalls:sys_enter_execve")
    program.events.pump()
    print("attached", flush=True)
    """
)


def run_true() -> None:
    """Execute /usr/bin/true once."""
    subprocess.run(["/usr/bin/true"], check=True)


def test_each_stage_is_a_context_manager():
    """Attached inside the block and not after it; loaded inside, and gone after."""
    with load("count", text=COUNT) as program:
        with program.attached(hook=EXECVE):
            run_true()
            assert held(os.getpid())["perf_event"] == 1
        inside = program.maps["seen"][0]
        run_true()
        assert (program.maps["seen"][0], held(os.getpid())["perf_event"]) == (inside, 0)
        assert inside >= 1
    assert program.closed
    assert loaded() == []


def test_the_end_of_a_notebook_closes_all_and_says_what_is_left():
    """By name it closes one and says nothing; what is left that nobody owns is in a table."""
    first, second = load("first", text=COUNT), load("second", text=COUNT)
    assert close("first") is None
    assert (first.closed, second.closed) == (True, False)

    fd = os.dup(second.maps["seen"].fd)
    view = close()
    os.close(fd)
    assert second.closed
    assert view.text.splitlines()[0].startswith("Still in the kernel")
    assert "seen" in view.text

    assert close().text.startswith("Everything is closed")
    assert inspect.left_behind().empty


def test_a_name_loaded_again_closes_the_one_before():
    """A cell that is run twice leaves one program, not two."""
    first = load("count", text=COUNT).attach(hook=EXECVE)
    second = load("count", text=COUNT).attach(hook=EXECVE)

    assert (first.closed, second.closed) == (True, False)
    assert held(os.getpid())["bpf-prog"] == 1
    close("count")


def test_losing_the_last_reference_closes():
    """A program that no name holds is released at once, while still attached."""
    program = load("first_map/cut").attach(hook=EXECVE)
    program.events.pump()
    del program

    assert sum(held(os.getpid()).values()) == 0


def test_what_is_closed_says_so():
    """Using a closed program, its maps or its ring raises, and what was logged stays."""
    program = load("first_map/cut")
    with program.attached(hook=EXECVE):
        run_true()
    log = program.events
    program.close()
    program.close()

    assert len(log.frame()) >= 1
    ledger = log.ledger()
    assert ledger["unaccounted"] == 0
    for use in (
        lambda: program.attach(hook=EXECVE),
        lambda: program.maps["seen"][0],
        lambda: program.ring(),
    ):
        with pytest.raises(LabError) as caught:
            use()
        assert caught.value.kind == "closed"


def test_an_exception_in_the_block_detaches():
    """Whatever is raised while attached, the program is let go."""
    with pytest.raises(ZeroDivisionError), load("count", text=COUNT) as program:
        program.attach(hook=EXECVE)
        raise ZeroDivisionError
    assert program.closed


def test_a_forked_child_takes_nothing_down():
    """A child that exits does not detach what its parent holds."""
    with load("count", text=COUNT) as program, program.attached(hook=EXECVE):
        child = os.fork()
        if child == 0:
            program.close()
            os._exit(0)
        os.waitpid(child, 0)
        before = program.maps["seen"][0]
        run_true()
        assert program.maps["seen"][0] > before


def test_interrupts_at_random_moments_leave_nothing():
    """Interrupts, wherever in load, attach, read and close they strike."""
    rng = random.Random(20)
    load("first_map/cut").close()  # compiled once: the moments then spread over all
    began = time.monotonic()
    load("first_map/cut").close()
    a_round = 1.3 * (time.monotonic() - began)
    struck = 0
    for _ in range(TIMES):
        timer = threading.Timer(rng.uniform(0, a_round), os.kill, (os.getpid(), signal.SIGINT))
        try:
            timer.start()
            while timer.is_alive():
                with load("first_map/cut") as program, program.attached(hook=EXECVE):
                    run("/usr/bin/true")
                    program.events.frame()
            time.sleep(0.01)
        except KeyboardInterrupt:
            struck += 1
        timer.join()
        program = None
        assert sum(held(os.getpid()).values()) == 0
    assert struck == TIMES


def test_an_interrupted_attach_attaches_nothing(monkeypatch):
    """Ctrl-C just after the kernel has attached: the call did not return, so no hook is left."""
    attach = hooks.attach

    def struck(*args):
        link = attach(*args)
        os.kill(os.getpid(), signal.SIGINT)
        return link

    with load("count", text=COUNT) as program:
        monkeypatch.setattr(hooks, "attach", struck)
        with pytest.raises(KeyboardInterrupt):
            program.attach(hook=EXECVE)
        others = program.maps["seen"][0]  # in the moment while it was attached
        run_true()
        assert program.links == {}
        assert held(os.getpid())["perf_event"] == 0
        assert program.maps["seen"][0] == others


@pytest.mark.parametrize("damage", ["instructions", "line_info", "btf", "maps"])
def test_a_stale_image_costs_a_compile(monkeypatch, tmp_path, damage):
    """What the kernel does not accept is compiled again, and the new one is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load("count", text=COUNT).close()
    code = source.from_text(COUNT, "count")
    made = bcc.compiled(code)
    answer = made.answer
    wrong = answer["programs"][0] if damage in ("instructions", "line_info") else answer
    wrong[damage] = [] if damage == "maps" else base64.b64encode(b"\xff" * 64).decode()
    bcc.keep(code, made)
    with load("count", text=COUNT) as program, program.attached(hook=EXECVE):
        run_true()
        assert program.maps["seen"][0] >= 1
    monkeypatch.setattr(bcc, "compiled", None)
    load("count", text=COUNT).close()


def test_a_known_text_needs_no_compiler(monkeypatch, tmp_path):
    """Its maps are made and its programs loaded from what was kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load("count", text=COUNT).close()
    monkeypatch.setattr(bcc, "compiled", None)
    with load("count", text=COUNT) as program, program.attached(hook=EXECVE):
        run_true()
        assert program.maps["seen"][0] >= 1


def test_after_a_mistake_the_next_child_waits_already():
    """Whoever mends a text waits for the compile alone."""
    with pytest.raises(LabError):
        load("count", text=COUNT.replace("return 0;", "return moon;"))
    assert bcc._spare._fits()


def test_headers_that_vanish_are_the_reason(monkeypatch, tmp_path):
    """What was compiled with others is not used, and the fault is theirs."""
    load("count", text=COUNT).close()
    monkeypatch.setenv("BCC_KERNEL_SOURCE", str(tmp_path / "nowhere"))
    with pytest.raises(LabError) as caught:
        load("count", text=COUNT)
    assert caught.value.kind == "no-headers"
    assert loaded() == []


def test_the_folder_of_this_process_may_be_gone(monkeypatch, tmp_path):
    """BCC works in a folder that exists, and finds its way back to it."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    gone.rmdir()
    load("count", text=COUNT).close()


def test_the_compiler_is_not_in_this_process():
    """Nothing that LLVM does can end a notebook's kernel: it is not there."""
    load("count", text=COUNT).close()
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert "bcc" not in sys.modules
    assert "libbcc" not in maps and "LLVM" not in maps


def test_a_fork_that_goes_on_does_not_hold_up_a_compile(tmp_path, monkeypatch):
    """It has the ends of the pipes to the child that waits, as each worker of a pool has."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compiler, "DEADLINE_S", 30)
    bcc.make_ready()
    end, mine = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(mine)
        os.read(end, 1)
        os._exit(0)
    try:
        load("count", text=COUNT).close()
    finally:
        os.close(mine)
        os.close(end)
        os.waitpid(pid, 0)


def test_an_interrupt_ends_a_compile_at_once(tmp_path, monkeypatch):
    """Ctrl-C does not wait for the compiler; the child ends, and nothing is loaded."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    started, start = [], compiler.start

    def noted(*args):
        started.append(start(*args))
        if len(started) == 1:  # the second one waits for the next text
            os.kill(started[0].pid, signal.SIGSTOP)  # it compiles for as long as we like
            threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
        return started[-1]

    bcc._spare.end()
    monkeypatch.setattr(compiler, "start", noted)
    with pytest.raises(KeyboardInterrupt):
        load("count", text=COUNT)
    assert started[0].returncode == -signal.SIGKILL
    assert loaded() == []


def test_the_child_ends_with_who_asked_it():
    """A kernel that is killed leaves no process that compiles on, even if its input stays open."""
    end, kept_open = os.pipe()
    asks = (
        "import os, subprocess, sys\n"
        "command = [sys.executable, '-m', 'bpflab.compiling.bcc_child', str(os.getpid()), '60']\n"
        f"child = subprocess.Popen(command, stdin={end})\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", asks], stdout=subprocess.PIPE, pass_fds=[end], text=True
    ) as parent:
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        ends = time.monotonic() + 60
        while (child / "syscall").read_text().split()[1:2] != ["0x0"]:  # it reads its input
            assert time.monotonic() < ends
            time.sleep(0.05)
        assert b"bpflab.compiling.bcc_child" in (child / "cmdline").read_bytes()
        parent.kill()
    with contextlib.suppress(FileNotFoundError):
        while (child / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < ends
            time.sleep(0.05)
    os.close(end)
    os.close(kept_open)


def test_kill_9_leaves_nothing():
    """Processes killed while their program is attached: the kernel frees all of it."""
    for _ in range(TIMES):
        child = subprocess.Popen([sys.executable, "-c", HOLD + "input()"], stdin=-1, stdout=-1)
        assert child.stdout.readline() == b"attached\n"
        ids = object_ids(child.pid)
        assert len(ids) == 4  # one program, three maps
        child.kill()
        child.wait()
        child.stdout.close()
        child.stdin.close()
        assert left(ids) == set()


@pytest.mark.filterwarnings("default")  # jupyter_client's own deprecations
def test_a_kernel_restart_leaves_nothing():
    """Restarts of a notebook's kernel with a program attached."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        for _ in range(TIMES):
            reply = client.execute_interactive(HOLD, timeout=60, output_hook=lambda message: None)
            assert reply["content"]["status"] == "ok", reply["content"]
            ids = object_ids(manager.provisioner.pid)
            assert len(ids) == 4
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=60)
            assert left(ids) == set()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def object_ids(pid: int) -> set[str]:
    """Return the kernel's ids of the programs and maps that *pid* holds, from its fdinfo."""
    ids = set()
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        rows = dict(row.split(":\t", 1) for row in info.read_text().splitlines() if ":\t" in row)
        ids |= {f"{kind} {rows[kind + '_id']}" for kind in ("prog", "map") if kind + "_id" in rows}
    return ids


def all_ids() -> set[str]:
    """Return the ids of everything the kernel holds, from bpftool where it may look."""
    if os.geteuid() == 0 and shutil.which("bpftool"):
        return {
            f"{kind} {entry['id']}"
            for kind in ("prog", "map")
            for entry in json.loads(subprocess.check_output(["bpftool", "-j", kind, "list"]))
        }
    ids = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended, or is not ours to look at
            ids |= object_ids(int(process.name))
    return ids


def left(ids: set[str], within_s: float = 5.0) -> set[str]:
    """Return which of *ids* the kernel still holds after at most *within_s*.

    It frees a program after a grace period, and never uses an id twice.
    """
    deadline = time.monotonic() + within_s
    while still := ids & all_ids():
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return still


@pytest.mark.parametrize(
    "text",
    [
        COUNT.replace("seen.atomic", "sean.atomic"),
        COUNT.replace("return 0;", "u64 *v = seen.lookup_or_try_init(0, 0); return *v;"),
        COUNT.replace("int hook", "int lsm__nosuch"),
    ],
    ids=["compiler", "verifier", "hook"],
)
def test_a_text_that_is_refused_leaves_the_running_program_alone(text):
    """A typo in a cell ends nothing: the program of that name goes on, attached."""
    with load("count", text=COUNT).attach(hook=EXECVE) as program:
        with pytest.raises(LabError):
            load("count", text=text)
        assert loaded() == [program]
        before = program.maps["seen"][0]
        run_true()
        assert program.maps["seen"][0] > before


@pytest.mark.parametrize("name", ["seen", "dropped", "filtered"])
@pytest.mark.parametrize("value", ["u64", "struct pair"])
def test_a_hash_under_the_name_of_a_counter_closes(name, value):
    """Whatever the map is, its program goes, and one of its name can be loaded again."""
    text = (
        "struct pair { u32 a; u32 b; };\nstruct event { u32 pid; };\n"
        f"BPF_HASH({name}, u32, {value});\nBPF_RINGBUF_OUTPUT(events, 8);\n"
        "int hook(void *ctx)\n{\n\tstruct event e = {};\n"
        "\tevents.ringbuf_output(&e, sizeof(e), 0);\n\treturn 0;\n}\n"
    )
    for _ in range(2):
        with load("hash", text=text) as program:
            program.events.frame()
        assert program.closed


def test_a_count_that_cannot_be_read_leaves_nothing_loaded(monkeypatch):
    """The program is closed all the same, and the fault comes out."""
    with pytest.raises(ZeroDivisionError), load("first_map/cut") as program:
        program.attach(hook=EXECVE)
        monkeypatch.setattr(program.events, "settle", lambda: 1 / 0)
    assert program.closed and program.links == {}


def test_what_went_wrong_in_a_block_is_not_hidden_by_its_end(monkeypatch):
    """The body's own error says more than that of closing."""
    with pytest.raises(KeyError, match="mine"), load("first_map/cut") as program:
        monkeypatch.setattr(program.events, "settle", lambda: 1 / 0)
        raise KeyError("mine")
    assert program.closed


def test_a_map_or_a_function_that_is_not_there_brings_the_near_ones():
    """By a LabError, where a dict would say the name alone."""
    with load("count", text=COUNT) as program:
        for names, wrong, kind, fix in (
            (program.maps, "sean", "no-map", "Did you mean seen?"),
            (program.functions, "hok", "no-program", "Did you mean hook?"),
        ):
            with pytest.raises(LabError) as caught:
                names[wrong]
            assert (caught.value.kind, caught.value.fix) == (kind, fix)
        with pytest.raises(LabError) as caught:
            program.detach("hok")
        assert caught.value.kind == "no-program"


def test_an_interrupt_while_the_next_child_starts_leaves_nothing_loaded(monkeypatch):
    """The program is loaded then, and nobody has it yet."""

    def struck():
        assert [program.name for program in loaded()] == ["count"]
        raise KeyboardInterrupt

    monkeypatch.setattr(bcc, "make_ready", struck)
    with pytest.raises(KeyboardInterrupt) as kept:  # its frames hold the program
        load("count", text=COUNT)
    assert loaded() == []
    assert kept.traceback[-1].name == "struck"
