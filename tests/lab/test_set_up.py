"""What the set-up makes, what it leaves alone, and whom it refuses."""

import pytest

from tests.lab.machine import PYTHON


def test_the_second_run_changes_nothing(machine):
    """The first one makes the environment and runs the lesson; the second one runs it."""
    assert machine.runs("run", "01").splitlines()[-1] == "python -m bpflab run 01"
    assert any("-m pip install" in call for call in machine.calls)
    path = next(machine.venv.glob("lib/*/site-packages/bpflab.pth")).read_text()
    assert path == f"{machine.clone}/helpers\n"
    (machine.root / "calls").unlink()
    machine.runs("run", "01")
    changes = ("apt-get", "mount ", "groupadd", "python3 -m venv", "python3 -m pip")
    assert not [call for call in machine.calls if call.startswith(changes)]


def test_only_another_list_of_packages_is_installed(machine):
    """What else stands in pyproject.toml, as a setting of the tests, is no reason to ask pip."""

    def asks_pip():
        (machine.root / "calls").unlink(missing_ok=True)
        machine.runs("run", "01")
        return any("-m pip install" in call for call in machine.calls)

    assert [asks_pip(), asks_pip()] == [True, False]
    with (machine.clone / "pyproject.toml").open("a") as file:
        file.write("# a setting of the tests\n")
    assert not asks_pip()
    machine.stub("python3", PYTHON.replace("pandas", "polars"))
    assert asks_pip()


def test_an_environment_of_another_place_is_made_anew(machine):
    """One of this place is kept when packages change, an apostrophe in its path or not."""

    def made_after_a_change():
        (machine.root / "calls").unlink(missing_ok=True)
        with (machine.clone / "constraints.txt").open("a") as file:
            file.write("# newer\n")
        machine.runs("run", "01")
        return any("-m venv" in call for call in machine.calls)

    assert [made_after_a_change(), made_after_a_change()] == [True, False]
    moved = machine.venv / "pyvenv.cfg"
    moved.write_text(moved.read_text().replace("clone", "elsewhere"))
    assert made_after_a_change()


def test_what_pip_puts_elsewhere_is_no_set_up(machine):
    """The stamp is given only to packages that can be imported."""
    machine.stub_python('*"import bpflab"*', 'echo "No module"; exit 1')
    for _ in range(2):
        assert "does not work: No module" in machine.refuses("run", "01")
        assert not (machine.venv / "lab-stamp").exists()


def test_pips_places_are_ours(machine):
    """A user's PIP_PREFIX, PIP_TARGET and the like lead no package away from the environment."""
    machine.stub_python("*-m\\ pip*", 'env | grep ^PIP_ >"$HOME/pip"')
    elsewhere = dict.fromkeys(("PIP_PREFIX", "PIP_TARGET", "PIP_ROOT"), "/x")
    machine.runs("run", "01", PIP_REQUIRE_HASHES="1", **elsewhere)
    given = {line.partition("=")[0] for line in (machine.root / "home/pip").read_text().split()}
    assert "PIP_RETRIES" in given and not given & {*elsewhere, "PIP_REQUIRE_HASHES"}


def test_headers_of_another_version_serve_until_clean(machine):
    """A kernel without headers gets links to another's, and this is printed."""
    machine.stub("uname", '[ "$1" = -s ] && echo Linux || echo 7.7.7')
    assert "BCC gets those of 6.6.6" in machine.runs("run", "01")
    link = machine.root / "modules/7.7.7/build"
    assert (link / "include/linux/kconfig.h").exists()
    machine.runs("clean")
    assert not link.parent.exists() and (machine.root / "modules/6.6.6/build").exists()


def test_headers_of_the_flavour(machine):
    """Where the kernel's own headers are gone from the archive, those of its flavour are next."""
    machine.stub("uname", '[ "$1" = -s ] && echo Linux || echo 6.12.9+deb13-cloud-amd64')
    machine.stub("dpkg-query", 'case "$*" in *headers*) ;; *) echo installed ;; esac')
    machine.stub("apt-cache", '[ "$2" != linux-headers-cloud-amd64 ] || echo Package: "$2"')
    machine.runs("run", "01")
    assert machine.installed == ["linux-headers-cloud-amd64"]


def test_another_kernel_than_the_running_one(machine):
    """A tree that is set up for a kernel gets its headers, the running one is left alone."""
    machine.become_user()
    machine.stub("mountpoint", "exit 1")
    machine.stub("setpriv", "exit 1")  # as in a container, which has no rights to give
    machine.runs("run", "01", BPFLAB_KERNEL="7.7.7")
    assert (machine.root / "modules/7.7.7/build").is_symlink()
    assert not [call for call in machine.calls if call.startswith("mount ")]
    assert machine.lab("run", "01").returncode == 1
    assert [call for call in machine.calls if call.startswith("mount ")]


def test_with_bpflab_local_nothing_lies_in_the_clone(machine):
    """Several machines can share it."""
    before = set(machine.clone.rglob("*"))
    place = machine.root / "place"
    place.mkdir()
    machine.runs("run", "01", BPFLAB_LOCAL=str(place))
    assert set(machine.clone.rglob("*")) == before
    assert {path.name for path in place.iterdir()} == {".lab", ".venv"}
    machine.runs("clean", BPFLAB_LOCAL=str(place))
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("system", "browser", "words", "brings"),
    [
        ("debian", "", "test --all", ["chromium"]),
        ("debian", "", "test --rest", ["chromium"]),
        ("debian", "", "test", []),
        ("debian", "", "check", []),
        ("debian", "google-chrome", "test --all", []),
        ("ubuntu", "", "test --all", []),
    ],
)
def test_all_tests_bring_chromium(machine, system, browser, words, brings):
    """Where none is. Ubuntu's is a snap, which no test can drive."""
    (machine.root / "os-release").write_text(f"ID={system}\n")
    machine.stub("dpkg-query", '[[ "$*" == *" chromium" ]] || echo installed')
    if browser:
        machine.stub(browser)
    machine.runs(*words.split())
    assert machine.installed == brings


def test_without_apt_a_missing_package_is_the_end(machine):
    """On Fedora, say."""
    machine.stub("dpkg-query")
    machine.drop("apt-get")
    assert "there is no apt-get" in machine.refuses("run", "01")
    assert not machine.venv.exists()


@pytest.mark.parametrize(("sudo", "says"), [(None, "there is no sudo"), ("exit 1", "sudo refused")])
def test_a_user_without_rights_learns_of_the_other_way(machine, sudo, says):
    """And nothing is made."""
    machine.become_user(sudo)
    sentence = machine.refuses("run", "01")
    assert says in sentence and "./lab --vm runs" in sentence
    assert not machine.venv.exists()


def test_perf_events_are_opened_to_a_user_and_closed_again(machine):
    """Where CAP_PERFMON does not attach, a user's set-up makes it do so, until `clean`."""
    paranoid = machine.root / "paranoid"
    paranoid.write_text("3\n")
    machine.become_user()
    machine.runs("run", "01")
    assert paranoid.read_text() == "2\n"
    machine.runs("clean")
    assert paranoid.read_text() == "3\n"
