"""What every test may ask for: the kernel, or a reason why it is not there; and its tier.

A test belongs to one tier, by its markers (pyproject.toml): without one to `./lab check`, as
`kernel` or `jupyter` to `./lab test`, and as `slow`, whatever else it is, to `./lab test --all`.
"""

import os
import random
import signal
from pathlib import Path

import pytest
from nbval.plugin import IPyNbFile
from xdist.scheduler import LoadFileScheduling

CAP_PERFMON, CAP_BPF = 38, 39
TESTS = Path(__file__).parent / "tests"
FOLDERS = (TESTS / "browser", TESTS / "chaos", TESTS / "site")
SLOW = (*FOLDERS, TESTS / "lima/test_boot.py", TESTS / "vm/test_boot.py")
"""Minutes, a browser or another kernel: folders and files whose tests are `slow`."""
SLOW_S = 1200
"""After so many seconds a slow test hangs: its fixtures may install and build first."""
KERNEL = TESTS / "kernel"
"""The folder whose tests load programs; a test of another folder that does is marked itself."""
JUDGES = (
    *("test_check.py", "test_exercises.py", "test_solutions.py"),
    *("test_two_compilers.py", "test_watcher.py", "test_execwatch.py"),
)
"""Files of this folder that judge answers: a judge would see the calls of any other test.

The last one executes commands as fast as it can, which other tests would see as well.
"""
LOADING = "test_pairs.py"
"""The long file of this folder that loads programs, and makes no call that a judge looks at."""
OF_THE_CLONE = ("tests/hub", "tests/site")
"""Folders whose tests start this clone's own ``./lab``, which refuses while another one sets up."""


def _no_kernel() -> str:
    """Return why programs cannot be loaded here, or nothing."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = int(status.split("CapEff:")[1].split()[0], 16)
    if not (effective >> CAP_BPF & 1 and effective >> CAP_PERFMON & 1):
        return "this process may not load programs (CAP_BPF, CAP_PERFMON): use ./lab test"
    if not os.access("/sys/kernel/tracing/events", os.R_OK | os.X_OK):
        return "tracefs is not mounted, or not open to this user: use ./lab test"
    return ""


def pytest_configure():
    """Choose the seed of tests/chaos."""
    os.environ.setdefault("BPFLAB_CHAOS_SEED", str(random.randrange(1 << 32)))


def pytest_report_header():
    """Print the seed while nothing can have gone wrong yet."""
    return f"BPFLAB_CHAOS_SEED={os.environ['BPFLAB_CHAOS_SEED']}"


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items):
    """Mark lessons and slow tests; skip what needs a kernel that is not there, except in CI."""
    reason = "" if os.environ.get("CI") else _no_kernel()
    for item in items:
        if isinstance(item.parent, IPyNbFile) or KERNEL in item.path.parents:
            item.add_marker(pytest.mark.kernel)
        if item.path.parent == KERNEL and item.path.name in (*JUDGES, LOADING):
            item.add_marker(pytest.mark.judges)
        if not {item.path, *item.path.parents}.isdisjoint(SLOW):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_S))
        if reason and item.get_closest_marker("kernel"):
            item.add_marker(pytest.mark.skip(reason=reason))


class _Files(LoadFileScheduling):
    """Give each process a file at a time, in its order; some files are as one."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        folder, _, name = file.rpartition("/")
        if folder == "tests/kernel" and name in JUDGES:
            return "judges"
        return "./lab" if folder in OF_THE_CLONE else file


def pytest_xdist_make_scheduler(config, log):
    """Take the above for ``--dist loadfile``."""
    return _Files(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collectstart(collector):
    """Let a lesson's kernel see file descriptor 2, as JupyterLab does.

    pytest exports PYTEST_CURRENT_TEST, the kernel inherits it, and ipykernel then watches none.
    """
    if isinstance(collector, IPyNbFile):
        start = collector.setup

        def setup():
            os.environ.pop("PYTEST_CURRENT_TEST", None)
            os.environ["BPFLAB_HEADLESS"] = "1"
            start()

        collector.setup = setup


@pytest.fixture(autouse=True)
def _interrupts_stay_ours():
    """Fail a test that leaves another handler for Ctrl-C behind."""
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before
