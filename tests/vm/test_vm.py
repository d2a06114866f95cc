"""What runs the guests, with a QEMU that a shell script makes up: no kernel is booted here."""

import io
import os
import shutil
import signal
import sys
import tarfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bpflab.vm import __main__ as main
from bpflab.vm import archive, boot, disk, guests, qemu
from tests.vm.conftest import made_up


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what runs a script in a guest whose disk is made up."""
    made = made_up(tmp_path)
    monkeypatch.setattr(boot, "ROOT", tmp_path)
    return lambda **how: boot.run("a", made, disk.bundle("true\n"), "tcg", **how)


def kept(tmp_path):
    """Return what a run kept of its guest's output."""
    (output,) = tmp_path.glob(".lab/vm/*/output.log")
    return output.read_text()


@pytest.mark.parametrize(
    ("body", "moves"),
    [("true", "kvm"), ("exit 1", "tcg"), ("exec sleep 60", "tcg")],
    ids=["works", "refuses", "hangs"],
)
def test_a_guest_that_does_not_boot_on_kvm_is_emulated(
    fake_qemu, tmp_path, monkeypatch, capfd, body, moves
):
    """KVM may be there and refuse, or hang; what fails after a word of the guest's is its fault."""
    monkeypatch.setattr(main, "KVM", tmp_path)
    monkeypatch.setattr(boot, "ROOT", tmp_path)
    monkeypatch.setattr(boot, "BOOT_S", {"kvm": 0.5, "tcg": 60})
    monkeypatch.setattr(disk, "prepare", lambda name: made_up(tmp_path, name))
    fake_qemu(f'''[[ "$*" != *"-accel kvm"* ]] || {{ {body}; }}
        echo "moved by $*"; echo 3 >"${{status#path=}}"''')
    assert main.main(["test", "debian-12", "tests/test_text.py"]) == 3
    assert f"-accel {moves}" in kept(tmp_path)
    assert ("KVM does not work here" in capfd.readouterr().out) == (moves == "tcg")


@pytest.mark.parametrize(
    ("version", "threads"),
    [
        ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", "single"),
        ("QEMU emulator version 8.0.4", "single"),
        ("QEMU emulator version 8.1.0", "multi"),
        ("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)", "multi"),
        ("what", "single"),
    ],
)
def test_an_emulated_guest_has_threads_where_qemu_locks(fake_qemu, run, tmp_path, version, threads):
    """A QEMU that translates without a lock runs all CPUs of a guest in one thread."""
    fake_qemu('echo "$@"; echo 1 >"${status#path=}"', version)
    run()
    assert f"-accel tcg,thread={threads} " in kept(tmp_path)


def test_output_and_status_come_back(fake_qemu, run, tmp_path, capfdbinary):
    """What a guest prints appears and is kept, and its exit status is the run's."""
    fake_qemu('echo "hello from $1"; echo 3 >"${status#path=}"')
    assert run() == 3
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b"hello from -nodefaults\n"
    assert kept(tmp_path) == "hello from -nodefaults\n"


@pytest.mark.parametrize(
    ("body", "limits", "says"),
    [
        ("exec sleep 60", (0.2, 60), "did not boot"),
        ("echo up; exec sleep 60", (60, 0.5), "did not finish"),
        ("echo panic", (60, 60), "without an exit status"),
    ],
)
def test_a_guest_that_goes_wrong(fake_qemu, run, monkeypatch, capfd, body, limits, says):
    """A guest that hangs or dies is a fault that says so, and is ended."""
    monkeypatch.setitem(boot.BOOT_S, "tcg", limits[0])
    fake_qemu(body)
    assert run(finish_s=limits[1]) == 2
    assert says in capfd.readouterr().err


def test_an_end_that_is_not_near(fake_qemu, run):
    """A guest may run for years, if it is asked to."""
    fake_qemu('echo up; sleep 0.1; echo 0 >"${status#path=}"')
    assert run(finish_s=1e9) == 0


