"""The rules that every lesson keeps, read from its file without executing it."""

import ast
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from bpflab.notebooks import NOTEBOOKS_DIR, ROOT, dumps, lessons, normalise, read

TAGS = {"nbval-check-output", "nbval-ignore-output", "exercise", "solution"}
SECTIONS = ["what you will build", "what you need", "exercises", "in practice", "further reading"]
MACHINE = re.compile(r"(?<![\w.-])/(?:home|root|work|tmp)/|ipykernel_\d+")
BPF_PATH = re.compile(r"(?<![\w/.-])(?:\.\./)?(bpf/[\w./-]*\w/?)")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>#]+)[^)]*\)")
IMAGE_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
OTHER_TERMINAL = re.compile(r"\b(second|another|other|new|separate)\s+(terminal|shell)\b", re.I)
LONGEST = 12


class Lesson:
    """A lesson as it is stored, and its file."""

    def __init__(self, path):
        self.path = path
        self.nb = read(path)
        self.cells = self.nb.cells


@pytest.fixture(params=lessons(), ids=lambda path: path.stem)
def lesson(request):
    """Give each lesson in turn, as it is stored."""
    return Lesson(request.param)


def code_of(lesson):
    """Return the code cells."""
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def prose_of(lesson):
    """Return the text of all markdown cells, without what stands in fences."""
    texts = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    return FENCE.sub("", "\n\n".join(texts))


def headings_of(lesson):
    """Return the headings in order, each with its level."""
    found = re.findall(r"^(#+) +(.+?)\s*$", prose_of(lesson), re.MULTILINE)
    return [(len(marks), title) for marks, title in found]


def tags_of(cell):
    """Return a cell's tags."""
    return set(cell.metadata.get("tags", []))


def texts_of(cell):
    """Return all that a cell's outputs say, pictures apart."""
    said = []
    for out in cell.outputs:
        data = {
            k: v for k, v in out.get("data", {}).items() if k not in ("image/png", "image/jpeg")
        }
        said += [out.get("text", ""), *map(str, data.values())]
    return "\n".join(said)


def images_of(lesson):
    """Return each image of the prose as its alternative text and its place."""
    prose = prose_of(lesson)
    images = [(alt, place) for bang, alt, place in LINK.findall(prose) if bang]
    for tag in IMAGE_TAG.findall(prose):
        found = dict(re.findall(r"""\b(alt|src)\s*=\s*["']([^"']*)["']""", tag))
        images.append((found.get("alt", ""), found.get("src", "")))
    return images


def test_there_are_lessons():
    """A glob that matches nothing would make every rule below hold."""
    assert len(lessons()) >= 2, f"{NOTEBOOKS_DIR.name}/ holds {len(lessons())} lessons"


def test_each_number_is_given_once():
    """A lesson is called by its number, so no two share one."""
    numbers = [path.name[:2] for path in lessons()]
    assert numbers == sorted(set(numbers))


def test_it_begins_with_its_one_title(lesson):
    """The first line is a heading of level 1, and there is no other."""
    assert lesson.cells[0].cell_type == "markdown"
    assert lesson.cells[0].source.startswith("# ")
    assert [level for level, _ in headings_of(lesson)].count(1) == 1


def test_it_has_the_sections_in_their_order(lesson):
    """A reader finds the same five sections in each lesson; the first one only starts."""
    if lesson.path.name.startswith("00"):
        pytest.skip("lesson 00 starts the lab and builds nothing")
    titles = [title.lower() for _, title in headings_of(lesson)]
    found = [section for title in titles for section in SECTIONS if title.startswith(section)]
    assert found == SECTIONS


def test_it_wants_the_kernel_that_everybody_has(lesson):
    """The kernel is called python3, as in every Jupyter."""
    assert lesson.nb.metadata.kernelspec.name == "python3"


def test_its_cells_were_executed_in_order(lesson):
    """The counts are 1..n: nothing was skipped, or run twice."""
    counts = [cell.execution_count for cell in code_of(lesson)]
    assert counts == list(range(1, len(counts) + 1))
    assert counts


