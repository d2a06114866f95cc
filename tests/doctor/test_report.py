"""What the checks look like: as text, as data, as a table."""

from bpflab import doctor
from bpflab.doctor import Check
from bpflab.doctor.report import in_short

THREE = [
    Check("jit", "ok", "on"),
    Check("kprobes", "note", "none of them " * 12, "# none needed\nsudo reboot"),
    Check("bcc", "fault", "not installed", f"sudo apt-get install {'x' * 120}"),
]


def test_as_text():
    """Each status is a sign and a word; findings are wrapped, fixes are not."""
    rows = doctor.as_text(THREE).splitlines()
    assert rows[0] == "✓ ok     jit      on"
    assert rows[1].startswith("! note   kprobes  none of them")
    assert all(len(row) <= 100 for row in rows[:3])
    assert rows[3] == "             fix  # none needed"
    assert rows[4] == "                  sudo reboot"
    assert rows[5] == "✗ fault  bcc      not installed"
    assert rows[6] == f"             fix  sudo apt-get install {'x' * 120}"
    assert rows[-1] == "3 checks: 1 ok, 1 note, 1 fault"
    path = f"/usr/{'long-' * 30}"
    assert path in doctor.as_text([Check("bcc", "fault", f"found {path}")])


def test_frame():
    """The table is indexed by the checks' names."""
    table = doctor.frame(THREE)
    assert list(table.columns) == ["status", "found", "fix"]
    assert table.loc["kprobes", "status"] == "note"


def test_in_short():
    """One line where nothing is missing, notes or not; else the faults alone, with their fixes."""
    lessons = [Check("01-one", "note", "runs in part"), Check("02-two", "ok", "runs")]
    view = in_short(THREE[:2], lessons)
    assert view.text == "✓ Nothing is missing: all 2 lessons run on this machine."
    assert view.text in view.html
    cannot = Check("02-two", "fault", "cannot run: without <x>", "buy")
    shown = in_short(THREE, [lessons[0], cannot])
    assert "apt-get install" in shown.text and "buy" in shown.text and "&lt;x&gt;" in shown.html
    assert "jit" not in shown.text and "kprobes" not in shown.text and "01-one" not in shown.text
    assert "not installed" in in_short(THREE, lessons).text
