"""The house itself: a tool that could not find a fault would find none in the lessons."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.browser.chromium import NoChromium, launch
from tests.browser.server import ROOT, running_lab

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


def alive(pids):
    """Return which of some processes are still there."""
    there = [pid for pid in pids if psutil.pid_exists(pid)]
    return [pid for pid in there if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def test_the_lab_is_set_up_without_a_network(lab):
    """The copy's ``./lab`` finds all packages there, and serves the copy, not the clone."""
    assert "\nPython packages: all there.\n" in lab.said
    assert not lab.root.is_relative_to(ROOT)
    assert str(lab.root) in " ".join(psutil.Process(lab.pid).cmdline())


def test_what_is_saved_stays_in_the_copy(jupyter):
    """A cell that is changed and saved changes the copy's file and not the clone's."""
    book = jupyter.open("notebooks/00-start-here.ipynb")
    original = (ROOT / book.path).read_bytes()
    before = book.file.read_bytes()
    book.cell(4).write("'changed'")
    book.save()
    assert "'changed'" in book.file.read_text() and (ROOT / book.path).read_bytes() == original
    book.file.write_bytes(before)


def test_nothing_is_left_running(tmp_path):
    """When a lab ends its server and its kernels end with it."""
    with running_lab(tmp_path / "clone") as lab:
        lab.ask("POST", "api/kernels")
        family = [lab.pid, *(p.pid for p in psutil.Process(lab.pid).children(recursive=True))]
        assert len(family) > 1
    assert alive(family) == []


def test_nothing_is_left_running_when_the_tests_are_killed(tmp_path):
    """When this process dies without a word, the lab that it started ends too."""
    command = [sys.executable, "-c", ORPHAN, str(tmp_path / "clone")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        lab = psutil.Process(int(tests.stdout.readline()))
        os.kill(tests.pid, signal.SIGKILL)
    lab.wait(timeout=30)


def test_a_dialog_is_noted(jupyter):
    """An alert that a script opens is closed and remembered."""
    book = jupyter.write("from IPython.display import HTML\nHTML('<script>alert(1)</script>')")
    assert book.run_all()
    jupyter.page.wait_for_timeout(100)
    assert jupyter.dialogs == ["1"]
    jupyter.dialogs.clear()


def test_a_barrier_is_found_wherever_it_is(jupyter):
    """axe-core's findings name their cell, also when that was never scrolled to."""
    book = jupyter.write("1", *["print('x\\n' * 40)"] * 5, FAULTY)
    assert book.run_all()
    book.cell(0).show()
    found = {(cell.index, fault.rule, fault.grave) for cell, fault in book.violations()}
    assert found == {(6, "color-contrast", True), (6, "label", True)}
    assert {fault.rule for fault in book.cell(6).violations()} == {"color-contrast", "label"}
    assert book.cell(1).violations() == []


def test_messages_are_counted(jupyter):
    """The traffic of a cell has its messages, with their sizes, and nothing from before it."""
    book = jupyter.write("for n in range(7):\n    display({'text/plain': 'y' * 1000}, raw=True)")
    mark = jupyter.traffic.mark()
    assert book.run_all()
    frame = jupyter.traffic.frame(mark)
    shown = frame[frame["type"] == "display_data"]
    assert len(shown) == 7 and (shown["size"] > 1000).all()
    assert set(shown["data"]) == {"text/plain"} and set(shown["channel"]) == {"iopub"}
    each = jupyter.traffic.per_second(mark)
    assert each.loc[each["type"] == "display_data", "bytes"].sum() == shown["size"].sum()
    assert jupyter.traffic.frame(jupyter.traffic.mark()).empty


def test_a_busy_page_is_slow_to_echo(jupyter):
    """The time from key to echo holds what the page did in between."""
    book = jupyter.write("")
    assert len(book.cell(0).echo_ms("abc")) == 3
    jupyter.page.evaluate(BLOCK)
    assert min(book.cell(0).echo_ms("abc")) >= 300
    assert book.cell(0).source == "abcabc"


def test_zoom_leaves_half_the_room(jupyter):
    """At 200 % a page has half as many pixels each way, twice as large, and then all again."""
    book = jupyter.write("1")
    size = "() => [innerWidth, innerHeight, devicePixelRatio]"
    before = jupyter.page.evaluate(size)
    with jupyter.zoomed(200):
        assert jupyter.page.evaluate(size) == [before[0] // 2, before[1] // 2, 2]
    assert jupyter.page.evaluate(size) == before
    assert book.cell(0).run()


def test_themes_and_pictures(jupyter, tmp_path):
    """A cell's output is drawn whole, however high, and in another colour in the other theme."""
    book = jupyter.write("print('\\n'.join(map(str, range(100))))")
    assert book.run_all()
    pictures = []
    for theme in ("light", "dark"):
        jupyter.set_theme(theme)
        pictures.append(book.cell(0).screenshot(tmp_path / f"{theme}.png").read_bytes())
    assert pictures[0] != pictures[1]
    height = int.from_bytes(pictures[0][20:24], "big")  # of the PNG's header
    assert height > 1000


def test_a_kernel_can_be_interrupted_and_restarted(jupyter):
    """The toolbar's square ends a cell; a restart forgets; a reload keeps outputs and kernel."""
    book = jupyter.write("n = 6", "print(n * 7)", "import time\nprint('begun')\ntime.sleep(60)")
    assert book.cell(0).run() and book.cell(1).run()
    assert book.cell(1).text.strip() == "42"
    book.cell(2).start()
    book.cell(2).outputs.get_by_text("begun").wait_for()
    book.interrupt()
    book.wait_until_idle(seconds=20)
    assert "KeyboardInterrupt" in book.cell(2).text and len(book.failures()) == 1
    book.save()
    book = book.reload()
    assert book.cell(1).text.strip() == "42" and book.cell(1).run()
    book.restart()
    assert not book.cell(1).run()
    assert "NameError" in book.cell(1).text


def test_the_keyboard_is_enough(jupyter):
    """Shift+Enter runs a cell and goes to the next, from the first to the last."""
    book = jupyter.write("a = 6", "b = 7", "print(a * b)")
    book.cell(0).select()
    for _ in range(3):
        jupyter.page.keyboard.press("Shift+Enter")
    book.wait_until_idle()
    assert [cell.count for cell in book.code_cells[:3]] == [1, 2, 3]
    assert book.cell(2).text.strip() == "42"


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
