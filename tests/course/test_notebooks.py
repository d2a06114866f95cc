"""Lessons as files: found, executed in a kernel of their own, and stored without noise."""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest

from bpflab import LabError
from bpflab.course import headless, notebooks
from bpflab.course.headless import Step, execute, refresh
from bpflab.course.notebooks import ROOT, dumps, find, lessons, normalise, read

SPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def code(source, *tags, **more):
    """Return a code cell as JSON."""
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return (
        cell | {"execution_count": None} | ({"metadata": {"tags": [*tags]}} if tags else {}) | more
    )


def text(source, **more):
    """Return a markdown cell as JSON."""
    return {"cell_type": "markdown", "source": source, "metadata": {}} | more


def stream(words, name="stdout"):
    """Return a stream output as JSON."""
    return {"output_type": "stream", "name": name, "text": words}


def shown(data, **more):
    """Return a display output as JSON."""
    return {"output_type": "display_data", "data": data, "metadata": {}} | more


def store(path, *cells, **more):
    """Write a notebook of these cells, as untidy as it is."""
    nb = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    path.write_text(json.dumps(nb), encoding="utf-8")
    return path


def tidy(tmp_path, *cells, **more):
    """Return the cells of a notebook once normalised."""
    return normalise(read(store(tmp_path / "01-x.ipynb", *cells, **more))).cells


def processes_in(folder):
    """Return the processes whose working directory is *folder*."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            found += [link.parent.name] if link.readlink() == folder else []
        except OSError:
            continue  # it has ended, or is another user's
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give the test a folder of lessons of its own, and let no process stay in it."""
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    yield tmp_path
    assert processes_in(tmp_path) == []


def test_lessons_are_the_numbered_notebooks_in_order(folder):
    """A lesson is NN-topic.ipynb; a checkpoint, a solution and a draft are none."""
    names = ("03-b.ipynb", "02b-c.ipynb", "02-d.ipynb", "00-a.ipynb")
    for name in (*names, "draft.ipynb", "1-x.ipynb", "03-c.md", ".04-d.ipynb", "02bc-d.ipynb"):
        (folder / name).touch()
    assert [path.name for path in lessons()] == list(reversed(names))


@pytest.mark.parametrize("name", ["2", "02", "b", "02-b", "02-b.ipynb", "*/02-b.ipynb", "/"])
def test_a_lesson_is_found_by_number_name_or_path(folder, name):
    """Each way to write a lesson leads to its file."""
    path = folder / "02-b.ipynb"
    path.touch()
    name = {"/": str(path), "*/02-b.ipynb": f"{folder.name}/02-b.ipynb"}.get(name, name)
    assert find(name) == path


@pytest.mark.parametrize("name", ["8b", "08b", "topic", "08b-topic"])
def test_a_lesson_that_came_in_between_has_a_letter(folder, name):
    """The one before it keeps its number."""
    (folder / "08-b.ipynb").touch()
    (folder / "08b-topic.ipynb").touch()
    assert find(name).name == "08b-topic.ipynb"
    assert find("8").name == "08-b.ipynb"


@pytest.mark.parametrize("name", ["3", "022", "c", "", "../02-b", "else/02-b.ipynb", "²"])
def test_an_unknown_lesson_names_those_there_are(folder, name):
    """What is no lesson ends in one sentence with the lessons in it."""
    (folder / "00-a.ipynb").touch()
    (folder / "02-b.ipynb").touch()
    with pytest.raises(LabError, match=r"There is no lesson .* 00-a, 02-b\.") as caught:
        find(name)
    assert caught.value.kind == "no-lesson"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"cells": [], "metadata": {}, "nbformat": 3}', '{"cells": 1}', "\xff"],
)
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    """Junk gives a LabError that names the file, not a traceback of json."""
    path = tmp_path / "01-x.ipynb"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(LabError, match=r"01-x\.ipynb cannot be read as a notebook") as caught:
        read(path)
    assert caught.value.kind == "notebook"


