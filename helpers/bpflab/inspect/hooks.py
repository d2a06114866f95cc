"""``hooks``: which hooks this kernel has for a word, and what they are for."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from bpflab.arguments import checked, within
from bpflab.bindings import kallsyms, perfevent, tracepoints
from bpflab.bindings.tracepoint_fields import fields
from bpflab.data import prototypes
from bpflab.errors import LabError
from bpflab.reference.events import EVENTS, LIBC, callers
from bpflab.text import safe_text
from bpflab.views.table import table
from bpflab.views.view import View, markup

_CALL = re.compile(r"syscalls:sys_(enter|exit)_(\w+)")
_FUNCTIONS = 10  # of the kernel's functions at most: a word may have thousands
_NAMED = 4  # fields of an event that a line names
_NOTE = "margin:0;padding:.2em .7em"
_NOWHERE = 9
_FUNCTION = "A function of the kernel: a kprobe is at its entry, a kretprobe at its return."


@checked
def hooks(word: str = "", *, limit: int = 30) -> View:
    """Return the hooks of this kernel that have to do with *word*, and what each is for.

    Looks at the names of tracepoints, at what well-known ones are for, and at what the C library
    calls; and at the kernel's functions where the kernel has kprobes, of which it shows ten. Shows
    *limit* rows, and says how many it leaves out. Where nothing has the word, shows those of a
    near one. Without a word it counts the tracepoints of each category.

    Raises:
        LabError: ``no-tracefs``; ``no-hook`` where no name is near.

    >>> inspect.hooks("connect")
    """
    within("limit", limit, 1)
    tracepoints.require()
    known = tracepoints.names()
    words = re.findall(r"[\w:.-]{2,}", word.lower())
    if not words:
        return _categories(known)
    shown = safe_text(" ".join(words), 60)
    caption = f'Hooks for "{shown}"'
    raw = prototypes.raw_tracepoints() - {name.partition(":")[2] for name in known}
    functions = kallsyms.functions() if perfevent.KPROBES.exists() else set()
    found = _found(words, [*known, *raw])
    some = _functions(words, functions)
    if not found and not some:
        near = _near(words[-1], [*known, *raw])
        if not near:
            raise LabError(
                "no-hook",
                f'No hook of this kernel has to do with "{shown}".',
                fix='inspect.hooks() counts each category; inspect.hooks("sched:") lists one.',
            )
        caption = f'No hook has "{shown}"; these have "{near}"'
        words, found = [near], _found([near], [*known, *raw])
    arguments = prototypes.of_raw_tracepoints(*(name for name in found[:limit] if name in raw))
    rows = [(name, *_what(name, known, arguments)) for name in found[:limit]]
    rows += [(name, "function", _FUNCTION) for name in some[: min(_FUNCTIONS, limit)]]
    notes = _notes(words, found, known)
    if more := len(found) - len(found[:limit]):
        notes.insert(0, f'{more} more: inspect.hooks("{" ".join(words)}", limit={len(found)}).')
    if more := len(some) - len(some[: min(_FUNCTIONS, limit)]):
        notes.insert(0, f"{more:,} more functions of the kernel, in /proc/kallsyms.")
    frame = pd.DataFrame(rows, columns=["hook", "type", "what it is for"])
    return _noted(table(frame, caption, limit=len(rows)), notes)


def _found(words: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the names that have each of *words*, or else any of them; the best first."""
    ranks = {name: [_rank(name, word) for word in words] for name in names}
    hits = {name: max(each) for name, each in ranks.items() if max(each) < _NOWHERE}
    hits = hits or {name: min(each) for name, each in ranks.items() if min(each) < _NOWHERE}
    order = {name: at for at, name in enumerate(EVENTS)}

    def key(name: str) -> tuple[object, ...]:
        call = _CALL.fullmatch(name)
        return hits[name], order.get(name, len(order)), call[2] if call else name, name

    return sorted(hits, key=key)


