"""``hook``: what one hook gives a program, and how to begin."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings import hook_names, kallsyms, perfevent, tracepoints
from bpflab.bindings.tracepoint_fields import Field, fields
from bpflab.data import prototypes
from bpflab.reference.events import EVENTS
from bpflab.views.table import table
from bpflab.views.view import View, markup

_COLUMNS = ("field", "type", "offset", "size", "read")
_NOTE = "margin:0;padding:.2em .7em"
_CODE = "margin:0;padding:.4em .7em;overflow-x:auto"
_NUMBER = re.compile(  # a type that one register holds, and that is no address
    r"(?:const )?(?:(?:unsigned |signed )?(?:(?:long |short )*int|long(?: long)?|short|char)"
    r"|unsigned|bool|(?:__)?[us](?:8|16|32|64)|enum \w+|\w+_t)"
)
_OF_HEADER = re.compile(r"(?:const )?(?:(?:enum|struct|union) \w+|(\w+_t))(?:\[.*)?")
_ALWAYS = re.compile(  # of <linux/types.h>, which each text of BCC's includes
    "(?:blkcnt|dev|dma_addr|fmode|gfp|gid|ino|key|loff|mode|nlink|off|phys_addr|pid|resource_size"
    "|sector|size|ssize|uid|umode)_t"
)
_CAST = re.compile(  # a pointer to a type whose name each text may write
    r"(?:(?:const|volatile) )*(?:(?:struct|union|enum) \w+|void|bool|(?:__)?[us](?:8|16|32|64)"
    rf"|(?:(?:long|short|unsigned|signed) )*(?:int|char)|{_ALWAYS.pattern}) (?:\*(?:const )?)*\*"
)
_TAKES = {
    "tracepoint": "struct {} *",
    "raw_tracepoint": "struct bpf_raw_tracepoint_args *",
    "kprobe": "struct pt_regs *",
}
Rows = list[tuple[object, ...]]
_HEADER = "#include <linux/ptrace.h>\n"  # of PT_REGS_PARM1 and its like
_REGISTERS = 5  # BCC's macros name no more arguments than these


@dataclass(frozen=True, repr=False)
class Hook:
    """A place in the kernel where a program can be attached. Made by ``hook``.

    Attributes:
        name: as ``attach`` takes it.
        type: the program type: ``tracepoint``, ``raw_tracepoint`` or ``kprobe``.
        context: the C type of the program's argument; ``void *`` for an event whose struct BCC
            cannot write without more headers.
        fields: a row for each thing that the program can read there: ``field``, ``type`` (in C),
            ``offset`` and ``size`` in bytes within the context, and how to ``read`` it in BCC's C:
            a pointer to what a text cannot name by itself, as ``function *``, is a ``void *``.
            Of a function of the kernel there are no offset and no size.
        start: the C of a cell that counts its events.
    """

    name: str
    type: str
    context: str
    fields: pd.DataFrame
    start: str

    def __repr__(self) -> str:
        names = ", ".join(self.fields["field"])
        return f"<Hook {self.name}: {self.type} of {names or 'no fields'}>"

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return self.view()._repr_mimebundle_(include, exclude)

    def view(self) -> View:
        """Return it as a page shows it: its fields, what they need, and the start."""
        shown = table(self.fields, f"{self.name}: {self.type.replace('_', ' ')}", limit=100)
        notes = [f"The program takes {self.context}ctx.", *_notes(self)]
        if event := EVENTS.get(self.name):
            notes.insert(0, event.summary)
        below = [*notes, "A start:"]
        paragraphs = [f'<p style="{_NOTE}">{markup(one)}</p>' for one in below]
        code = f'<pre tabindex="0" style="{_CODE}"><code>{_lines(self.start)}</code></pre>'
        html = "\n".join(["<div>", shown.html, *paragraphs, code, "</div>"])
        return View(html, "\n".join([shown.text, *below, self.start]))


@checked
def hook(name: str) -> Hook:
    """Return what a program finds at the hook *name*; a notebook shows it with a start in C.

    ``category:event`` is a tracepoint, an event alone a raw tracepoint, and another name a function
    of the kernel, where the kernel has kprobes.

    Raises:
        LabError: ``no-tracefs``; ``no-tracepoint`` with the names that are near; ``no-kprobes``.

    >>> inspect.hook("sock:inet_sock_set_state").fields
    """
    tracepoints.require()
    if name.isidentifier():
        if raw := prototypes.of_raw_tracepoints(name):
            return _made(name, "raw_tracepoint", _arguments("raw_tracepoint", raw[name]))
        call = tracepoints.exists(f"syscalls:sys_enter_{name}")
        if name in kallsyms.functions() and (perfevent.KPROBES.exists() or not call):
            hook_names.kprobe(name)
            found = prototypes.of_functions(name).get(name, [])
            return _made(name, "kprobe", _arguments("kprobe", found))
    tracepoints.number(name)
    each = fields(name)
    typed = not any(map(_needs_header, each))
    rows: Rows = [(*_told(one), _read(one, name, typed)) for one in each]
    return _made(name, "tracepoint", rows, "" if typed else "void *")


def _made(name: str, type: str, rows: Rows, context: str = "") -> Hook:
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"offset": "Int64", "size": "Int64"})
    context = context or _TAKES[type].format(tracepoints.struct_of(name))
    numbers = [
        read
        for field, kind, read in zip(frame["field"], frame["type"], frame["read"], strict=True)
        if _NUMBER.fullmatch(kind) and field != "__syscall_nr"
    ]
    if not numbers or name.startswith("syscalls:"):  # a call's first number is often a descriptor
        numbers = ["bpf_get_current_pid_tgid() >> 32"]
    start = (
        f"%%bpf mine --hook {name}\n{_HEADER if 'PT_REGS' in numbers[0] else ''}"
        "BPF_HASH(counts, u64, u64);\n"
        f"int hook({context}ctx) {{ counts.increment({numbers[0]}); return 0; }}"
    )
    return Hook(name, type, context, frame, start)


def _told(one: Field) -> tuple[str, str, int, int]:
    return one.name, one.type, one.offset, one.size


def _needs_header(one: Field) -> bool:
    """Return whether BCC's struct of the event would not compile without some header."""
    found = _OF_HEADER.fullmatch(one.type)
    return found is not None and not _ALWAYS.fullmatch(found[1] or "")


