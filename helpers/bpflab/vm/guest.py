"""One run of a guest: boot it, pass on what it prints, bring back its exit status."""

import os
import selectors
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path

from bpflab.paths import ROOT
from bpflab.vm import qemu
from bpflab.vm.disk import Disk
from bpflab.vm.process import running
from bpflab.vm.scratch import scratch

BOOT_S, RUN_S = 300, 40 * 60
"""How long a guest may take to its first word, and to its last."""
GLANCE_S = 3600
"""How long one wait may take: epoll counts its milliseconds in 31 bits."""


class Failed(Exception):
    """The guest did not come to its end by itself."""


def logs(name: str) -> Path:
    """Return the directory of a run's logs, in the clone's private one."""
    private = ROOT / ".lab"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / "vm" / name


def show(chunk: bytes) -> None:
    """Pass on what a guest printed."""
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def run(
    disk: Disk,
    clone: bytes,
    script: str,
    logs: Path,
    accel: str,
    *,
    devices: Iterable[qemu.Option] = (),
    heard: Callable[[bytes], None] = show,
    finish_s: float | None = None,
) -> int:
    """Run a shell script in the clone in a guest, as its learner; return its exit status.

    What it prints goes to *heard* as it comes, and is kept in *logs* beside the kernel's own words.
    It must end *finish_s* after its start, or ``RUN_S``. *devices* are more options of QEMU's.

    Raises:
        Failed: the guest did not boot, died or took too long.
    """
    logs.mkdir(parents=True, exist_ok=True)
    with scratch(Path(tempfile.gettempdir())) as folder:
        bundle, status = folder / "bundle.tar", folder / "status"
        bundle.write_bytes(_with_script(clone, script))
        options = [
            *qemu.system(disk, bundle, logs / "console.log", accel),
            *qemu.port("output", Path("/dev/stdout")),
            *qemu.port("status", status),
            *devices,
        ]
        with (
            running(
                qemu.command(qemu.MACHINES[disk.kind.machine], options), stdout=subprocess.PIPE
            ) as process,
            (logs / "output.log").open("wb") as log,
        ):
            try:
                for chunk in _output(process, RUN_S if finish_s is None else finish_s):
                    log.write(chunk)
                    log.flush()
                    heard(chunk)
            except TimeoutError as late:
                raise Failed(str(late)) from None
            process.wait()  # it closed its output, so it is about to end
        said = status.read_text().strip() if status.exists() else ""
        if not said:
            raise Failed("the guest ended without an exit status")
        return int(said)


def _with_script(clone: bytes, script: str) -> bytes:
    """Add to a tar file what the guest is to run."""
    file = BytesIO(clone)
    with tarfile.open(fileobj=file, mode="a") as tar:
        entry = tarfile.TarInfo("./.guest-script")
        entry.size, entry.mode = len(script.encode()), 0o644
        tar.addfile(entry, BytesIO(script.encode()))
    return file.getvalue()


def _output(process: subprocess.Popen[bytes], finish_s: float) -> Iterator[bytes]:
    """Yield what a guest prints, as it comes.

    Raises:
        TimeoutError: it said nothing for too long after its start, or did not come to an end.
    """
    assert process.stdout
    began = time.monotonic()
    limit, what = float(BOOT_S), "boot"
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = began + limit - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"the guest did not {what} in {limit:.0f} s")
            if not selector.select(min(left, GLANCE_S)):
                continue
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return
            limit, what = finish_s, "finish"
            yield chunk
