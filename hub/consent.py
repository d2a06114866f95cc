"""Who agreed that the instructors see where they are: a file for each, in a folder of root's alone.

Without a file, a learner has not agreed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


class Consent:
    """The learners who agreed.

    A file has a learner's name, and in it are the instructors for whom they agreed.
    """

    def __init__(
        self, folder: Path, learners: Collection[str], instructors: Collection[str]
    ) -> None:
        """Make the *folder*, and forget who is no learner any more."""
        self._folder, self._learners, self._instructors = folder, learners, instructors
        folder.mkdir(mode=0o700, exist_ok=True)
        for file in folder.iterdir():
            if file.name not in learners:
                file.unlink()

    def given(self, learner: str) -> bool:
        """Return whether a learner agreed, for all who would see it now."""
        try:
            agreed = self._file(learner).read_text(encoding="ascii").split()
        except FileNotFoundError:
            return False
        return set(self._instructors) <= set(agreed)

    def give(self, learner: str) -> None:
        """Keep that a learner agrees.

        Raises:
            KeyError: there is no learner of that name.
            OSError: the disk is full, for example; then they have not agreed.
        """
        self._file(learner).write_text("\n".join(self._instructors), encoding="ascii")

    def take_back(self, learner: str) -> None:
        """Forget that a learner agreed. This needs no room on the disk.

        Raises:
            KeyError: there is no learner of that name.
        """
        self._file(learner).unlink(missing_ok=True)

    def _file(self, learner: str) -> Path:
        if learner not in self._learners:
            raise KeyError(learner)
        return self._folder / learner
