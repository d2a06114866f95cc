"""A Debian machine as Lima makes one of the template: booted with systemd, twice.

In a container it runs on this machine's kernel and fetches packages as any guest does; afterwards,
in a virtual machine, on the distribution's own kernel, with what the container fetched.
"""

import json
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from bpflab.vm import disk

REPO = Path(__file__).parents[2]
GUEST = Path(__file__).parent / "guest"
TRACEFS = Path("/sys/kernel/tracing")
PARANOID = Path("/proc/sys/kernel/perf_event_paranoid")
SUITE = "trixie"
PORT = "8907"
"""Not the lab's usual one: a container shares this machine's network."""
PACKAGES = (
    "systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,sudo,iproute2,udev,kmod,procps,"
    "ca-certificates,python3"
)
KERNEL = ("linux-image-cloud-amd64", "linux-headers-cloud-amd64", "initramfs-tools", "zstd")
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
REBOOT = 133
"""The exit status of systemd-nspawn when the container asks for another boot."""
UNIT = """[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/lima/boot
[Install]
WantedBy=multi-user.target
"""
VALUES = {"UID": "1000", "User": "learner", "Home": "/home/learner.guest", "Name": "bpflab"}


def expand(text: str, param: dict[str, str]) -> str:
    """Put in what Lima puts into a text for the guest."""
    text = re.sub(r"\{\{\.Param\.(\w+)\}\}", lambda found: param[found[1]], text)
    return re.sub(r"\{\{\.(\w+)\}\}", lambda found: VALUES[found[1]], text)


def make_tree(tree: Path) -> None:
    """Make a bare Debian with the user that cloud-init makes, and without the lab."""
    command = ["mmdebstrap", "-q", "--variant=minbase", f"--include={PACKAGES}", SUITE, tree]
    subprocess.run(command, check=True)
    host = os.environ.get("SSL_CERT_FILE", f"/{CERTIFICATES}")
    shutil.copy(host, tree / CERTIFICATES)
    for user in (["--uid=1000", "--home-dir=/home/learner.guest", "learner"], ["stranger"]):
        command = ["chroot", str(tree), "useradd", "--create-home", "--shell=/bin/bash", *user]
        subprocess.run(command, check=True)
    (tree / "etc/sudoers.d/learner").write_text("learner ALL=(ALL) NOPASSWD:ALL\n")
    (tree / "etc/hostname").write_text("lima-bpflab\n")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost lima-bpflab\n")
    (tree / "etc/systemd/system/lima.service").write_text(UNIT)
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "lima.service").symlink_to("../lima.service")


def furnish(tree: Path, template: dict[str, Any], boots: int, lesson: str = "") -> None:
    """Write what Lima gives a guest, the clone where the template mounts it, and what to try."""
    room = tree / "lima"
    shutil.rmtree(room, ignore_errors=True)
    for name in ("data", "system", "probes", "results"):
        (room / name).mkdir(parents=True)
    for name in ("boot", "check.py"):
        shutil.copy(GUEST / name, room)
    param = {**template["param"], "port": PORT}
    paths = []
    for number, step in enumerate(template["provision"]):
        if step["mode"] == "data":
            (room / f"data/{number:02}").write_text(expand(step["content"], param))
            paths.append(f"{number:02} {expand(step['path'], param)}\n")
        else:
            script = room / f"{step['mode']}/{number:02}"
            script.write_text(expand(step["script"], param))
            script.chmod(0o755)
    for number, probe in enumerate(template["probes"]):
        (room / f"probes/{number:02}").write_text(expand(probe["script"], param))
    env = {**template["env"], "PIP_CERT": f"/{CERTIFICATES}"}  # this machine may need another
    (room / "environment").write_text("".join(f"{k}={v}\n" for k, v in env.items()))
    (room / "paths").write_text("".join(paths))
    (room / "port").write_text(PORT)
    (room / "boots").write_text(str(boots))
    (room / "lesson").write_text(lesson)
    clone = tree / template["mounts"][0]["mountPoint"].lstrip("/")
    shutil.rmtree(clone, ignore_errors=True)
    clone.mkdir(parents=True)
    subprocess.run(["tar", "-xf", "-", "-C", clone], input=disk.bundle(), check=True)
    subprocess.run(["chown", "-R", "1000:1000", clone], check=True)


