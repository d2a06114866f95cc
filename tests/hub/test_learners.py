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


def test_a_home_of_an_earlier_class(tmp_path, monkeypatch):
    """A home that is there keeps its owner's number, unless that is another account's by now."""
    monkeypatch.setattr(learners, "HOMES", tmp_path)
    assert learners.missing(["nobody-yet"]) == [("nobody-yet", None)]
    (tmp_path / "nobody-yet").mkdir()
    with pytest.raises(learners.Refused, match=pwd.getpwuid(tmp_path.stat().st_uid).pw_name):
        learners.missing(["nobody-yet"])
