"""Wrong answers that a learner would plausibly write."""

from dataclasses import dataclass

from tests.course.solutions import fenced, solutions


@dataclass(frozen=True)
class Mutant:
    """A wrong answer, and what the verdict must say of it.

    `answer` is a value or the text of a program, unless the mutant is made of the solution by
    `swaps`: pairs of an old and a new text. Each old text must stand in the solution.
    """

    says: str
    swaps: tuple[tuple[str, str], ...] = ()
    answer: object = None
    status: str = "wrong"

    def made(self, number: str) -> object:
        """Return the wrong answer to exercise *number*."""
        if not self.swaps:
            return self.answer
        text = fenced(solutions()[number])[1]
        for old, new in self.swaps:
            assert old in text, f"{number}: the solution has no {old!r}"
            text = text.replace(old, new)
        return text
