"""The lab in a guest, with a QEMU that a shell script makes up: no kernel is booted here."""

import os
import subprocess
import tarfile

import pytest

from bpflab.paths import ROOT
from bpflab.vm import boot, disk, session
from tests.vm.conftest import made_up

ADDRESS = "http://127.0.0.1:8901/lab/tree/my/00-start-here.ipynb?token=5ec2e7"


@pytest.fixture
def up(tmp_path, monkeypatch):
    """Return what runs a session whose disk is made up, with its files in the test's directory."""
    monkeypatch.setattr(disk, "prepare", lambda name: made_up(tmp_path))
    monkeypatch.setattr(boot, "ROOT", tmp_path)
    monkeypatch.delenv("BPFLAB_LOCAL", raising=False)
    return lambda: session.up("debian-13", 8901, tmp_path / "page", "tcg")


def test_only_this_machine_reaches_the_guest(fake_qemu, up, tmp_path):
    """One port of the loopback leads in, nothing leads out, and the clone is what is shared."""
    fake_qemu(f'printf "%s\\n" "$@" >{tmp_path}/words; echo 0 >"${{status#path=}}"')
    assert up() == 0
    words = (tmp_path / "words").read_text().splitlines()
    assert words.count("-netdev") == words.count("-virtfs") == 1
    network = words[words.index("-netdev") + 1].split(",")
    assert [word for word in network if "fwd" in word] == [
        "hostfwd=tcp:127.0.0.1:8901-127.0.0.1:8901"
    ]
    assert "restrict=on" in network and network[0] == "user"
    shared = words[words.index("-virtfs") + 1].split(",")
    assert f"path={ROOT}" in shared and "security_model=none" in shared


def test_the_page_is_there_while_the_lab_is(fake_qemu, up, tmp_path, capfdbinary):
    """The address, in whatever pieces it comes, is on a private page until the guest ends."""
    before, after = ADDRESS[:40], ADDRESS[40:]
    fake_qemu(
        f"echo http://127.0.0.1:9/lab?token=other; printf %s 'at {before}'; sleep 0.2\n"
        f"echo '{after}'; for i in {{1..99}}; do [ -s {tmp_path}/page ] || sleep 0.2; done\n"
        f"stat -c %a {tmp_path}/page >{tmp_path}/seen; cat {tmp_path}/page >>{tmp_path}/seen\n"
        'echo 0 >"${status#path=}"'
    )
    assert up() == 0
    mode, html = (tmp_path / "seen").read_text().splitlines()
    assert mode == "600" and f'url={ADDRESS}"' in html
    assert capfdbinary.readouterr().out.endswith(f"    {ADDRESS}\n".encode())
    assert not (tmp_path / "page").exists() and not list((tmp_path / ".lab/vm").iterdir())


@pytest.mark.parametrize(
    ("body", "status"), [('echo 5 >"${status#path=}"', 5), ("exit 1", 2)], ids=["lab", "qemu"]
)
def test_logs_of_what_went_wrong_stay(fake_qemu, up, tmp_path, capfd, body, status):
    """When the guest's lab fails, or QEMU, the status says so and the logs are named."""
    fake_qemu(f"echo printed; {body}")
    assert up() == status
    (logs,) = (tmp_path / ".lab/vm").iterdir()
    assert f"is in {logs}\n" in capfd.readouterr().err
    assert (logs / "output.log").read_text() == "printed\n"


def script_of(bundle):
    """Return the script that a guest runs."""
    with tarfile.open(bundle) as tar:
        (member,) = tar.getmembers()
        file = tar.extractfile(member)
        assert file
        return file.read().decode()


KEEP = 'cp "$(grep -o "file=[^ ,]*bundle.tar" <<<"$*" | cut -c6-)" {folder}; '


def test_the_guest_is_told_whose_files_it_shares(fake_qemu, up, tmp_path):
    """The script in the bundle knows the port and the user, and is shell to its last line."""
    fake_qemu(KEEP.format(folder=tmp_path) + 'echo 0 >"${status#path=}"')
    assert up() == 0
    script = script_of(tmp_path / "bundle.tar")
    values = f"port=8901 uid={os.geteuid()} gid={os.getegid()}"
    assert values in script.splitlines()[0]
    assert script.splitlines()[-1].endswith('./lab up --no-browser --port $port"')
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_a_caller_s_own_script_and_options(fake_qemu, up, tmp_path, monkeypatch):
    """What a caller adds comes after the lab's own, and so do its logs, where it wants them."""
    keep = KEEP.format(folder=tmp_path)
    fake_qemu(f'{keep} printf "%s\\n" "$@" >{tmp_path}/words; echo 7 >"${{status#path=}}"')
    monkeypatch.setenv("BPFLAB_LOCAL", str(tmp_path / "local"))
    (tmp_path / "local").mkdir()
    made, ways = made_up(tmp_path), "guestfwd=tcp:10.0.2.100:9-cmd:true"
    status = session.share(
        "debian-13", made, 8901, "echo mine", "tcg", forward=ways, devices=[("-m", "512M")]
    )
    assert status == 7
    words = (tmp_path / "words").read_text().splitlines()
    network = words[words.index("-netdev") + 1].split(",")
    assert [word for word in network if "fwd" in word] == [
        "hostfwd=tcp:127.0.0.1:8901-127.0.0.1:8901",
        ways,
    ]
    assert "restrict=on" in network
    assert words[len(words) - words[::-1].index("-m")] == "512M"
    assert script_of(tmp_path / "bundle.tar").endswith("\nuname -srv\necho mine\n")
    assert list((tmp_path / "local/.lab/vm").iterdir()) and not (tmp_path / ".lab").exists()
