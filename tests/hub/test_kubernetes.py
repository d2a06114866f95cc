"""hub/kubernetes: the chart takes the values, and start.sh gives a learner the lab's rights."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bpflab.paths import ROOT

FOLDER = ROOT / "hub/kubernetes"
VALUES = FOLDER / "values.yaml"
CHART = os.environ.get("BPFLAB_CHART")  # the folder of the chart, as its repository has it
KEYS = {
    "hub": {"concurrentSpawnLimit", "config"},
    "hub.config": {"Authenticator", "JupyterHub", "KubeSpawner"},
    "singleuser": {
        "allowPrivilegeEscalation", "cloudMetadata", "cmd", "cpu", "defaultUrl", "extraPodConfig",
        "image", "memory", "startTimeout", "storage", "uid",
    },
    "singleuser.cloudMetadata": {"blockWithIptables"},
    "singleuser.cpu": {"guarantee", "limit"},
    "singleuser.extraPodConfig": {"runtimeClassName"},
    "singleuser.image": {"name", "tag"},
    "singleuser.memory": {"guarantee", "limit"},
    "singleuser.storage": {"capacity", "homeMountPath"},
    "cull": {"enabled", "timeout"},
}  # fmt: skip
"""What is set, by the names of the chart 4.4.0."""
TRACEFS = Path("/sys/kernel/tracing")
LEARNER = 61234  # a number that no account here has

# As the learner's server: what it may do, and whether that is enough for a program.
PROBE = """
import json, os, sys
from pathlib import Path
from bpflab import load, run
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
with load("start_here/execs") as program, program.attached(hook="syscalls:sys_enter_execve"):
    mine = run("/usr/bin/true", times=3)
    seen = len(program.events.frame(only=mine))
Path("my/written").write_text("")
print(json.dumps({
    "seen": seen, "user": os.getuid(), "groups": sorted(os.getgroups()), "arguments": sys.argv[1:],
    "home": os.environ["HOME"], "work": sorted(os.listdir(Path.home() / "my")),
} | {name: status[name].strip() for name in ("CapEff", "CapBnd", "CapAmb", "NoNewPrivs")}))
"""


@pytest.fixture(scope="module")
def values():
    """Give the values file."""
    return yaml.safe_load(VALUES.read_text(encoding="utf-8"))


def _part(values, path):
    for name in path.split("."):
        values = values[name]
    return values


def _merged(defaults, values):
    if not (isinstance(defaults, dict) and isinstance(values, dict)):
        return values
    return defaults | {name: _merged(defaults.get(name), each) for name, each in values.items()}


def test_it_sets_what_is_listed(values):
    """A key that is misspelt, or one more, is not in the list of the chart's names."""
    found = {path: set(_part(values, path)) for path in KEYS}

    assert found == KEYS
    assert set(values) == {path.partition(".")[0] for path in KEYS}


@pytest.mark.skipif(not CHART, reason="BPFLAB_CHART names no folder of the chart")
def test_the_chart_takes_it(values, tmp_path):
    """Its own schema finds nothing wrong with its defaults and our values, merged as Helm does."""
    defaults = yaml.safe_load(Path(CHART, "values.yaml").read_text(encoding="utf-8"))
    merged = tmp_path / "merged.json"
    merged.write_text(json.dumps(_merged(defaults, values)))
    schema = Path(CHART, "values.schema.yaml").resolve()
    words = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema, merged]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_learner_gets_a_kernel(values):
    """The pod has a RuntimeClass, the server starts by start.sh of the image, and idle ones end."""
    learner = values["singleuser"]
    image = (FOLDER / "Containerfile").read_text(encoding="utf-8")

    assert learner["extraPodConfig"]["runtimeClassName"].startswith("kata")
    assert learner["cmd"] == ["/srv/bpflab/hub/kubernetes/start.sh"]
    assert f'CMD ["{learner["cmd"][0]}"]' in image
    assert "COPY . /srv/bpflab\n" in image
    assert os.access(FOLDER / "start.sh", os.X_OK)
    assert learner["storage"]["homeMountPath"] == "/home/learner"
    assert values["cull"]["enabled"]


@pytest.mark.kernel
@pytest.mark.slow
def test_the_learner_has_two_capabilities(values, tmp_path):
    """With the pod's capabilities alone start.sh mounts tracefs, and its server loads a program.

    All mounts are in a namespace of the test's own. The accounts and the server's program are
    replaced there. Who may read tracefs is one setting of the whole machine: it is set back.
    """
    root = [] if os.geteuid() == 0 else ["sudo", "-n", "--"]
    if root and subprocess.run([*root, "true"], capture_output=True, check=False).returncode:
        pytest.skip("it needs root, and sudo asks for a password")
    tracing = TRACEFS.stat()
    accounts = f"learner:x:{LEARNER}:{LEARNER}::/home/learner:/bin/sh\n"
    groups = f"learner:x:{LEARNER}:\nbpflab:x:{tracing.st_gid or LEARNER + 1}:\n"
    others = [
        line for line in Path("/etc/group").read_text().splitlines(True) if "bpflab:" not in line
    ]
    (tmp_path / "passwd").write_text(Path("/etc/passwd").read_text() + accounts)
    (tmp_path / "group").write_text("".join(others) + groups)
    (tmp_path / "probe").write_text(PROBE)
    for path in (tmp_path, *tmp_path.iterdir()):
        path.chmod(0o755)
    given = _part(values, "hub.config.KubeSpawner.container_security_context.capabilities")["add"]
    caps = ",".join(["-all", *(f"+{name.lower()}" for name in given)])
    made = not (ROOT / "my").exists()
    (ROOT / "my").mkdir(exist_ok=True)
    script = f"""
        mount --bind {tmp_path}/passwd /etc/passwd
        mount --bind {tmp_path}/group /etc/group
        mount --bind {tmp_path}/probe "$1/hub/singleuser.py"
        mount -t tmpfs tmpfs /home
        mkdir /home/learner
        exec setpriv --inh-caps {caps} --bounding-set {caps} "$1/hub/kubernetes/start.sh" --port=1
    """
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script, "sh", ROOT]
    try:
        done = subprocess.run([*root, *words], capture_output=True, text=True, check=False)
    finally:
        was = f"remount,gid={tracing.st_gid},mode={tracing.st_mode & 0o777:o}"
        subprocess.run([*root, "mount", "-o", was, TRACEFS], check=True)
        if made:
            (ROOT / "my").rmdir()
    assert done.returncode == 0, done.stderr
    two = f"{1 << 38 | 1 << 39:016x}"  # CAP_PERFMON and CAP_BPF
    found = json.loads(done.stdout.splitlines()[-1])
    assert found == {
        "seen": 3, "user": LEARNER, "groups": sorted([LEARNER, tracing.st_gid or LEARNER + 1]),
        "arguments": ["--port=1"],
        "home": "/home/learner", "work": ["written"],
        "CapEff": two, "CapBnd": two, "CapAmb": two, "NoNewPrivs": "1",
    }  # fmt: skip


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="there is no shellcheck")
def test_the_script_is_clean():
    """shellcheck finds nothing in start.sh."""
    done = subprocess.run(
        ["shellcheck", FOLDER / "start.sh"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
