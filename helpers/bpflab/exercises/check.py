"""``check``: judge the answer of an exercise by what the kernel saw."""

from __future__ import annotations

from bpflab.arguments import checked
from bpflab.course import progress
from bpflab.errors import LabError
from bpflab.exercises import answer as answers
from bpflab.exercises import users
from bpflab.exercises.exercise import Exercise, Wrong, find
from bpflab.exercises.trial import Trial
from bpflab.exercises.verdict import Verdict, verdict
from bpflab.programs.program import Program

_OF_NOTEBOOK = object()


@checked
def check(number: str, answer: object = _OF_NOTEBOOK, *, hints: int = 0) -> Verdict:
    """Judge the answer of exercise *number*, and say how it stands.

    The answer of ``07-2`` is what the notebook calls ``answer_07_2``: the program of a cell
    ``%%bpf answer_07_2``, or a value. Anything else can be given as *answer*: a program, its C, the
    name of a ``.c`` file, or a value. The judge makes its own workload, other each time, and
    compares what the kernel saw. *hints* is how many hints the text form of the verdict has.

    Raises:
        LabError: ``no-exercise`` where there is none of that number; ``no-file`` where the file
            cannot be read.

    >>> check("07-2")
    """
    exercise = find(number)
    got = (
        answers.of_notebook(exercise)
        if answer is _OF_NOTEBOOK
        else answers.as_given(exercise, answer)
    )
    made = _judged(exercise, got, hints)
    if made.status not in ("untouched", "missing"):
        progress.record_exercise(number, made.status)
    return made


def _judged(exercise: Exercise, got: answers.Answer, hints: int) -> Verdict:
    if isinstance(got.error, LabError):
        return _refused(exercise, got.error, hints, otherwise="no-answer")
    if got.error:
        return verdict(exercise, "no-answer", hints=hints)
    if got.status:
        return verdict(exercise, got.status, got.text)
    if exercise.of == "program" and answers.text_of(got.value) is None:
        text = f"{exercise.name} is no program: its cell begins with %%bpf {exercise.name}."
        return verdict(exercise, "wrong", text, hints=hints)
    try:
        judged = Trial(exercise, got.value) if exercise.of == "program" else got.value
        seen = exercise.judge(judged)
        if isinstance(judged, Trial) and judged.asks_for_user and not users.others_allowed():
            with users.made_up():
                exercise.judge(judged)
    except Wrong as wrong:
        return verdict(exercise, wrong.status, wrong.text, wrong.rows, hints=hints)
    except LabError as error:
        return _refused(exercise, error, hints, otherwise="failed")
    if isinstance(got.value, Program) and got.value.links:
        where = ", ".join(hook for _, hook in got.value.links)
        text = f"Your program is still attached to {where}. Detach it: {exercise.name}.detach()"
        return verdict(exercise, "leftover", text)
    return verdict(exercise, "solved", seen)


def _refused(exercise: Exercise, error: LabError, hints: int, otherwise: str) -> Verdict:
    """Return the verdict where something was refused: the answer, or what the judge asked for."""
    if error.of_machine:
        return verdict(exercise, "cannot-run", error=error)
    status = otherwise
    if exercise.of == "program" and error.loaded:
        status = "refused" if error.of_verifier else "not-compiled"
    return verdict(exercise, status, error=error, hints=hints)
