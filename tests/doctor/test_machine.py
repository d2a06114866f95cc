"""What a machine says of its files."""

import os

import pytest

from bpflab.doctor import Machine


def test_access_denied(tmp_path):
    """A file and a directory that this user may not read are denied, others here or absent."""
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "file").touch(mode=0)
    (tmp_path / "directory").mkdir(mode=0)
    machine = Machine(tmp_path)
    names = ("file", "directory", "directory/file", "absent", "")
    states = ["denied", "denied", "denied", "absent", "here"]
    assert [machine.access(name) for name in names] == states
