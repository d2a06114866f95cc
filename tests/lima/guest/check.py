"""Runs in the guest, as root: asks the probes as Lima does, then what a learner and a stranger see.

Prints one JSON object. Needs nothing but Python.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOM = Path("/lima")
PORT = (ROOM / "port").read_text().strip()
RETRIES, PAUSE_S = 200, 3  # as Lima asks


def run(command, **more):
    """Run a command and return what it did."""
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def as_user(name, command, **more):
    """The same in a new login session of a user, as over SSH."""
    return run(["su", "-", name, "-c", command], **more)


def probe(script):
    """Feed a probe to its interpreter until it passes; return the seconds, or None."""
    interpreter = script.splitlines()[0].removeprefix("#!")
    began = time.monotonic()
    for _ in range(RETRIES):
        if not as_user(
            "learner", f"export PARAM_port={PORT}; {interpreter}", input=script
        ).returncode:
            return round(time.monotonic() - began)
        time.sleep(PAUSE_S)
    return None


def http(path):
    """Return the status that JupyterLab answers with."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def address():
    """Return what `./lab url` says to the learner."""
    return as_user("learner", "/mnt/bpflab/lab url").stdout.strip()


def process():
    """Return how JupyterLab's own process runs."""
    pid = Path("/var/lib/bpflab/.lab/servers").read_text().split()[-1]
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    wanted = ("Uid", "Groups", "CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")
    return {name: status[name].split() for name in wanted}


def places(token):
    """Where the token can be seen by somebody who is neither root nor the learner."""
    seen = []
    lines = as_user("stranger", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null").stdout
    if token in lines:
        seen.append("ps")
    if token in run(["journalctl", "--no-pager", "-o", "cat"]).stdout:
        seen.append("journal")
    files = "/var/log /tmp /var/tmp /etc /mnt/bpflab /home /dev/shm"
    seen += as_user("stranger", f"grep -rlsF {token} {files}").stdout.split()
    rooms = (
        "/run/bpflab/output",
        "/run/bpflab/open.html",
        "/var/lib/bpflab/.lab",
        "/run/user/1000",
    )
    assert all(Path(room).exists() for room in rooms)
    seen += [room for room in rooms if not as_user("stranger", f"test -r {room}").returncode]
    return seen


def lesson():
    """Run the lesson that is asked for; return its exit status."""
    name = (ROOM / "lesson").read_text()
    return as_user("learner", f"cd /mnt/bpflab && ./lab run {name}").returncode if name else 0


def main(number, status):
    """Look at one boot."""
    scripts = [file.read_text() for file in sorted((ROOM / "probes").iterdir())]
    told = {
        "boot": int(number),
        "provisioned": status == "0",
        "probes": [probe(s) for s in scripts],
    }
    first = address()
    token = re.sub(".*token=", "", first)
    wrong = token[::-1]
    told |= {
        "kernel": os.uname().release,
        "bcc": run(["dpkg-query", "-W", "-f=${Version}", "python3-bpfcc"]).stdout,
        "headers": os.path.realpath(f"/lib/modules/{os.uname().release}/build"),
        "address": re.sub("token=.*", "token=", first),
        "http": [
            http("/api/contents"),
            http(f"/api/contents?token={wrong}"),
            http(f"/api/contents?token={token}"),
        ],
        "listens": run(["ss", "-Hltn", f"sport = :{PORT}"]).stdout.split()[3::5],
        "process": process(),
        "places": places(token),
        "page": token in Path("/run/bpflab/open.html").read_text(),
        "lesson": lesson(),
        "clone": [name for name in (".lab", ".venv") if Path("/mnt/bpflab", name).exists()],
        "doctor": as_user("learner", "/mnt/bpflab/lab doctor").stdout,
    }
    # All of it once more, in the same boot.
    for script in sorted((ROOM / "system").iterdir()):
        told["provisioned"] &= run([script]).returncode == 0
    told["again"] = [probe(s) for s in scripts]
    told["new token"] = address() != first and http(f"/api/contents?token={token}") == 403
    json.dump(told, sys.stdout)


main(*sys.argv[1:])
