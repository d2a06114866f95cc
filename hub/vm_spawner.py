"""Starts and ends a learner's server in a virtual machine: a kernel of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from traitlets import Unicode

from hub.spawner import LearnerSpawner

KVM = Path("/dev/kvm")


class GuestSpawner(LearnerSpawner):
    """Runs QEMU as the learner, in a group of its own, and JupyterLab in its guest.

    ``mem_limit`` is the guest's memory. QEMU itself may use ``beside_bytes`` more.
    """

    guest = Unicode(help="the guest's name, one of bpflab.vm's").tag(config=True)
    disk = Unicode(help="the directory of its disk, which root prepared").tag(config=True)
    words = Unicode(help="the directory for what each guest says").tag(config=True)

    program = "guest.py"
    capabilities = "-all"
    beside_bytes = 1 << 30  # most of it is the code that an emulator translates

    @property
    def said(self) -> Path:
        """The file with what the learner's guest printed since its start."""
        return Path(self.words) / self.user.name

    def command(self, *first: str) -> list[str]:
        """Return what starts a server, with the guest's disk where the learner can read it."""
        mount = ("sh", "-c", 'mount --bind "$0" /mnt && exec "$@"', self.disk)
        return [*super().command(*first, *mount), self.guest, f"{self.mem_limit >> 20}M"]

    def group(self) -> int:
        """Return the number of the group that may open /dev/kvm, if there is one."""
        return KVM.stat().st_gid if KVM.exists() else super().group()

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Return the environment; the logs of a guest that fails go into the learner's home."""
        env = super().user_env(env)
        return env | {"BPFLAB_LOCAL": env["HOME"]}

    async def start(self) -> Any:
        """Start the guest, and wait until JupyterLab answers in it."""
        self.said.parent.mkdir(mode=0o700, exist_ok=True)
        with self.said.open("wb") as file:
            self.popen_kwargs = {"stdout": file, "stderr": file}
            return await super().start()

    def ended(self) -> str:
        """Return what the page says of a guest that ended before it answered."""
        return f"the virtual machine has ended: {self._lines()[-3:]}"

    async def progress(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the lines that the guest prints, as they come."""
        shown = 0
        while True:
            lines = self._lines()
            for line in lines[shown:]:
                shown += 1
                yield {"progress": min(90, 10 * shown), "message": line}
            await asyncio.sleep(1)

    def _lines(self) -> list[str]:
        return self.said.read_text(errors="replace").splitlines() if self.said.exists() else []
