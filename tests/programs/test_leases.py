"""Where a map may be pinned, and what is said where it may not."""

import os

import numpy as np
import pytest

from bpflab import LabError, pinned
from bpflab.data.maps import Map
from bpflab.programs import leases

ROW = "bpf {} bpf rw,nosuid,relatime 0 0\n"
OTHERS = "proc /proc proc rw 0 0\ntmpfs /sys/fs/bpf tmpfs rw 0 0\n"


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """Write what the mount table says."""
    table = tmp_path / "mounts"
    monkeypatch.setattr(leases, "_MOUNTS", table)
    return table.write_text


@pytest.fixture
def some_map():
    """A map that nothing is asked of."""
    return Map("JUMP_TABLE", 99, 3, np.dtype("u4"), np.dtype("u4"), 2)


def test_the_first_bpffs_is_found(mounts, tmp_path):
    """By its type, not by its place."""
    mounts(OTHERS + ROW.format(tmp_path))
    assert leases.bpffs() == tmp_path
    mounts(OTHERS)
    assert leases.bpffs() is None


def test_no_bpffs_is_said_with_the_way_to_one(mounts, some_map):
    """Nothing is pinned then."""
    mounts(OTHERS)
    with pytest.raises(LabError) as caught, pinned(some_map):
        pass
    assert caught.value.kind == "no-pin"
    assert "mount -t bpf" in caught.value.fix


def test_a_bpffs_that_is_not_ours_is_said(mounts, some_map, tmp_path, monkeypatch):
    """As an ordinary user finds it: there, and closed."""
    mounts(ROW.format(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LabError, match="No map can be pinned") as caught, pinned(some_map):
        pass
    assert str(tmp_path) in caught.value.why


def test_the_pin_goes_when_the_block_ends(mounts, some_map, tmp_path, monkeypatch):
    """By an exception too; and a kernel that refuses leaves none."""
    mounts(ROW.format(tmp_path))
    monkeypatch.setattr(leases, "_pin", lambda held, path: path.touch())
    with pytest.raises(KeyError), pinned(some_map) as path:
        assert path.exists() and path.name == f"bpflab-{os.getpid()}-JUMP_TABLE"
        raise KeyError
    assert not path.exists()
    monkeypatch.undo()
    monkeypatch.setattr(leases, "bpffs", lambda: tmp_path)
    with pytest.raises(LabError, match="cannot be pinned") as caught, pinned(some_map):
        pass
    assert caught.value.kind == "no-pin"
    assert [f.name for f in tmp_path.iterdir()] == ["mounts"]
