"""Programs without BCC: a C file compiled by clang and loaded through libbpf."""

from __future__ import annotations

import json
import os
import re
import weakref
from collections.abc import Mapping
from pathlib import Path

from bpflab.arguments import Named, checked
from bpflab.bindings import engine, libbpf
from bpflab.compiling import clang, diagnose, source
from bpflab.data import layout
from bpflab.data.maps import Map
from bpflab.errors import LabError, Place
from bpflab.interrupts import held_back
from bpflab.programs.handles import Loaded, functions

_REFUSED = re.compile(r"prog '(\w+)': BPF program load failed: (.+)")
_OF_THE_WHOLE = re.compile(r"too large|too complex", re.I)  # no step of the program is to blame
_QUOTED = re.compile(r"^; (.*?)(?: @ (\S+):(\d+))?$", re.M)  # newer kernels name file and line
_NUMBERS = {4: "unsigned int", 8: "unsigned long long"}


class BpfObject(Loaded):
    """The programs and maps of one object file, loaded. Made by ``load_object``.

    ``cost_ns``, ``result`` and ``inspect.instructions`` take it as they take a ``Program``.

    Attributes:
        name: what it was loaded as.
        source: its C.
        type: the kernel's type of its programs.
        functions: name of each program and the fd that holds it.
        maps: its maps by name; a key or value that is no number of 4 or 8 bytes is an array of u8.
        logs: what the verifier reported of each program.
    """

    def __init__(self, code: source.Source, image: bytes) -> None:
        super().__init__()
        self.name, self.source = code.name, code
        made, lib = _loaded(code, image), libbpf.library()
        self.maps: Named[Map] = Named("no-map", "map", code.name, {})
        self._release = weakref.finalize(self, _release, made.handle, self.maps, os.getpid())
        self.logs = {name: diagnose.safe_log(log) for name, log in made.logs.items()}
        programs = {
            lib.bpf_program__name(p).decode(): p for p in libbpf.each("program", made.handle)
        }
        numbers = {lib.bpf_program__type(p) for p in programs.values()}
        self.type = ", ".join(sorted(name for name, n in engine.TYPES.items() if n in numbers))
        fds = {name: int(lib.bpf_program__fd(p)) for name, p in programs.items()}
        self.functions = functions(code.name, fds)
        maps = [_map(m, self.functions) for m in libbpf.each("map", made.handle)]
        self.maps.update({m.name: m for m in maps})

    def __repr__(self) -> str:
        if self.closed:
            return f"<BpfObject {self.name}, closed>"
        return f"<BpfObject {self.name}: {', '.join(self.functions)}; maps {', '.join(self.maps)}>"

    @property
    def processed(self) -> dict[str, int]:
        """How many instructions the verifier went through for each program."""
        found = {n: re.search(r"^processed (\d+) insns", log, re.M) for n, log in self.logs.items()}
        return {name: int(match[1]) for name, match in found.items() if match}


@checked
def load_object(
    name: str, *, text: str | None = None, defines: Mapping[str, object] | None = None
) -> BpfObject:
    """Compile *name* with clang and load it through libbpf; return it, attached to nothing.

    *name*, *text* and *defines* are as for ``load``; by custom the file is called ``NAME.bpf.c``,
    and the section of a program says its type. libbpf hands over a program together with the
    functions that it calls, which BCC cannot. Nothing is pinned: what is loaded goes with the
    object, or with this process. It takes CAP_BPF, and CAP_PERFMON for tracing programs.

    Raises:
        LabError: ``no-clang``, ``no-libbpf``, or whatever the compiler, the verifier or the kernel
            refuses, at the learner's line.

    >>> load_object("limits/steps.bpf", defines={"STEPS": 8})
    <BpfObject limits/steps.bpf: written_out, inlined, called, jumped, jumped_step; maps JUMP_TABLE>
    """
    code = source.find(name, defines) if text is None else source.from_text(text, name, defines)
    image, made = clang.compile_object(code), None
    try:
        with held_back():
            made = BpfObject(code, image)
    except BaseException:  # the interrupt that was held back: nobody will hold what was loaded
        if made:
            made.close()
        raise
    return made


def _loaded(code: source.Source, image: bytes) -> libbpf.Attempt:
    tried = libbpf.attempt(image, _short(code), libbpf.STATISTICS)
    if tried.handle:
        return tried
    refused = next((found for line in tried.said if (found := _REFUSED.match(line))), None)
    if refused:
        raise _refusal(code, image, refused[1], refused[2], tried.logs[refused[1]])
    if tried.error == 1:  # EPERM
        fix = "Start the lab with ./lab; ./lab doctor shows what is missing."
        raise LabError("privilege", "The kernel lets this process make no map.", fix=fix)
    raise LabError(
        "load",
        f"libbpf cannot load {code.name}: {os.strerror(tried.error)}.",
        why=tried.said[0] if tried.said else "",
        log="\n".join(tried.said),
    )


def _refusal(code: source.Source, image: bytes, function: str, reason: str, log: str) -> LabError:
    place = None
    if not _OF_THE_WHOLE.search(log):  # once more, step by step, up to the one that is refused
        log = libbpf.attempt(image, _short(code), libbpf.STEPS, function).logs[function]
        place = _place(code, log)
    error = diagnose.verifier(code, function, reason, log)
    error.place = place or error.place
    return error


def _short(code: source.Source) -> str:
    """Return the name of the file without its folder and its ends, as libbpf would call it."""
    return Path(code.name).name.split(".")[0]


def _place(code: source.Source, log: str) -> Place | None:
    """Return the line that the verifier quoted last: the one it refused."""
    quoted = _QUOTED.findall(log)
    if not quoted:
        return None
    text, file, number = quoted[-1]
    if number:
        named = (p for p in code.lines if Path(p.file).name == Path(file).name)
        return next((p for p in named if p.line == int(number)), None)
    return next((p for p in code.lines if p.text.strip() == text.strip()), None)


def _map(of: int, programs: Mapping[str, int]) -> Map:
    lib = libbpf.library()
    fd, type, key, value, entries, _ = (
        int(getattr(lib, f"bpf_map__{fact}")(of)) for fact in libbpf.MAP_FACTS
    )
    described = [json.dumps(_NUMBERS.get(size)) for size in (key, value)]
    name = lib.bpf_map__name(of).decode()
    of_key = layout.from_description(described[0], key)
    of_value = layout.from_description(described[1], value)
    return Map(name, fd, type, of_key, of_value, entries, programs)


def _release(handle: int, maps: dict[str, Map], owner: int) -> None:
    """Give back all that the kernel holds; runs once, whoever asks first."""
    if os.getpid() != owner:
        return  # a forked child holds copies of the fds and owns nothing
    with held_back():
        for held in maps.values():
            held.close()
        libbpf.library().bpf_object__close(handle)
