"""Says which promise of lima/README.md a template breaks, though Lima would allow it."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

BASES = ("template:_images/debian-13",)
"""Bases whose images Lima pins, for both architectures, with a kernel and BCC that fit."""
HOST_CHOOSES = ("vmType", "arch", "mountType", "images", "cpuType", "vmOpts", "firmware")
"""What a template leaves alone so that one serves Intel and ARM, macOS and Linux."""


def broken(template: dict[str, Any]) -> list[str]:
    """Return one sentence for each promise that a template does not keep."""
    promises = (_images, _mounts, _ports, _provision, _service, _probes, _message, _small)
    return [said for promise in promises for said in promise(template)]


def _images(template: dict[str, Any]) -> Iterator[str]:
    if template.get("base") not in BASES:
        yield "base: its kernel and BCC are not known to fit, or its images are not pinned"
    for name in HOST_CHOOSES:
        if name in template:
            yield f"{name}: is for the host to choose"
    if "minimumLimaVersion" not in template:
        yield "minimumLimaVersion: is not stated"


def _mounts(template: dict[str, Any]) -> Iterator[str]:
    mounts = template.get("mounts", [])
    if [mount.get("location") for mount in mounts if mount.get("writable")] != ["{{.Param.lab}}"]:
        yield "mounts: the clone, and nothing else, is writable"
    if len(mounts) != 1:
        yield "mounts: nothing but the clone is seen from inside"
    if template.get("ssh", {}).get("forwardAgent"):
        yield "ssh: the host's keys stay there"


def _ports(template: dict[str, Any]) -> Iterator[str]:
    *forwards, last = template.get("portForwards") or [{}]
    for number, rule in enumerate(forwards):
        if rule.get("ignore") or not ip_address(rule.get("hostIP", "127.0.0.1")).is_loopback:
            yield f"portForwards[{number}]: the host's loopback only"
        if "hostIP" not in rule or "hostSocket" in rule:
            yield f"portForwards[{number}]: names the host's address"
        port = int(template.get("param", {}).get("port", "0"))
        low, high = rule.get("guestPortRange", (0, 0))
        if not low <= port <= high or rule.get("hostPortRange") != [low, high]:
            yield f"portForwards[{number}]: JupyterLab has the same port here and there"
    # Without it, Lima shows every port on which the guest listens.
    if last != {"guestIP": "0.0.0.0", "guestIPMustBeZero": False, "ignore": True}:
        yield "portForwards: the last rule ignores the rest"
    if len(forwards) != 1:
        yield "portForwards: one port is shown"


def _provision(template: dict[str, Any]) -> Iterator[str]:
    for number, step in enumerate(template.get("provision", [])):
        if step.get("mode") not in ("data", "system"):
            yield f"provision[{number}]: is neither a file nor a script of the system"
        text = step.get("script", step.get("content", ""))
        if re.search(r"\b(apt|apt-get|pip|curl|wget|git|ln|mount)\b", text):
            yield f"provision[{number}]: that is ./lab's business"
        if "script" in step and not re.match(r"#!/bin/(ba)?sh\nset -eu", text):
            yield f"provision[{number}]: goes on after a failure"
    scripts = [step["script"] for step in template.get("provision", []) if "script" in step]
    if not any('install -d -o "{{.User}}" -m 700 /run/bpflab\n' in text for text in scripts):
        yield "provision: the output, and with it the token, is shown to others"
    if any(template.get("containerd", {}).get(who, True) for who in ("system", "user")):
        yield "containerd: is fetched for nothing"


def _service(template: dict[str, Any]) -> Iterator[str]:
    units = [s for s in template.get("provision", []) if s.get("path", "").endswith(".service")]
    if len(units) != 1:
        yield "provision: one service"
        return
    lines = units[0]["content"].splitlines()
    wanted = {
        "User={{.User}}": "runs as root",
        "StateDirectoryMode=0700": "shows its state to others",
        "StandardOutput=truncate:/run/bpflab/output": "writes the token into the journal",
        "StandardError=inherit": "writes the token into the journal",
        "Restart=always": "does not come back",
        "EnvironmentFile=-/etc/environment": "does not know what the template's env says",
    }
    for line, otherwise in wanted.items():
        if line not in lines:
            yield f"service: {otherwise}"
    starts = [line.partition("=")[2].split()[0] for line in lines if line.startswith("Exec")]
    if starts != ["/mnt/bpflab/lab"]:
        yield "service: runs something else than ./lab"
    if template.get("env", {}).get("BPFLAB_LOCAL") != "/var/lib/bpflab":
        yield "env: what belongs to the guest would lie in the clone"


def _probes(template: dict[str, Any]) -> Iterator[str]:
    probes = template.get("probes", [])
    if not any("lab doctor" in probe.get("script", "") for probe in probes):
        yield "probes: none loads a program"
    for number, probe in enumerate(probes):
        if not probe.get("description") or "limactl" not in probe.get("hint", ""):
            yield f"probes[{number}]: says neither what it waits for nor what to type"
        # Lima feeds the script to the shell's standard input, and asks again by itself.
        lines = [
            line for line in probe.get("script", "").splitlines() if "/mnt/bpflab/lab " in line
        ]
        if any("</dev/null" not in line for line in lines):
            yield f"probes[{number}]: ./lab may swallow the rest of the script"
        if re.search(r"\b(until|while|sleep)\b", probe.get("script", "")):
            yield f"probes[{number}]: waits, which is Lima's business"


def _message(template: dict[str, Any]) -> Iterator[str]:
    said = template.get("message", "")
    pages = [copy.get("host", "") for copy in template.get("copyToHost", [])]
    if not any(f"file://{page}" in said for page in pages):
        yield "message: does not name the page that leads to JupyterLab"
    if "limactl shell {{.Name}} /mnt/bpflab/lab url" not in said:
        yield "message: does not say how to get the address again"
    if not all(copy.get("deleteOnStop") for copy in template.get("copyToHost", [])):
        yield "copyToHost: the token outlives the instance"


def _small(template: dict[str, Any]) -> Iterator[str]:
    gib = [int(template.get(name, "100GiB").removesuffix("GiB")) for name in ("memory", "disk")]
    if template.get("cpus", 4) > 2 or gib[0] > 4 or gib[1] > 20:
        yield "cpus, memory, disk: more than an 8 GiB laptop can spare"
    if template.get("upgradePackages"):
        yield "upgradePackages: each start would need a network"
