"""A lesson's cell by the command's own path: executed in a process of its own, and shown."""

from bpflab.course import compare
from bpflab.course.notebooks import read
from bpflab.course.one_cell import HERE, find, kernel


def test_a_cell_on_this_machine(capsys):
    """It loads a program, sees what was executed, and shows what the lesson has stored of it."""
    cell, said = find("02:05-8ceb52"), []
    assert compare.main([cell], [HERE], False, said.append) == 0, said
    head, name, blank, *lines, end = capsys.readouterr().out.splitlines()
    (stored,) = (one for one in read(cell.path).cells if one.id == cell.id)
    shown = stored.outputs[0].data["text/plain"].splitlines()
    assert (head, blank, end) == ("02:05-8ceb52 on 1 kernel", "", "")
    assert name.startswith(f"A  Linux {kernel()} (here, ")
    assert [line.removeprefix("   ") for line in lines] == shown
    assert len(said) == 2, "the cell that imports, this one, and no other"
