"""The panel of a fault that ended a cell: in a notebook alone, and instead of a traceback."""

import re
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from bpflab.cell import panel

FAILS = """\
from bpflab.errors import LabError, Place

error = LabError("stack", "Too much.", place=Place("a.c", 7, "char x[600];"), fix="<Less>", log="L")
raise error
"""


@pytest.fixture
def executed(monkeypatch):
    """Return what executes cells, where the reader watches, and returns the outputs of each."""
    monkeypatch.delenv("BPFLAB_HEADLESS", raising=False)

    def execute(*cells):
        v4 = nbformat.v4
        book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells])
        NotebookClient(book, kernel_name="python3", allow_errors=True).execute()
        return [cell.outputs for cell in book.cells]

    return execute


@pytest.mark.jupyter
def test_a_cell_that_fails_shows_the_panel_and_is_failed(executed):
    """The panel with the log, then an error of one line; one of Python's stays as it is."""
    (shown, error), (other,) = executed(FAILS, "1 / 0")
    assert (
        "✗ Refused: stack" in shown.data["text/html"] and "&lt;Less&gt;" in shown.data["text/html"]
    )
    assert "<summary>The whole log: 1 line</summary>" in shown.data["text/html"]
    assert shown.data["text/plain"].startswith("✗ Refused: stack\nwhat   Too much.\nwhere  a.c:7")
    assert (error.output_type, error.ename, error.evalue) == ("error", "LabError", "Too much.")
    assert error.traceback == ["LabError (stack): Too much."]
    assert other.ename == "ZeroDivisionError" and len(other.traceback) > 2


MINE = """\
shell = get_ipython()
shell.set_custom_exc((KeyError,), lambda *found, **_: print("mine:", found[1].__name__))
"""


@pytest.mark.jupyter
def test_what_others_have_set_for_exceptions_stays(executed):
    """A handler from before the import gets what it asked for, and the panel is shown as well."""
    *_, (key,), (panel, lab) = executed(MINE, "import bpflab", "{}[1]", FAILS)
    assert key.text == "mine: KeyError\n"
    assert "✗ Refused" in panel.data["text/html"] and lab.ename == "LabError"


@pytest.mark.jupyter
def test_a_handler_that_others_set_later_replaces_the_panel(executed):
    """IPython has one place for it: then the text says all."""
    *_, (key,), (lab,) = executed("import bpflab", MINE, "{}[1]", FAILS)
    assert key.text == "mine: KeyError\n"
    assert len(lab.traceback) == 3


@pytest.mark.jupyter
def test_a_panel_that_cannot_be_drawn_hides_nothing(executed):
    """The error is shown as text."""
    broken = "import bpflab.views.refusal as r\ndel r.refusal"
    _, (error,) = executed(broken, FAILS)
    assert error.output_type == "error" and len(error.traceback) == 3


@pytest.mark.jupyter
def test_the_log_can_be_had_afterwards(executed):
    """As the panel says."""
    *_, (printed,) = executed(FAILS, "import sys; print(sys.last_value.log)")
    assert printed.text == "L\n"


RUN_ABOVE = "run that first: menu Run, Run All Above Selected Cell."


def said_below(outputs):
    """Return what a NameError's output has below the error itself."""
    (error,) = outputs
    assert error.ename == "NameError"
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    return text.rpartition("is not defined")[2].strip()


@pytest.mark.jupyter
def test_a_name_that_the_kernel_does_not_know_leads_to_the_cells_above(executed):
    """It may be theirs; a name of bpflab's can be imported; elsewhere nothing is added."""
    cells = {
        "opened.attach()": f"If a cell above gives opened a value, {RUN_ABOVE}",
        "sum(each for each in [missing])": f"If a cell above gives missing a value, {RUN_ABOVE}",
        "table(1)": "bpflab has this name: from bpflab import table\n"
        f"If a cell above imports it or gives it a value, {RUN_ABOVE}",
        "def f():\n    return missing\n\nf()": "",
        "exec('missing', {})": "",
        "def g():\n    print(late)\n    late = 1\n\ntry:\n    g()\nexcept NameError as e:\n"
        "    assert type(e).__name__ == 'UnboundLocalError'\n    print('bound')": None,
    }
    _, *found = executed("import bpflab", *cells)
    for outputs, (cell, expected) in zip(found, cells.items(), strict=True):
        if expected is None:
            assert outputs[0].text == "bound\n"
        else:
            assert said_below(outputs) == expected, cell


