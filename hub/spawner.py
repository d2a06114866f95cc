"""Starts and ends a learner's server: its user, its rights, its limits, its view of the machine."""

from __future__ import annotations

import asyncio
import grp
import pwd
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import wait_for_http_server
from traitlets import Int, Unicode

from hub import cgroups

HERE = Path(__file__).resolve().parent
CLONE = HERE.parent
ROOM_BYTES = 1 << 20  # JupyterLab writes less before it answers


class Ended(RuntimeError):
    """A server ended before it answered."""

    @property
    def jupyterhub_message(self) -> str:
        """What JupyterHub shows the learner of it."""
        return str(self)


class LearnerSpawner(LocalProcessSpawner):
    """Runs JupyterLab as the learner, with CAP_BPF and CAP_PERFMON, in a group of its own.

    systemd is not asked: containers and small machines have none. What it would do is done by
    three programs of util-linux, which server.sh calls, and by control groups.
    """

    hub_group = Unicode(help="the parent of the learners' control groups").tag(config=True)
    processes_limit = Int(512, help="processes and threads of one learner").tag(config=True)
    trace_group = Unicode("bpflab", help="the group that may read tracefs").tag(config=True)

    program = "singleuser.py"
    capabilities = "-all,+bpf,+perfmon"
    beside_bytes = 0
    """What a learner's processes may use beside ``mem_limit``."""

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Return what the child does first, while it is still root: it enters its group."""
        group = self.hub_group

        def enter() -> None:
            cgroups.enter(group, name)

        return enter

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Return the environment, with the learner's home, and a shell for terminals."""
        env = super().user_env(env)
        home = pwd.getpwnam(self.user.name).pw_dir
        path = f"{CLONE}/.venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        return env | {"HOME": home, "SHELL": "/bin/bash", "PYTHONNOUSERSITE": "1", "PATH": path}

    async def start(self) -> Any:
        """Make the learner's control group, start the server in it, and wait until it answers.

        Raises:
            Ended: it ended before.
        """
        name = self.user.name
        await self._end()
        memory = self.mem_limit + self.beside_bytes
        limits = cgroups.Limits(memory, self.processes_limit, self.cpu_limit)
        cgroups.make(self.hub_group, name, limits)
        self.cmd = self.command()
        ip, port = await super().start()
        url = f"http://{ip}:{port}/"
        ready = asyncio.ensure_future(wait_for_http_server(url, timeout=self.start_timeout))
        try:
            while not (await asyncio.wait({ready}, timeout=1))[0]:
                if await self.poll() is not None:
                    raise Ended(self.ended())
        finally:
            ready.cancel()
        return ip, port

    def ended(self) -> str:
        """Return what the page says of a server that ended before it answered."""
        home = pwd.getpwnam(self.user.name).pw_dir
        if shutil.disk_usage(home).free < ROOM_BYTES:
            return f"there is no room left on the disk of {home}"
        return "JupyterLab has ended, and the hub's log says why"

    def command(self, *first: str) -> list[str]:
        """Return what starts a server in a namespace of its own: words to go *first*, server.sh."""
        account = pwd.getpwnam(self.user.name)
        return [
            "unshare", "--mount", "--ipc", "--propagation", "slave", "--", *first,
            "sh", str(HERE / "server.sh"), str(CLONE), account.pw_dir,
            str(account.pw_uid), str(account.pw_gid), str(self.group()),
            self.capabilities, self.program,
        ]  # fmt: skip

    def group(self) -> int:
        """Return the number of the one group that the server is in beside the learner's own."""
        return grp.getgrnam(self.trace_group).gr_gid

    async def stop(self, now: bool = False) -> None:
        """Stop the server, then all that it left: no process of the learner's outlives it."""
        await super().stop(now)
        if left := await self._end():
            self.log.info("%s: %d processes were left, and are ended", self.user.name, left)

    async def poll(self) -> int | None:
        """Return None while the server runs; once it has ended by itself, end what it left."""
        status = await super().poll()
        if status is not None:
            await self._end()
        return status

    async def _end(self) -> int:
        return await asyncio.to_thread(cgroups.end, self.hub_group, self.user.name)
