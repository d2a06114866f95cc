"""Starts JupyterHub for a class: ``hub/.venv/bin/python -m hub.start``, as root, by `./lab hub`."""

from __future__ import annotations

import argparse
import atexit
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from jupyterhub.app import JupyterHub
from jupyterhub.utils import random_port
from traitlets.config import Config

from hub import cgroups, codes, learners
from hub.spawner import CLONE, HERE, LearnerSpawner
from hub.vm_spawner import GuestSpawner

WITH_HUB = ("setpriv", "--pdeathsig", "TERM")
"""Words before a command that ends with the hub, also with one that is killed."""


def arguments() -> argparse.Namespace:
    """Return what `./lab hub` was called with."""
    parser = argparse.ArgumentParser(prog="./lab hub", allow_abbrev=False)
    parser.add_argument("--users", type=Path, required=True, metavar="FILE")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--memory", default="2G", help="of each learner")
    parser.add_argument("--cpus", type=float, default=1.0, help="of each learner")
    parser.add_argument("--idle", type=float, default=60, metavar="MINUTES")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--instructor", action="append", default=[], metavar="NAME")
    parser.add_argument("--vm", metavar="NAME", help="a virtual machine for each learner")
    parser.add_argument("--disk", help="the directory of that machine's disk")
    parser.add_argument("--state", type=Path, required=True)
    return parser.parse_args()


def config(options: argparse.Namespace, names: list[str]) -> Config:
    """Return JupyterHub's configuration."""
    c, state = Config(), options.state
    safe = options.certificate and options.key
    c.JupyterHub.bind_url = f"http{'s' if safe else ''}://{options.listen}:{options.port}"
    if safe:
        c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = str(options.certificate), str(options.key)
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{random_port()}"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{random_port()}"
    proxy = str(HERE / "node_modules/.bin/configurable-http-proxy")
    c.ConfigurableHTTPProxy.command = [*WITH_HUB, "--", proxy]  # or it would keep the port
    c.ConfigurableHTTPProxy.log_level = "warn"
    c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
    c.JupyterHub.db_url = f"sqlite:///{state}/hub.sqlite"
    c.JupyterHub.cookie_secret_file = str(state / "cookie-secret")
    c.JupyterHub.template_paths = [str(HERE / "templates")]
    c.JupyterHub.log_level = "WARN"

    c.JupyterHub.authenticator_class = codes.CodeAuthenticator
    c.CodeAuthenticator.codes_file = str(state / "codes")
    c.CodeAuthenticator.allowed_users = set(names)
    c.CodeAuthenticator.allow_existing_users = False  # who left the file is not let in again
    c.CodeAuthenticator.delete_invalid_users = True

    c.JupyterHub.spawner_class = LearnerSpawner
    c.LearnerSpawner.hub_group = cgroups.parent(state)
    c.LearnerSpawner.mem_limit = options.memory
    c.LearnerSpawner.cpu_limit = options.cpus
    c.LearnerSpawner.default_url = "/lab/tree/my/00-start-here.ipynb"
    c.LearnerSpawner.notebook_dir = str(CLONE)
    c.LearnerSpawner.start_timeout = 120  # ten who begin at once on two CPUs
    c.LearnerSpawner.http_timeout = 120
    c.LearnerSpawner.interrupt_timeout = 10  # then the group is killed anyway
    c.LearnerSpawner.term_timeout = 5
    c.LearnerSpawner.env_keep = ["LANG", "LC_ALL"]

    if options.vm:
        c.JupyterHub.spawner_class = GuestSpawner
        c.GuestSpawner.guest = options.vm
        c.GuestSpawner.disk = options.disk
        c.GuestSpawner.words = str(state / "guests")
        c.GuestSpawner.start_timeout = 1800  # an emulated guest of many on a busy machine

    idle_s = round(options.idle * 60)
    # JupyterHub asks every five minutes who does something: too late for a shorter time.
    asks_s = min(idle_s // 4, 300)
    c.JupyterHub.last_activity_interval = asks_s
    c.Spawner.environment = {"JUPYTERHUB_ACTIVITY_INTERVAL": str(asks_s)}
    culler = [*WITH_HUB, "--", sys.executable, "-m", "jupyterhub_idle_culler"]
    culler += [f"--timeout={idle_s}", "--IdleCuller.log_level=ERROR"]
    c.JupyterHub.services = [{"name": "idle-culler", "command": culler}]
    scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
    c.JupyterHub.load_roles = [
        {"name": "idle-culler", "scopes": scopes, "services": ["idle-culler"]}
    ]
    c.JupyterHub.template_vars = {"instructors": options.instructor}
    if options.instructor:
        c.JupyterHub.services.append(progress(state, names, options.instructor))
        c.JupyterHub.extra_user_scopes = ["access:services!service=progress"]
    return c


def progress(state: Path, names: list[str], instructors: list[str]) -> dict[str, Any]:
    """Return the service that shows who is at which exercise: hub/progress.py.

    It is root without root's rights, but for the one to read: the learners' homes are theirs. It
    ends with the hub, however that ends.
    """
    rights = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+dac_read_search"]
    return {
        "name": "progress",
        "url": f"http://127.0.0.1:{random_port()}",
        "command": [
            *WITH_HUB, *rights, "--", sys.executable, "-m", "hub.progress",
            "--consent", str(state / "consent"),
            "--learners", *(name for name in names if name not in instructors),
            "--instructors", *instructors,
        ],
        "cwd": str(CLONE),
        "environment": {"PYTHONPATH": str(CLONE / "helpers")},
        "oauth_no_confirm": True,  # the learner is asked on the page itself
    }  # fmt: skip


def greet(options: argparse.Namespace) -> None:
    """Print where the class goes, and send what follows to the log."""
    log = options.state / "log"
    safe = options.certificate and options.key
    print(
        f"The class: http{'s' if safe else ''}://{options.listen}:{options.port}",
        f"The learners' codes: sudo cat {shlex.quote(str(options.state / 'codes'))}",
        f"The log: sudo tail -f {shlex.quote(str(log))}",
        "Ctrl-C here stops the hub and all servers.",
        sep="\n",
        flush=True,
    )
    if not safe and options.listen not in ("127.0.0.1", "localhost", "::1"):
        print(
            "Warning: this is plain http, so everybody on the network can read the codes and what"
            " the learners type. hub/README.md says how to use TLS.",
            flush=True,
        )
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())


