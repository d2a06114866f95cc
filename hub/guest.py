"""A learner's server in a virtual machine, whose QEMU this process runs as the learner.

``guest.py NAME MEMORY`` boots the disk that server.sh put at ``DISK``. The guest shares the clone
as this mount namespace has it, so its ``my/`` is the learner's. Of this machine the guest reaches
the hub and nothing else.
"""

import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bpflab.vm import disk, guests, qemu, session
from bpflab.vm.__main__ import moved

DISK = Path("/mnt")
HUB = "10.0.2.100"
"""Where the guest finds the hub: an address of QEMU's network that is no machine's."""
SCRIPT = Path(__file__).with_name("guest.sh")
RELAY = Path(__file__).with_name("relay.py")


def exports(environment: Mapping[str, str], hub: int) -> str:
    """Return shell that sets JupyterHub's variables in the guest, where its API has port *hub*."""
    here, there = f"http://127.0.0.1:{hub}/", f"http://{HUB}:{hub}/"
    return "".join(
        f"export {name}={shlex.quote(text.replace(here, there))}\n"
        for name, text in environment.items()
        if name.startswith("JUPYTERHUB_") and name != "JUPYTERHUB_ROOT_DIR"  # which differs there
    )


def forward(hub: int) -> str:
    """Return the words of QEMU's network that let calls out to port *hub* of this machine.

    QEMU starts a process for each call: it would keep one connection itself, and only one.
    """
    relay = shlex.join([sys.executable, "-ISB", str(RELAY), str(hub)])
    return f"guestfwd=tcp:{HUB}:{hub}-cmd:{qemu.value(relay)}"


def main() -> int:
    """Run the guest until it ends, or the hub ends it; return its exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the hub's words, whatever it ignores itself
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    name, memory = sys.argv[1:]
    port = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port
    hub = urlsplit(os.environ["JUPYTERHUB_API_URL"]).port
    assert port and hub
    made = disk.Disk(DISK, guests.find(name))
    script = exports(os.environ, hub) + SCRIPT.read_text()

    def run(accel: str) -> int:
        devices = [("-m", memory)]
        return session.share(name, made, port, script, accel, forward=forward(hub), devices=devices)

    return moved(name, run)


if __name__ == "__main__":
    sys.exit(main())
