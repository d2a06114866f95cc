"""The verifier's view says what the verifier's log says: ten programs, on the kernel that runs."""

import re
import sys
from html.parser import HTMLParser

import pytest

from bpflab import LabError, expect, load, source, verifier
from bpflab.programs import walked
from bpflab.verifier_log.visits import visits
from bpflab.verifier_log.words import in_words, name_words

PROGRAMS = {
    "start_here/execs": ("hook", {}),
    "hello/path": ("hello", {}),
    "first_map/cut": ("hook", {}),
    "reset_bug/stale": ("hook", {}),
    "exclusion/exclude": ("hook", {}),
    "map_types/count": ("by_update", {}),
    "events/both": ("hook", {"FIRST": 4096}),
    "two_hooks/join": ("hook_enter", {}),
    "limits/static.bpf": ("entry", {}),
    "limits/helped.bpf": ("helped", {"ROUNDS": 1000}),
}


@pytest.fixture
def logs(monkeypatch):
    """The texts that the kernel gave for a walk."""
    found, parse = [], walked.parse
    monkeypatch.setattr(walked, "parse", lambda log, *a: found.append(log) or parse(log, *a))
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_walk_is_that_of_the_log(name, logs):
    """Each instruction and each state that the log prints is in the walk, in the same order."""
    walk, _ = walk_over(name)
    printed = list(instructions(logs[-1]))
    assert [step.insn for step in walk.steps] == [insn for insn, _, _ in printed]
    for step, (_, before, after) in zip(walk.steps, printed, strict=True):
        assert before is None or step.before == before, step
        assert after.items() <= step.after.items(), step
    assert not walk.message
    assert walk.whole


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_the_log_leaves_out(name, logs):
    """What is known at a branch is what the kernel prints, whole, where it takes the branch up.

    Linux up to 6.7 prints some stack slots otherwise: see `verifier_log.effects.after_reading`.
    """
    walk, _ = walk_over(name)
    old, compared = "(off=0,imm=0)" in logs[-1], 0
    for number, path in enumerate(walk.paths):
        first = next((step for step in walk.steps if step.path == number), None)
        branch = walk.steps[path.parent]
        if path.parent < 0 or first is None or first.frame != branch.frame:
            continue
        ids = {id_of(branch.before.get(name, "")) for name in compared_in(branch.code)} - {""}
        for place in {*branch.before, *first.before} - compared_in(branch.code):
            known = branch.before.get(place, "")
            if id_of(known) in ids or (old and place.startswith("fp")):
                continue
            assert first.before.get(place) == branch.before.get(place), (branch, place)
            compared += 1
    assert compared > 5 or name != "exclusion/exclude"  # LLVM 21 makes no branch of first_map/cut


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_page_shows_the_log(name, logs):
    """The table of each step has what the log printed last of it, in words."""
    walk, lines = walk_over(name)
    printed = list(instructions(logs[-1]))
    hook, defines = PROGRAMS[name]
    page = Page()
    page.feed(verifier(name, hook, defines=defines, steps=2000).html)
    every = visits(walk, lines)
    assert len(page.tables) == len(every)
    for visit, rows in zip(every, page.tables, strict=True):
        after = printed[visit.first + len(visit.steps) - 1][2]
        for place, known in after.items():
            if place != "R10":
                assert rows[name_words(place)] == in_words(place, known)


def test_a_refusal():
    """The view of a refusal begins at the refused line, and says what the pointer is."""
    text = """BPF_HASH(counts, u32, u64);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 key = 1;
	u64 *n = counts.lookup(&key);
	(*n)++;
	return 0;
}
"""
    with pytest.raises(LabError) as refused:
        load("no check", text=text)
    view = verifier(refused.value)
    assert "or NULL" in view.text
    assert "The verifier refuses it: R0 invalid mem access 'map_value_or_null'" in view.text
    assert "no check:6  (*n)++;" in view.text
    last = view.html.count("<input") - 1
    assert re.findall(r'class="k(\d+)"[^>]* checked', view.html) == [str(last)]
    assert verifier("no check", text=text).text == view.text


def test_a_program_of_several():
    """The named function is looked at, and the program stays as it was."""
    with load("two_hooks/join") as program:
        view = verifier(program, "hook_exit")
        assert view.text.startswith("hook_exit of two_hooks/join")
        assert verifier(program, "hook_exit").html == view.html
        assert not program.closed
        with pytest.raises(LabError, match="hook_exiit"):
            verifier(program, "hook_exiit")


