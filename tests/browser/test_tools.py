"""The tools of these tests: one that could not find a fault would find none in the lessons."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.browser.chromium import NoChromium, launch
from tests.browser.server import ROOT
from tests.browser.waiting import until

FAULTY = """\
from IPython.display import HTML
HTML('<p style="color:#999;background:#fff">grey</p><input>')
"""
BLOCK = "() => document.addEventListener('keydown', () => {\
 const ends = performance.now() + 300; while (performance.now() < ends); }, {capture: true})"
ORPHAN = """\
import sys, time
from pathlib import Path
from tests.browser.server import running_lab
with running_lab(Path(sys.argv[1])) as lab:
    print(lab.pid, flush=True)
    time.sleep(120)
"""


def test_the_lab_is_set_up_without_a_network(lab):
    """The copy's ``./lab`` finds all packages there, and serves the copy, not the clone."""
    assert "\nPython packages: all there.\n" in lab.said
    assert not lab.root.is_relative_to(ROOT)
    assert str(lab.root) in " ".join(psutil.Process(lab.pid).cmdline())


def test_nothing_is_left_running_when_the_tests_are_killed(tmp_path):
    """When this process dies without a word, the lab that it started ends too."""
    command = [sys.executable, "-c", ORPHAN, str(tmp_path / "clone")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        lab = psutil.Process(int(tests.stdout.readline()))
        os.kill(tests.pid, signal.SIGKILL)
    lab.wait(timeout=30)


def test_faults_are_found(jupyter):
    """Dialogs are noted; barriers are found in their cell, messages counted, delays measured."""
    book = jupyter.write(
        "from IPython.display import HTML\nHTML('<script>alert(1)</script>')",
        *["print('x\\n' * 40)"] * 3,
        FAULTY,
        "for n in range(7):\n    display({'text/plain': 'y' * 1000}, raw=True)",
        "1 / 0",
        "",
    )
    mark = jupyter.traffic.mark()
    assert not book.run_all()
    assert len(book.failures()) == 1 and "ZeroDivisionError" in book.failures()[0]
    frame = jupyter.traffic.frame(mark)
    shown = frame[frame["data"] == "text/plain"]
    assert len(shown) == 7 and (shown["size"] > 1000).all()
    assert set(shown["channel"]) == {"iopub"}
    later = jupyter.traffic.frame(jupyter.traffic.mark())  # a status may still come
    assert "text/plain" not in set(later["data"])

    until(lambda: jupyter.dialogs, "no dialog is noted")
    assert jupyter.dialogs == ["1"]
    jupyter.dialogs.clear()

    book.cell(0).show()
    found = {(cell.index, fault.rule, fault.grave) for cell, fault in book.violations()}
    assert {(4, "color-contrast", True), (4, "label", True)} <= found
    assert {index for index, _, _ in found} <= {4, 6}  # the other is IPython's own traceback
    assert {fault.rule for fault in book.cell(4).violations()} == {"color-contrast", "label"}
    assert book.cell(1).violations() == []

    assert len(book.cell(7).echo_ms("abc")) == 3
    jupyter.page.evaluate(BLOCK)
    assert min(book.cell(7).echo_ms("abc")) >= 300


@pytest.mark.parametrize("stub", ["", "#!/bin/sh\necho 'install the snap' >&2\nexit 1\n"])
def test_no_chromium_says_what_to_install(browser, tmp_path, monkeypatch, stub):
    """Where none is, or only a stub that asks for a snap, the reason names what would help."""
    if stub:
        for name in ("chromium", "chromium-browser"):
            (tmp_path / name).write_text(stub)
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoChromium, match="apt-get install chromium") as refused:
        launch(browser.browser_type)
    assert ("does not start" if stub else "there is no Chromium") in str(refused.value)


def test_a_snap_is_not_even_tried(browser, tmp_path, monkeypatch):
    """A Chromium that is a snap cannot be driven, so the reason says that."""
    (tmp_path / "snap").touch(mode=0o755)
    Path(tmp_path / "chromium").symlink_to(tmp_path / "snap")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoChromium, match="is a snap"):
        launch(browser.browser_type)
