"""Debian's archive, as this host's apt reaches it: where a guest's packages are, and its kernel."""

import fcntl
import functools
import re
import subprocess
from pathlib import Path

from bpflab.paths import cache
from bpflab.vm import guests

# Which hosts have Debian's packages is not ours to say: this machine's apt knows, or mmdebstrap.
PASSED_ON = ("Acquire::http::", "Acquire::https::", "Acquire::Check-")
"""Proxies and the like; and that a dated mirror, whose indexes have expired, is to be used."""
ASK_S = 60


def apt_configuration() -> list[str]:
    """Return how this host's apt reaches its archive, as lines of apt's configuration."""
    dump = _printed("apt-config", "dump")
    return [line for line in dump if line.startswith(PASSED_ON) and '""' not in line]


def sources(guest: guests.Guest) -> list[str]:
    """Return the lines of a guest's sources.list: its suite, and the one of its kernel."""
    suites = dict.fromkeys((guest.suite, guest.kernel_suite))
    return [line for suite in suites for line in _suite(suite)]


@functools.cache
def offered(name: str) -> str | None:
    """Return the version of a guest's kernel package in the archive; None if that has no answer.

    A directory of our own keeps the indexes, so that only a changed one is fetched.
    """
    guest = guests.find(name)
    kept = cache() / "vm" / "archive" / f"{guest.kernel_suite}-{guest.architecture}"
    (kept / "lists" / "partial").mkdir(parents=True, exist_ok=True, mode=0o700)
    own = {"State": kept, "State::status": "/dev/null", "Cache": kept}
    own |= {f"Etc::{what}": "/dev/null" for what in ("main", "parts", "sourceparts")}
    own |= {f"Etc::{what}": "/dev/null" for what in ("preferences", "preferencesparts")}
    own |= {"Etc::sourcelist": kept / "sources.list"}
    lines = [f'Dir::{what} "{where}";' for what, where in own.items()]
    lines += [f'APT::Architecture "{guest.architecture}";', 'Acquire::Languages "none";']
    lines += ['APT::Sandbox::User "root";', 'APT::Update::Error-Mode "any";']
    lines += ['Acquire::Retries "0";', 'Acquire::http::Timeout "10";', *apt_configuration()]
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (kept / "apt.conf").write_text("\n".join(lines) + "\n")
        (kept / "sources.list").write_text("\n".join(_suite(guest.kernel_suite)) + "\n")
        apt = ("env", "LC_ALL=C", f"APT_CONFIG={kept / 'apt.conf'}")
        try:
            _printed(*apt, "apt-get", "update")
            printed = _printed(*apt, "apt-cache", "policy", guest.kernel_package)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
    found = re.search(r"^  Candidate: (\d\S*)$", "\n".join(printed), re.MULTILINE)
    return found[1] if found else None


def newest(have: dict[str, str]) -> str:
    """Return the guest with the newest kernel of all that the archive has today.

    *have* says which kernel package is on each disk that there is: without a network these count.

    Raises:
        OSError: there is neither a network nor such a disk, or the archive lacks a suite.
    """
    found = {name: version for name in guests.MOVING if (version := offered(name))}
    if lacking := [name for name in guests.MOVING if name not in found]:
        if found:
            suites = ", ".join(guests.MOVING[name] for name in lacking)
            raise OSError(f"the archive offers no kernel of {suites}, so the newest is not known")
        print("The archive does not answer, so the newest kernel is one of a disk that is here.")
        found = {name: have[name] for name in guests.MOVING if name in have}
    if not found:
        raise OSError("neither the archive nor a disk says which kernel is the newest")
    return functools.reduce(lambda a, b: b if _newer(found[b], found[a]) else a, found)


def _newer(one: str, other: str) -> bool:
    """Compare versions as Debian does: 7.3~rc7 comes before 7.3."""
    return not subprocess.run(["dpkg", "--compare-versions", one, "gt", other]).returncode


@functools.cache
def _suite(suite: str) -> tuple[str, ...]:
    """Return a suite's lines: mmdebstrap's own, with this host's mirrors of Debian in them."""
    asked = ("--simulate", "--debug", "--mode=chrootless", "--skip=setup,update")
    done = subprocess.run(
        ["mmdebstrap", *asked, "--variant=custom", suite, "/dev/null"],
        capture_output=True,
        text=True,
        timeout=ASK_S,
    )  # it fails at last, for it has no index
    lines = re.findall(r"^D: [\d ]+(deb .+)$", done.stderr, re.MULTILINE)
    if not lines:
        raise OSError(f"mmdebstrap does not say where {suite} is: {done.stderr[-500:]}")
    mirrors = _mirrors()
    return tuple(_elsewhere(line, mirrors) for line in lines)


def _elsewhere(line: str, mirrors: dict[str, str]) -> str:
    what = "security" if "-security " in line else "updates"
    return re.sub(r"\w+://\S+", lambda uri: mirrors.get(what, uri[0]), line)


def _mirrors() -> dict[str, str]:
    """Return where this host's apt finds Debian's "updates" and "security", by these words.

    Other people's archives have suites of the same names, but not these. The rest of Debian is
    where its updates are.
    """
    stable = "|".join({*guests.SUITES.values()})
    wanted = re.compile(rf"'(\S+)/dists/(?:{stable})-(updates|security)/")
    return {
        m[2]: m[1]
        for line in _printed("apt-get", "update", "--print-uris")
        if (m := wanted.match(line))
    }


def _printed(*command: str | Path) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=ASK_S * 5)
    return done.stdout.splitlines()
