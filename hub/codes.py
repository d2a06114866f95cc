"""The code with which each learner signs in, and the page where they do.

Passwords of this machine are not used: a learner's account has none, so nobody else's way in leads
to it. The codes are in one file that only root can read.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Unicode

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another on paper
_LETTERS = 12  # 59 bits: nobody guesses one over a network


def read(file: Path) -> dict[str, str]:
    """Return the code of each learner who has one."""
    if not file.exists():
        return {}
    return dict(line.split() for line in file.read_text(encoding="ascii").splitlines())


def complete(file: Path, names: list[str]) -> dict[str, str]:
    """Give a code to each of *names* that has none, and return the codes of all."""
    codes = read(file) | {name: _new() for name in names if name not in read(file)}
    aside = file.with_suffix(".new")
    with open(aside, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
        new.writelines(f"{name} {code}\n" for name, code in codes.items())
    aside.replace(file)
    return codes


def _new() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
    return "-".join(letters[i : i + 4] for i in range(0, _LETTERS, 4))


class CodeAuthenticator(Authenticator):
    """Lets a learner in who knows the code of their name."""

    codes_file = Unicode(help="a line for each learner: name and code").tag(config=True)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Return the learner's name, or None if the code is another."""
        name = data["username"].strip().lower()
        known = read(Path(self.codes_file)).get(name)
        given = data.get("password", "").strip().lower()
        same = hmac.compare_digest((known or _new()).encode(), given.encode())
        return name if known and same else None
