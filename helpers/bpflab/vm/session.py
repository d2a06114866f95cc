"""The lab in a guest that shares this clone, with JupyterLab on this machine's loopback."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bpflab.paths import ROOT
from bpflab.vm import disk, guest, qemu

SCRIPT = Path(__file__).with_name("session.sh")
TAG = "clone"
NO_FILES = bytes(10240)
"""A tar file: the guest gets the clone itself, and no copy."""
FOREVER_S = 1e9


def up(distribution: str, port: int, page: Path, accel: str) -> int:
    """Run the lab in a distribution's guest until one of the two ends; return its exit status.

    JupyterLab's address, with its token, is printed and put on a page that only this user can read.
    """
    print(
        f"A virtual machine with {distribution}'s kernel starts. The first time its disk is made,"
        " which needs a network and takes minutes.",
        flush=True,
    )
    made = disk.prepare(distribution)
    logs = guest.logs(f"{distribution}-up")
    values = f"tag={TAG} port={port} uid={os.geteuid()} gid={os.getegid()}\n"
    keep = False
    try:
        status = guest.run(
            made,
            NO_FILES,
            values + SCRIPT.read_text(),
            logs,
            accel,
            devices=[*qemu.directory(ROOT, TAG), *qemu.forward(port)],
            heard=_listener(port, page),
            finish_s=FOREVER_S,
        )
        keep = status != 0
    except guest.Failed as failed:
        print(f"lab: {failed}", file=sys.stderr)
        status, keep = 2, True
    finally:
        page.unlink(missing_ok=True)
        if keep:
            print(f"lab: what the machine said is in {logs}", file=sys.stderr)
        else:
            shutil.rmtree(logs, ignore_errors=True)
    return status


def _listener(port: int, page: Path) -> Callable[[bytes], None]:
    """Return what passes on a guest's output, and writes the page once the address is in it."""
    address = re.compile(rb"(http://127\.0\.0\.1:%d/[\w/.-]*\?token=\w+)\s" % port)
    said = b""

    def heard(chunk: bytes) -> None:
        nonlocal said
        guest.show(chunk)
        if page.exists():
            return
        said = said[-4096:] + chunk
        if found := address.search(said):
            url = found[1].decode()
            page.touch(mode=0o600)
            page.write_text(f'<meta http-equiv="refresh" content="0; url={url}">\n')
            print(
                f"\nThe lab is ready in the virtual machine, until Ctrl-C here:\n    {url}",
                flush=True,
            )

    return heard
