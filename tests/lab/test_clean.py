"""./lab clean undoes what ./lab made, but for what another lab uses."""

import subprocess

import pytest


def test_the_clone_is_as_it_was(machine):
    """All that a run made is gone, what the learner made is not; packages that stay are named."""
    own = machine.clone / "my/02-first-map.ipynb"  # the learner's, and no run of ./lab's
    own.parent.mkdir()
    own.write_text("typed")
    before = set(machine.clone.rglob("*"))
    machine.stub("dpkg-query", f"[ -e {machine.at('apt')} ] && echo installed || true")
    machine.stub("apt-get", f'case "$*" in *install*) touch {machine.at("apt")} ;; esac')
    machine.runs("run", "01")
    for folder in ("", "helpers/"):  # what Python compiled, conftest.py too
        (machine.clone / folder / "__pycache__").mkdir()
    printed = machine.runs("clean")
    assert "apt-get purge --auto-remove make libbpf-dev clang libatomic1 python3-venv" in printed
    assert f"Your own lessons stay: they are in {own.parent}." in printed
    assert set(machine.clone.rglob("*")) == before and own.read_text() == "typed"


@pytest.mark.parametrize("noted", [False, True])
def test_no_password_is_asked_needlessly(machine, noted):
    """sudo is asked once, where something of the machine's own is to be undone, else never."""
    machine.runs("run", "01")
    machine.become_user("exit 1")
    if noted:
        (machine.clone / ".lab/made").write_text("package clang\nparanoid 3\n")
        assert "sudo refused" in machine.refuses("clean")
        assert machine.venv.exists()
    else:
        machine.runs("clean")
    asks = [call for call in machine.calls if call.startswith("sudo") and "-n" not in call]
    assert len(asks) == noted


def test_a_process_of_somebody_else_is_left_alone(machine):
    """A process id of a server may by now be another's."""
    machine.runs("run", "01")
    with subprocess.Popen(["/bin/sleep", "60"]) as other:
        (machine.clone / ".lab/servers").write_text(f"{other.pid}\n")
        machine.runs("clean")
        alive = other.poll() is None
        other.kill()
    assert alive


@pytest.mark.parametrize("does", ["-m jupyterlab --x=/tree/my/00-start-here", "-m bpflab run"])
def test_what_another_lab_uses_stays(machine, does):
    """Tracefs, its group and perf events stay while another lab runs, until the next `clean`."""
    paranoid = machine.root / "paranoid"
    paranoid.write_text("3\n")
    machine.become_user()
    machine.stub("stat", f"[ -e {machine.at('ours')} ] && echo 999 750 || echo gid=0,mode=700")
    machine.runs("run", "01")
    made = (machine.clone / ".lab/made").read_text()
    assert "paranoid 3" in made and "tracefs gid=0,mode=700" in made

    machine.stub("ps", f"echo '   77 /home/other lab/.venv/bin/python3 {does} 00'")
    done = machine.lab("clean")
    assert done.returncode == 1
    assert "the lab of /home/other lab (process 77)" in done.stdout
    assert "Left: paranoid 3" in done.stdout and "All that ./lab made" not in done.stdout
    assert paranoid.read_text() == "2\n"
    assert not [call for call in machine.calls if call.startswith(("groupdel", "umount"))]
    assert not machine.venv.exists()
    assert (machine.clone / ".lab/made").read_text() == made

    machine.stub("ps", f'echo "   78 "{machine.at("clone/.venv/bin/python")}" {does} 00"')
    assert "All that ./lab made is gone." in machine.runs("clean")
    assert paranoid.read_text() == "3\n"
    assert not (machine.clone / ".lab").exists()


def test_another_projects_python_is_no_lab(machine):
    """It uses nothing of ours."""
    machine.stub("ps", "echo '   77 /home/project/.venv/bin/python -m http.server'")
    machine.runs("run", "01")
    assert "All that ./lab made is gone." in machine.runs("clean")


def test_a_mount_that_is_busy_is_not_forgotten(machine):
    """What cannot be undone is printed and noted, and undone by the next `clean`."""
    machine.stub("mountpoint", f"[ -e {machine.at('mounted')} ]")
    machine.stub("mount", f"touch {machine.at('mounted')}")
    machine.stub("umount", "exit 32")
    machine.runs("run", "01")
    done = machine.lab("clean")
    assert done.returncode == 1
    assert f"Left: mount {machine.root}/tracing" in done.stdout
    machine.stub("umount", f"rm {machine.at('mounted')}")
    machine.runs("clean")
    assert not (machine.root / "mounted").exists()
    assert not (machine.clone / ".lab").exists()