SBIN = f"{os.environ['PATH']}:/usr/sbin:/sbin"
NO_KVM = '[[ $* != *"-accel kvm"* ]] || exit 1\n'


@pytest.mark.parametrize(
    ("words", "guests"),
    [
        (["test", "debian-12", "tests/test_text.py"], 1),
        (["test", "debian-12"], 2),
        (["up", "debian-12", "8899", "page"], 1),
    ],
    ids=["words", "parts", "up"],
)
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_qemu_outlives_the_runner(fake_qemu, runner, tmp_path, sent, words, guests):
    """Ctrl-C, an end and even a kill of the runner take its guests with it."""
    pids = tmp_path / "pids"
    fake_qemu(f"{NO_KVM}echo $$ >>{pids}; echo the guest is up; exec sleep 60")
    with runner(*words) as it:
        for _ in range(guests):
            while b"the guest is up" not in it.stdout.readline():
                assert it.poll() is None
        it.send_signal(sent)
        it.wait(timeout=20)
    deadline = time.monotonic() + 10
    for pid in pids.read_text().split():
        status = Path("/proc", pid, "status")
        while status.exists() and "State:\tZ" not in status.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_an_emulated_machine_tests_two_parts_at_once(fake_qemu, runner, tmp_path):
    """Each part's lines bear its name, both run at the same time, and the worse status counts."""
    fake_qemu(
        f"""{NO_KVM}
        part=$(tar -xOf "$(grep -o '/[^ ]*/bundle.tar' <<<"$*")" ./.guest-script)
        grep -q -- '--ignore=tests/kernel/test_pairs.py' <<<"$part" || exit
        part=$(grep -oE 'tests/kernel |00-start-here' <<<"$part")
        mkfifo {tmp_path}/met 2>/dev/null
        if [[ $part = 00* ]]; then
            read -t 20 met <>{tmp_path}/met; status_is=0
        else
            echo hello >{tmp_path}/met; status_is=3
        fi
        printf "I test $part\nand no more\n"
        echo $status_is >"${{status#path=}}" """
    )
    with runner("test", "debian-12") as it:
        printed, _ = it.communicate(timeout=60)
    lines = printed.decode().splitlines()
    assert it.returncode == 3, printed
    for name, part in (("kernel ", "tests/kernel "), ("lessons", "00-start-here")):
        assert f"{name} | I test {part}" in lines
        assert f"{name} | and no more" in lines
    assert lines[-1].startswith("debian-12: exit status 3 after ")
    assert any("leaves out tests/kernel/test_exercises.py and tests" in line for line in lines)


@pytest.mark.skipif(not shutil.which("mke2fs", path=SBIN), reason="needs mke2fs")
@pytest.mark.skipif(not shutil.which("fakeroot") and os.geteuid() != 0, reason="needs fakeroot")
@pytest.mark.parametrize("name", guests.SUITES | guests.ARM)
def test_a_disk_has_each_kernel_of_its_tree(tmp_path, monkeypatch, name):
    """Guests that share a tree find their own kernel beside its image."""
    monkeypatch.setattr(disk, "SIZE", "4M")
    made = disk.Disk(tmp_path / "disk", guests.find(name))
    made.directory.mkdir()
    with tarfile.open(tmp_path / "tree.tar", "w") as tar:
        for kernel in made.guest.kernels:
            for what in ("vmlinuz", "initrd.img"):
                entry = tarfile.TarInfo(f"./boot/{what}-6.12.9+deb13-{kernel}")
                entry.size = len(kernel)
                tar.addfile(entry, io.BytesIO(kernel.encode()))
    disk._pack(tmp_path / "tree.tar", made, tmp_path)
    for what in ("vmlinuz", "initrd.img"):
        assert made.boots(what).read_text() == made.guest.kernel
    assert made.image.stat().st_size == 4 << 20


