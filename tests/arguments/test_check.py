"""What a function refuses that checks its arguments."""

from __future__ import annotations

import pytest

from bpflab.arguments import checked
from bpflab.errors import LabError


@checked
def act(path: str, *args: str, times: int = 1, **hooks: str) -> tuple[object, ...]:
    """Do something.

    >>> act("/usr/bin/true", times=3)
    """
    return path, args, times, hooks


@checked
def plain(name: str, *, text: str | None = None, hints: list[str] | None = None) -> None:
    """Do nothing."""


class Thing:
    """Has a method that checks."""

    @checked
    def attach(self, **targets: str) -> None:
        """Attach, as in ``attach``."""


def refused(call):
    """Return the refusal of a call."""
    with pytest.raises(LabError) as caught:
        call()
    assert caught.value.kind == "argument"
    return caught.value


def test_what_fits_arrives():
    """The function is called as it was written, and keeps its name and its documentation."""
    assert act("a", "b", times=2, hook="c") == ("a", ("b",), 2, {"hook": "c"})
    assert (act.__name__, act.__doc__.splitlines()[0]) == ("act", "Do something.")


@pytest.mark.parametrize(
    ("call", "message", "fix"),
    [
        (
            lambda: act("a", times="3"),
            "times is '3', and must be a whole number.",
            "Leave the quotes out: times=3.",
        ),
        (
            lambda: act(["/bin/ls", "-l"]),
            "path is ['/bin/ls', '-l'], and must be text.",
            'As in act("/usr/bin/true", times=3)',
        ),
        (
            lambda: act("a", 5),
            "args is 5, and must be text.",
            'As in act("/usr/bin/true", times=3)',
        ),
        (
            lambda: act("a", hook=None),
            "hook is None, and must be text.",
            'As in act("/usr/bin/true", times=3)',
        ),
        (
            lambda: plain("x", txet="int a;"),
            "plain takes no argument 'txet'.",
            "Did you mean text? There are name, text, hints.",
        ),
        (
            lambda: plain("x", "int a;"),
            "plain takes no 'int a;' without a name.",
            "",
        ),
        (
            lambda: plain("x", text=b"int a;"),
            "text is b'int a;', and must be text or None.",
            "Make it text: text.decode().",
        ),
        (
            lambda: plain("x", hints="all"),
            "hints is 'all', and must be a list of which each is text or None.",
            "Make it a list: ['all'].",
        ),
        (lambda: plain(), "plain: missing a required argument: 'name'.", ""),
        (
            lambda: Thing().attach("a:b"),
            "attach takes no 'a:b' without a name.",
            "",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message, fix):
    """The refusal names the argument, what was given, what is wanted, and what to write."""
    error = refused(call)
    assert (error.message, error.fix) == (message, fix)


def test_the_refusal_says_how_the_function_is_called():
    """Without annotations and without self."""
    assert refused(lambda: plain(5)).why == "It is called as plain(name, *, text=None, hints=None)."
    assert refused(lambda: Thing().attach(a=1)).why == "It is called as attach(**targets)."


def test_an_error_of_the_function_stays_its_own():
    """A TypeError that comes from inside is no refusal."""

    @checked
    def fails(value: int) -> int:
        return value + "a"  # type: ignore[operator]

    with pytest.raises(TypeError, match="unsupported"):
        fails(1)
