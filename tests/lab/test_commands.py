"""What each word of ./lab does, and what a wrong one does not."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "words", ["help", "test --help", "run -h", "bench --help", "up --help", "clean -h"]
)
def test_help_prints_the_commands_and_does_nothing(machine, words):
    """Wherever it is asked for."""
    machine.venv.mkdir()
    printed = machine.runs(*words.split())
    words = "up doctor fresh progress run compare refresh explain url check test site bench clean"
    for word in words.split():
        assert f"./lab {word}" in printed or f"[{word}]" in printed
    assert not (machine.clone / ".lab").exists() and machine.venv.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["frobnicate"], "unknown word 'frobnicate'"),
        (["up", "--frobnicate"], "unknown option '--frobnicate'"),
        (["--port", "99999"], "a port is a number from 1024 to 65535, not '99999'"),
        (["--port=1023"], "not '1023'"),
        (["--port"], "not ''"),
        (["--vm", "--port", "80"], "not '80'"),
        (["--vm", "ubuntu"], "unknown option 'ubuntu'"),
        (["run"], "which lesson"),
        (["fresh"], "which lesson"),
        (["compare"], "which cell"),
        (["explain"], "which file"),
        (["explain", "--json", "no such.c"], "there is no file no such.c"),
        (["url", "foo"], "'url' takes no words"),
        (["help", "foo"], "'help' takes no words"),
        (["check", "foo"], "'check' takes no words"),
        (["site", "foo"], "'site' takes no words"),
        (["clean", "--dry-run"], "'clean' takes no words"),
        (["test", "--all", "foo"], "'test --all' takes no words"),
        (["test", "--vm"], "which machine?"),
        (["test", "--vm", "-k", "x"], "which machine?"),
    ],
)
def test_a_wrong_word_is_refused(machine, words, says):
    """In one sentence with status 2, before anything is set up."""
    assert says in machine.refuses(*words)
    assert not (machine.clone / ".lab").exists()


def test_an_unknown_lesson_is_refused_before_the_set_up(machine):
    """The clone's own package is asked first, by the distribution's Python."""
    machine.stub("python3", 'case "$*" in *--dry-run*) echo "no such" >&2; exit 2 ;; esac')
    done = machine.lab("run", "99")
    assert (done.returncode, done.stderr) == (2, "no such\n")
    assert not (machine.clone / ".lab").exists()


@pytest.mark.parametrize("word", ["up", "check", "clean"])
def test_macos_is_sent_to_lima(machine, word):
    """In one line that can be typed, before a tool of Linux is used; help is printed there too."""
    machine.stub("uname", "echo Darwin")
    for name in ("readlink", "flock", "stat", "tac", "timeout"):
        machine.drop(name)
    assert "limactl start" in machine.refuses(word)
    assert "./lab run" in machine.runs("help")


QUICK = ["ruff check", "ruff format", "mypy", "deptry", "layers", "quick"]
KINDS = {
    "-m ruff check": "ruff check",
    "-m ruff format --check": "ruff format",
    "-m mypy": "mypy",
    "-m deptry": "deptry",
    "lint_imports": "layers",
    "pytest -n 2 -m not kernel and not jupyter and not slow": "quick",
    "pytest -n 2 --dist loadfile -m judges and not slow tests/kernel": "judges",
    "pytest -n 2 --dist loadfile -m (kernel or jupyter) and not judges and not slow": "kernel",
    "bpflab.vm test newest": "newest",
    "bpflab.vm test debian-12": "vm",
    "pytest -n 2 --dist loadfile -m slow": "slow",
    "pytest tests/data -k a b": "these",
}


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["check"], QUICK),
        (["test"], [*QUICK, "judges", "kernel"]),
        (["test", "tests/data", "-k", "a b"], ["these"]),
        (["test", "--rest"], ["vm", "newest", "slow"]),
        (["test", "--all"], [*QUICK, "judges", "kernel", "vm", "newest", "slow"]),
    ],
    ids=lambda words: " ".join(words) if words[0] in ("check", "test") else "",
)
def test_each_tier_adds_to_the_one_before(machine, words, runs):
    """And `--rest` is what `--all` adds: nothing runs twice."""
    lines = [line for line in machine.runs(*words).splitlines() if line.startswith("python ")]
    assert [kind for line in lines for part, kind in KINDS.items() if part in line] == runs


@pytest.mark.parametrize("words", [["check"], ["test"], ["test", "--all"]], ids=" ".join)
def test_what_fails_ends_a_tier(machine, words):
    """A fault of the format, say, is the script's status, and nothing is tested after it."""
    machine.stub_python("*ruff\\ format*", "exit 1")
    done = machine.lab(*words)
    assert done.returncode == 1, done
    assert "pytest" not in done.stdout and "mypy" not in done.stdout


def test_check_needs_neither_root_nor_apt(machine):
    """Whoever has a Python that makes environments can run it."""
    machine.become_user(sudo=None)
    machine.stub("dpkg-query")
    for name in ("apt-get", "mountpoint"):
        machine.drop(name)
    machine.runs("check")
    assert not (machine.clone / ".lab/made").exists()


