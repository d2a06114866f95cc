"""What a machine says of its files."""

import os
import subprocess
import sys

LOOKS = """
import sys
from pathlib import Path
from bpflab.doctor import Machine
machine = Machine(Path(sys.argv[1]))
print(*map(machine.access, sys.argv[2:]))
"""
# Root may read everything by these two capabilities; a program that it starts can be without them.
AS_OTHERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def test_access_denied(tmp_path):
    """A file and a directory that this user may not read are denied, others here or absent."""
    (tmp_path / "file").touch(mode=0)
    (tmp_path / "directory").mkdir(mode=0)
    names = ["file", "directory", "absent", ""]

    who = AS_OTHERS if os.geteuid() == 0 else []
    command = [*who, sys.executable, "-c", LOOKS, tmp_path, *names]
    states = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert states == ["denied", "denied", "absent", "here"]
