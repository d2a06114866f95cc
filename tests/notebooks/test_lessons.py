"""The rules that every lesson keeps, read from its file without executing it."""

import ast
import builtins
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from bpflab.course.notebooks import dumps, lessons, normalise
from bpflab.doctor.features import FEATURES
from bpflab.doctor.lessons import read as read_needs
from bpflab.paths import NOTEBOOKS, NUMBER, ROOT, number_of
from tests.course.solutions import MAGIC, OF_IPYTHON, names, python_of
from tests.notebooks.lesson import (
    Lesson,
    calls_of,
    code_of,
    headings_of,
    prose_of,
    python_cells,
    tags_of,
    texts_of,
)

TAGS = {"nbval-check-output", "nbval-ignore-output", "exercise", "solution", "plumbing", "optional"}
SECTIONS = ["what you will build", "what you need", "exercises", "in practice", "further reading"]
MACHINE = re.compile(r"(?<![\w.-])/(?:home|root|work|tmp)/|ipykernel_\d+")
BPF_PATH = re.compile(r"(?<![\w/.<-])(?:\.\./)?(bpf/[\w./-]*\w/?)")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>#]+)[^)]*\)")
IMAGE_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
OTHER_TERMINAL = re.compile(r"\b(second|another|other|new|separate)\s+(terminal|shell)\b", re.I)
LONGEST = 12
LONGEST_C = 24
NAMES_USE = {  # what a lesson imports of the lab, and the feature that it then uses
    "bpftrace": "bpftrace",
    "load": "programs",
    "syscalls": "system-call names",
}
TEXT_USES = {  # what stands in its cells or its C, and the feature behind it
    "tracepoints": r"""(?:["']|--hook[ =](?:\w+=)?)(?:syscalls|sched):\w|\bSEC\("tp/""",
    "ptrace": r"\bstandby\(execve=",
    "bpffs": r"\.pinned\(\)",
    "kprobes": r"\bsyscall_entry\(",
    "clang": r'\bSEC\("',
    "libbpf": r'\bSEC\("',
    "build tools": r'\bsh\("make',
    "bpftool": r"""\bwhich\(["']bpftool""",
    "other users": r"\buid=uid\b",
}
LINES = re.compile(r"\b[Ll]ines? \d+(?:(?:,| and) \d+)*|\s\(\d+\)")  # not ptrace(2)
MARKED = re.compile(r"^> +(\d+)  ", re.MULTILINE)
PROSE_SAYS = {"two CPUs": r"\btwo CPUs\b", "pages of 4096 bytes": r"\bpages of 4096 bytes\b"}


def images_of(lesson):
    """Return each image of the prose as its alternative text and its place."""
    prose = prose_of(lesson)
    images = [(alt, place) for bang, alt, place in LINK.findall(prose) if bang]
    for tag in IMAGE_TAG.findall(prose):
        found = dict(re.findall(r"""\b(alt|src)\s*=\s*["']([^"']*)["']""", tag))
        images.append((found.get("alt", ""), found.get("src", "")))
    return images


def sources_of(lesson):
    """Return the text of each file below bpf/ that it names in full, to find, show or load it.

    Of a folder these are the files of BCC's dialect, which it needs unless the reader chooses.
    """
    named = [call.args[0] for call in calls_of(lesson, "find", "load", "show") if call.args]
    places = {ROOT / "bpf" / arg.value for arg in named if isinstance(arg, ast.Constant)}
    folders = [path for place in places if place.is_dir() for path in place.rglob("*.[ch]")]
    folders = [path for path in folders if not path.stem.endswith(".bpf")]
    files = [Path(f"{place}.c") for place in places if Path(f"{place}.c").is_file()]
    return [path.read_text(encoding="utf-8") for path in files + folders]


def uses_of(lesson):
    """Return the features that can be told from what it imports, writes and loads."""
    code = [cell.source for cell in code_of(lesson)]
    nodes = (node for cell in python_cells(lesson) for node in ast.walk(cell))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    named = {alias.name for node in imports if node.module == "bpflab" for alias in node.names}
    named |= {"load" for source in code if source.startswith(MAGIC)}
    texts = "\n".join([*code, *sources_of(lesson)])
    seen = {feature for feature, mark in TEXT_USES.items() if re.search(mark, texts)}
    return seen | {NAMES_USE[name] for name in named if name in NAMES_USE}


