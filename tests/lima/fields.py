"""The fields of a Lima template, as 2.2.0 declares them (lima-vm/lima pkg/limatype/lima_yaml.go).

A type stands for itself, a list holds its item's type, a `Map` its values' type, a dict is an
object with these fields and no others, and a tuple is a choice.
"""

from dataclasses import dataclass
from typing import Any

VERSION = "2.2.0"
"""The version of Lima whose fields and rules these are."""


@dataclass(frozen=True)
class Map:
    """An object with any names, whose values are all of one type."""

    of: Any


LOCATOR = (str, {"url": str, "digest": str})
FILE = {"location": str, "arch": str, "digest": str}
ROSETTA = {"enabled": bool, "binfmt": bool}

FIELDS: dict[str, Any] = {
    "base": (*LOCATOR, [LOCATOR]),
    "minimumLimaVersion": str,
    "vmType": str,
    "vmOpts": Map(
        {
            "minimumVersion": str,
            "cpuType": Map(str),
            "rosetta": ROSETTA,
            "diskImageFormat": str,
        }
    ),
    "os": str,
    "arch": str,
    "images": [
        {
            **FILE,
            "kernel": {**FILE, "cmdline": str},
            "initrd": FILE,
            "variant": str,
            "archVariant": str,
        }
    ],
    "cpuType": Map(str),
    "cpus": int,
    "memory": str,
    "disk": str,
    "additionalDisks": [(str, {"name": str, "format": bool, "fsType": str, "fsArgs": [str]})],
    "mounts": [
        {
            "location": str,
            "mountPoint": str,
            "writable": bool,
            "sshfs": {"cache": bool, "followSymlinks": bool, "sftpDriver": str},
            "9p": {"securityModel": str, "protocolVersion": str, "msize": str, "cache": str},
            "virtiofs": {"queueSize": int},
        }
    ],
    "mountTypesUnsupported": [str],
    "mountType": str,
    "mountInotify": bool,
    "ssh": {
        "localPort": int,
        "loadDotSSHPubKeys": bool,
        "forwardAgent": bool,
        "forwardX11": bool,
        "forwardX11Trusted": bool,
        "overVsock": bool,
    },
    "firmware": {"legacyBIOS": bool, "images": [{**FILE, "vmType": str}]},
    "audio": {"device": str, "interface": str},
    "video": {"display": str, "vnc": {"display": str}},
    "provision": [
        {
            "mode": str,
            "skipDefaultDependencyResolution": bool,
            "script": str,
            "file": LOCATOR,
            "playbook": str,
            "content": str,
            "overwrite": bool,
            "owner": str,
            "path": str,
            "permissions": str,
            "expression": str,
            "format": str,
        }
    ],
    "upgradePackages": bool,
    "containerd": {"system": bool, "user": bool, "archives": [FILE]},
    "guestInstallPrefix": str,
    "probes": [{"mode": str, "description": str, "script": str, "file": LOCATOR, "hint": str}],
    "portForwards": [
        {
            "guestIPMustBeZero": bool,
            "guestIP": str,
            "guestPort": int,
            "guestPortRange": [int],
            "guestSocket": str,
            "hostIP": str,
            "hostPort": int,
            "hostPortRange": [int],
            "hostSocket": str,
            "proto": str,
            "reverse": bool,
            "ignore": bool,
            "static": bool,
        }
    ],
    "copyToHost": [{"guest": str, "host": str, "skipIfMissing": bool, "deleteOnStop": bool}],
    "message": str,
    "networks": [
        {
            "lima": str,
            "socket": str,
            "vzNAT": bool,
            "macAddress": str,
            "interface": str,
            "metric": int,
        }
    ],
    "env": Map(str),
    "param": Map(str),
    "dns": [str],
    "hostResolver": {"enabled": bool, "ipv6": bool, "hosts": Map(str)},
    "propagateProxyEnv": bool,
    "caCerts": {"removeDefaults": bool, "files": [str], "certs": [str]},
    "rosetta": ROSETTA,
    "plain": bool,
    "timezone": str,
    "nestedVirtualization": bool,
    "user": {
        "name": str,
        "comment": str,
        "home": str,
        "shell": str,
        "uid": int,
        "passwordlessSudo": bool,
    },
    "tpm": bool,
    "osOpts": Map({"virtioWin": [FILE]}),
}

CHOICES = {
    "os": ("Linux", "Darwin", "FreeBSD", "Windows"),
    "arch": ("x86_64", "aarch64", "armv7l", "ppc64le", "riscv64", "s390x"),
    "vmType": ("qemu", "vz", "wsl2"),
    "mountType": ("reverse-sshfs", "9p", "virtiofs", "wsl2"),
    "proto": ("tcp", "udp", "any"),
}
"""The values that a field of this name may have, wherever it stands."""

PROVISION_MODES = ("system", "user", "boot", "dependency", "ansible", "data", "yq")
PROBE_MODES = ("readiness",)

GUEST = {"Name", "Hostname", "UID", "User", "Home", "Param"}
"""What a text that the guest gets may name as ``{{.X}}`` (pkg/limayaml/defaults.go), and"""
HOST = {"Dir", "Name", "UID", "User", "Home", "Param", "GlobalTempDir", "TempDir"}
"""what a path of the host may."""
MESSAGE = {"Name", "Hostname", "Status", "Dir", "VMType", "Arch", "CPUs", "Memory", "Param"}
"""What the closing message may name: the instance's settings, and no function that reads a file."""

EXPANDED: dict[tuple[str, ...], set[str]] = {
    ("provision", "script"): GUEST,
    ("provision", "content"): GUEST,
    ("provision", "expression"): GUEST,
    ("provision", "owner"): GUEST,
    ("provision", "path"): GUEST,
    ("probes", "script"): GUEST,
    ("portForwards", "guestSocket"): GUEST,
    ("portForwards", "hostSocket"): HOST,
    ("copyToHost", "guest"): GUEST,
    ("copyToHost", "host"): HOST,
    ("mounts", "location"): HOST,
    ("mounts", "mountPoint"): GUEST,
    ("user", "home"): GUEST,
    ("message",): MESSAGE,
}
"""Where Lima puts values for ``{{.X}}``, and which. Anywhere else the braces stay as they are."""

SYSTEM_PATHS = ("/", "/bin", "/dev", "/etc", "/home", "/opt", "/sbin", "/tmp", "/usr", "/var")
"""Where nothing may be mounted."""