def _rank(name: str, word: str) -> int:
    """Return how near a hook is to a word: 0 is what it is for, `_NOWHERE` nothing of it."""
    call = _CALL.fullmatch(name)
    topics = EVENTS[name].words if name in EVENTS else ()
    if any(_same(topic, word) for topic in topics) or (call and call[2] in LIBC.get(word, ())):
        return 0
    if word in (name, name.partition(":")[2], call[2] if call else name):
        return 1
    if word in re.split(r"[:_]", name):
        return 2
    return 3 if word in name else _NOWHERE


def _same(topic: str, word: str) -> bool:
    """Return whether two words are forms of one: connect and connections."""
    short, long = sorted((topic, word), key=len)
    return topic == word or (len(short) > 3 and long.startswith(short))


def _near(word: str, names: Iterable[str]) -> str:
    """Return a word that some hook has and that is near to *word*, or nothing."""
    known = {part for event in EVENTS.values() for part in event.words} | set(LIBC)
    for name in names:
        call = _CALL.fullmatch(name)
        known |= {call[2] if call else name.partition(":")[2] or name, name.partition(":")[0]}
    return next(iter(difflib.get_close_matches(word, sorted(known), 1, 0.7)), "")


def _functions(words: list[str], names: Iterable[str]) -> list[str]:
    """Return the kernel's functions whose names have each word, the shortest first."""
    found = (
        name
        for name in names
        if name.isidentifier() and all(word in name for word in words) and "__pfx_" not in name
    )
    return sorted(found, key=lambda name: (len(name), name))


def _what(
    name: str, known: Iterable[str], arguments: Mapping[str, list[tuple[str, str]]]
) -> tuple[str, str]:
    """Return the type of a hook, and what it is for."""
    if ":" not in name:
        names = [argument for argument, _ in arguments.get(name, ())]
        return "raw tracepoint", _listed("Not in tracefs; its arguments:", names)
    if name in EVENTS:
        return "tracepoint", EVENTS[name].summary
    names = [one.name for one in fields(name) if one.name != "__syscall_nr"]
    if not (call := _CALL.fullmatch(name)):
        return "tracepoint", _listed(f"An event of {name.partition(':')[0]}:", names)
    if call[1] == "exit":
        return "tracepoint", f"The system call {call[2]} returns: {', '.join(names)}."
    said = _listed(f"The system call {call[2]} begins:", names)
    if makers := [f"{function}()" for function in callers(call[2])]:
        said += f" Called by the C library's {', '.join(makers)}, too."
    return "tracepoint", " ".join([said, *_of_library(call[2], known)])


def _of_library(function: str, known: Iterable[str]) -> list[str]:
    """Return which system call the C library makes for *function*, where it has another name."""
    calls = LIBC.get(function)
    here = [call for call in calls or () if f"syscalls:sys_enter_{call}" in known]
    if here:
        return [f"The C library's {function}() makes {' or '.join(here)}."]
    if calls == ():
        return [f"The C library's {function}() makes no system call where the vDSO answers."]
    return []


def _listed(head: str, names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{head} {', '.join(names[:_NAMED])}{more}." if names else f"{head.rstrip(':')}."


def _notes(words: list[str], found: list[str], known: Iterable[str]) -> list[str]:
    notes = [one for word in words for one in _of_library(word, known)]
    if any(":" in name and not name.startswith("syscalls:") for name in found):
        notes.append(
            "Every tracepoint that does not belong to a system call is also a raw tracepoint: its "
            "name is the part after the colon."
        )
    if found:
        notes.append(f'inspect.hook("{found[0]}") shows its fields, and how to begin.')
    return notes


def _categories(known: Iterable[str]) -> View:
    counts = Counter(name.partition(":")[0] for name in known)
    frame = pd.DataFrame(sorted(counts.items()), columns=["category", "tracepoints"])
    shown = table(frame, "Tracepoints of this kernel", limit=len(frame))
    return _noted(
        shown,
        ['inspect.hooks("sched:") lists those of a category, inspect.hooks("open") all of a word.'],
    )


def _noted(view: View, notes: list[str]) -> View:
    lines = [f'<p style="{_NOTE}">{markup(note)}</p>' for note in notes]
    return View("\n".join([view.html, *lines]), "\n".join([view.text, *notes]))