def test_its_file_is_normalised(lesson):
    """What is stored is what ``bpflab refresh`` would write of it."""
    assert dumps(normalise(lesson.nb)) == lesson.path.read_text(encoding="utf-8")


def test_its_tags_are_those_we_know(lesson):
    """A typing error in a tag would switch a comparison off; raises-exception could not fail."""
    unknown = {tag for cell in code_of(lesson) for tag in tags_of(cell)} - TAGS
    assert unknown == set()


def test_its_comparisons_are_switched_by_tags_alone(lesson):
    """A comment for nbval would beat the tag, and a learner would read it."""
    assert [cell.source for cell in code_of(lesson) if "NBVAL_" in cell.source] == []


def test_at_least_half_of_what_it_shows_is_compared(lesson):
    """Of the cells that show something, nbval compares one of two or more."""
    shows = [cell for cell in code_of(lesson) if cell.outputs]
    compared = [cell for cell in shows if "nbval-check-output" in tags_of(cell)]
    assert len(compared) * 2 >= len(shows)


def test_what_is_compared_shows_something(lesson):
    """A cell without an output that is tagged to be compared promises what it does not do."""
    checked = [cell for cell in code_of(lesson) if "nbval-check-output" in tags_of(cell)]
    assert [cell.source for cell in checked if not texts_of(cell).strip()] == []


def test_its_code_is_plain_python(lesson):
    """No magics, no shell escapes, no help marks: what stands there works in a script too."""
    for cell in code_of(lesson):
        ast.parse(cell.source, f"cell {cell.execution_count}")
        assert "get_ipython" not in cell.source


def test_one_window_is_enough(lesson):
    """No step needs another terminal."""
    everything = "\n".join(cell.source for cell in lesson.cells)
    assert [match[0] for match in OTHER_TERMINAL.finditer(everything)] == []


def test_its_code_cells_are_short(lesson):
    """A cell has at most twelve lines, to stay beside its prose; an exercise may have more."""
    plain = [cell for cell in code_of(lesson) if "exercise" not in tags_of(cell)]
    long = {cell.execution_count: len(cell.source.splitlines()) for cell in plain}
    assert {number: lines for number, lines in long.items() if lines > LONGEST} == {}


def test_its_outputs_are_stored(lesson):
    """Most readers meet a lesson on the web, where nothing is executed."""
    assert any(texts_of(cell).strip() for cell in code_of(lesson))


def test_it_shows_no_failure(lesson):
    """A cell that should fail shows the caught error; no output is a traceback or is coloured."""
    for cell in code_of(lesson):
        assert [out.ename for out in cell.outputs if out.output_type == "error"] == []
        assert "Traceback" not in texts_of(cell)
        assert "\x1b" not in texts_of(cell)


def test_it_shows_no_place_of_the_machine_that_ran_it(lesson):
    """No output names a home, a clone or a temporary file."""
    said = [
        (c.execution_count, m[0]) for c in code_of(lesson) for m in MACHINE.finditer(texts_of(c))
    ]
    assert said == []


def test_its_images_are_there_and_described(lesson):
    """Every image has an alternative text and is a file of this repository."""
    folder = lesson.path.parent
    attached = {name for cell in lesson.cells for name in cell.get("attachments", {})}
    for alt, place in images_of(lesson):
        assert alt.strip(), place
        assert place.removeprefix("attachment:") in attached or (folder / unquote(place)).is_file()


def test_the_bpf_files_it_names_exist(lesson):
    """A path below bpf/ in prose or code leads somewhere."""
    named = {path for cell in lesson.cells for path in BPF_PATH.findall(cell.source)}
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_its_links_lead_somewhere(lesson):
    """A link to another notebook, or to any file of the repository, leads to one."""
    places = [place for bang, _, place in LINK.findall(prose_of(lesson)) if not bang]
    local = [place for place in places if not re.match(r"[a-z][a-z+.-]*:", place, re.IGNORECASE)]
    missing = [
        p for p in local if Path(p).is_absolute() or not (lesson.path.parent / unquote(p)).exists()
    ]
    assert missing == []
