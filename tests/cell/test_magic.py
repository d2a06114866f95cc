"""The magic %%bpf: what a cell of C loads, names and shows, and what it refuses."""

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from bpflab import LabError
from bpflab.cell import install
from bpflab.cell.magic import USAGE, bpf
from bpflab.programs.loading import loaded

C = """\
BPF_ARRAY(seen, u64, 1);

int hook(void *ctx)
{
	seen.increment(0);
	return LIMIT;
}
"""
EXECVE = "syscalls:sys_enter_execve"


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """Give a running IPython with the magic."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    install(shell)
    yield shell
    shell.user_ns.clear()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell):
    """Return what runs a cell, and returns its outputs or raises what it raised."""

    def run(source):
        with capture_output() as captured:
            result = shell.run_cell(source, store_history=True)
        result.raise_error()
        return [out.data for out in captured.outputs]

    return run


@pytest.mark.kernel
def test_a_cell_of_c_is_a_program_in_python(shell, run):
    """It is loaded under the name, and shown with its map; nothing is attached."""
    (shown,) = run(f"%%bpf counted --hook {EXECVE} -D LIMIT=0\n{C}")
    assert shown["text/plain"].splitlines() == [
        "counted is loaded, and not attached",
        "part     name  type        hook or size",
        "-------  ----  ----------  -------------------------",
        f"program  hook  tracepoint  {EXECVE}",
        "map      seen  array       1 entry",
    ]
    assert "<table" in shown["text/html"]
    program = shell.user_ns["counted"]
    assert program in loaded()
    assert dict(program.links) == {}


@pytest.mark.kernel
def test_it_attaches_where_the_cell_says(shell, run):
    """Without an argument, for good and for a block."""
    run(f"%%bpf counted --hook hook={EXECVE} -DLIMIT=0\n{C}")
    program = shell.user_ns["counted"]
    with program.attached():
        assert list(program.links) == [("hook", EXECVE)]
    assert not program.links


@pytest.mark.kernel
def test_running_the_cell_again_closes_what_it_loaded_before(shell, run):
    """One program a name."""
    cell = f"%%bpf counted -D LIMIT=0\n{C}"
    run(cell)
    first = shell.user_ns["counted"]
    run(cell)
    assert first.closed
    assert not shell.user_ns["counted"].closed


@pytest.mark.kernel
def test_a_python_variable_can_be_a_macro(shell, run):
    """In braces; and a macro without a value is 1, as a compiler takes it."""
    run("limit = 7")
    run(f"%%bpf counted -D LIMIT={{limit}} -D DEBUG\n{C}")
    assert shell.user_ns["counted"].source.defines == {"LIMIT": "7", "DEBUG": "1"}


@pytest.mark.kernel
@pytest.mark.parametrize("above", ["", "\n", "\n \n"])
def test_a_refusal_names_the_line_that_the_cell_shows(run, above):
    """Its first line is the magic's, and an empty one above that counts."""
    broken = f"{above}%%bpf counted -D LIMIT=0\n" + C.replace("(0);", "(0)")
    with pytest.raises(LabError) as refused:
        run(broken)
    error = refused.value
    assert (error.kind, error.file) == ("syntax", "counted")
    assert broken.splitlines()[error.line - 1] == error.place.text == "\tseen.increment(0)"


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("line", "kind", "says"),
    [
        ("--hook syscalls:sys_enter_exekve", "no-tracepoint", f"Did you mean {EXECVE}"),
        ("--hook look=sched:sched_switch", "no-program", "has no program 'look'"),
        ("--type socket_filter --hook x", "attach", "does not attach"),
        ("--type tracepont", "type", "Did you mean tracepoint"),
        ("-D 1=2", "define", "cannot be a macro"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing_loaded(shell, run, line, kind, says):
    """A hook, a function, a type, a macro: each by its name."""
    with pytest.raises(LabError) as refused:
        run(f"%%bpf counted -D LIMIT=0 {line}\n{C}")
    assert refused.value.kind == kind
    assert says in str(refused.value)
    assert "counted" not in shell.user_ns
    assert "counted" not in {program.name for program in loaded()}


@pytest.mark.kernel
def test_of_several_programs_each_says_where_it_belongs(shell, run):
    """A hook without a function's name would be a guess."""
    two = f"{C}\n{C.replace('hook', 'leave').replace('seen', 'left')}"
    with pytest.raises(LabError, match="2 programs") as refused:
        run(f"%%bpf counted -D LIMIT=0 --hook {EXECVE}\n{two}")
    assert refused.value.fix == "Write --hook hook=HOOK --hook leave=HOOK."
    leave = "syscalls:sys_exit_execve"
    run(f"%%bpf counted -D LIMIT=0 --hook hook={EXECVE} --hook=leave={leave}\n{two}")
    assert shell.user_ns["counted"].hooks == {"hook": EXECVE, "leave": leave}


@pytest.mark.kernel
def test_a_cell_without_a_program_says_so(run):
    """A map alone runs nowhere."""
    with pytest.raises(LabError, match="no program"):
        run("%%bpf counted\nBPF_ARRAY(seen, u64, 1);\n")


@pytest.mark.parametrize("text", ["/* your\n program */\n", "// nothing yet\n\n"])
def test_a_cell_without_c_is_no_mistake(shell, capsys, text):
    """An exercise may begin with a comment alone; the name has no value then."""
    shell.run_cell(f"%%bpf counted\n{text}").raise_error()
    assert capsys.readouterr().out == "counted: this cell has no C yet.\n"
    assert "counted" not in shell.user_ns


@pytest.mark.kernel
def test_a_text_with_sections_has_its_hooks(shell, run):
    """clang compiles it, and its section says the type and the hook."""
    run(
        "%%bpf counted\n#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
        'SEC("tracepoint/syscalls/sys_enter_execve") int hook(void *ctx) { return 0; }\n'
        'char _license[] SEC("license") = "GPL";\n'
    )
    assert shell.user_ns["counted"].hooks == {"hook": EXECVE}


@pytest.mark.parametrize(
    ("line", "says", "fix"),
    [
        ("", "got no name", ""),
        ("one two", "got 2 names", ""),
        ("1st", "cannot be a name in Python", "Call it st."),
        ("class", "cannot be a name in Python", "Use letters, digits and _."),
        ("my-tool", "cannot be a name in Python", "Call it my_tool."),
        ("load", "is a name of bpflab itself", "Call it my_load."),
        ("print", "is a name of Python itself", "Call it my_print."),
        (
            "x --hok y",
            "has no option '--hok'",
            "Did you mean --hook? There are --type, --hook, -D.",
        ),
        ("x --help", "has no option '--help'", "There are --type, --hook, -D."),
        ("x --type", "--type needs a value.", ""),
        ("x 'y", "cannot be read", ""),
        ("x -D N={nowhere}", "{nowhere} has no value", "Give it one in a cell above."),
    ],
)
def test_a_first_line_that_cannot_be_is_refused_with_its_form(run, line, says, fix):
    """As a LabError with the usage: no SystemExit, and nothing is printed."""
    with pytest.raises(LabError) as refused:
        run(f"%%bpf {line}\n{C}")
    assert says in refused.value.message
    assert refused.value.why == f"It is used as {USAGE}."
    assert refused.value.fix == fix


def test_the_help_shows_the_form():
    """%%bpf? prints the docstring, and a refusal the usage: they are the same."""
    assert USAGE in bpf.__doc__.splitlines()[2]


@pytest.mark.parametrize("first", ["import bpflab", "%load_ext bpflab"])
def test_importing_the_package_in_ipython_is_enough(first):
    """And `%load_ext bpflab` does it too."""
    code = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
assert shell.find_cell_magic("bpf") is None
shell.run_cell({first!r}).raise_error()
print(shell.find_cell_magic("bpf").__name__)
"""
    assert printed(code) == "bpf"


def test_a_package_that_was_imported_before_ipython_is_loaded_as_an_extension():
    """Then no shell was there to be told."""
    code = """
import bpflab
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "bpflab")
print(shell.find_cell_magic("bpf").__name__)
"""
    assert printed(code) == "bpf"


def test_importing_the_package_elsewhere_imports_no_ipython():
    """The doctor runs on a bare machine; and in a notebook the import stays quick."""
    assert printed("import sys, bpflab; print('IPython' in sys.modules)") == "False"
    code = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_cell("import bpflab")
print({"numpy", "pandas", "bpflab.programs"} & (set(sys.modules) - before))
"""
    assert printed(code) == "set()"


def printed(code):
    """Return what a Python of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()
