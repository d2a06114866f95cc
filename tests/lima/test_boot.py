"""The template's service, scripts and probes, in a machine that systemd boots: see lima/README.md.

It takes long, so it runs for who asks:
``sudo BPFLAB_LIMA=container .venv/bin/pytest tests/lima/test_boot.py``, or ``BPFLAB_LIMA=vm``.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.lima import machine

CAPABILITIES = 1 << 38 | 1 << 39  # CAP_PERFMON and CAP_BPF
TOOLS = {"container": ("mmdebstrap", "systemd-nspawn", "unshare")}
TOOLS["vm"] = (*TOOLS["container"], "qemu-system-x86_64", "mke2fs", "debugfs")
WANTED = os.environ.get("BPFLAB_LIMA", "")

pytestmark = [
    pytest.mark.skipif(WANTED not in TOOLS, reason="ask for it with BPFLAB_LIMA=container or vm"),
    pytest.mark.timeout(5400),
]


@pytest.fixture(scope="module")
def boots():
    """What the machine found at each boot; its files stay when it found nothing."""
    missing = [tool for tool in TOOLS[WANTED] if not shutil.which(tool)]
    assert os.geteuid() == 0 and not missing, f"needs root and {missing}"
    scratch = Path(tempfile.mkdtemp(prefix="bpflab-lima-", dir="/var/tmp"))
    tree = scratch / "tree"
    machine.make_tree(tree)
    machine.furnish(tree, machine.template(), boots=2, lesson="02")
    machine.boot_container(tree, 1800)
    found = machine.results(tree)
    if WANTED == "vm":
        machine.add_kernel(tree)
        machine.furnish(tree, machine.template(), boots=2)
        machine.boot_machine(tree, scratch, 3600)
        found += machine.results(tree)
    shutil.rmtree(scratch)
    return found


def test_probes_pass(boots):
    """At every boot, and when provisioning runs again in one, each probe passes."""
    assert len(boots) == {"container": 2, "vm": 4}[WANTED]
    for boot in boots:
        assert boot["provisioned"] and None not in boot["probes"] + boot["again"], boot


def test_token(boots):
    """JupyterLab answers with its token, and refuses none, a wrong one and an earlier one."""
    for boot in boots:
        assert boot["http"] == [403, 403, 200] and boot["new token"] and boot["page"], boot
        assert boot["address"].startswith(f"http://127.0.0.1:{machine.PORT}/lab/tree/my/")


def test_loopback(boots):
    """It listens on the guest's loopback alone."""
    for boot in boots:
        assert boot["listens"] == [f"127.0.0.1:{machine.PORT}"], boot


def test_rights(boots):
    """It runs as the learner, with two capabilities, and cannot get others."""
    for process in (boot["process"] for boot in boots):
        assert set(process["Uid"]) == {"1000"}
        for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
            assert int(process[name][0], 16) == CAPABILITIES, process


def test_secret(boots):
    """No other user finds the token: not in ps, not in a log, not in a file."""
    for boot in boots:
        assert boot["places"] == [], boot


def test_clone_is_clean(boots):
    """What belongs to the machine does not lie in the clone."""
    for boot in boots:
        assert boot["clone"] == [], boot


def test_lesson(boots):
    """A lesson runs in a session like that of `limactl shell`."""
    for boot in boots:
        assert boot["lesson"] == 0, boot


def test_own_headers(boots):
    """A kernel that has a package of headers gets it; the container runs on the host's kernel."""
    if WANTED != "vm":
        pytest.skip("the host's kernel has no such package")
    for boot in boots[2:]:
        assert boot["kernel"] in boot["headers"], boot
