"""The instructors' page on a real hub: with a learner's consent, and not without."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from bpflab.paths import ROOT
from hub.learners import HOMES
from hub.standing import SAID
from tests.browser.axe import violations
from tests.hub.client import Client
from tests.hub.running import codes

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

MINE, CLASS = "/services/progress/", "/services/progress/class"
FORGED = {"none": {}, "empty": {"_xsrf": ""}, "wrong": {"_xsrf": "2|0|0|0"}}


@pytest.fixture(scope="module")
def tried(learners):
    """Give the first learner, who has let a real check judge an answer in a real kernel, twice."""
    first = learners[0]
    answer = "from bpflab import check\nprint(check('02-1', 'int nothing = 0;').status)"
    first.said = first.run(answer).split()[-1]
    assert first.run(answer).split()[-1] == first.said in SAID
    return first


@pytest.fixture(autouse=True)
def nobody_agreed(address, learners):
    """Take back what a test has agreed to."""
    yield
    for learner in learners:
        choose(learner, "hide")


def choose(learner, choice, **other):
    """Send the form of the learner's page, and return the page that comes back."""
    page = learner.get(MINE).text
    form = {"choice": choice, "_xsrf": re.search(r'name="_xsrf" value="([^"]+)"', page)[1]}
    return learner.web.post(learner.address + MINE, data=form | other, timeout=30)


def rows(page):
    """Return the cells of each row of a page's table."""
    lines = re.findall(r"<tr>(.*?)</tr>", page.text, re.S)
    return [
        [cell.strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)]
        for line in lines[1:]
    ]


def test_without_consent_nothing_is_shown(tried, instructor, learners):
    """A learner is counted, and neither their name nor what they did is on the page."""
    page = instructor.get(CLASS)
    assert page.status_code == 200 and rows(page) == []
    assert "2 learners are not shown" in page.text
    for word in (tried.name, learners[1].name, "02-1", SAID[tried.said]):
        assert word not in page.text
    assert f"Now: {instructor.name} can see nothing" in tried.get(MINE).text


def test_with_consent_the_row_is_right(tried, instructor):
    """What the check said, as the learner sees it before they agree; and nobody else's row."""
    before = rows(tried.get(MINE))
    after = choose(tried, "show")
    assert f"Now: {instructor.name} can see the line below" in after.text
    page = instructor.get(CLASS)
    assert rows(page) == rows(after) == before
    (row,) = rows(page)
    assert row[:5] == [tried.name, "02", "02-1", SAID[tried.said], "2"]
    assert re.fullmatch(r"\d+ min", row[5]) and re.fullmatch(r"\d+ min ago", row[6])
    assert row[7] == "0 of 4" and row[8].startswith("0 of ")
    assert "1 learner is not shown" in page.text


def test_it_is_gone_at_once(tried, instructor):
    """Taken back, nothing of the learner is on the next page."""
    choose(tried, "show")
    assert tried.name in instructor.get(CLASS).text
    choose(tried, "hide")
    assert tried.name not in instructor.get(CLASS).text


def test_only_an_instructor_opens_the_page(tried, instructor, address):
    """A learner is refused, and told which page is theirs; a stranger has to sign in."""
    choose(tried, "show")
    for learner in (tried, Client(address, "", "")):
        page = learner.get(CLASS)
        assert page.status_code == 403 or "/hub/login" in page.url
        assert SAID[tried.said] not in page.text
    assert f"for {instructor.name} only" in tried.get(CLASS).text
    assert instructor.get(MINE).url.endswith(CLASS)
    assert instructor.web.post(address + MINE, data={"choice": "show"}).status_code == 403


@pytest.mark.parametrize("token", [*FORGED, "another's"])
def test_a_forged_form_is_refused(learners, instructor, token):
    """It changes nothing: another page cannot agree for a learner, nor another learner."""
    first, second = learners
    theirs = re.search(r'name="_xsrf" value="([^"]+)"', second.get(MINE).text)[1]
    first.get(MINE)
    form = {"choice": "show"} | FORGED.get(token, {"_xsrf": theirs})
    assert first.web.post(first.address + MINE, data=form, timeout=30).status_code == 403
    assert choose(first, "everything").status_code == 400
    assert choose(first, "show", name=second.name).status_code == 200
    assert [row[0] for row in rows(instructor.get(CLASS))] == [first.name]


def test_what_a_learner_writes_is_inert(learners, instructor):
    """Links, fifos and HTML end in a note or in nothing, and the page of the others stands."""
    second = learners[1]
    choose(second, "show")
    file = HOMES / second.name / "my/progress.json"
    for made in (
        "os.symlink('/etc/shadow', name)",
        "os.mkfifo(name)",
        "open(name, 'w').write('[' * 200_000)",
    ):
        second.run(f"import os\nname = 'my/progress.json'\n{made}")
        assert rows(instructor.get(CLASS)) == [[second.name, "their progress cannot be read"]]
        file.unlink()
    kept = """{"exercises": [{"number": "02-1", "status": "<script>alert(1)</script>", "tries": 1},
        {"number": "<img src=x>", "status": "wrong", "tries": 1}], "predictions": []}"""
    second.run(f"open('my/progress.json', 'w').write('''{kept}''')")
    page = instructor.get(CLASS)
    assert rows(page) == [[second.name, "nothing checked yet"]]
    assert "alert" not in page.text and "<img" not in page.text
    file.unlink()


