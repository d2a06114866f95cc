"""Directories that go with the run that made them."""

import subprocess
import sys
from contextlib import nullcontext

import pytest

from bpflab.vm.process import scratch

WAITS = """
import sys
from pathlib import Path
from bpflab.vm.process import scratch
with scratch(Path(sys.argv[1])) as folder:
    Path(folder, "tree").mkdir()
    Path(folder, "tree", "file").write_text("much")
    print(folder, flush=True)
    input()
"""


@pytest.mark.parametrize("fault", [None, KeyboardInterrupt])
def test_it_goes_with_its_block(tmp_path, fault):
    """However the block ends."""
    with pytest.raises(fault) if fault else nullcontext(), scratch(tmp_path) as folder:
        (folder / "file").write_text("much")
        if fault:
            raise fault
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_goes_with_the_next(tmp_path):
    """And what a living one has stays."""
    other = tmp_path / "bpflab-vm-notes"
    other.mkdir()
    command = [sys.executable, "-c", WAITS, tmp_path]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as dead, subprocess.Popen(command, **pipes) as alive:
        _, kept = (child.stdout.readline().strip() for child in (dead, alive))
        dead.kill()
        dead.wait()
        with scratch(tmp_path) as folder:
            assert {str(path) for path in tmp_path.iterdir()} == {str(folder), kept, str(other)}
    assert list(tmp_path.iterdir()) == [other]
