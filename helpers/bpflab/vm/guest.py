"""One run of a guest: boot it, pass on what it prints, bring back its exit status."""

import os
import selectors
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path

from bpflab.vm.disk import Disk
from bpflab.vm.process import running

KVM_S = 2.0
"""How long a guest of three instructions may take on KVM, behind a BIOS; emulated, 0.15 s."""
BOOT_S, RUN_S = 300, 40 * 60
"""How long a guest may take to its first word, and to its last."""
MEMORY = "3G"
BOOT_LINE = "root=/dev/vda rw console=ttyS0 panic=-1 init=/sbin/lab-init"
# Emulated CPUs share a clock, which the kernel fails to see, and have no leaks to close.
EMULATED = " tsc=reliable mitigations=off"
QEMU = ["qemu-system-x86_64", "-nodefaults", "-display", "none"]

# mov $0x501, %dx; mov $0x10, %al; out %al, (%dx); and what makes these 512 bytes a boot sector
_BOOT_SECTOR = bytes.fromhex("ba0105b010ee").ljust(510, b"\0") + bytes.fromhex("55aa")
_BOOTED = 0x10 << 1 | 1


class Failed(Exception):
    """The guest did not come to its end by itself."""


def accelerator(deadline_s: float = KVM_S) -> str:
    """Return ``kvm`` if a guest ends on it in time, else ``tcg``: it may be there, and hang."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    with tempfile.NamedTemporaryFile() as sector:
        sector.write(_BOOT_SECTOR)
        sector.flush()
        options = [
            ("-accel", "kvm"),
            ("-m", "32"),
            ("-device", "isa-debug-exit,iobase=0x501,iosize=1"),
            ("-drive", f"file={sector.name},format=raw,if=floppy,readonly=on"),
        ]
        try:
            done = subprocess.run(
                [*QEMU, *chain.from_iterable(options)],
                timeout=deadline_s,
                capture_output=True,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return "tcg"
    return "kvm" if done.returncode == _BOOTED else "tcg"


def run(disk: Disk, clone: bytes, script: str, logs: Path, accel: str) -> int:
    """Run a shell script in the clone in a guest, as its learner; return its exit status.

    What it prints appears here as it comes, and is kept in *logs* beside the kernel's own words.

    Raises:
        Failed: the guest did not boot, died or took too long.
    """
    logs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bpflab-vm-") as scratch:
        bundle, status = Path(scratch, "bundle.tar"), Path(scratch, "status")
        bundle.write_bytes(_with_script(clone, script))
        command = _qemu(disk, bundle, status, logs / "console.log", accel)
        with (
            running(command, stdout=subprocess.PIPE) as qemu,
            (logs / "output.log").open("wb") as log,
        ):
            try:
                for chunk in _output(qemu):
                    log.write(chunk)
                    log.flush()
                    sys.stdout.buffer.write(chunk)
                    sys.stdout.buffer.flush()
            except TimeoutError as late:
                raise Failed(str(late)) from None
            qemu.wait()  # it closed its output, so it is about to end
        said = status.read_text().strip() if status.exists() else ""
        if not said:
            raise Failed("the guest ended without an exit status")
        return int(said)


def _qemu(disk: Disk, bundle: Path, status: Path, console: Path, accel: str) -> list[str]:
    """The command line of a guest with two disks and two ports: its output and its exit status."""
    fast = accel == "kvm"
    options = [
        ("-accel", "kvm" if fast else "tcg,thread=multi"),
        ("-cpu", "host" if fast else "max,la57=off"),  # numpy's wheels need more than the default
        ("-smp", str(min(4, os.cpu_count() or 1))),
        ("-m", MEMORY),
        ("-serial", f"file:{console}"),
        ("-kernel", str(disk.kernel)),
        ("-initrd", str(disk.initrd)),
        ("-append", f"{BOOT_LINE}{'' if fast else EMULATED}"),
        ("-drive", f"file={disk.image},format=raw,if=virtio,snapshot=on"),
        ("-drive", f"file={bundle},format=raw,if=virtio,readonly=on"),
        ("-device", "virtio-serial"),
        ("-chardev", "file,id=output,path=/dev/stdout"),
        ("-device", "virtserialport,chardev=output,name=output"),
        ("-chardev", f"file,id=status,path={status}"),
        ("-device", "virtserialport,chardev=status,name=status"),
    ]
    return [*QEMU, "-no-reboot", *chain.from_iterable(options)]


def _with_script(clone: bytes, script: str) -> bytes:
    """Add to a tar file what the guest is to run."""
    file = BytesIO(clone)
    with tarfile.open(fileobj=file, mode="a") as tar:
        entry = tarfile.TarInfo("./.guest-script")
        entry.size, entry.mode = len(script.encode()), 0o644
        tar.addfile(entry, BytesIO(script.encode()))
    return file.getvalue()


def _output(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield what a guest prints, as it comes.

    Raises:
        TimeoutError: it said nothing for too long after its start, or did not come to an end.
    """
    assert process.stdout
    began = time.monotonic()
    limit, what = BOOT_S, "boot"
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = began + limit - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError(f"the guest did not {what} in {limit} s")
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return
            limit, what = RUN_S, "finish"
            yield chunk
