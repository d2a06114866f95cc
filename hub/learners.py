"""The learners of a class: a file of names, checked against the accounts of this machine.

``python3 hub/learners.py FILE`` prints a line for each account that is still to be made: its name,
its home, and the number that owns that home from an earlier class, if any. With ``--names`` it
prints the names and homes of all. The standard library is enough.
"""

from __future__ import annotations

import grp
import pwd
import re
import sys
from pathlib import Path

HOMES = Path("/srv/bpflab")
"""Where the hub makes homes. An account whose home is here was made by a hub: only root sets it."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


class Refused(Exception):
    """What is wrong with the file of learners, and what to do."""


def read(file: Path) -> list[str]:
    """Return the learners' names: one a line, without comments.

    Raises:
        Refused: the file cannot be read, a name is no name for an account, or is there twice.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()  # some editors write a mark
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise Refused(f"{file} is no text in UTF-8: save it as UTF-8, or as plain ASCII") from None
    names: list[str] = []
    for number, line in enumerate(lines, 1):
        name = line.partition("#")[0].strip()
        if not name:
            continue
        if not _NAME.fullmatch(name):
            raise Refused(
                f"line {number} of {file}: {name!r} is no name for an account. Write one name a"
                " line: small letters, digits and hyphens, at most 31, and first a letter"
            )
        if name in names:
            raise Refused(f"line {number} of {file}: {name} is there twice")
        names.append(name)
    if not names:
        raise Refused(f"{file} has no names: write one a line")
    return names


def missing(names: list[str]) -> list[tuple[str, int | None]]:
    """Return the accounts to make, each with the owner's number of a home that is there already.

    Raises:
        Refused: an account or a group of that name is not the hub's, or a home is another's.
    """
    found: list[tuple[str, int | None]] = []
    for name in names:
        home = HOMES / name
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            if _is_group(name):  # the account would need one of its own
                raise Refused(
                    f"{name} is a group of this machine: give the learner another name"
                ) from None
            found.append((name, _owner(home)))
            continue
        if Path(account.pw_dir) != home or account.pw_uid < 1000:
            raise Refused(
                f"{name} is an account of this machine, and the hub did not make it:"
                " give the learner another name"
            )
    return found


def _is_group(name: str) -> bool:
    try:
        return bool(grp.getgrnam(name))
    except KeyError:
        return False


def _owner(home: Path) -> int | None:
    """Return the number that owns a home of an earlier class, if it is still free."""
    try:
        uid = home.lstat().st_uid
    except FileNotFoundError:
        return None
    try:
        other = pwd.getpwuid(uid).pw_name
    except KeyError:
        return uid
    raise Refused(f"{home} belongs to {other}: move it away, or give the learner another name")


def main() -> None:
    """Print what the module's text says, for scripts/hub.sh."""
    *option, file = sys.argv[1:]
    names = read(Path(file))
    for name, uid in [(name, None) for name in names] if option else missing(names):
        print(name, HOMES / name, uid or "")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"lab: {refused}")