def test_there_are_lessons():
    """A glob that matches nothing would make every rule below hold."""
    assert len(lessons()) >= 2, f"{NOTEBOOKS.name}/ holds {len(lessons())} lessons"


def test_each_number_is_given_once():
    """A lesson is called by its number, so no two share one."""
    numbers = [number_of(path.name) for path in lessons()]
    assert numbers == sorted(set(numbers))


def test_it_begins_with_its_one_title(lesson):
    """The first line is a heading of level 1, and there is no other."""
    assert lesson.cells[0].cell_type == "markdown"
    assert lesson.cells[0].source.startswith("# ")
    assert [level for level, _ in headings_of(lesson)].count(1) == 1


def test_it_has_the_sections_in_their_order(lesson):
    """A reader finds the same five sections in each lesson; the first two build nothing."""
    if lesson.number < "01":
        pytest.skip("lesson 00 starts the lab, and 00b is about C")
    titles = [title.lower() for _, title in headings_of(lesson)]
    found = [section for title in titles for section in SECTIONS if title.startswith(section)]
    assert found == SECTIONS


def test_it_wants_the_kernel_that_everybody_has(lesson):
    """The kernel is called python3, as in every Jupyter."""
    assert lesson.nb.metadata.kernelspec.name == "python3"


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
    """No magics but `%%bpf`, no shell escapes, no help marks: it works in a script too."""
    for cell in code_of(lesson):
        ast.parse(python_of(cell.source), f"cell {cell.execution_count}")
        assert "get_ipython" not in cell.source


def test_it_imports_what_the_lab_installs(lesson):
    """Besides Python's own modules: deptry, which holds the package to this, reads no `%%bpf`."""
    nodes = [node for cell in python_cells(lesson) for node in ast.walk(cell)]
    named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {"bcc", "bpflab", "IPython", *sys.stdlib_module_names, *project["dependencies"]}
    assert not [name for name in named if name.split(".")[0] not in known]


def test_each_name_gets_a_value(lesson):
    """In a cell of the lesson: ruff is not asked, since it does not see what `%%bpf` names."""
    uses, binds = zip(*(names(cell.source) for cell in code_of(lesson)), strict=True)
    assert set().union(*uses) - set().union(*binds) - {*dir(builtins), *OF_IPYTHON} == set()


def test_one_window_is_enough(lesson):
    """No step needs another terminal."""
    everything = "\n".join(cell.source for cell in lesson.cells)
    assert [match[0] for match in OTHER_TERMINAL.finditer(everything)] == []


def test_its_code_cells_are_short(lesson):
    """Twelve lines, or 24 of C, stay beside their prose; an exercise may have more.

    So may the list of what the lesson needs: it has a line for each feature.
    """
    first = "from bpflab import needs\n"
    plain = [cell for cell in code_of(lesson) if "exercise" not in tags_of(cell)]
    plain = [cell for cell in plain if not cell.source.startswith(first)]
    most = {cell.id: LONGEST_C if cell.source.startswith(MAGIC) else LONGEST for cell in plain}
    lines = {cell.id: len(cell.source.splitlines()) for cell in plain}
    assert {id: (lines[id], most[id]) for id in lines if lines[id] > most[id]} == {}


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
    found = [
        (c.execution_count, m[0]) for c in code_of(lesson) for m in MACHINE.finditer(texts_of(c))
    ]
    assert found == []


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


def test_the_lines_it_talks_of_are_marked(lesson):
    """In a listing before: so a number that the C has left behind is seen."""
    marked, found = set(), set()
    for cell in lesson.cells:
        if cell.cell_type == "code":
            shown = "\n".join(out.get("data", {}).get("text/plain", "") for out in cell.outputs)
            marked |= set(MARKED.findall(shown))
        else:
            named = re.findall(r"\d+", " ".join(LINES.findall(cell.source)))
            found |= {(cell.id, number) for number in named if number not in marked}
    assert found == set()


