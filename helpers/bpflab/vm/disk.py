"""The disks of the guests: a Debian tree that the clone's own ./lab set up, made once and kept."""

import configparser
import fcntl
import functools
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from bpflab.paths import ROOT, cache
from bpflab.vm import guests
from bpflab.vm.process import call, scratch

INSIDE = Path(__file__).parent / "inside"
PACKAGES = "sudo,procps,iproute2"
SIZE = "8G"  # sparse
MADE = {".git", ".venv", ".lab", "__pycache__", ".ruff_cache", ".mypy_cache"}
"""What stands in a clone and is not of it."""
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True)
class Disk:
    """A guest's files."""

    directory: Path
    guest: guests.Guest

    @property
    def image(self) -> Path:
        """The root file system, never written to: what a guest changes ends with it."""
        return self.directory / "disk.ext4"

    def boots(self, what: str) -> Path:
        """Return the kernel (``vmlinuz``), or what it starts with (``initrd.img``)."""
        return self.directory / f"{what}-{self.guest.kernel}"


@functools.cache  # a guest that starts again, emulated, has the disk that was ready before
def prepare(name: str) -> Disk:
    """Return the disk of a guest; make it if there is none of this set-up yet."""
    guest = guests.find(name)
    disks = cache() / "vm"
    disks.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = Disk(disks / f"{guest.distribution}-{guest.architecture}", guest)
    made_of, stamp = disk.directory / "stamp", _stamp()
    with disk.directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runners make it once
        if not made_of.exists() or made_of.read_text() != stamp:
            _make(disk)
            made_of.write_text(stamp)  # last
    return disk


def _make(disk: Disk) -> None:
    """Make a disk in the place of the one before."""
    with scratch(Path("/var/tmp")) as folder:  # not in /tmp, which may be memory
        tree = folder / "tree.tar"
        _bootstrap(disk.guest, tree, folder)
        shutil.rmtree(disk.directory, ignore_errors=True)
        disk.directory.mkdir(mode=0o700)
        _pack(tree, disk, folder)


def bundle(script: str = "", *, clone: bool = True) -> bytes:
    """Return a tar file: the clone without what is made in it, and what a guest is to run."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        if clone:
            tar.add(ROOT, arcname=".", filter=lambda f: None if Path(f.name).name in MADE else f)
        if script:
            entry = tarfile.TarInfo("./.guest-script")
            entry.size = len(script.encode())
            tar.addfile(entry, io.BytesIO(script.encode()))
    return file.getvalue()


def _stamp() -> str:
    """Return a hash of what decides what is on a disk."""
    files = [ROOT / "scripts/packages.sh", ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    files += [Path(__file__), Path(guests.__file__), *sorted(INSIDE.iterdir())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _bootstrap(guest: guests.Guest, tree: Path, folder: Path) -> None:
    """Make the tree with mmdebstrap, which mounts what a chroot needs and takes it away again.

    What is in a tree of another architecture runs here by binfmt_misc, through qemu-user.
    Without root its scripts run as another user, who may pass through the scratch directory
    and read the scripts, but not what is private: mmdebstrap itself brings this in.
    """
    folder.chmod(0o711 if os.geteuid() else 0o700)
    scripts = shutil.copytree(INSIDE, folder / "inside")
    for path in (scripts, *scripts.iterdir()):
        path.chmod(0o755)
    private = folder / "private"
    (private / "host").mkdir(mode=0o700, parents=True)
    private.chmod(0o700)
    _pip_configuration(private / "host" / "pip.conf")
    shutil.copy(os.environ.get("PIP_CERT", CERTIFICATES), private / "host" / "ca.crt")
    (private / "clone.tar").write_bytes(bundle())
    packages = [*(f"linux-image-{kernel}" for kernel in guest.kernels), PACKAGES]
    # Root's mounts go with the namespace. Another user's mmdebstrap makes one itself, and a
    # container's root, who may not, has it make the tree without mounts.
    apart = ["unshare", "--mount", "--"]
    if os.geteuid() or subprocess.run([*apart, "true"], capture_output=True).returncode:
        apart = []
    command = [*apart, "mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    command += [f"--architectures={guest.architecture}"]
    command += [f"--aptopt={line}" for line in _apt_configuration()]
    command += [
        f"--essential-hook={scripts}/before-kernel",
        f"--customize-hook=copy-in {private}/host {private}/clone.tar {scripts}/init /tmp",
        f"--customize-hook={scripts}/provision",
    ]
    call([*command, guests.SUITES[guest.distribution], tree], {**os.environ, "TMPDIR": str(folder)})


def _pack(tree: Path, disk: Disk, folder: Path) -> None:
    """Turn the tree into an image, with the owners it has there."""
    script = f"""
        mkdir root && tar -C root -xpf {tree.name} && rm {tree.name}
        for kernel in {" ".join(disk.guest.kernels)}; do for what in vmlinuz initrd.img; do
            cp root/boot/$what-*-$kernel {disk.directory}/$what-$kernel
        done; done
        truncate -s {SIZE} {disk.image}
        mke2fs -q -t ext4 -O ^has_journal -d root {disk.image}
    """
    command = ["sh", "-euc", script]
    if os.geteuid():
        command = ["fakeroot", *command]
    call(command, {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}, cwd=folder)


def _apt_configuration() -> list[str]:
    """How this host's apt reaches its archive: proxies and the like."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    wanted = ("Acquire::http::", "Acquire::https::")
    return [line for line in dump.splitlines() if line.startswith(wanted) and '""' not in line]


def _pip_configuration(target: Path) -> None:
    """Merge this host's pip configuration, in the order in which pip reads it."""
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    files = [Path("/etc/pip.conf"), Path.home() / ".pip" / "pip.conf", user / "pip" / "pip.conf"]
    merged = configparser.RawConfigParser()
    merged.read([*files, Path(os.environ.get("PIP_CONFIG_FILE", os.devnull))])
    with target.open("w") as file:
        merged.write(file)
