"""A specification, clause by clause."""

import pytest

from bpflab.errors import LabError
from bpflab.exercises.clauses import Clauses
from bpflab.exercises.exercise import Wrong


def refuse(error):
    """Raise what keeps a clause from being tried."""
    raise error


def test_all_clauses_that_are_met_raise_nothing():
    """Nor do no clauses."""
    clauses = Clauses()
    clauses.verdict()
    clauses.check("one", lambda: ([0], [0]))
    clauses.verdict()


def test_each_clause_is_tried_whatever_came_of_the_others():
    """And has a row, with what was expected and seen only where it is not met."""
    clauses = Clauses()
    clauses.check("no field", lambda: refuse(Wrong("The event has no field ret.")))
    clauses.check("met", lambda: (7, 7))
    clauses.check("no map", lambda: refuse(LabError("no-map", "There is no map CALLS.")))
    clauses.check("too few", lambda: (["a", "b"], []))
    with pytest.raises(Wrong) as caught:
        clauses.verdict()

    assert caught.value.text == "1 of 4 clauses are met."
    assert caught.value.rows == (
        ("✗ no field", "as asked", "The event has no field ret."),
        ("✓ met", "", ""),
        ("✗ no map", "as asked", "There is no map CALLS."),
        ("✗ too few", "a, b", "none"),
    )


def test_a_machine_that_cannot_judge_is_no_wrong_answer():
    """Its error ends the check."""
    error = LabError("privilege", "The process cannot be traced.")
    with pytest.raises(LabError) as caught:
        Clauses().check("paused", lambda: refuse(error))
    assert caught.value is error


def test_a_long_value_keeps_its_end():
    """Paths differ there."""
    clauses = Clauses()
    clauses.check("path", lambda: ("/a" * 100 + "/x", "/a" * 100 + "/y"))
    with pytest.raises(Wrong) as caught:
        clauses.verdict()
    (_, expected, seen), *_ = caught.value.rows
    assert expected.endswith("/x") and seen.endswith("/y") and len(str(seen)) < 100


def test_long_values_show_their_first_difference():
    """Also where they differ in the middle, or one is a piece of the other."""
    clauses = Clauses()
    clauses.check("middle", lambda: ("/a" * 100 + "good" + "/a" * 99, "/a" * 100 + "/bad" * 50))
    clauses.check("cut", lambda: (["b" * 300, "c" * 300], ["b" * 255, "c" * 300]))
    with pytest.raises(Wrong) as caught:
        clauses.verdict()
    middle, cut = caught.value.rows
    assert "good" in middle[1] and "/bad" in middle[2]
    assert "bb" in cut[1] and cut[1] != cut[2] and "c" in cut[2]
    assert all(len(cell) < 100 for row in (middle, cut) for cell in row)