@pytest.mark.jupyter
def test_a_kernel_that_has_imported_nothing_says_so_too(executed, monkeypatch, tmp_path):
    """With the setting that `./lab` writes: after a restart, in whichever cell one goes on."""
    profile = tmp_path / "profile_default"
    profile.mkdir()
    settings = '{"InteractiveShellApp": {"extensions": ["bpflab"]}}'
    (profile / "ipython_kernel_config.json").write_text(settings)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    own, other = executed("program = load('first_map/cut')", "program.attach()")
    assert said_below(own).startswith("bpflab has this name: from bpflab import load\n")
    assert said_below(other) == f"If a cell above gives program a value, {RUN_ABOVE}"


@pytest.mark.jupyter
def test_after_many_cells_a_name_is_more_often_mistyped(executed):
    """Then only what bpflab has is named; `%debug` finds the error as ever."""
    *_, late, own, found = executed(
        "import bpflab", *["1"] * 20, "nothing", "grid", "import sys; print(sys.last_value.name)"
    )
    assert said_below(late) == ""
    assert said_below(own).startswith("bpflab has this name: from bpflab import grid\n")
    assert found[0].text == "grid\n"


@pytest.mark.jupyter
def test_a_handler_of_somebody_for_names_gets_them(executed):
    """As it does every other exception that it asked for."""
    mine = MINE.replace("KeyError", "NameError")
    *_, (printed,) = executed(mine, "import bpflab", "nothing")
    assert printed.text == "mine: NameError\n"


@pytest.mark.jupyter
def test_where_nobody_watches_a_name_has_its_traceback_alone(executed, monkeypatch):
    """Outputs that are stored stay as IPython writes them."""
    monkeypatch.setenv("BPFLAB_HEADLESS", "1")
    assert said_below(executed("import bpflab", "nothing")[-1]) == ""


@pytest.mark.jupyter
@pytest.mark.parametrize(
    "around",
    [
        "raise ExceptionGroup('two', [error, ValueError(3)])",
        "raise RuntimeError('mine') from error",
    ],
)
def test_inside_another_exception_it_is_text(executed, around):
    """The traceback has its parts."""
    (outputs,) = executed(FAILS.replace("raise error", around))
    text = "".join(out.get("text", "") + "".join(out.get("traceback", [])) for out in outputs)
    assert "Too much." in text and "a.c:7" in text and "<Less>" in text
    assert not any("data" in out for out in outputs)


@pytest.mark.jupyter
def test_where_nobody_watches_the_text_says_all(executed, monkeypatch):
    """`./lab run` and nbval print the traceback."""
    monkeypatch.setenv("BPFLAB_HEADLESS", "1")
    ((error,),) = executed(FAILS)
    assert error.traceback == [
        "LabError (stack): Too much.",
        "  where  a.c:7    char x[600];",
        "  try    <Less>",
    ]


@pytest.mark.parametrize(
    "command", [["-c", FAILS], ["-m", "IPython", "--no-banner", "--colors=NoColor", "-c", FAILS]]
)
def test_in_a_terminal_there_is_the_text_once(command, tmp_path):
    """Of Python and of IPython."""
    env = {"PATH": "/usr/bin:/bin", "IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=env)
    said = done.stdout + done.stderr
    assert said.count("try    <Less>") == 1
    assert "Refused" not in said and "details" not in said


def test_a_shell_that_is_no_notebook_is_left_alone():
    """IPython's terminal has no kernel, and no handler is set."""

    class Shell:
        custom_exceptions = ()

    panel.install(Shell())


@pytest.mark.jupyter
def test_a_name_whose_cell_of_c_was_refused_is_told_so(executed):
    """Running the cells above would end in the same refusal."""
    *_, used = executed("import bpflab", "%%bpf opened --hok x\nint hook;", "opened.attach()")
    assert said_below(used) == "opened has no value: the cell that makes it ended with an error."
