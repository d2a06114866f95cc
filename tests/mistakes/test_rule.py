"""What every fault has."""

from bpflab.mistakes import rule


def test_a_log_holds_nothing_hidden():
    """What the machine printed is shown line by line, tabs as blanks, the rest made visible."""
    assert rule.safe_log("a\tb\n\x1b[2J\n\u202e") == "a       b\n\\x1b[2J\n\\u202e"