def test_the_pages_escape_what_they_show():
    """Also what no learner can put there today: the text of each field, and the instructors' names.

    A learner's own words stand on neither page, so only the templates can show this.
    """
    rendered = """
from datetime import UTC, datetime
from hub.progress import _TEMPLATES
from hub.standing import Standing
bad, now = "<b>&", datetime.now(UTC)
rows = [Standing(*[bad] * 5, here=bad, solved=bad), Standing(bad, lesson=bad, exercise=bad,
        said=bad, here=bad, solved=bad)]
values = {"rows": rows, "now": now, "instructors": [bad], "nonce": bad, "xsrf": bad, "hidden": 1}
for name in ("class.html", "mine.html", "refused.html"):
    print(_TEMPLATES.get_template(name).render(values, given=True, status=403))
"""
    words = [ROOT / "hub/.venv/bin/python", "-c", rendered]
    given = os.environ | {"PYTHONPATH": str(ROOT / "helpers")}
    page = subprocess.run(words, cwd=ROOT, env=given, capture_output=True, text=True, check=True)
    assert "<b>" not in page.stdout and page.stdout.count("&lt;b&gt;&amp;") > 20


def test_consent_is_out_of_the_learners_reach(tried, state):
    """It is kept where only root reads and writes."""
    choose(tried, "show")
    (file,) = (state / "consent").iterdir()
    assert file.name == tried.name
    for folder in (state, state / "consent"):
        assert (folder.stat().st_mode & 0o777, folder.stat().st_uid) == (0o700, 0)


def test_the_service_may_read_and_no_more(address, state, tmp_path):
    """One capability; and it ends with the hub, also one that is killed."""
    marker = f"{state}/consent".encode()
    (pid,) = (
        file.parent.name
        for file in Path("/proc").glob("[0-9]*/cmdline")
        if marker in _content(file).split(b"\0")
    )
    status = dict(line.split(":", 1) for line in _status(pid))
    assert {int(status[f"Cap{kind}"], 16) for kind in ("Eff", "Prm", "Bnd")} == {1 << 2}
    assert status["NoNewPrivs"].strip() == "1"
    killed = """
import os, signal, subprocess, sys
from pathlib import Path
from hub.start import progress
command = progress(Path(sys.argv[1]), ["anna", "carla"], ["carla"])["command"]
child = subprocess.Popen([*command[:command.index("--") + 1], "sleep", "60"])
while Path(f"/proc/{child.pid}/comm").read_text() != "sleep\\n": pass
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    words = [ROOT / "hub/.venv/bin/python", "-c", killed, tmp_path]
    child = int(subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, check=False).stdout)
    deadline = time.monotonic() + 5
    while (alive := _alive(child)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive


def _alive(pid):
    return any(line.startswith("State") and "zombie" not in line for line in _status(pid))


def _content(file):
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _status(pid):
    return _content(Path(f"/proc/{pid}/status")).decode().splitlines()


def test_an_instructor_has_an_account(address, tmp_path):
    """One who is not in the file of names is refused, and the message says what to do."""
    users = tmp_path / "names"
    users.write_text("anna\n", encoding="utf-8")
    words = [ROOT / "hub/.venv/bin/python", "-m", "hub.start", "--state", tmp_path / "state"]
    words += ["--users", users, "--instructor", "carla"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not (tmp_path / "state").exists()
    assert done.stderr.startswith(f"lab: the instructor carla is not in {users}")
    assert "write the name there too" in done.stderr


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
def test_everybody_can_read_the_pages(tried, instructor, state, request):
    """By keyboard, in light and dark; the class's page looks again by itself until it is told not.

    It is not loaded anew for that, so the focus and the place stay.
    """
    contexts = [request.getfixturevalue("browser").new_context() for _ in range(2)]
    learner, teacher = pages = [context.new_page() for context in contexts]
    faults = []
    try:
        teacher.clock.install()
        teacher.on("console", lambda line: faults.append(line.text))
        for page, name in zip(pages, (tried.name, instructor.name), strict=True):
            page.goto(f"{tried.address}/hub/login?next={MINE}")
            page.fill("[name=username]", name)
            page.fill("[name=password]", codes(state)[name])
            page.press("[name=password]", "Enter")
            page.wait_for_url(f"**{MINE}*")
        row = teacher.locator(f"th:text-is('{tried.name}')")
        teacher.focus("#now")
        learner.press("button[value=show]", "Enter")
        learner.wait_for_selector("button[value=hide]")
        assert row.count() == 0
        teacher.clock.run_for(15_000)
        row.wait_for()
        assert teacher.evaluate("document.activeElement.id") == "now"
        for mode in ("light", "dark"):
            for page in pages:
                page.emulate_media(color_scheme=mode)
                found = [str(one) for one in violations(page.locator("body")) if one.grave]
                assert found == []
                ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
                assert (ground == "rgb(255, 255, 255)") == (mode == "light")
        teacher.press("#again", "Space")
        learner.press("button[value=hide]", "Enter")
        learner.wait_for_selector("button[value=show]")
        asked = []
        teacher.on("request", lambda request: asked.append(request.url))
        teacher.clock.run_for(60_000)
        teacher.wait_for_timeout(500)
        assert asked == [] and row.count() == 1
        teacher.press("#again", "Space")
        teacher.clock.run_for(15_000)
        row.wait_for(state="detached")
        assert faults == []
    finally:
        for context in contexts:
            context.close()
