"""How long each lesson takes: ``python -m tests.notebooks.minutes`` counts it and writes it.

It writes the line below each title, the minutes and tags of the optional parts, and the tables of
the README and of lesson 00. With numbers of lessons it writes these lessons, and the two tables.

The formula is `SECONDS`. Blank lines, comments in code and folded cells (``plumbing``) take no
time, and of an output at most ten lines. A part of a lesson is optional from a heading that begins
with "Optional: " to the next heading that is not below it. What stands under "Exercises" belongs
to the exercises, and so does the cell of an exercise elsewhere. Minutes are shown in fives.
"""

import re
import sys
from collections import Counter

import pandas as pd

from bpflab.course.notebooks import dumps, lessons, read
from bpflab.paths import NUMBER, ROOT, number_of
from tests.course.solutions import MAGIC, exercises
from tests.course.written import of_lesson

SECONDS = {
    "words": 60 / 200,
    "Python": 5,  # a line
    "C": 8,  # a line that is shown, or that a difference shows as changed
    "output": 1.5,  # a line
    "runs": 3,  # of a cell
    "predictions": 45,
    "exercises": 180,
    "C to write": 70,  # a line that an exercise's solution adds
}
MOST_OUTPUT = 10
README = ROOT / "README.md"
KINDS = ("main", "optional", "exercises")
AFTERNOON = ("00", "02", "03", "04", "07", "08")
FENCE = re.compile(r"^```.*?^```[^\n]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"(#+) +(.+)")
ADDRESS = re.compile(r"\]\([^)]*\)")
COMMENT = re.compile(r"#(?!define|include|if|endif|else|undef)|//|/\*|\*(?!\w)")
NUMBERED = re.compile(r"^>? +\d+  (.*)$", re.MULTILINE)
PREDICT = re.compile(r"^ *predict\(", re.MULTILINE)
OPTIONAL = re.compile(r"\A(#+ Optional: [^\n]+\n\n> \*\*Optional\.\*\* )(?:About \d+ minutes\. )?")
HEAD = re.compile(r"\A(# [^\n]+\n\n)About [^\n]+")
ROW = re.compile(rf"^\| \[({NUMBER}) .*$", re.MULTILINE)
SUM = re.compile(r"^\| (all lessons|one afternoon: [^|]+) \|.*$", re.MULTILINE)


def fives(minutes):
    """Return minutes as they are shown: in fives, and 5 at least."""
    return max(5, 5 * round(minutes / 5)) if minutes else 0


def minutes(counts):
    """Return the minutes of what was counted, by the names of `SECONDS`."""
    return sum(SECONDS[what] * number for what, number in counts.items()) / 60


def lines(text):
    """Return how many lines of code *text* has, without blank ones and comments."""
    each = (line.strip() for line in text.splitlines())
    return sum(bool(line) and not COMMENT.match(line) for line in each)


def shown(out):
    """Return what an output adds: lines of C in a listing, changed ones in a difference, others."""
    data = out.get("data", {})
    text, page = out.get("text") or data.get("text/plain", ""), data.get("text/html", "")
    if text.startswith("--- "):
        return {"C": len(re.findall(r"^[+-](?![+-])", text, re.MULTILINE))}
    if "<pre" in page and "<table" not in page:
        return {"C": lines("\n".join(NUMBERED.findall(text)))}
    return {"output": min(MOST_OUTPUT, sum(bool(line.strip()) for line in text.splitlines()))}


def counted(cell):
    """Return what a cell adds."""
    if cell.cell_type != "code":
        return Counter()
    if asked := PREDICT.findall(cell.source):
        return Counter({"predictions": len(asked)})
    tags = cell.metadata.get("tags", [])
    own = 0 if "plumbing" in tags else lines(cell.source)
    found = Counter({"runs": 1, "C" if cell.source.startswith(MAGIC) else "Python": own})
    found["exercises"] += "exercise" in tags
    for out in cell.outputs:
        found.update(shown(out))
    return found


def parts(cells):
    """Yield for each cell its parts, each as its kind, a number of its own, and its text.

    Prose has a part for each of its headings; what stands in fences counts as words.
    """
    kind, level, number = "main", 0, 0
    for cell in cells:
        pieces = []
        fences = FENCE.sub(lambda fence: fence[0].replace("\n#", "\n "), cell.source)
        prose = cell.cell_type == "markdown"
        for text in re.split(r"^(?=#+ )", fences, flags=re.MULTILINE) if prose else [""]:
            if heading := HEADING.match(text):
                depth, title = len(heading[1]), heading[2]
                begins = title.startswith("Optional: ") or title == "Exercises"
                if begins or depth <= level:
                    kind = ("optional" if ":" in title else "exercises") if begins else "main"
                    level, number = depth if begins else 0, number + 1
            pieces += [(kind, number, text)] if text.strip() or not prose else []
        yield cell, pieces


def count(path):
    """Return what the parts of a lesson have, by kind and number, in their order."""
    found, cells = {}, read(path).cells
    at = {one.answer: number for number, one in exercises(cells).items()}
    to_write = of_lesson(path)
    for n, (cell, pieces) in enumerate(parts(cells)):
        for kind, number, text in pieces:
            part = found.setdefault((kind, number), Counter())
            part["words"] += len(re.findall(r"\S*\w\S*", ADDRESS.sub(" ", text)))
        if n in at:  # an exercise, wherever it stands
            part = found.setdefault(("exercises", 0), Counter())
            part["C to write"] += len(to_write.get(at[n], []))
        part.update(counted(cell))
    return found


def sums(path):
    """Return what a lesson has in all: on its main path, in optional parts, in exercises."""
    found = {kind: Counter() for kind in KINDS}
    for (kind, _), part in count(path).items():
        found[kind].update(part)
    return found


def shown_minutes(path):
    """Return the three numbers of a lesson, in the order of `KINDS`."""
    return [fives(minutes(counts)) for counts in sums(path).values()]


def head(path):
    """Return the line below a lesson's title."""
    main, *more = shown_minutes(path)
    words = zip(more, ("more for what is optional", "more for the exercises"), strict=True)
    said = [f"{number} {what}" for number, what in words if number]
    return f"About {main} minutes" + f", {' and '.join(said)}" * bool(said) + "."


def marked(path):
    """Return a lesson with its minutes, and with the tag ``optional`` where it belongs."""
    nb, took = read(path), {number: minutes(part) for (_, number), part in count(path).items()}
    for cell, pieces in parts(nb.cells):
        tags = [tag for tag in cell.metadata.get("tags", []) if tag != "optional"]
        tags += ["optional"] * any(kind == "optional" for kind, *_ in pieces)
        cell.metadata = {"tags": tags} if tags else {}
        if "plumbing" in tags:
            cell.metadata["jupyter"] = {"source_hidden": True}
        if cell.cell_type == "markdown" and pieces and OPTIONAL.match(cell.source):
            about = f"About {fives(took[pieces[0][1]])} minutes. "
            cell.source = OPTIONAL.sub(lambda match, about=about: match[1] + about, cell.source)
    nb.cells[0].source = HEAD.sub(lambda match: match[1] + head(path), nb.cells[0].source)
    if number_of(path.name) == "00":
        for cell in nb.cells:
            if cell.source.startswith("## Where next"):
                cell.source = tabled(cell.source, 3, 1)
    return nb


def tabled(text, before, numbers):
    """Return a text whose rows of lessons have so many fields *before* so many *numbers*."""
    known = {number_of(path.name): shown_minutes(path) for path in lessons()}

    def row(first, each):
        return " | ".join([*first, *(str(n or "-") for n in each[:numbers])]) + " |"

    def lesson(match):
        fields = [*match[0].split(" | "), "", ""][:before]
        return row([field.removesuffix("|").strip() for field in fields], known[match[1]])

    def total(match):
        chosen = re.findall(NUMBER, match[1]) or known
        return row(
            ["| " + match[1], ""], [sum(n) for n in zip(*map(known.get, chosen), strict=True)]
        )

    return SUM.sub(total, ROW.sub(lesson, text))


def readme():
    """Return the README with the minutes of each lesson."""
    return tabled(README.read_text(encoding="utf-8"), 2, 3)


def frame():
    """Return a row a lesson: all that is counted, and the minutes."""
    rows = {}
    for path in lessons():
        found = sums(path)
        counts = {what: sum(part[what] for part in found.values()) for what in SECONDS}
        took = {f"min, {kind}": round(minutes(part)) for kind, part in found.items()}
        rows[number_of(path.name)] = counts | took
    return pd.DataFrame(rows).T


if __name__ == "__main__":
    for one in lessons():
        if number_of(one.name) in sys.argv[1:] or not sys.argv[1:]:
            one.write_text(dumps(marked(one)), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
    table = frame()
    table.loc["all"] = table.sum()
    print(table.to_string())
