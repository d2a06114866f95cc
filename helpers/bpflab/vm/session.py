"""The lab in a guest that shares this clone, with JupyterLab on this machine's loopback."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from bpflab.paths import ROOT
from bpflab.vm import boot, disk, qemu

SCRIPT = Path(__file__).with_name("session.sh")
LAB = 'exec su learner -c "cd $clone && BPFLAB_LOCAL=$own exec ./lab up --no-browser --port $port"'
TAG = "clone"
FOREVER_S = 1e9


def up(name: str, port: int, page: Path, accel: str) -> int:
    """Run the lab in a guest until one of the two ends; return its exit status.

    JupyterLab's address, with its token, is printed and put on a page that only this user can read.
    """
    print(
        f"A virtual machine with {name}'s kernel starts. The first time its disk is made,"
        " which needs a network and takes minutes.",
        flush=True,
    )
    made = disk.prepare(name)
    try:
        return share(name, made, port, LAB, accel, heard=_listener(port, page))
    finally:
        page.unlink(missing_ok=True)


def share(
    name: str,
    made: disk.Disk,
    port: int,
    script: str,
    accel: str,
    *,
    forward: str = "",
    devices: Iterable[qemu.Option] = (),
    heard: Callable[[bytes], None] = boot.show,
) -> int:
    """Run a shell script as root in a guest that shares the clone; return its exit status.

    Calls to TCP port *port* of this machine's loopback go to the same port of the guest's. Calls
    from the guest go nowhere, but for what *forward*, words of QEMU's network, lets out. *devices*
    are more options of QEMU's, and the last of two counts. What the guest prints goes to *heard*.
    """
    values = f"tag={TAG} port={port} uid={os.geteuid()} gid={os.getegid()}\n"
    return boot.run(
        name,
        made,
        disk.bundle(values + SCRIPT.read_text() + script + "\n", clone=False),  # it is shared
        accel,
        devices=[*_devices(port, forward), *devices],
        heard=heard,
        finish_s=FOREVER_S,
    )


def _devices(port: int, forward: str) -> list[qemu.Option]:
    """Share the clone, with the rights of QEMU's user, and let calls to one TCP port in."""
    call = f"hostfwd=tcp:127.0.0.1:{port}-127.0.0.1:{port}" + (forward and f",{forward}")
    clone = f"local,path={qemu.value(ROOT)},mount_tag={TAG},security_model=none,multidevs=remap"
    return [
        ("-virtfs", clone),
        ("-netdev", f"user,id=net,ipv6=off,restrict=on,{call}"),
        ("-device", "virtio-net-pci,netdev=net,romfile="),
    ]


def _listener(port: int, page: Path) -> Callable[[bytes], None]:
    """Return what passes on a guest's output, and writes the page once the address is in it."""
    address = re.compile(rb"(http://127\.0\.0\.1:%d/[\w/.-]*\?token=\w+)\s" % port)
    last = b""

    def heard(chunk: bytes) -> None:
        nonlocal last
        boot.show(chunk)
        last = last[-4096:] + chunk
        if not page.exists() and (found := address.search(last)):
            url = found[1].decode()
            page.touch(mode=0o600)
            page.write_text(f'<meta http-equiv="refresh" content="0; url={url}">\n')
            ready = "The lab is ready in the virtual machine, until Ctrl-C here:"
            print(f"\n{ready}\n    {url}", flush=True)

    return heard
