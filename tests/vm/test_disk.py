"""When a guest's disk is made anew."""

import shutil

import pytest

from bpflab.paths import ROOT
from bpflab.vm import disk

FILES = ("pyproject.toml", "constraints.txt", "scripts/packages.sh")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """Let the stamp be of a clone of this test's own."""
    (tmp_path / "scripts").mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(disk, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "anew"),
    [
        ("pyproject.toml", 'timeout = "300"', 'timeout = "301"', False),
        ("pyproject.toml", "# charts", "# charts of all kinds", False),
        ("pyproject.toml", '"matplotlib"', '"matplotlib>=3"', True),
        ("pyproject.toml", '"psutil"', '"psutil>=5"', True),
        ("constraints.txt", "\nmatplotlib", "\nnumpy<3\nmatplotlib", True),
        ("scripts/packages.sh", "\n", "\n# more\n", True),
    ],
    ids=["the tests' settings", "a comment", "a package", "the tests'", "a pin", "apt's"],
)
def test_only_what_is_installed_decides(clone, name, old, new, anew):
    """A guest's disk takes minutes: a marker of pytest's is no reason to make it again."""
    before = disk._stamp()
    text = (clone / name).read_text(encoding="utf-8")
    assert old in text
    (clone / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (disk._stamp() != before) is anew