@contextmanager
def same_kernel():
    """Leave this machine's kernel as it was: a lab in a container changes it for all."""
    before = TRACEFS.stat()
    level = PARANOID.read_text()
    try:
        yield
    finally:
        options = f"remount,gid={before.st_gid},mode={before.st_mode & 0o7777:o}"
        subprocess.run(["mount", "-o", options, TRACEFS], check=True)
        PARANOID.write_text(level)


def boot_container(tree: Path, seconds: int) -> None:
    """Boot the tree with systemd on this machine's kernel, until it switches itself off."""
    with same_kernel():
        while _nspawn(tree, ["--boot"], seconds) == REBOOT:
            pass


def _nspawn(tree: Path, words: list[str], seconds: int) -> int:
    """Run something in the tree, as freely as in a machine of its own; return its exit status."""
    # A systemd of today boots on cgroup2 alone, which this mount namespace then has.
    script = """
        [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] ||
            { umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; }
        exec systemd-nspawn -q --register=no --keep-unit --capability=all --console=pipe \
            --resolv-conf=copy-host --link-journal=no -D "$@"
    """
    free = {
        "SYSTEMD_SECCOMP": "0",
        "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "1",
        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
    }
    with (tree / "lima/console").open("ab") as output:
        container = subprocess.Popen(
            ["unshare", "--mount", "sh", "-euc", script, "sh", tree, *words],
            env={**os.environ, **free},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return container.wait(seconds)
        finally:
            if container.poll() is None:  # killed outright, it would leave its processes behind
                container.terminate()
                container.wait(120)


def add_kernel(tree: Path) -> None:
    """Give the tree the kernel of Debian's cloud images, and its headers."""
    install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy"]
    if _nspawn(tree, [*install, "--no-install-recommends", *KERNEL], 900):
        raise RuntimeError((tree / "lima/console").read_text()[-2000:])


def boot_machine(tree: Path, scratch: Path, seconds: int) -> None:
    """Boot a copy of the tree in QEMU on its own kernel without a network; bring /lima back."""
    image = scratch / "disk.ext4"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", tree, image, "8G"], check=True)
    (kernel,) = (tree / "boot").glob("vmlinuz-*-cloud-*")
    (initrd,) = (tree / "boot").glob("initrd.img-*-cloud-*")
    # One CPU: of two emulated ones the second was seen to run into code that the first patched.
    command = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max,la57=off", "-smp", "1"]
    command += ["-m", "3G", "-nodefaults", "-display", "none", "-nic", "none"]
    command += ["-device", "virtio-rng-pci", "-serial", f"file:{scratch / 'console'}"]
    command += ["-drive", f"file={image},format=raw,if=virtio,cache=unsafe"]
    command += ["-kernel", kernel, "-initrd", initrd]
    command += ["-append", "root=/dev/vda rw console=ttyS0 systemd.show_status=no"]
    subprocess.run(command, stdin=subprocess.DEVNULL, timeout=seconds, check=True)
    shutil.rmtree(tree / "lima")
    subprocess.run(["debugfs", "-R", f"rdump /lima {tree}", image], check=True, capture_output=True)
    image.unlink()


def results(tree: Path) -> list[dict[str, Any]]:
    """Return what the guest found, boot by boot."""
    found = []
    for file in sorted((tree / "lima/results").iterdir()):
        text = file.read_text()
        if not text:
            raise RuntimeError((tree / f"lima/results-{file.name}.err").read_text())
        found.append(json.loads(text))
    return found


def template() -> dict[str, Any]:
    """The template, as YAML gives it."""
    return yaml.safe_load((REPO / "lima/bpflab.yaml").read_text())
