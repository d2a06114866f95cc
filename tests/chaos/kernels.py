"""A notebook's kernel of a test's own: its sockets, cache and temporary files in one directory."""

import contextlib
import os
import queue
import re
import signal
import time
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
START_S = 120  # a second, and many more on a busy machine
MARK = "BPFLAB_CHAOS_MARK"


class Kernel:
    """A real Jupyter kernel, reached through sockets in *private*, whose path must be short.

    Attributes:
        cache: its XDG_CACHE_HOME.
        temporary: its TMPDIR.
        mark: what the environment of each of its processes holds.
        cgroups: control groups that were made for it.
    """

    def __init__(self, private: Path, **environment: str) -> None:
        self.private, self.mark = private, f"{os.getpid()}-{time.monotonic_ns()}"
        self.cgroups: list[Path] = []
        self.cache, self.temporary = private / "cache", private / "tmp"
        for folder in (self.cache, self.temporary):
            folder.mkdir(exist_ok=True)
        self.manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(private / "kernel.json"),
            transport="ipc",
        )
        ours = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        self.environment = ours | {
            "XDG_CACHE_HOME": str(self.cache),
            "TMPDIR": str(self.temporary),
            "IPYTHONDIR": str(private / "ipython"),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'helpers'}",
            "BPFLAB_HEADLESS": "1",
            MARK: self.mark,
            **environment,
        }
        self.log = private / "log"
        self._out = self.log.open("ab")  # a restart wants it once more
        self.manager.start_kernel(
            env=self.environment, stdout=self._out, stderr=self._out, cwd=private
        )
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.wait_until_ready()

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return self.manager.provisioner.process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs; a zombie does not."""
        return self.manager.provisioner.process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for its first answer."""
        self.client.wait_for_ready(timeout=START_S)

    def restart(self) -> None:
        """What the menu does: kill it with all that it started, and start it anew."""
        self.manager.restart_kernel(now=True)
        self.wait_until_ready()

    def start(self, code: str) -> str:
        """Start a cell; return the message's id, for `reply`."""
        return self.client.execute(code, store_history=False, stop_on_error=False)

    def reply(self, message: str, within_s: float) -> dict | None:
        """Return the answer to a cell, or None if the kernel died. TimeoutError beyond *within_s*.

        An answer that was there when the kernel ended does not count.
        """
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            with contextlib.suppress(queue.Empty):
                answer = self.client.get_shell_msg(timeout=0.2)
                if answer["parent_header"].get("msg_id") == message:
                    return answer["content"]
                continue
            if not self.alive:
                return None
        raise TimeoutError(f"no answer after {within_s} s")

    def run(self, code: str, within_s: float = START_S) -> str:
        """Execute a cell that must succeed; return the value of ``answer``, as text."""
        message = self.client.execute(
            code, user_expressions={"answer": "answer"}, stop_on_error=False
        )
        content = self.reply(message, within_s)
        assert content is not None, f"the kernel died:\n{self.log.read_text()[-2000:]}"
        assert content["status"] == "ok", re.sub(
            r"\x1b\[[\d;]*m", "", "\n".join(content.get("traceback", [])) or str(content)
        )
        value = content["user_expressions"]["answer"]
        return value["data"]["text/plain"] if value["status"] == "ok" else ""

    def processes(self) -> list[psutil.Process]:
        """Return every living process that this kernel started, directly or not, and itself."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if (
                    process.environ().get(MARK) == self.mark
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(process)
        return found

    def compilers(self, *, waiting: bool = False) -> list[psutil.Process]:
        """Return its children that have BCC, or only those that wait for a text."""
        found = []
        for child in psutil.Process(self.pid).children():
            with contextlib.suppress(psutil.Error, OSError):
                if "bpflab.compiling.bcc_child" in child.cmdline():
                    # What its main thread is in is read(2) of descriptor 0.
                    call = Path(f"/proc/{child.pid}/syscall").read_text().split()
                    found += [child] if not waiting or call[1:2] == ["0x0"] else []
        return found

    def end(self) -> None:
        """End it and all that it started."""
        self.client.stop_channels()
        with contextlib.suppress(RuntimeError):
            self.manager.shutdown_kernel(now=True)
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self._out.close()
        for group in self.cgroups:
            group.rmdir()