def _read(one: Field, target: str, typed: bool) -> str:
    """Return how a program reads a field of a tracepoint's event, in BCC's C."""
    at, number = f"ctx->{one.name}", f"ctx->{one.name}"
    if not typed:
        at, number = f"ctx + {one.offset}", f"*(u{8 * one.size} *)(ctx + {one.offset})"
    if one.elsewhere:
        held = f"ctx->data_loc_{one.name}" if typed else number
        place = f"(void *)ctx + ({held} & 0xffff)"
        return _copied(one.name, place, "kernel_str" if "char[]" in one.type else "kernel")
    if "[" in one.type or one.size not in (1, 2, 4, 8):
        return _copied(one.name, at, "kernel")
    if re.search(r"\bchar \*$", one.type):
        memory = "user_str" if target.startswith("syscalls:") else "kernel_str"
        return _copied(one.name, number if typed else f"(void *){number}", memory)
    return number


def _arguments(type: str, known: Iterable[tuple[str, str]]) -> Rows:
    """Return a row for each argument of a raw tracepoint or of a function."""
    rows: Rows = []
    for at, (named, kind) in enumerate(known):
        name = named or f"arg{at}"
        raw = type == "raw_tracepoint"
        read = f"ctx->args[{at}]" if raw else f"PT_REGS_PARM{at + 1}(ctx)"
        if not raw and at >= _REGISTERS:
            break
        if re.search(r"\bchar \*$", kind):
            read = _copied(name, f"(void *){read}", "kernel_str")
        elif kind.endswith("*"):
            read = f"({kind if _CAST.fullmatch(kind) else 'void *'}){read}"
        rows.append((name, kind, 8 * at if raw else None, 8 if raw else None, read))
    return rows


def _copied(name: str, place: str, memory: str) -> str:
    return f"bpf_probe_read_{memory}(&e.{name}, sizeof(e.{name}), {place})"


def _notes(of: Hook) -> list[str]:
    """Return what the fields' types alone do not say."""
    notes, reads = [], "\n".join(of.fields["read"])
    if of.context == "void *":
        notes.append(
            f"Not struct {tracepoints.struct_of(of.name)}: BCC's struct of this event has types "
            "of headers that a text does not include by itself."
        )
    if "& 0xffff" in reads:
        notes.append(
            "The data of a __data_loc field come after the event: the lower 16 bits of the field "
            "are their offset, the upper 16 their length."
        )
    if "PT_REGS" in reads:
        notes.append(f"PT_REGS_PARM1 and the others need {_HEADER.rstrip()} at the beginning.")
    if "read_user_str" in reads:
        notes.append(
            "A pointer is an address in the memory of the process: its text must be copied."
        )
    if "&e." in reads:
        notes.append("e is your own struct, which has an array of that name.")
    category, _, event = of.name.partition(":")
    if event and category != "syscalls" and event in prototypes.raw_tracepoints():
        notes.append(f'It is a raw tracepoint, too: inspect.hook("{event}") shows its arguments.')
    return notes


def _lines(text: str) -> str:
    return "\n".join(markup(line) for line in text.split("\n"))