def main() -> None:
    """Write the codes, and run JupyterHub until it is interrupted."""
    options = arguments()
    try:
        names = learners.read(options.users)
    except learners.Refused as refused:
        sys.exit(f"lab: {refused}")
    if bool(options.certificate) != bool(options.key):
        sys.exit("lab: TLS needs both: --certificate FILE --key FILE")
    for file in filter(None, (options.certificate, options.key)):
        if not os.access(file, os.R_OK):
            sys.exit(f"lab: {file} cannot be read: is that its path?")
    if options.idle < 0.1:
        sys.exit("lab: --idle takes minutes, at least 0.1")
    for name in set(options.instructor) - set(names):
        sys.exit(
            f"lab: the instructor {name} is not in {options.users}: an instructor has an account"
            " and a code as a learner has, so write the name there too"
        )
    if lacks := cgroups.lacking():
        sys.exit(
            f"lab: this machine gives no control groups for {' and '.join(lacks)}, so one learner"
            " could use it all: the hub needs them, as Debian and Ubuntu have them"
        )
    options.state.mkdir(mode=0o700, exist_ok=True)
    cgroups.end_all(cgroups.parent(options.state))  # what a hub left that was killed
    atexit.register(cgroups.end_all, cgroups.parent(options.state))
    # Of a hub that was killed. By now another process may have that number, and JupyterHub ends it.
    (options.state / "proxy.pid").unlink(missing_ok=True)
    codes.complete(options.state / "codes", names)
    JupyterHub.instance(config=config(options, names))
    greet(options)
    os.chdir(options.state)  # JupyterHub reads a configuration file where it starts: there is none
    JupyterHub.launch_instance([])


if __name__ == "__main__":
    main()