def test_an_id_stays_and_a_missing_one_is_made(tmp_path):
    """Of a cell that was written by hand the first refresh stores an id."""
    kept, made = tidy(tmp_path, text("a", id="kept"), code("b"))
    assert kept.id == "kept"
    assert re.fullmatch(r"[\w-]{1,64}", made.id)


def test_code_cells_count_from_one(tmp_path):
    """Counts are 1..n whatever they were, in the results as well; prose has none."""
    result = {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}}
    last = code("2", execution_count=9, outputs=[result | {"execution_count": 9}])
    cells = tidy(tmp_path, code("1", execution_count=7), text("t"), last)
    assert [cell.get("execution_count") for cell in cells] == [1, None, 2]
    assert cells[2].outputs[0].execution_count == 2


def test_of_the_metadata_only_the_tags_and_the_kernel_stay(tmp_path):
    """Times, folding, trust and widgets go; tags and attachments stay."""
    noise = {"execution": {"iopub.status.busy": "2026"}, "collapsed": True, "trusted": True}
    cells = [
        code("1", metadata=noise | {"tags": ["exercise"]}),
        text("t", metadata=noise, attachments={"a.png": {"image/png": "AA=="}}),
    ]
    metadata = {"widgets": {}, "kernelspec": {"name": "mine"}, "language_info": {"version": "3.11"}}
    nb = normalise(read(store(tmp_path / "x", *cells, metadata=metadata, nbformat_minor=4)))
    assert nb.metadata == {"kernelspec": SPEC, "language_info": {"name": "python"}}
    assert [cell.metadata for cell in nb.cells] == [{"tags": ["exercise"]}, {}]
    assert nb.cells[1].attachments == {"a.png": {"image/png": "AA=="}}
    assert nb.nbformat_minor == 5


def test_sources_end_with_their_last_word(tmp_path):
    """Blank lines at the end of a source go, those in it stay."""
    assert [c.source for c in tidy(tmp_path, code("a\n\nb\n \n\n"), text("t\n"))] == ["a\n\nb", "t"]


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        (f"{ROOT}/bpf/x.c:3", "bpf/x.c:3"),
        (f"in '{ROOT}' and ({ROOT}/.venv/bin)", "in '.' and (.venv/bin)"),
        (f"{Path.home()}/notes", "~/notes"),
        (f"{tempfile.gettempdir()}/ipykernel_123/456.py:1: UserWarning", "cell.py:1: UserWarning"),
        ('"/var/folders/a-b/T/ipykernel_1/2.py"', '"cell.py"'),
        (f"/usr{ROOT}/x /usr{ROOT}-old", f"/usr{ROOT}/x /usr{ROOT}-old"),
        ("/usr/bin/ls 23 events", "/usr/bin/ls 23 events"),
    ],
)
def test_places_of_this_machine_leave_the_outputs(tmp_path, printed, stored):
    """The lab's own folder, the home and a cell's temporary file are named as on any machine."""
    error = {"output_type": "error", "ename": "E", "evalue": printed, "traceback": [printed]}
    outputs = [
        stream(printed),
        shown({"text/html": printed, "application/json": {"a": [printed, 1]}}),
        error,
    ]
    out = tidy(tmp_path, code("1", outputs=outputs))[0].outputs
    data = out[1].data
    found = [out[0].text, data["text/html"], data["application/json"].a[0]]
    assert [*found, out[2].evalue, out[2].traceback[0]] == [stored] * 5


def test_a_picture_is_left_alone(tmp_path):
    """A PNG's base64 is not text, whatever it spells."""
    picture = {"image/png": f"{ROOT}/AAAA"}
    assert tidy(tmp_path, code("1", outputs=[shown(picture)]))[0].outputs[0].data == picture


