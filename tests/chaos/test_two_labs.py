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
from tests.test_lab_script import Machine, machine  # noqa: F401  a fixture

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


def test_clean_leaves_what_another_lab_uses(machine: Machine):  # noqa: F811
    """Tracefs, its group and perf events stay while another lab runs, until the next `clean`."""
    paranoid = machine.root / "paranoid"
    paranoid.write_text("3\n")
    machine.stub("id", 'case "$1" in -G) echo "1000 27" ;; *) echo 1000 ;; esac')
    machine.stub("stat", f"[ -e {machine.root}/ours ] && echo 999 750 || echo gid=0,mode=700")
    machine.stub("sudo", 'while [[ $1 == -* ]]; do shift; done; "$@"')
    machine.stub("setpriv")
    machine.stub("test", 'exec /usr/bin/test "$@"')
    assert machine.lab("run", "01").returncode == 0
    made = (machine.clone / ".lab/made").read_text()
    assert "paranoid 3" in made and "tracefs gid=0,mode=700" in made

    other = machine.root / "other lab"
    (other / ".venv").mkdir(parents=True)
    (other / ".venv/lab-stamp").touch()
    machine.stub("ps", f"echo '   77 {other}/.venv/bin/python -m jupyterlab --no-browser'")
    done = machine.lab("clean")
    assert done.returncode == 1
    assert f"the lab of {other} (process 77) still uses this" in done.stdout
    assert "Left: paranoid 3" in done.stdout and "All that ./lab made" not in done.stdout
    assert paranoid.read_text() == "2\n"
    assert not [call for call in machine.calls if call.startswith(("groupdel", "umount"))]
    assert not (machine.clone / ".venv").exists()
    assert (machine.clone / ".lab/made").read_text() == made

    machine.stub("ps", f"echo '   78 {machine.clone}/.venv/bin/python -m ipykernel_launcher'")
    done = machine.lab("clean")
    assert done.returncode == 0, done
    assert paranoid.read_text() == "3\n"
    assert "All that ./lab made is gone." in done.stdout
    assert not (machine.clone / ".lab").exists()


def test_another_projects_interpreter_is_no_lab(machine: Machine):  # noqa: F811
    """A .venv without the lab's stamp uses nothing of ours."""
    (machine.root / "project/.venv").mkdir(parents=True)
    machine.stub("ps", f"echo '   77 {machine.root}/project/.venv/bin/python -m http.server'")
    assert machine.lab("run", "01").returncode == 0
    done = machine.lab("clean")
    assert done.returncode == 0, done
    assert "All that ./lab made is gone." in done.stdout


def test_a_mount_that_is_busy_is_not_forgotten(machine: Machine):  # noqa: F811
    """What cannot be undone is said and noted, and undone by the next `clean`."""
    machine.stub("mountpoint", f"[ -e {machine.root}/mounted ]")
    machine.stub("mount", f"touch {machine.root}/mounted")
    machine.stub("umount", "exit 32")
    assert machine.lab("run", "01").returncode == 0
    done = machine.lab("clean")
    assert done.returncode == 1
    assert f"Left: mount {machine.root}/tracing" in done.stdout
    machine.stub("umount", f"rm {machine.root}/mounted")
    assert machine.lab("clean").returncode == 0
    assert not (machine.root / "mounted").exists()
    assert not (machine.clone / ".lab").exists()
