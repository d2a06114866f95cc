"""The verifier's log that another loader has printed, as one fault at the line that it quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpflab.errors import LabError, Place
from bpflab.mistakes import libbpf
from bpflab.mistakes.verifier import diagnose as verifier
from bpflab.source import Source
from bpflab.verifier_log.log import parse

Rows = list[tuple[int, str]]  # lines of the file, with their numbers from 1

_INSTRUCTION = re.compile(r"\d+: \([0-9a-f]{2}\) ")
_DONE = re.compile(r"processed \d+ insns")
_QUOTE = re.compile(r"; (.*?)(?: @ (.+?):(\d+))?$")
_BEGIN, _END = "-- BEGIN PROG LOAD LOG --", "-- END PROG LOAD LOG --"
# What stands before a log's first line: Aya's message, its Debug form, and cilium/ebpf's.
_BEFORE = re.compile(
    r'.*?(?:Verifier output:|verifier_log: (?:VerifierLog\()?"|load program: [^:]+:)[ \t]*(?=\S)'
)
# cilium/ebpf's short form: the last line or two, and how many there were.
_SHORT = re.compile(
    rf"load program: [^:]+: (?:({_INSTRUCTION.pattern}.*?): )?(\S.*?)"
    r" \((?:truncated, )?\d+ line\(s\) omitted\)"
)
_OF_BCC = re.compile(r"^bpf: Failed to load program|Failed to load BPF program b'", re.M)
_NAMED = re.compile(r"prog '(\w+)'|program (\w+): load program")


@dataclass(frozen=True)
class _Quoted(Source):
    """The C that a log quotes. Its lines name no section; its loader says which dialect it is."""

    of_bcc: bool = False

    @property
    def dialect(self) -> str:
        return "bcc" if self.of_bcc else "libbpf"


def is_log(text: str) -> bool:
    """Return whether *text* is a verifier's log, or holds one."""
    found = (one.search(text) for one in (_INSTRUCTION, _DONE, _SHORT))
    return _BEGIN in text or any(found)


def of_log(text: str, name: str = "log") -> LabError | None:
    """Return the fault in a saved log, or None where the verifier has accepted the program.

    The log may be printed by libbpf, bpftool, BCC, cilium/ebpf or Aya, or come from the kernel as
    it is. The lines are those of the C that it quotes. Where it names no file, they are lines of
    the log itself, which is called *name*.
    """
    logs = [rows for rows in _logs(text) if parse("\n".join(row for _, row in rows)).message]
    if not logs:
        return None
    rows = logs[0]
    named = _NAMED.search(text)
    function = next(filter(None, named.groups()), "") if named else ""
    source = _quoted(rows, name, bool(_OF_BCC.search(text)))
    log = "\n".join(row for _, row in rows)
    error = libbpf.not_found(source, log) or verifier.diagnose(
        source, function or "this program", "", log
    )
    if error.place is None:
        steps = [Place(name, n, row) for n, row in rows if _INSTRUCTION.match(row)]
        error.place = steps[-1] if steps else None
    error.lines = source.around(error)
    return error


def _logs(text: str) -> list[Rows]:
    """Return the logs in *text*, without what their loader has put around them."""
    if "\\n" in text and not re.search(rf"^\s*{_INSTRUCTION.pattern}", text, re.M):
        text = text.replace("\\n", "\n").replace('\\"', '"').replace("\\t", "\t")
    if short := _SHORT.search(text):
        at = text.count("\n", 0, short.start()) + 1
        return [[(at, part) for part in short.groups() if part]]
    logs: list[Rows] = [[]]
    marked = _BEGIN in text
    for number, line in enumerate(text.split("\n"), 1):
        if _BEGIN in line or _END in line:
            logs.append([])
        elif not marked and (before := _BEFORE.match(line)):
            logs.append([(number, line[before.end() :])])
        else:
            logs[-1].append((number, line.removeprefix("\t").rstrip()))
    return [_to_the_end(rows) for rows in (logs[1::2] if marked else logs)]


def _to_the_end(rows: Rows) -> Rows:
    """Return a log up to its last line: what follows is the loader's."""
    last = [at for at, (_, row) in enumerate(rows) if _DONE.match(row)]
    return rows[: last[-1] + 1] if last else rows


def _quoted(rows: Rows, name: str, of_bcc: bool) -> Source:
    """Return the C that a log quotes, line by line, as far as it does."""
    places = dict[tuple[str, int | str], Place]()
    for number, row in rows:
        if found := _QUOTE.match(row):
            text, file, line = found.groups()
            place = Place(file, int(line), text) if file else Place(name, number, text)
            if place.line and (file or text.strip()):
                places.setdefault((place.file, place.line if file else text), place)
    lines = sorted(places.values(), key=lambda place: (place.file, place.line))
    return _Quoted(name, tuple(lines), of_bcc=of_bcc)
