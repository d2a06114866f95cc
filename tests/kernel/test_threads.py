"""Loads at the same time, and descriptors that another thread closes."""

import asyncio
import copy
import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bpflab import LabError, load
from bpflab.compiling import bcc
from bpflab.programs import loading
from bpflab.programs.loading import loaded

pytestmark = pytest.mark.usefixtures("nothing_left")

MAP = "BPF_ARRAY(m, u64, 1);\n"
TEXT = "int f(void *ctx) {{ return {}; }}\n"
# A crash ends the process: these loads run in one of their own.
ALL_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from bpflab import load
from bpflab.programs.loading import loaded
text = "BPF_ARRAY(m, u64, 1);\\nint f(void *ctx) {{ m.atomic_increment(0); return {}; }}"
for _ in range(3):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: load(f"t{n}", text=text.format(n)), range(4)))
    assert [p.name for p in loaded()] == ["t0", "t1", "t2", "t3"]
    assert all(p.maps["m"][0] == 0 for p in made)
    for p in made:
        p.close()
print("done")
"""


def test_loads_from_threads_each_have_a_child(own_cache):
    """A dozen loads from four threads: each is loaded, and the process lives."""
    command = [sys.executable, "-c", ALL_AT_ONCE]
    child = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert (child.returncode, child.stdout) == (0, "done\n"), child.stderr


def test_loads_from_asyncio_each_have_a_child():
    """As in a cell that awaits several."""

    async def both():
        loads = (asyncio.to_thread(load, f"a{n}", text=TEXT.format(n)) for n in range(2))
        return await asyncio.gather(*loads)

    for program in asyncio.run(both()):
        assert not program.closed
        program.close()


def test_one_name_from_many_threads_leaves_one_program():
    """The last to load has it; the others are closed."""
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda n: load("same", text=TEXT.format(n)), range(3)))
    assert len(loaded()) == 1
    assert sum(not program.closed for program in made) == 1
    loaded()[0].close()


def test_a_fork_can_load_whatever_other_threads_were_at():
    """They are not there to give back the locks that they had."""

    def forked():
        if pid := os.fork():
            return pid
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(60)
        load("forked", text=TEXT.format(5)).close()
        bcc._spare.end()
        os._exit(0)

    with loading._lock, bcc._spare._lock, ThreadPoolExecutor(1) as pool:
        pid = pool.submit(forked).result()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_refusal_comes_out_of_a_pool_of_processes(monkeypatch):
    """With its kind; the pool goes on."""
    # An IPython shell of another test's has put a module without a spec into its place.
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        with pytest.raises(LabError) as caught:
            pool.submit(load, "nosuch/program").result(timeout=100)
        assert caught.value.kind == "no-source"
        assert pool.submit(os.getpid).result(timeout=100) > 0


@pytest.mark.parametrize(
    "through", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"]
)
def test_what_owns_descriptors_is_not_copied(through):
    """A program, an object, a perf buffer, a map: a copy would close or read another's."""
    with (
        load("events/both", defines={"FIRST": 4096}) as program,
        program.perf_buffer(pages=1) as buffer,
        load("limits/steps.bpf", defines={"STEPS": 8}) as made,
    ):
        for one in (program, buffer, made, program.maps["seen"], program.maps):
            if one is program.maps and through is copy.copy:
                continue  # a dict of the same maps
            with pytest.raises(LabError) as caught:
                through(one)
            assert caught.value.kind == "copy"


def test_a_held_map_outlives_its_program_and_is_no_other_map():
    """Its descriptor is its own: what is loaded next does not take its number."""
    program = load("small", text=MAP + TEXT.format(0))
    program.maps["m"][0] = 7
    with program.hold("m") as lease:
        program.close()
        with load("other", text="BPF_ARRAY(big, struct { char c[4096]; }, 1);\n" + TEXT.format(0)):
            assert lease.maps["m"][0] == 7
        kept = lease.maps["m"]
    with pytest.raises(LabError) as caught:
        kept[0]
    assert caught.value.kind == "closed"


def test_what_is_measured_while_another_thread_closes_is_that_program():
    """A run counts the program that was asked for, or is refused as closed."""
    values, stop = set(), threading.Event()

    def measure():
        while not stop.is_set():
            for program in loaded():
                try:
                    values.add((program.name, program.invoke("f")))
                except LabError as error:
                    values.add(error.kind)

    thread = threading.Thread(target=measure)
    thread.start()
    try:
        for _ in range(8):
            for n in (1, 2):  # the one before is closed under the other thread's hands
                last = load(f"r{n}", text=TEXT.format(n), type="socket_filter")
    finally:
        stop.set()
        thread.join()
    for program in (last, *loaded()):
        program.close()
    assert values <= {("r1", 1), ("r2", 2), "closed"}
    assert values & {("r1", 1), ("r2", 2)}


def test_a_descriptor_that_is_lent_stays_the_programs():
    """Also where the program is closed in the middle of the block."""
    program = load("lent", text=TEXT.format(3), type="socket_filter")
    with program.descriptor("f") as fd:
        program.close()
        info = str(Path(f"/proc/self/fd/{fd}").readlink())
    assert "bpf-prog" in info
    with pytest.raises(LabError) as caught:
        program.cost_ns("f")
    assert caught.value.kind == "closed"
