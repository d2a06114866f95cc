"""Files that are there whole or not at all, and what killed processes left."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bpflab.files import replace_text, second_name, sweep

DEAD = 2**22 + 1  # no process has such an id
KILLED = """
import os, signal, sys
from pathlib import Path
from bpflab.files import replace_text
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
replace_text(Path(sys.argv[1]), "new")
"""


@pytest.fixture
def file(tmp_path):
    """Give a file that only its owner may read."""
    path = tmp_path / "01-a.ipynb"
    path.write_text("old")
    path.chmod(0o600)
    return path


def test_the_new_text_takes_the_place_and_the_mode(file):
    """And nothing is beside it."""
    replace_text(file, "new")

    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("when", ["write_text", "replace"])
def test_whatever_stops_it_leaves_the_old_text_alone(file, monkeypatch, when, fault):
    """An interrupt or a full disk, half way through or just before the end."""
    real = getattr(Path, when)

    def struck(path, *args, **options):
        if when == "write_text":
            real(path, "ne")
        raise fault

    monkeypatch.setattr(Path, when, struck)
    with pytest.raises(fault):
        replace_text(file, "new")
    assert list(file.parent.iterdir()) == [file]
    assert file.read_text() == "old"


def test_what_a_killed_process_left_goes_at_the_next_call(file):
    """The part stands beside the old file until then."""
    done = subprocess.run([sys.executable, "-c", KILLED, file], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_text() == "old"
    assert len(list(file.parent.iterdir())) == 2

    replace_text(file.with_name("02-b.ipynb"), "other")
    assert sorted(path.name for path in file.parent.iterdir()) == ["01-a.ipynb", "02-b.ipynb"]


def test_two_threads_may_write_one_file(file, monkeypatch):
    """Each has a part of its own, and the file is that of one of them."""
    real, both = Path.replace, threading.Barrier(2, timeout=20)

    def replace(path, target):
        both.wait()  # both parts are written
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda text: replace_text(file, text), ["one", "other"]))
    assert file.read_text() in ("one", "other")
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("links", [True, False])
def test_a_second_name_is_one_that_nothing_has(file, monkeypatch, links):
    """Linked or, where the disk has no hard links, copied with the mode; a hundred and more."""
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    for number in (1, 2):
        taken = file.with_name(f"01-a ({number}).ipynb")
        taken.write_text(f"mine {number}")
    for number in range(3, 105):
        name = second_name(file)
        assert name == file.with_name(f"01-a ({number}).ipynb")
        assert name.samefile(file) is links
        assert (name.read_text(), name.stat().st_mode & 0o777) == ("old", 0o600)
    assert taken.read_text() == "mine 2"
    assert second_name(file, "kept").name == "01-a (kept 1).ipynb"
    assert second_name(file.with_name("02-b.ipynb")) is None


def no_links(*_, **__):
    """Refuse a hard link, as vfat, exFAT and shared folders do."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_a_copy_that_fails_leaves_nothing(file, monkeypatch):
    """As on a full disk."""
    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(shutil, "copymode", no_links)
    with pytest.raises(PermissionError):
        second_name(file)
    assert list(file.parent.iterdir()) == [file]


def test_the_living_and_the_foreign_are_spared(tmp_path):
    """A pid that lives, a name of another form, and a name that is longer than its pid."""
    spared = [f"lab-{os.getpid()}.x", "lab-x.1", "lab", f"lab-{DEAD}", f"{DEAD}.x"]
    for name in [*spared, f"lab-{DEAD}.x"]:
        (tmp_path / name).touch()
    sweep(tmp_path, "lab-")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(spared)


def test_a_learners_hidden_files_stay(file):
    """Whatever number their names begin with, and however they end."""
    mine = [".2024-notes.md", f".{DEAD}.backup.ipynb", f".{DEAD}.01-a.ipynb.part", ".bpflab-notes"]
    for name in mine:
        file.with_name(name).touch()
    replace_text(file, "new")
    assert sorted(path.name for path in file.parent.iterdir()) == sorted([*mine, file.name])
