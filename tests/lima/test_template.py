"""lima/bpflab.yaml against Lima's rules as they are written down here; Lima itself is not asked."""

import re
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lima.promises import broken
from tests.lima.rules import problems

REPO = Path(__file__).parents[2]
GONE: Any = object()


@pytest.fixture
def template() -> dict[str, Any]:
    """The template as YAML gives it, before Lima adds its base and its defaults."""
    return yaml.safe_load((REPO / "lima/bpflab.yaml").read_text())


def changed(template: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy in which one field, as in ``mounts.0.writable``, is new, other or gone."""
    copy = deepcopy(template)
    *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
    room: Any = copy
    for part in way:
        room = room.setdefault(part, {}) if isinstance(part, str) else room[part]
    if value is GONE:
        del room[last]
    elif isinstance(room, list) and last == len(room):
        room.append(value)
    else:
        room[last] = value
    return copy


def test_it_keeps_the_rules_that_were_copied_from_lima(template):
    """The fields, types and rules of Lima 2.2.0 in `fields` and `rules` find nothing wrong."""
    assert problems(template) == []


def test_promises_are_kept(template):
    """What the README promises beyond that holds."""
    assert broken(template) == []


WRONG = {
    "mount": ("mount", [], "there is no such field"),
    "deep field": ("probes.0.hints", "x", "probes[0].hints: there is no such field"),
    "type": ("cpus", "2", "cpus: '2' is not of type int"),
    "bool for int": ("cpus", True, "is not of type int"),
    "number for text": ("memory", 4, "memory: 4 is not of type str"),
    "list for object": ("containerd", [], "containerd: [] is not of type"),
    "param's type": ("param.port", 8899, "param.port: 8899 is not of type str"),
    "arch": ("arch", "amd64", "arch: 'amd64' is none of"),
    "mount type": ("mountType", "nfs", "mountType: 'nfs' is none of"),
    "proto": ("portForwards.0.proto", "sctp", "is none of ('tcp', 'udp', 'any')"),
    "no images": ("base", GONE, "neither they nor a base"),
    "digest": (
        "images",
        [{"location": "https://x/y.qcow2", "arch": "x86_64", "digest": "sha256:12"}],
        "images[0].digest",
    ),
    "version": ("minimumLimaVersion", "two", "is no version"),
    "cpus": ("cpus", 0, "must not be 0"),
    "size": ("disk", "20 gigs", "is no size"),
    "sudo": ("user", {"passwordlessSudo": False}, "needs plain"),
    "dns": ("dns", ["9.9.9.9"], "hostResolver"),
    "unused param": ("param.colour", "red", "param.colour: is used nowhere"),
    "param's name": ("param.8x", "x", "is no name of a parameter"),
    "control character": ("param.lab", "a\x1bb", "cannot be printed"),
    "variable in a hint": ("probes.0.hint", "limactl shell {{.Name}}", "puts no values here"),
    "unknown variable": ("message", "see {{.Token}}", "message: knows no .Token"),
    "host's variable in the guest": ("provision.1.script", "#!/bin/sh\n{{.Dir}}", "no .Dir"),
    "function": ("message", '{{ readFile "x" }}', "braces that are no variable"),
    "unknown param": ("mounts.0.location", "{{.Param.clone}}", "no parameter 'clone'"),
    "relative mount": ("mounts.0.location", "..", "'..' is not absolute"),
    "relative param": ("param.lab", "bpflab", "'bpflab' is not absolute"),
    "system path": ("mounts.0.mountPoint", "/opt", "must not be '/opt'"),
    "mode": ("provision.1.mode", "root", "is none of"),
    "empty script": ("provision.1.script", "", "must not be empty"),
    "content of a script": ("provision.1.content", "x", "belongs to mode data"),
    "path of data": ("provision.0.path", "etc/x", "path: must be absolute"),
    "content of data": ("provision.0.content", GONE, "content: must be given"),
    "permissions": ("provision.0.permissions", "rw", "must be octal"),
    "Lima's own variables": ("provision.1.script", "#!/bin/sh\n$LIMA_CIDATA_UID", "LIMA_CIDATA"),
    "dependency": ("provision.1.skipDefaultDependencyResolution", True, "only mode dependency"),
    "interpreter": ("probes.0.script", "true", "must start with #!"),
    "probe's mode": ("probes.0.mode", "liveness", "is none of ('readiness',)"),
    "address": ("portForwards.0.hostIP", "localhost", "hostIP: is no address"),
    "port 22": ("portForwards.0.guestPort", 22, "is not where the range begins"),
    "range": ("portForwards.0.guestPortRange", [8909, 8890], "the guest's ports are none"),
    "half a range": ("portForwards.0.hostPortRange", [8890], "the host's ports are none"),
    "too far": ("portForwards.0.hostPortRange", [8890, 70000], "the host's ports are none"),
    "other count": ("portForwards.0.hostPortRange", [8890, 8900], "as many ports"),
    "must be zero": (
        "portForwards.1",
        {"guestIP": "127.0.0.1", "guestIPMustBeZero": True},
        "needs guestIP 0.0.0.0",
    ),
    "reverse": ("portForwards.0.reverse", True, "is for sockets"),
    "socket": ("portForwards.0.guestSocket", "x.sock", "guestSocket: must be absolute"),
    "relative copy": ("copyToHost.0.guest", "open.html", "copyToHost[0].guest: must be absolute"),
}


@pytest.mark.parametrize(("path", "value", "says"), WRONG.values(), ids=WRONG)
def test_lima_would_refuse(template, path, value, says):
    """Each rule of Lima speaks up when the template is changed against it."""
    said = problems(changed(template, path, value))
    assert any(says in one for one in said), said


UNIT = "provision.0.content"
UNKEPT = {
    "ubuntu-lts": ("base", "template:_images/ubuntu-lts", "not known to fit"),
    "one architecture": ("arch", "x86_64", "arch: is for the host"),
    "one hypervisor": ("vmType", "vz", "vmType: is for the host"),
    "any Lima": ("minimumLimaVersion", GONE, "is not stated"),
    "writable home": ("mounts.1", {"location": "~", "writable": True}, "nothing else, is writable"),
    "readable home": ("mounts.1", {"location": "~"}, "nothing but the clone is seen"),
    "lab not writable": ("mounts.0.writable", False, "the clone, and nothing else"),
    "agent": ("ssh", {"forwardAgent": True}, "keys stay"),
    "all interfaces": ("portForwards.0.hostIP", "0.0.0.0", "the host's loopback only"),
    "interface by default": ("portForwards.0.hostIP", GONE, "names the host's address"),
    "other port": ("param.port", "9999", "same port here and there"),
    "every port": ("portForwards.1", GONE, "the last rule ignores the rest"),
    "a second port": ("portForwards.0", {"ignore": True}, "loopback only"),
    "apt": ("provision.1.script", "#!/bin/sh\nset -eu\napt-get update", "./lab's business"),
    "open output": (
        "provision.1.script",
        "#!/bin/sh\nset -eu\nsystemctl start x",
        "shown to others",
    ),
    "goes on": ("provision.1.script", "#!/bin/sh\nsystemctl start x", "goes on after a failure"),
    "user script": ("provision.1.mode", "user", "neither a file nor a script"),
    "containerd": ("containerd.user", GONE, "fetched for nothing"),
    "no service": ("provision.0", GONE, "one service"),
    "no local state": ("env", {}, "would lie in the clone"),
    "no hint": ("probes.1.hint", GONE, "nor what to type"),
    "no description": ("probes.2.description", "", "says neither"),
    "no program": ("probes.2", GONE, "none loads a program"),
    "hungry probe": ("probes.2.script", "#!/bin/sh\n/mnt/bpflab/lab doctor", "swallow"),
    "waiting probe": ("probes.0.script", "#!/bin/sh\nuntil x; do sleep 3; done", "waits"),
    "mute": ("message", "Ready.", "does not name the page"),
    "no way back": ("message", "file://{{.Dir}}/bpflab.html", "address again"),
    "token stays": ("copyToHost.0.deleteOnStop", False, "outlives"),
    "greedy": ("memory", "10GiB", "more than an 8 GiB laptop"),
    "upgrades": ("upgradePackages", True, "need a network"),
}


@pytest.mark.parametrize(("path", "value", "says"), UNKEPT.values(), ids=UNKEPT)
def test_promise_would_be_broken(template, path, value, says):
    """Each promise speaks up when the template is changed against it."""
    said = broken(changed(template, path, value))
    assert any(says in one for one in said), said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("User={{.User}}", "runs as root"),
        ("StateDirectoryMode=0700", "shows its state"),
        ("StandardOutput=truncate:/run/bpflab/output", "into the journal"),
        ("StandardError=inherit", "into the journal"),
        ("Restart=always", "does not come back"),
        ("EnvironmentFile=-/etc/environment", "does not know"),
        ("ExecStart=/mnt/bpflab/lab --no-browser --port {{.Param.port}}", "something else"),
    ],
)
def test_service_would_be_worse(template, line, says):
    """Each line of the service that keeps a promise is missed when it goes."""
    unit = template["provision"][0]["content"]
    assert unit.count(line + "\n") == 1
    said = broken(changed(template, UNIT, unit.replace(line + "\n", "")))
    assert any(says in one for one in said), said


def test_scripts_are_shell(template):
    """Each script is one that its own interpreter can parse."""
    for step in (*template["provision"], *template["probes"]):
        if script := step.get("script"):
            interpreter = re.match(r"#!(\S+)\n", script)[1]
            subprocess.run([interpreter, "-n"], input=script, text=True, check=True)


def test_same_names_as_the_script(template):
    """./lab on macOS uses the template's own parameters, name, mount point and ports."""
    script = (REPO / "lab").read_text()
    for name in template["param"]:
        assert f'--param "{name}=' in script
    (mount,) = template["mounts"]
    assert f"--workdir={mount['mountPoint']} bpflab ./lab" in script
    assert f"port={template['param']['port']} " in script
    assert template["portForwards"][0]["guestPortRange"] == [8890, 8909]
    assert "[[ $port == 889[0-9] || $port == 890[0-9] ]]" in script


def test_readme_names_what_is_there(template):
    """The README's commands use parameters that exist."""
    readme = (REPO / "lima/README.md").read_text()
    assert set(re.findall(r"--param (\w+)=", readme)) <= set(template["param"])
    assert template["minimumLimaVersion"] in readme
