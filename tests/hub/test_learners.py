"""The file of learners: names that are refused, and accounts that are nobody else's."""

import pwd

import pytest

from hub import learners


def read(tmp_path, text):
    """Return the names of a file with this text."""
    file = tmp_path / "names"
    file.write_text(text, encoding="utf-8")
    return learners.read(file)


def test_names(tmp_path):
    """A name a line; comments and empty lines are none."""
    assert read(tmp_path, "# class\nanna\n\n bert  # second row\n") == ["anna", "bert"]


@pytest.mark.parametrize("coded", [b"anna\r\nbert\r\n", b"\xef\xbb\xbfanna\nbert"])
def test_names_of_another_editor(tmp_path, coded):
    """Windows ends its lines, and begins its files, in ways of its own."""
    file = tmp_path / "names"
    file.write_bytes(coded)
    assert learners.read(file) == ["anna", "bert"]


def test_a_file_that_cannot_be_read(tmp_path):
    """The message names it, and says what to do about its letters."""
    file = tmp_path / "names"
    with pytest.raises(learners.Refused, match=r"names cannot be read: No such file"):
        learners.read(file)
    file.write_text("anna\n", encoding="utf-16")
    with pytest.raises(learners.Refused, match=r"names is no text in UTF-8: save it as UTF-8"):
        learners.read(file)


@pytest.mark.parametrize("text", ["", "Anna", "a b", "-a", "../x", "a" * 32, "anna\nanna", "ä"])
def test_refused_names(tmp_path, text):
    """What is no name of an account, or is there twice, is refused before anything is made."""
    with pytest.raises(learners.Refused):
        read(tmp_path, text)


@pytest.mark.parametrize("name", ["root", "daemon"])
def test_accounts_of_the_machine(name):
    """An account that no hub made is never taken over."""
    with pytest.raises(learners.Refused, match="did not make it"):
        learners.missing([name])


def test_groups_of_the_machine(monkeypatch):
    """A learner's account has a group of its own, so that name must be free, too."""
    groups = {"taken": object()}
    monkeypatch.setattr(learners.grp, "getgrnam", groups.__getitem__)
    with pytest.raises(learners.Refused, match="taken is a group of this machine"):
        learners.missing(["taken"])
    assert [name for name, _ in learners.missing(["free-one"])] == ["free-one"]


def test_a_home_of_an_earlier_class(tmp_path, monkeypatch):
    """A home that is there keeps its owner's number, unless that is another account's by now."""
    monkeypatch.setattr(learners, "HOMES", tmp_path)
    assert learners.missing(["nobody-yet"]) == [("nobody-yet", None)]
    (tmp_path / "nobody-yet").mkdir()
    with pytest.raises(learners.Refused, match=pwd.getpwuid(tmp_path.stat().st_uid).pw_name):
        learners.missing(["nobody-yet"])
