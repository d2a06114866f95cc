"""Two labs on one machine: each sees its own, and the end of one is not the end of the other."""

import json
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from jupyter_client import BlockingKernelClient

from tests.browser.server import environment, running_lab

START_S = 120
WORK = """
from bpflab import inspect, load, run
program = load("first_map/cut").attach(hook="syscalls:sys_enter_execve")
answer = 0
"""
COUNT = """
ran = run("/usr/bin/true", times={times})
answer = [len(program.events.frame(ran)), sorted(inspect.programs().id), len(program.links)]
"""
FRESH = """
program.close()
program = load("first_map/cut", defines={"PATH_SIZE": 48}).attach(hook="syscalls:sys_enter_execve")
"""


class Cell:
    """A kernel that a lab started, reached as JupyterLab reaches it."""

    def __init__(self, lab):
        self._lab = lab
        json.loads(lab.ask("POST", "api/kernels"))
        kernels = psutil.Process(lab.pid).children(recursive=True)
        (line,) = [k.cmdline() for k in kernels if "ipykernel_launcher" in k.cmdline()]
        self.client = BlockingKernelClient(connection_file=line[-1])
        self.client.load_connection_file()
        self.client.start_channels(hb=False)  # a busy machine's kernel misses beats
        self.client.wait_for_ready(timeout=START_S)

    def start(self, code):
        """Start a cell."""
        return self.client.execute(code, user_expressions={"answer": "answer"})

    def answer(self, message):
        """Wait for a cell's end; return the value of ``answer``."""
        while (reply := self.client.get_shell_msg(timeout=START_S))["parent_header"][
            "msg_id"
        ] != message:
            pass
        assert reply["content"]["status"] == "ok", reply["content"]
        return eval(reply["content"]["user_expressions"]["answer"]["data"]["text/plain"])


@contextmanager
def cell(lab):
    """Give a kernel of *lab*, and let go of its sockets."""
    made = Cell(lab)
    try:
        yield made
    finally:
        made.client.stop_channels()


@pytest.mark.kernel
@pytest.mark.timeout(400)
def test_each_lab_sees_its_own_and_survives_the_other(tmp_path):
    """Both trace one hook at once; one is cleaned, and the other goes on and loads anew."""
    with (
        tempfile.TemporaryDirectory(prefix="labs") as room,
        running_lab(tmp_path / "two") as two,
        cell(two) as second,
    ):
        with running_lab(tmp_path / "one") as one, cell(one) as first:
            assert one.address != two.address
            for each in [(c, c.start(WORK)) for c in (first, second)]:
                each[0].answer(each[1])
            began = [
                (c, c.start(COUNT.format(times=times))) for c, times in ((first, 7), (second, 5))
            ]
            (seven, own, _), (five, others, _) = [c.answer(message) for c, message in began]
            assert (seven, five) == (7, 5)
            assert (len(own), len(others)) == (1, 1)
            assert own != others

            tools = Path(room)
            cleaned = subprocess.run(
                [one.root / "lab", "clean"],
                env=environment(tools, tools) | {"XDG_CACHE_HOME": str(tools)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert f"process {one.pid}: stopped" in cleaned.stdout, cleaned
            assert not (one.root / ".venv").exists()
        count, _, hooks = second.answer(second.start(COUNT.format(times=3)))
        assert (count, hooks) == (3, 1)
        count, _, hooks = second.answer(second.start(FRESH + COUNT.format(times=4)))
        assert (count, hooks) == (4, 1)
