"""What is kept on disk: when it serves again, and what a damaged or refused file costs."""

import os
import platform
from pathlib import Path

import pytest

from bpflab.compiling import kept

FACTS = ["bcc", "int a;", []]
ANSWER = {"maps": [], "btf": "AAAA"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Put the cache into a directory of the test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def files(folder):
    """Return the files of the cache, temporary ones too."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def read(facts=FACTS):
    """Read an answer as it was written."""
    return kept.read(facts, lambda answer: answer)


def test_what_was_written_is_read():
    """The answer for the same facts, and nothing before it was written."""
    assert read() is None
    kept.write(FACTS, ANSWER)
    assert read() == ANSWER


@pytest.mark.parametrize("facts", [["bcc", "int b;", []], ["clang", "int a;", []], ["bcc"]])
def test_other_facts_have_another_file(folder, facts):
    """Another text, compiler or flag is not answered by this file."""
    kept.write(FACTS, ANSWER)
    assert read(facts) is None
    kept.write(facts, {"maps": [1]})
    assert (read(facts), read()) == ({"maps": [1]}, ANSWER)
    assert len(files(folder)) == 2


@pytest.mark.parametrize(
    ("field", "same"), [("release", False), ("version", False), ("node", True)]
)
def test_another_kernel_has_another_file(monkeypatch, field, same):
    """What one kernel accepts the next may refuse; the host's name changes nothing."""
    kept.write(FACTS, ANSWER)
    uname = platform.uname()
    monkeypatch.setattr(platform, "uname", lambda: uname._replace(**{field: "99.0"}))
    assert (read() == ANSWER) is same


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\x00\xfe", b"0\n{}", None],
    ids=["empty", "cut", "bytes", "sum", "bit"],
)
def test_a_damaged_file_is_not_read(folder, damage):
    """A text that is not the one that was written has another sum; it is then written anew."""
    kept.write(FACTS, ANSWER)
    (path,) = files(folder)
    path.write_bytes(path.read_bytes().replace(b"AAAA", b"AAAB") if damage is None else damage)
    assert read() is None
    kept.write(FACTS, ANSWER)
    assert read() == ANSWER


@pytest.mark.parametrize("error", [KeyError, TypeError, ValueError, IndexError])
def test_an_answer_that_makes_nothing_is_none(error):
    """A whole file of another form costs a compile."""

    def make(answer):
        raise error

    kept.write(FACTS, ANSWER)
    assert kept.read(FACTS, make) is None


def test_a_directory_in_its_place_is_tolerated(folder):
    """Nothing is kept then, and nothing is left beside it."""
    kept.write(FACTS, ANSWER)
    (path,) = files(folder)
    path.unlink()
    path.mkdir()
    kept.write(FACTS, ANSWER)
    assert read() is None
    assert files(folder) == []


@pytest.mark.parametrize("link", ["image", "/dev/zero"])
def test_a_link_in_its_place_is_not_followed(folder, link):
    """Neither to what was written before nor to a file without end; it is then replaced."""
    kept.write(FACTS, ANSWER)
    (path,) = files(folder)
    path.rename(path.with_name("image"))
    path.symlink_to(link)
    assert read() is None
    kept.write(FACTS, ANSWER)
    assert read() == ANSWER


def test_a_pipe_in_its_place_is_not_waited_for(folder):
    """Nobody writes to it; it is then replaced."""
    kept.write(FACTS, ANSWER)
    (path,) = files(folder)
    path.unlink()
    os.mkfifo(path)
    assert read() is None
    kept.write(FACTS, ANSWER)
    assert read() == ANSWER


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_another_users_file_is_not_read(folder, monkeypatch):
    """It would be loaded with this user's rights; root's own is read by all."""
    kept.write(FACTS, ANSWER)
    (path,) = files(folder)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert read() == ANSWER
    for owner, found in ((1000, ANSWER), (65534, None)):
        os.chown(path, owner, -1)
        assert read() == found


def test_a_cache_below_a_file_is_tolerated(tmp_path, monkeypatch):
    """A cache home that is no directory costs the next compile."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    kept.write(FACTS, ANSWER)
    assert read() is None


@pytest.mark.parametrize("refused", ["mkdir", "write_text", "replace"])
def test_a_disk_that_refuses_is_tolerated(monkeypatch, refused):
    """A full or read-only disk, which refuses to unlink as well, loses the answer and no more."""

    def no(*args, **kwargs):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, refused, no)
    monkeypatch.setattr(Path, "unlink", no)
    kept.write(FACTS, ANSWER)
    assert read() is None


def test_a_write_that_breaks_off_leaves_nothing(folder, monkeypatch):
    """The file is renamed when it is whole."""
    written = Path.write_text

    def full(path, text, **options):
        written(path, text[: len(text) // 2], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    kept.write(FACTS, ANSWER)
    assert files(folder) == []


def test_without_a_cache_home_it_is_below_home(monkeypatch, tmp_path):
    """~/.cache serves where XDG_CACHE_HOME is not set, or empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME")
    kept.write(FACTS, ANSWER)
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert read() == ANSWER
    assert len(list((tmp_path / ".cache").rglob("*.json"))) == 1


def test_the_oldest_go_first(folder, monkeypatch):
    """The number of files is bounded, and the newest stay."""
    monkeypatch.setattr(kept, "_MOST", 3)
    for number in range(6):
        kept.write([number], ANSWER)
    assert len(files(folder)) == 3
    assert [read([number]) is None for number in range(6)] == [True] * 3 + [False] * 3


def test_what_cannot_be_removed_does_not_stop_the_rest(folder, monkeypatch):
    """The oldest may be a directory; the files behind it go."""
    monkeypatch.setattr(kept, "_MOST", 3)
    kept.write([0], ANSWER)
    (oldest,) = files(folder)
    oldest.unlink()
    oldest.mkdir()
    os.utime(oldest, (0, 0))
    for number in range(1, 9):
        kept.write([number], ANSWER)
    assert len(files(folder)) <= 3
