"""One run of a guest: boot it, pass on what it prints, bring back its exit status."""

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bpflab.paths import ROOT
from bpflab.vm import qemu
from bpflab.vm.disk import Disk
from bpflab.vm.process import running, scratch

BOOT_S = {"kvm": 20, "tcg": 300}
"""How long a guest may take to its first word, by what moves it; with KVM it takes five seconds."""
RUN_S = {"kvm": 3600, "tcg": 4 * 3600}
"""How long it may take to its last."""


class Failed(Exception):
    """The guest did not come to its end by itself."""


class NotMoved(Exception):
    """KVM is there, and no guest boots on it."""


def show(chunk: bytes) -> None:
    """Pass on what a guest printed."""
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def run(
    name: str,
    disk: Disk,
    bundle: bytes,
    accel: str,
    *,
    devices: Iterable[qemu.Option] = (),
    heard: Callable[[bytes], None] = show,
    finish_s: float | None = None,
) -> int:
    """Run a bundle's shell script in a guest, as its learner; return its exit status.

    What it prints goes to *heard* as it comes. It must end *finish_s* after its start, or when
    ``RUN_S`` says. *devices* are more options of QEMU's. A guest that did not boot, died or took
    too long is named on stderr, and the status is 2. Where it is not 0, the guest's words and its
    kernel's stay in the clone's private directory (or in that of ``BPFLAB_LOCAL``, as for ./lab).

    Raises:
        NotMoved: it printed nothing with KVM.
    """
    local = Path(os.environ.get("BPFLAB_LOCAL", ROOT))
    logs = local / ".lab" / "vm" / f"{name}-{os.getpid()}"
    logs.parent.parent.mkdir(mode=0o700, exist_ok=True)
    logs.mkdir(parents=True, exist_ok=True)
    status = 0
    try:
        with scratch(Path(tempfile.gettempdir())) as folder:
            files, written = folder / "bundle.tar", folder / "status"
            files.write_bytes(bundle)
            options = [
                *qemu.system(disk, files, logs / "console.log", accel),
                *qemu.port("output", Path("/dev/stdout")),
                *qemu.port("status", written),
                *devices,
            ]
            command = qemu.command(qemu.MACHINES[disk.guest.machine], options)
            with (logs / "output.log").open("wb", buffering=0) as log:
                for chunk in _output(command, BOOT_S[accel], finish_s or RUN_S[accel]):
                    log.write(chunk)
                    heard(chunk)
            if not written.exists() or not (number := written.read_text().strip()):
                raise Failed("the guest ended without an exit status")
            status = int(number)
    except Failed as failed:
        if accel == "kvm" and not (logs / "output.log").stat().st_size:
            raise NotMoved from None
        print(f"lab: {name}: {failed}", file=sys.stderr)
        status = 2
    finally:
        if status:
            print(f"lab: what {name} printed is in {logs}", file=sys.stderr)
        else:
            shutil.rmtree(logs)
    return status


def _output(command: list[str], boot_s: float, finish_s: float) -> Iterator[bytes]:
    """Start a guest and yield what it prints, as it comes, until it has ended.

    Raises:
        Failed: it printed nothing for too long after its start, or did not come to an end.
    """
    began, limit, what = time.monotonic(), boot_s, "boot"
    with running(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while select.select([process.stdout], [], [], max(0, began + limit - time.monotonic()))[0]:
            if not (chunk := os.read(process.stdout.fileno(), 65536)):
                process.wait()  # it closed its output, so it is about to end
                return
            limit, what = finish_s, "finish"
            yield chunk
    raise Failed(f"the guest did not {what} in {limit:.0f} s")
