"""The design's table of what may be interrupted: each text of bpf/, and where lessons attach it."""

import ast
import re

import pytest

from bpflab import find
from bpflab.course.notebooks import lessons
from bpflab.paths import BPF, ROOT
from tests.notebooks.lesson import Lesson, python_cells

HOOK = re.compile(r"[a-z_]+:sys_\w+|sched:\w+|sys_enter|bpf_trace_printk")
PER_CPU = re.compile(r"BPF_PERCPU_\w+\((\w+)|BPF_TABLE\(STATE_TYPE, [^,]+, [^,]+, (\w+)")


def rows():
    """Return the table's rows: what each names, the hooks, what is stored per CPU."""
    text = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    table = text.partition("| text | attached to | per CPU | interrupted |")[2].partition("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return [[re.findall(r"`([^`]+)`", cell) for cell in row[:3]] for row in cells]


HELD = {name: (set(hooks), set(maps)) for names, hooks, maps in rows() for name in names}
TEXTS = [name for name in HELD if (BPF / name).is_dir() or (BPF / f"{name}.c").exists()]


def strings_of(lesson):
    """Return the strings in a lesson's Python, without those that only mark lines of a listing."""
    found = set()
    for cell in python_cells(lesson):
        marks = [n.value for n in ast.walk(cell) if isinstance(n, ast.keyword) and n.arg == "marks"]
        left_out = {id(n) for mark in marks for n in ast.walk(mark)}
        nodes = (n for n in ast.walk(cell) if isinstance(n, ast.Constant))
        found |= {n.value for n in nodes if id(n) not in left_out and isinstance(n.value, str)}
    return found


def test_each_text_has_one_row():
    """None is forgotten, and none is named that is not there."""
    names = [name for names, _, _ in rows() for name in names]
    folders = {name.removesuffix("…") for name in names if name.endswith("/…")}
    files = {path.relative_to(BPF).as_posix() for path in BPF.rglob("*.c")}
    files -= {file.removesuffix(".c") + ".bpf.c" for file in files}  # the same for libbpf
    covered = {f for f in files if f.removesuffix(".c") in names or f.rpartition("/")[0] in names}
    covered |= {file for file in files if file.startswith(tuple(folders))}

    assert len(names) == len(set(names))
    assert files - covered == set()


@pytest.mark.parametrize("name", TEXTS)
def test_what_it_stores_per_cpu_is_named(name):
    """A map per CPU that a program looks up in is a buffer; one that it only counts in is none."""
    text = find(name).text
    per_cpu = '#define STATE_TYPE "percpu_' in text
    maps = {one or (per_cpu and other) for one, other in PER_CPU.findall(text)} - {False}

    assert {one for one in maps if f"{one}.lookup(" in text} == HELD[name][1]


def test_its_hooks_are_those_of_the_lessons():
    """What a lesson attaches to is a hook of a text that it names, and each hook has a lesson."""
    used, unnamed = {}, {}
    for path in lessons():
        strings = strings_of(Lesson(path))
        hooks = {string for string in strings if HOOK.fullmatch(string)}
        for name in strings & HELD.keys():
            used.setdefault(name, set()).update(hooks)
        if not any(string.startswith("interrupted/") for string in strings):  # those try hooks
            unnamed[path.name] = hooks.difference(*(HELD[n][0] for n in strings & HELD.keys()))

    lacking = {name: hooks - used.get(name, set()) for name, (hooks, _) in HELD.items()}
    assert {name: hooks for name, hooks in (lacking | unnamed).items() if hooks} == {}
