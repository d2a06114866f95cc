"""Files that tests write in the place of the lessons' own."""

import pytest

from bpflab.source import reading


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Write files into a bpf directory of its own; return that directory's writer."""
    root = tmp_path / "bpf"
    root.mkdir()
    monkeypatch.setattr(reading, "BPF", root)

    def write(name, text):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write