def test_a_text_that_the_compiler_refuses():
    """There is no walk over what the verifier has not seen."""
    with pytest.raises(LabError) as refused:
        load("broken", text="int hook(void *ctx) { return n; }")
    with pytest.raises(LabError) as error:
        verifier(refused.value)
    assert error.value.kind == "no-walk"


def test_the_last_refusal(monkeypatch):
    """Without an argument it is what ended a cell, or was expected, the last time."""
    monkeypatch.setattr(sys, "last_value", None, raising=False)
    with pytest.raises(LabError, match="Nothing was refused yet"):
        verifier()
    with pytest.raises(LabError) as refused:
        load("returned", text="int hook(void *ctx) { return *(int *)0; }")
    monkeypatch.setattr(sys, "last_value", refused.value)
    assert "returned" in verifier().text and "The verifier refuses it" in verifier().text
    with expect():
        load("expected", text="int hook(void *ctx) { return *(int *)8; }")
    assert "expected" in verifier().text


def test_a_walk_that_is_too_long(logs):
    """A loop of many rounds is shown from its beginning, or refused with its length."""
    try:
        view = verifier("limits/counted.bpf", defines={"ROUNDS": 100_000})
    except LabError as error:
        assert error.kind == "long-walk"
        assert "700002" in error.why
    else:
        assert "this is the beginning" in view.text


def walk_over(name):
    """Return the walk over a program, and the lines of its text."""
    hook, defines = PROGRAMS[name]
    load(name, defines=defines).close()  # compiled once for all tests
    code = source.find(name, defines)
    return walked.walk(code, "", hook)[1], list(code.lines)


def test_a_refusal_after_a_million_instructions():
    """Its view says so, whether it can show the beginning or not."""
    with pytest.raises(LabError) as refused:
        load("limits/counted.bpf", defines={"ROUNDS": 1_000_001})
    text = verifier(refused.value).text
    assert "The verifier refuses it: BPF program is too large" in text
    assert "It looked at 1000001 instructions." in text


def instructions(log):
    """Yield number, state before where the log prints it whole, and what it prints after."""
    now, whole = None, None
    for line in log.split("\n"):
        if found := re.match(r"(\d+): \([0-9a-f]{2}\)(.*)", line):
            if now:
                yield now
            _, _, after = found[2].partition(" ; ")
            now, whole = (int(found[1]), whole, tokens(after)), None
        elif line.startswith(("from ", "Validating ", "callee:", "to caller")) or not line:
            if now:
                yield now
            now = None
            if line.startswith("from ") and "safe" not in line:
                whole = tokens(line.partition(":")[2])
        elif found := re.match(r"(\d+): (.*)", line):
            if now is None:
                whole = tokens(found[2]) or whole
            else:
                now[2].update(tokens(found[2]))
    if now:
        yield now


def tokens(text):
    """Return the registers and slots of a printed state, read letter by letter."""
    found, word, depth = {}, "", 0
    for char in f"{text} ":
        depth += (char in "([") - (char in ")]")
        if char != " " or depth:
            word += char
            continue
        name, sign, value = word.partition("=")
        if sign and re.fullmatch(r"(R\d+|fp-\d+)(_\w+)?", name):
            found[name.split("_")[0]] = value
        word = ""
    return found


def compared_in(code):
    """Return the registers that an ``if`` compares."""
    return {name.upper().replace("W", "R") for name in re.findall(r"\b[rw]\d+\b", code)}


def id_of(known):
    """Return the number that says of what a value is a copy."""
    found = re.search(r"(?<![_\w])id=(\d+)", known)
    return found[1] if found else ""


class Page(HTMLParser):
    """The tables of a page: for each what stands beside each name."""

    def __init__(self):
        super().__init__()
        self.tables, self.cells, self.inside = [], [], False

    def handle_starttag(self, tag, attrs):
        """Begin a table, a row or a cell."""
        if tag == "section":
            self.tables.append({})
        elif tag == "tr":
            self.cells = []
        elif tag in ("td", "th"):
            self.cells.append("")
            self.inside = True

    def handle_endtag(self, tag):
        """End a cell or a row."""
        if tag in ("td", "th"):
            self.inside = False
        elif tag == "tr":
            self.tables[-1][self.cells[1]] = self.cells[2]

    def handle_data(self, data):
        """Take a cell's text in."""
        if self.inside:
            self.cells[-1] += data