def test_two_runners_make_a_disk_once(tmp_path, monkeypatch):
    """The second waits for the first; a disk of another name waits for neither."""
    made, makes, done = [], threading.Event(), threading.Event()

    def make(disk):
        made.append(disk.guest.distribution)
        if disk.guest.distribution == "debian-12":
            makes.set()
            assert done.wait(10)
        disk.directory.mkdir()

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(disk, "_make", make)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(disk.prepare, "debian-12")
        assert makes.wait(10)
        second = pool.submit(disk.prepare, "debian-12")
        disk.prepare("debian-13")
        assert not second.done()
        done.set()
        assert first.result(10) == second.result(10)
    disk.prepare.cache_clear()
    assert sorted(made) == ["debian-12", "debian-13"]


def test_the_clone_is_what_stands_in_the_tree():
    """A guest gets the sources as they are now, and nothing that was made from them."""
    with tarfile.open(fileobj=io.BytesIO(disk.bundle())) as tar:
        names = set(tar.getnames())
    assert {"./lab", "./tests/vm/test_vm.py"} <= names
    assert not [name for name in names if disk.MADE & set(name.split("/"))]


OFFERED = "debian-12, debian-13, debian-13-backports, debian-sid, newest"


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (
            ["test", "debian-11"],
            f": {OFFERED}, debian-13-arm64, debian-13-arm64-16k or all\n",
        ),
        (["up", "debian-11", "8899", "page"], f": {OFFERED}\n"),
        (["up", "all", "8899", "page"], f": {OFFERED}\n"),
    ],
    ids=["test", "up", "up all"],
)
def test_unknown_distribution(capsys, words, known):
    """A distribution that there is not is one sentence with those that there are."""
    assert main.main(words) == 2
    assert capsys.readouterr().err.endswith(known)


def test_the_newest_kernel_s_guest_runs_under_its_own_name(fake_qemu, tmp_path, monkeypatch, capfd):
    """What it stands for today is said, and where that is not known, why."""
    monkeypatch.setattr(boot, "ROOT", tmp_path)
    monkeypatch.setattr(disk, "newest", lambda: "debian-sid")
    monkeypatch.setattr(disk, "prepare", lambda name: made_up(tmp_path, name))
    fake_qemu('echo up; echo 0 >"${status#path=}"')
    assert main.main(["test", "newest", "tests/test_text.py"]) == 0
    said = capfd.readouterr().out
    assert "The newest kernel that Debian has is debian-sid's.\n" in said
    assert ", kernel 6.1.0-9-amd64\n" in said
    assert "debian-sid: exit status 0 after " in said

    def unknown():
        raise OSError("the archive offers no kernel of sid")

    monkeypatch.setattr(disk, "newest", unknown)
    assert main.main(["test", "newest"]) == 2
    assert capfd.readouterr().err == "lab: the archive offers no kernel of sid\n"


@pytest.mark.parametrize("name", guests.SUITES)
def test_only_the_kernel_is_of_the_suite_that_has_it(tmp_path, monkeypatch, name):
    """A guest's other packages are its distribution's, and its initial RAM disk is made our way."""
    called = []
    monkeypatch.setattr(disk, "call", lambda command, env: called.extend(map(str, command)))
    monkeypatch.setattr(archive, "sources", lambda guest: ["deb https://a.invalid b main"])
    guest = guests.find(name)
    disk._bootstrap(guest, tmp_path / "tree.tar", tmp_path)
    assert called[-3:] == [
        guests.SUITES[name],
        str(tmp_path / "tree.tar"),
        "deb https://a.invalid b main",
    ]
    (include,) = (word for word in called if word.startswith("--include="))
    packages = include.removeprefix("--include=").split(",")
    assert {"initramfs-tools", "ca-certificates"} <= set(packages)
    kernel = guest.kernel_package
    if name == "debian-13-backports":
        assert {f"{kernel}/trixie-backports", "linux-base/trixie-backports"} <= set(packages)
    else:
        assert kernel in packages and "/" not in include


def test_every_architecture_has_its_machine():
    """Disks and machines are made for the same architectures, and a comma ends no path."""
    assert set(qemu.MACHINES) == set(guests.ARCHITECTURES)
    assert "path=/a,,b" in dict(qemu.port("output", Path("/a,b")))["-chardev"]