def test_neighbouring_streams_become_one_a_name(tmp_path):
    """Pieces are joined, stdout comes before stderr, and a picture keeps its place among them."""
    outputs = [
        stream("e1\n", "stderr"),
        stream("a\n"),
        stream("b\n"),
        stream("e2\n", "stderr"),
        shown({"text/plain": "table"}),
        stream("c\n"),
    ]
    out = tidy(tmp_path, code("1", outputs=outputs))[0].outputs
    assert [(o.get("name"), o.get("text")) for o in out] == [
        ("stdout", "a\nb\n"),
        ("stderr", "e1\ne2\n"),
        (None, None),
        ("stdout", "c\n"),
    ]


def test_widgets_are_not_stored(tmp_path):
    """A widget leaves its text twin, and one without leaves nothing."""
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1f"}}
    outputs = [shown(view | {"text/plain": "IntSlider()"}), shown(view)]
    out = tidy(tmp_path, code("1", outputs=outputs))[0].outputs
    assert [o.data for o in out] == [{"text/plain": "IntSlider()"}]


def test_normalising_twice_changes_nothing_more(tmp_path):
    """It is idempotent on an ugly notebook, leaves its argument alone, and gives a valid file."""
    view = shown({"application/vnd.jupyter.widget-view+json": {}})
    ugly = [
        text("# t\n\n", id="a"),
        code("1\n", "exercise", id="b", outputs=[stream("x"), view, stream(f"{ROOT}/{ROOT}/y")]),
        code("1", execution_count=5, outputs=[stream("", "stderr"), stream("z")]),
    ]
    nb = read(store(tmp_path / "x", *ugly, metadata={"a": 1}))
    before = dumps(nb)
    once = dumps(normalise(nb))
    again = tmp_path / "again"
    again.write_text(once, encoding="utf-8")
    assert once == dumps(normalise(read(again)))
    assert before == dumps(nb)
    assert once.endswith("}\n")
    nbformat.validate(read(again))


