"""lima/bpflab.yaml: Lima takes it, and it keeps what lima/README.md promises."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

LIMA = Path(__file__).parents[2] / "lima"
LIMACTL = shutil.which("limactl")


@pytest.fixture(scope="module")
def template():
    """Return the template as YAML gives it, before Lima adds its base and its defaults."""
    return yaml.safe_load((LIMA / "bpflab.yaml").read_text())


@pytest.mark.skipif(not LIMACTL, reason="there is no limactl, and no package of it here")
@pytest.mark.skipif(os.geteuid() == 0, reason="limactl refuses to run as root")
def test_lima_takes_it():
    """Its own validation finds nothing wrong, with the base that it fetches."""
    words = [LIMACTL, "validate", LIMA / "bpflab.yaml"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_sees_the_clone_and_nothing_else_of_the_host(template):
    """The clone is writable, the host's keys stay, and what is of the guest stays in the guest."""
    assert template["mounts"] == [
        {"location": "{{.Param.lab}}", "mountPoint": "/mnt/bpflab", "writable": True}
    ]
    assert not template.get("ssh", {}).get("forwardAgent")
    assert template["env"]["BPFLAB_LOCAL"] == "/var/lib/bpflab"


def test_jupyterlab_alone_is_shown_on_the_hosts_loopback(template):
    """On the same port as there; without the last rule Lima shows every port of the guest."""
    shown, rest = template["portForwards"]
    assert shown["hostIP"] == "127.0.0.1"
    assert shown["guestPortRange"] == shown["hostPortRange"] == [8890, 8909]
    assert 8890 <= int(template["param"]["port"]) <= 8909
    assert rest == {"guestIP": "0.0.0.0", "guestIPMustBeZero": False, "ignore": True}


def test_the_clones_own_lab_sets_the_guest_up(template):
    """As the learner; its output, which holds the token, goes to a file that only they can read."""
    unit, script = template["provision"]
    lines = unit["content"].splitlines()
    starts = [line for line in lines if line.startswith("Exec")]
    assert starts == ["ExecStart=/mnt/bpflab/lab --no-browser --port {{.Param.port}}"]
    for line in ("User={{.User}}", "StateDirectoryMode=0700", "StandardError=inherit"):
        assert line in lines
    assert "StandardOutput=truncate:/run/bpflab/output" in lines
    assert 'install -d -o "{{.User}}" -m 700 /run/bpflab\n' in script["script"]
    (page,) = template["copyToHost"]
    assert page["deleteOnStop"] and f"file://{page['host']}" in template["message"]


def test_it_fits_a_laptop_and_a_workshop_without_a_network(template):
    """At most half of 8 GiB, and nothing that is fetched at each start."""
    assert (template["cpus"], template["memory"], template["disk"]) == (2, "4GiB", "20GiB")
    assert template["containerd"] == {"system": False, "user": False}
    assert not template.get("upgradePackages")


def test_the_scripts_are_shell(template):
    """Each is one that its own interpreter can parse, and a probe leaves the rest of it alone."""
    for step in (*template["provision"], *template["probes"]):
        if script := step.get("script"):
            interpreter = re.match(r"#!(\S+)\n", script)[1]
            subprocess.run([interpreter, "-n"], input=script, text=True, check=True)
    for probe in template["probes"]:  # Lima feeds the script to the shell's standard input
        uses = [line for line in probe["script"].splitlines() if "/mnt/bpflab/lab " in line]
        assert all("</dev/null" in line for line in uses)
        assert probe["description"] and "limactl" in probe["hint"]


def test_the_readme_names_what_is_there(template):
    """Its commands, and ./lab's on macOS, use parameters and a version that exist."""
    readme = (LIMA / "README.md").read_text()
    script = (LIMA.parent / "lab").read_text()
    assert set(re.findall(r"--param (\w+)=", readme + script)) == set(template["param"])
    assert template["minimumLimaVersion"] in readme