@pytest.mark.parametrize("words", ["doctor --json", "fresh 02", "progress --json"])
@pytest.mark.parametrize("here", ["nothing", "an editor's"])
def test_what_sets_nothing_up(machine, here, words):
    """Where no environment is, or one without the lab, the distribution's Python runs it."""
    if here != "nothing":
        python = machine.clone / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text("#!/bin/bash\nexit 1\n")
        python.chmod(0o755)
    before = set(machine.clone.rglob("*"))
    assert machine.runs(*words.split()) == f"python -B -m bpflab {words}\n"
    assert set(machine.clone.rglob("*")) == before
    machine.drop("python3")
    assert "run ./lab, which installs it" in machine.refuses(*words.split())


@pytest.mark.parametrize("word", ["fresh", "progress"])
def test_what_needs_no_rights_asks_for_none(machine, word):
    """An ordinary user needs no sudo for a file of theirs, and BPF need not be to be had."""
    machine.become_user(sudo=None)
    (machine.root / "lockdown").write_text("[confidentiality]")
    machine.runs("check")  # as an author has it: an environment, and no rights
    assert machine.runs(word, "02").splitlines()[-1] == f"python -B -m bpflab {word} 02"
    machine.stub_python(f"*bpflab\\ {word}*", "exit 2")
    assert machine.lab(word, "02").returncode == 2


def test_bench_prints_what_it_measured_alone(machine):
    """What the set-up says goes to the other stream, so that JSON can go to a file."""
    assert machine.runs("bench", "--json") == "python -m bench --json\n"


def test_a_file_is_explained_where_the_reader_stands(machine, tmp_path, monkeypatch):
    """FILE is relative to that folder, and stdout has the explanation alone."""
    machine.stub_python("*bpflab\\ explain*", 'pwd; echo "$@"')
    monkeypatch.chdir(tmp_path)
    Path("x.c").touch()
    assert machine.runs("explain", "x.c") == f"{tmp_path}\n-m bpflab explain x.c\n"


def test_a_user_gets_two_capabilities_and_one_group(machine):
    """No other right, the proxy's address, and no secret that others could read."""
    machine.become_user('[ "$1" != -n ] || exit 0; echo "$@"')
    proxies = {"https_proxy": "http://proxy:3128", "HTTP_PROXY": "http://me:hunter2@proxy"}
    line = machine.runs("run", "01", JUPYTER_TOKEN="hunter2", BPFLAB_X="kept", **proxies)
    line = line.splitlines()[-1]
    assert "--groups 1000,27,999 " in line
    for option in ("--inh-caps", "--ambient-caps", "--bounding-set"):
        assert f"{option} -all,+bpf,+perfmon " in line
    assert "BPFLAB_X=kept" in line and "hunter2" not in line
    assert "https_proxy=http://proxy:3128" in line


def test_what_leads_python_elsewhere_stays_outside(machine):
    """PYTHONWARNINGS=error would end a lesson in BCC's code; uncompiled modules start slowly."""
    machine.stub_python("*bpflab\\ run*", "env")
    stays = {"PYTHONWARNINGS": "error", "PYTHONPATH": "/x", "PYTHONDONTWRITEBYTECODE": "1"}
    printed = machine.runs("run", "01", BPFLAB_X="kept", **stays)
    assert "BPFLAB_X=kept" in printed
    assert not [name for name in stays if f"\n{name}=" in printed]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("self/status", "CapBnd:\t00000000a80425fb\n"),
        ("self/status", "CapBnd:\t0000008000000000\n"),
        ("self/status", "CapBnd:\t0000004000000000\n"),
        ("self/uid_map", "0 1000 1\n1 100000 65536\n"),
        ("lockdown", "none integrity [confidentiality]\n"),
    ],
    ids=["container", "no CAP_PERFMON", "no CAP_BPF", "user namespace", "lockdown"],
)
@pytest.mark.parametrize("words", [["up", "--no-browser"], ["run", "01"]], ids=["up", "run"])
def test_where_bpf_is_not_to_be_had_the_way_out_is_named(machine, free_port, words, file, text):
    """At once, and nothing is set up."""
    (machine.root / file).write_text(text)
    port = ["--port", free_port] if words[0] == "up" else []
    says = machine.refuses(*words, *port)
    assert says.endswith("./lab --vm runs the lab in a virtual machine")
    assert not (machine.clone / ".lab").exists()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("self/status", "CapBnd:\t0000000000200000\n"),
        ("self/status", "CapBnd:\t000000c000000000\n"),
        ("lockdown", "none [integrity] confidentiality\n"),
    ],
    ids=["CAP_SYS_ADMIN", "the two", "integrity"],
)
def test_less_than_all_rights_is_enough(machine, file, text):
    """And so is a kernel whose reading is not closed."""
    (machine.root / file).write_text(text)
    machine.runs("run", "01")


def test_pythons_of_today_alone(machine):
    """A Python older than 3.11 is refused before anything is set up."""
    machine.stub("python3", 'case "$*" in *sys.exit*) exit 1 ;; esac')
    assert "older than 3.11" in machine.refuses("run", "01")
    assert not (machine.clone / ".lab").exists()
