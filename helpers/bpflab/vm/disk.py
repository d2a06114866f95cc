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
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bpflab.paths import ROOT, cache
from bpflab.vm import archive, guests
from bpflab.vm.process import call, scratch

INSIDE = Path(__file__).parent / "inside"
# A kernel of 2026 takes dracut where it may choose, which does not read before-kernel's hook.
PACKAGES = ("initramfs-tools", "sudo", "procps", "iproute2")
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

    @property
    def stamp(self) -> list[str]:
        """What it is made of, and the version of its kernel package where that moves."""
        file = self.directory / "stamp"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def release(self) -> str:
        """Its kernel's release, as uname(2) says it there."""
        return self.boots("vmlinuz").name.removeprefix("vmlinuz-")

    def boots(self, what: str) -> Path:
        """Return the kernel (``vmlinuz``), or what it starts with (``initrd.img``)."""
        (file,) = self.directory.glob(f"{what}-*-{self.guest.kernel}")
        return file


def find(name: str) -> Disk:
    """Return where a guest's disk is, or will be."""
    guest = guests.find(name)
    return Disk(cache() / "vm" / f"{guest.distribution}-{guest.architecture}", guest)


def newest() -> str:
    """Return the guest that ``newest`` stands for today."""
    have = {name: stamp[1] for name in guests.MOVING if (stamp := find(name).stamp)}
    return archive.newest(have)


@functools.cache  # a guest that starts again, emulated, has the disk that was ready before
def prepare(name: str) -> Disk:
    """Return the disk of a guest; make it if there is none of this set-up yet.

    That of a guest whose kernel moves is made anew when the archive has another kernel. A stable
    distribution's updates are no other kernel: its disk stays.
    """
    disk = find(name)
    disk.directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kernel = archive.offered(name) if name in guests.MOVING else None
    with disk.directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runners make it once
        if _is_due(name, disk, kernel):
            _make(disk)
            (disk.directory / "stamp").write_text(f"{_stamp()}\n{kernel or ''}\n")  # last
    return disk


def _is_due(name: str, disk: Disk, kernel: str | None) -> bool:
    """Return whether a disk is to be made, and say so where its kernel is the reason."""
    if disk.stamp[:1] != [_stamp()]:
        return True
    if name in guests.MOVING and kernel is None:
        print(f"{name}: the archive does not answer, so the disk stays as it is.", flush=True)
    if kernel is None or disk.stamp[1:] == [kernel]:
        return False
    print(f"{name}: the archive has kernel {kernel}, so the disk is made anew.", flush=True)
    return True


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
    """Return a hash of what decides what is on a disk: of pyproject.toml the packages alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    files = [
        ROOT / "scripts/packages.sh",
        ROOT / "constraints.txt",
        Path(__file__),
        Path(archive.__file__),
        Path(guests.__file__),
        *sorted(INSIDE.iterdir()),
    ]
    content = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + repr(packages).encode()).hexdigest()


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
    packages = [*(f"linux-image-{kernel}" for kernel in guest.kernels), *PACKAGES]
    if guest.kernel_suite != guest.suite:  # the rest stays the distribution's
        packages = [f"{guest.kernel_package}/{guest.kernel_suite}", *PACKAGES]
        packages.append(f"linux-base/{guest.kernel_suite}")  # which such a kernel needs
    lines = archive.sources(guest)
    if any("https:" in line for line in lines):
        packages.append("ca-certificates")  # for apt in the tree
    # Root's mounts go with the namespace. Another user's mmdebstrap makes one itself, and a
    # container's root, who may not, has it make the tree without mounts.
    apart = ["unshare", "--mount", "--"]
    if os.geteuid() or subprocess.run([*apart, "true"], capture_output=True).returncode:
        apart = []
    command = [*apart, "mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    command += [f"--architectures={guest.architecture}"]
    command += [f"--aptopt={line}" for line in archive.apt_configuration()]
    command += [
        f"--essential-hook={scripts}/before-kernel",
        f"--customize-hook=copy-in {private}/host {private}/clone.tar {scripts}/init /tmp",
        f"--customize-hook={scripts}/provision",
    ]
    call([*command, guest.suite, tree, *lines], {**os.environ, "TMPDIR": str(folder)})


def _pack(tree: Path, disk: Disk, folder: Path) -> None:
    """Turn the tree into an image, with the owners it has there."""
    script = f"""
        mkdir root && tar -C root -xpf {tree.name} && rm {tree.name}
        for kernel in {" ".join(disk.guest.kernels)}; do for what in vmlinuz initrd.img; do
            cp root/boot/$what-*-$kernel {disk.directory}
        done; done
        truncate -s {SIZE} {disk.image}
        mke2fs -q -t ext4 -O ^has_journal -d root {disk.image}
    """
    command = ["sh", "-euc", script]
    if os.geteuid():
        command = ["fakeroot", *command]
    call(command, {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}, cwd=folder)


def _pip_configuration(target: Path) -> None:
    """Merge this host's pip configuration, in the order in which pip reads it."""
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    files = [Path("/etc/pip.conf"), Path.home() / ".pip" / "pip.conf", user / "pip" / "pip.conf"]
    merged = configparser.RawConfigParser()
    merged.read([*files, Path(os.environ.get("PIP_CONFIG_FILE", os.devnull))])
    with target.open("w") as file:
        merged.write(file)
