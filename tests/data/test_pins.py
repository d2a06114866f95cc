"""Where a map may be pinned, and what is said where it may not."""

import os
from pathlib import Path

import numpy as np
import pytest

from bpflab import LabError
from bpflab.data import pins
from bpflab.data.maps import Map

ROW = "bpf {} bpf rw,nosuid,relatime 0 0\n"
OTHERS = "proc /proc proc rw 0 0\ntmpfs /sys/fs/bpf tmpfs rw 0 0\n"


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """Write what the mount table says."""
    table = tmp_path / "mounts"
    monkeypatch.setattr(pins, "_MOUNTS", table)
    return table.write_text


@pytest.fixture
def some_map():
    """A map whose descriptor is no map's, so that the kernel refuses to pin it."""
    with Path(os.devnull).open("rb") as null:
        yield Map("JUMP_TABLE", null.fileno(), 3, np.dtype("u4"), np.dtype("u4"), 2)


def test_the_first_bpffs_is_found(mounts, tmp_path):
    """By its type, not by its place."""
    mounts(OTHERS + ROW.format(tmp_path))
    assert pins.bpffs() == tmp_path
    mounts(OTHERS)
    assert pins.bpffs() is None


def test_no_bpffs_is_said_with_the_way_to_one(mounts, some_map):
    """Nothing is pinned then."""
    mounts(OTHERS)
    with pytest.raises(LabError) as caught, some_map.pinned():
        pass
    assert caught.value.kind == "no-pin"
    assert "mount -t bpf" in caught.value.fix


def test_a_bpffs_that_is_not_ours_is_said(mounts, some_map, tmp_path, monkeypatch):
    """As an ordinary user finds it: there, and closed."""
    mounts(ROW.format(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(LabError, match="No map can be pinned") as caught, some_map.pinned():
        pass
    assert str(tmp_path) in caught.value.why


def test_the_pin_goes_when_the_block_ends(mounts, some_map, tmp_path, monkeypatch):
    """By an exception too; and a kernel that refuses leaves none."""
    mounts(ROW.format(tmp_path))
    monkeypatch.setattr(pins, "_pin", lambda name, fd, path: path.touch())
    with pytest.raises(KeyError), some_map.pinned() as path:
        assert path.exists() and path.name == f"bpflab-{os.getpid()}-JUMP_TABLE"
        raise KeyError
    assert not path.exists()
    monkeypatch.undo()
    monkeypatch.setattr(pins, "bpffs", lambda: tmp_path)
    with pytest.raises(LabError, match="cannot be pinned") as caught, some_map.pinned():
        pass
    assert caught.value.kind == "no-pin"
    assert [f.name for f in tmp_path.iterdir()] == ["mounts"]