def test_its_links_lead_somewhere(lesson):
    """A link to another notebook, or to any file of the repository, leads to one; to no folder."""
    places = [place for bang, _, place in LINK.findall(prose_of(lesson)) if not bang]
    local = [place for place in places if not re.match(r"[a-z][a-z+.-]*:", place, re.IGNORECASE)]
    missing = [
        p for p in local if Path(p).is_absolute() or not (lesson.path.parent / unquote(p)).is_file()
    ]
    assert missing == []


def test_each_part_about_c_is_linked_where_a_reader_meets_it():
    """Lesson 00b explains C; the lessons lead to each of its parts, and to no other place in it."""
    about_c = Lesson(next(path for path in lessons() if number_of(path.name) == "00b"))
    titles = [title.replace(" ", "-") for level, title in headings_of(about_c) if level == 2]
    parts = titles[titles.index("What-you-need") + 1 : titles.index("The-rest,-in-one-table")]
    link = re.compile(rf"\]\({re.escape(about_c.path.name)}#([^)]+)\)")
    prose = "".join(prose_of(Lesson(path)) for path in lessons() if path != about_c.path)
    assert set(link.findall(prose)) == set(parts)


def test_it_says_first_what_it_needs(lesson):
    """The first code cell asks for the lesson's features; lesson 00 starts with the doctor.

    What it says is compared, unless it also says what a machine may lack without harm.
    """
    asking = [cell for cell in code_of(lesson) if re.search(r"^needs\(", cell.source, re.MULTILINE)]
    tags = set() if read_needs(lesson.path).optional else {"nbval-check-output"}
    assert [tags_of(cell) for cell in asking] == [tags]
    assert asking[0].source.startswith("from bpflab import needs\n")
    first = code_of(lesson)[0]
    is_start = lesson.number == "00"
    assert "doctor.findings" in first.source if is_start else first is asking[0]


def test_the_course_begins_with_a_table_that_moves():
    """Lesson 00 has at most three code cells before it."""
    before = [cell.source for cell in code_of(Lesson(lessons()[0]))]
    (live,) = [n for n, source in enumerate(before) if "live(" in source]
    assert live <= 3


def test_it_names_each_feature_that_it_uses_and_no_other(lesson):
    """The doctor's matrix says of a lesson what the lesson does."""
    says = read_needs(lesson.path)
    named = {*says.needs, *says.optional}
    assert named <= set(FEATURES)
    assert len(named) == len(says.needs) + len(says.optional), "one is named twice"
    assert named & {*TEXT_USES, *NAMES_USE.values()} == uses_of(lesson)


def test_it_needs_of_the_machine_what_its_prose_says(lesson):
    """Under "What you need" stands what the first cell asks for, and the other way round."""
    parts = re.split(r"^## ", prose_of(lesson), flags=re.MULTILINE)
    wanted = next((part for part in parts if part.lower().startswith("what you need")), "")
    found = {feature for feature, words in PROSE_SAYS.items() if re.search(words, wanted)}
    assert found == set(PROSE_SAYS) & set(read_needs(lesson.path).needs)


def test_the_stored_matrix_is_of_these_lessons():
    """Lesson 00 shows which lesson names which feature: its table is as old as their cells."""
    start = Lesson(lessons()[0])
    cell = next(cell for cell in code_of(start) if ".survey()" in cell.source)
    _, head, _, *rows = cell.outputs[0].data["text/plain"].splitlines()
    says = {number_of(path.stem): read_needs(path) for path in lessons()}
    named = {(f, number) for number, one in says.items() for f in (*one.needs, *one.optional)}
    columns = {number: head.index(number) for number in re.findall(rf"\b{NUMBER}\b", head)}
    width = min(columns.values())
    shown = {
        (row[:width].strip(), number)
        for row in rows
        for number, at in columns.items()
        if row[at : at + 1].strip()
    }
    assert shown == named, "./lab refresh 00 asks again"