@pytest.mark.jupyter
def test_a_lesson_runs_in_its_folder_with_this_interpreter(folder, monkeypatch):
    """The kernel is ours, headless, 80 columns wide, and sees what C prints; steps are named."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it ipykernel watches no descriptor
    monkeypatch.setenv("JUPYTER_PATH", str(folder))  # another python3 there would not count
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "x"}')
    asks = "import os, sys\nfor it in sys.executable, os.getcwd(): print(it)\n"
    path = store(
        folder / "01-x.ipynb",
        code(f"{asks}for it in 'BPFLAB_HEADLESS', 'COLUMNS', 'IPYTHONDIR': print(os.environ[it])"),
        code("import atexit, pathlib\natexit.register(pathlib.Path('ended').touch)"),
        text("prose"),
        code("\nprint('\x1b[1m', end='')\nos.system('echo from C')"),
    )
    steps: list[Step] = []
    nb = execute(path, steps.append)
    printed = nb.cells[0].outputs[0].text.splitlines()
    assert (folder / "ended").exists()
    assert printed[:4] == [sys.executable, str(folder), "1", "80"]
    assert not Path(printed[4]).parent.exists()
    assert r"from C\n" in dumps(nb)
    assert [(step.number, step.seconds is None, step.line) for step in steps] == [
        (1, True, "import os, sys"),
        (1, False, "import os, sys"),
        (2, True, "import atexit, pathlib"),
        (2, False, "import atexit, pathlib"),
        (3, True, r"print('\x1b[1m', end='')"),
        (3, False, r"print('\x1b[1m', end='')"),
    ]
    assert not any(step.error for step in steps)


@pytest.mark.jupyter
@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("1/0", "ZeroDivisionError: division by zero"),
        ("%nosuch", "UsageError: Line magic function `%nosuch` not found."),
        ("import os; os.write(2, b'LLVM ERROR'); os._exit(1)", "The kernel died."),
        ("import time; time.sleep(60)", "It had not ended after 2 s."),
        ("raise ValueError('\\x1b]0;title\\x07')", r"ValueError: \x1b]0;title\x07"),
    ],
)
def test_a_failing_cell_ends_the_lesson(folder, source, error):
    """Whatever a cell fails with is shown in safe lines, no later cell runs, the kernel ends."""
    tagged = code(source, "raises-exception")
    path = store(folder / "01-x.ipynb", code("1"), tagged, code("open('ran', 'w')"))
    steps: list[Step] = []
    with pytest.raises(LabError, match=r"^Cell 2 of 01-x\.ipynb failed\.$") as caught:
        execute(path, steps.append, deadline_s=2)
    assert caught.value.kind == "cell-failed"
    assert caught.value.log == steps[-1].error
    assert error in steps[-1].error.splitlines()
    assert "\x1b" not in steps[-1].error
    assert not (folder / "ran").exists()


@pytest.mark.jupyter
@pytest.mark.parametrize("end", ["", "import os; os._exit(1)"], ids=["asked", "dies"])
def test_what_a_cell_started_ends_with_its_kernel(folder, end):
    """A command that still runs is ended, whether the kernel is asked to end or has died."""
    leave = "import subprocess\nsubprocess.Popen('sleep 1000 & sleep 1000', shell=True)"
    with contextlib.suppress(LabError):
        execute(store(folder / "01-x.ipynb", code(leave), code(end)))
    deadline = time.monotonic() + 10
    while processes_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(folder) == []


@pytest.mark.jupyter
def test_a_refresh_stores_once_and_then_changes_nothing(folder):
    """The second refresh gives the same bytes and does not write; a failing one does not store."""
    path = store(folder / "01-x.ipynb", text("# t"), code("print(6 * 7)\n", "nbval-check-output"))
    path.chmod(0o640)
    before = path.stat().st_ino
    assert refresh(path) is True
    stored, inode = path.read_bytes(), path.stat().st_ino
    assert b'"42\\n"' in stored
    assert inode != before  # another file took its place: no reader ever saw half of one
    assert path.stat().st_mode & 0o777 == 0o640
    assert refresh(path) is False
    assert (path.read_bytes(), path.stat().st_ino) == (stored, inode)
    broken = stored.replace(b"6 * 7", b"6 / 0")
    path.write_bytes(broken)
    with pytest.raises(LabError):
        refresh(path)
    assert path.read_bytes() == broken
    assert list(folder.iterdir()) == [path]


@pytest.mark.jupyter
def test_a_disk_that_refuses_leaves_the_lesson_as_it_was(folder, monkeypatch):
    """A file that cannot be replaced is a LabError; nothing half written stays beside it."""
    path = store(folder / "01-x.ipynb", code("1"))
    before = path.read_bytes()

    def refuses(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(headless, "execute", lambda path, *_: read(path))
    monkeypatch.setattr(Path, "replace", refuses)
    with pytest.raises(LabError, match=r"01-x\.ipynb was not stored: No space left on device\."):
        refresh(path)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


@pytest.mark.jupyter
def test_nbval_accepts_a_stored_lesson_and_sees_a_changed_one(folder):
    """A refreshed lesson passes nbval; a changed output fails where it is checked."""
    path = store(
        folder / "01-x.ipynb",
        code("print('checked')\nimport ipywidgets\nipywidgets.IntSlider()", "nbval-check-output"),
        code("print('free')"),
    )
    refresh(path)
    stored = path.read_text(encoding="utf-8")

    def outcome():
        flags = "-q -p no:cacheprovider --nbval-lax --nbval-current-env --nbval-cell-timeout=60"
        command = [sys.executable, "-m", "pytest", *flags.split(), f"--rootdir={folder}", str(path)]
        run = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        return re.findall(r"(\d+) (passed|failed)", run.stdout.splitlines()[-1])

    assert outcome() == [("2", "passed")]
    other = stored.replace('"free\\n"', '"other\\n"').replace('"checked\\n"', '"other\\n"')
    assert other.count('"other\\n"') == 2
    path.write_text(other, encoding="utf-8")
    assert outcome() == [("1", "failed"), ("1", "passed")]
