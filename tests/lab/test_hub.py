"""`./lab hub`: what it hands to JupyterHub, on machines that a PATH of stubs makes up."""

import re

import pytest


@pytest.fixture
def words(machine):
    """Give the machine what a hub is made of; return the words of the command."""
    (machine.clone / "hub").mkdir()
    (machine.clone / "hub/constraints.txt").touch()
    (machine.clone / "hub/package-lock.json").touch()
    (machine.root / "disk").mkdir(mode=0o700)
    for name in ("install", "npm"):
        machine.stub(name, f"mkdir -p {machine.at('clone/hub/node_modules')}")
    machine.stub("chmod")
    machine.stub_python("*learners.py*", ":")
    return ["hub", "--users", str(machine.root / "names")]


GUESTS = """case "$*" in
    *learners.py*) : ;;
    *vm\\ disk\\ debian-13 | *vm\\ disk\\ debian-12) : ;;
    *vm\\ disk*) echo "lab: no distribution" >&2; exit 2 ;;
    *) echo {disk} ;;
esac"""


def started(machine):
    """Return the words with which JupyterHub was started."""
    (call,) = [call for call in machine.calls if "-m hub.start" in call]
    return call.split()


@pytest.mark.parametrize(
    ("asked", "name"),
    [(["--vm"], "debian-13"), (["--vm", "debian-12", "--cpus", "2"], "debian-12")],
)
def test_a_hub_of_virtual_machines(machine, words, asked, name):
    """The disk is made before the hub starts, which is told where it is; BPF is not needed here."""
    (machine.root / "self/status").write_text("Uid:\t0\nCapBnd:\t0000000000000000\n")
    machine.stub_python("*learners.py* | *vm\\ disk* | *disk.find*", GUESTS.format(disk="/d i"))
    machine.runs(*words, *asked)
    calls = [call for call in machine.calls if call.startswith("python3")]
    assert f"python3 -B -m bpflab.vm disk {name}" in calls
    assert "chmod 755 /d i" in machine.calls
    assert f"--vm {name} --disk /d i" in " ".join(started(machine))
    assert ("--cpus 2" in " ".join(started(machine))) == (len(asked) > 1)


def test_a_hub_of_a_machine_that_there_is_not(machine, words):
    """What makes disks says which there are, and no hub starts."""
    machine.stub_python("*learners.py* | *vm\\ disk* | *disk.find*", GUESTS.format(disk="/d"))
    assert "no distribution" in machine.refuses(*words, "--vm", "debian-11")
    assert not [call for call in machine.calls if "hub.start" in call]


def test_without_virtual_machines_bpf_is_needed(machine, words):
    """The learners' programs run on this machine's kernel then, so it must take them."""
    machine.runs(*words)
    assert "--vm" not in started(machine)
    (machine.root / "self/status").write_text("Uid:\t0\nCapBnd:\t0000000000000000\n")
    assert "not even root may load BPF programs here" in machine.refuses(*words)


def test_what_is_in_a_home_is_made_by_its_owner(machine, words):
    """A learner may have put a link into their home, so root makes and owns nothing in there."""
    home = "/srv/bpflab/ada"
    machine.stub_python("*learners.py*", f"[[ $* != *--names* ]] || echo ada {home}")
    machine.runs(*words)
    inside = [call for call in machine.calls if f"{home}/" in call]
    assert f"install -d -m 700 -o ada -g ada {home}" in machine.calls
    assert [call.split()[0] for call in inside] == ["setpriv"]
    for name in ("my", ".tmp", ".var-tmp"):
        assert f"{home}/{name}" in inside[0].split()
    assert inside[0].startswith("setpriv --reuid ada --regid ada --clear-groups -- mkdir ")


def test_a_place_that_learners_cannot_enter(machine, words):
    """It is said before minutes of set-up, and nothing is made."""
    machine.stub("setpriv", "exit 1")
    assert f"learners cannot read {machine.clone}: move the clone" in machine.refuses(*words)
    assert not machine.venv.exists()


def test_a_port_in_use(machine, words, used_port):
    """The other one is given to the same command."""
    says = machine.refuses(*words, "--port", used_port)
    assert re.search(rf"port {used_port} is in use, and (\d+) is free: give --port \1$", says)


def test_clean_after_a_hub_that_was_killed(machine, words):
    """Its servers still run, and `clean` ends them before it removes their users."""
    machine.runs(*words)
    state = machine.clone / ".lab/hub"
    state.with_suffix(".pid").write_text(f"{2**22 + 1}\n")  # no process has that number
    (machine.clone / ".lab/made").write_text("user ada\n")
    machine.stub("userdel")
    machine.runs("clean")
    (ends,) = [at for at, call in enumerate(machine.calls) if "cgroups.end_all" in call]
    assert machine.calls[ends].endswith(str(state))
    assert ends < machine.calls.index("userdel ada")
    assert not state.exists()


@pytest.mark.parametrize(("options", "level"), [([], "2\n"), (["--vm"], "3\n")])
def test_learners_may_attach(machine, words, options, level):
    """CAP_PERFMON is enough, also where root starts the hub; a guest has a kernel of its own."""
    paranoid = machine.root / "paranoid"
    paranoid.write_text("3\n")
    machine.runs(*words, *options)
    assert paranoid.read_text() == level
