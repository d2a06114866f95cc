"""Headers: which are missing, which are not for BPF, and which one has a struct or a constant."""

from __future__ import annotations

import difflib
import re
from pathlib import Path, PurePosixPath

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules

_OF_C = {
    "stdio.h": "Leave it out.",
    "stdlib.h": "Leave it out: there is no malloc, exit or atoi here.",
    "string.h": "Leave it out, and write __builtin_memset or __builtin_memcpy.",
    "stdint.h": "Leave it out.",
    "inttypes.h": "Leave it out.",
    "stdbool.h": "Leave it out.",
    "stddef.h": "Leave it out.",
    "stdarg.h": "Leave it out.",
    "unistd.h": "Leave it out: a program makes no system calls.",
    "math.h": "Leave it out: BPF has no floating-point numbers.",
    "time.h": "Leave it out: bpf_ktime_get_ns() gives the time.",
    "errno.h": "Write <linux/errno.h>.",
    "limits.h": "Write <linux/limits.h>.",
    "fcntl.h": "Write <linux/fcntl.h>.",
    "assert.h": "Leave it out.",
    "ctype.h": "Leave it out.",
    "signal.h": "Write <linux/signal.h>.",
    "pthread.h": "Leave it out: a program has no threads.",
    "sys/types.h": "Leave it out: the types of the kernel are there.",
    "sys/socket.h": "Write <linux/socket.h>.",
    "sys/time.h": "Leave it out: bpf_ktime_get_ns() gives the time.",
    "sys/stat.h": "Write <linux/stat.h>.",
    "sys/syscall.h": "Leave it out: a program makes no system calls.",
    "netinet/in.h": "Write <linux/in.h>.",
    "arpa/inet.h": "Leave it out.",
}
_TYPES_OF_BCC = {  # what BCC's own first lines bring in the place of these
    "stdint.h": " u32, u64 and uint32_t are there.",
    "inttypes.h": " u32, u64 and uint32_t are there.",
    "stdbool.h": " bool, true and false are there.",
    "stddef.h": " NULL and size_t are there.",
}
_OF_STRUCT = {"pt_regs": ["linux/ptrace.h"]}  # of each architecture its own
_OF_BCC = "ethernet_t dot1q_t arp_t ip_t ip6_t icmp_t udp_t tcp_t vxlan_t"  # in <bcc/proto.h>
_USER = Path("/usr/include")
_FOLDERS = ("include/linux", "include/net", "include/uapi/linux", "include/uapi/asm-generic")


def including(case: Case, name: str, tag: str = "") -> list[str]:
    """Return the kernel's headers that define *name*: ``linux/sched.h``; a struct with *tag*."""
    if tag and name in _OF_STRUCT:
        return _OF_STRUCT[name]
    if tag and case.bcc and name in _OF_BCC.split():
        return ["bcc/proto.h"]
    root = case.headers if case.bcc else _USER
    if not root:
        return []
    pattern = (
        rf"^{tag} {name}\s*\{{" if tag else rf"^[ \t]*(?:#[ \t]*define[ \t]+{name}\b|{name}\s*[=,])"
    )
    defined = re.compile(pattern.encode(), re.M)
    found = set()
    for folder in _FOLDERS if case.bcc else ("linux",):
        for path in sorted((root / folder).rglob("*.h")):
            try:
                text = path.read_bytes()
            except OSError:
                continue
            if name.encode() in text and defined.search(text):
                base = root / "include" if case.bcc else root
                found.add(_written(base, PurePosixPath(path.relative_to(base))))
    return sorted(found - set(re.findall(r"#\s*include\s*<([^>]+)>", case.source.code)))


def value(case: Case, name: str) -> str:
    """Return the line that defines constant *name*, for a text with vmlinux.h alone."""
    for path in (_USER / one for one in including(case, name)):
        text = path.read_text(encoding="utf-8", errors="replace")
        if found := re.search(rf"^#[ \t]*define[ \t]+{name}[ \t]+(\w+)", text, re.M):
            return f"#define {name} {found[1]}"
    return ""


def _written(base: Path, path: PurePosixPath) -> str:
    inside = path.relative_to("uapi") if path.parts[0] == "uapi" else path
    linux = PurePosixPath("linux", inside.name)
    if inside.parts[0] == "asm-generic" and any(
        (base / folder / linux).exists() for folder in ("", "uapi")
    ):
        return str(linux)
    return str(inside)


def advised(names: list[str]) -> str:
    """Return what to include where *names* are the headers that have it; nothing for too many."""
    if len(names) == 1:
        return f"Write #include <{names[0]}> at the beginning."
    if 1 < len(names) < 4:
        return f"It is in {' or '.join(f'<{name}>' for name in names)}: include one of them."
    return ""


def _missing(case: Case, name: str) -> LabError:
    header, in_header = PurePosixPath(name), case.fault.inside
    asked = re.search(r'[<"]([^>"]+)[>"]', case.line)
    if in_header and asked:  # a header of the machine's C library includes another one
        header = PurePosixPath(asked[1])
    message = f"There is no header {header}."
    if str(header) in _OF_C:
        fix = _OF_C[str(header)]
        if case.bcc and str(header) in _TYPES_OF_BCC:
            fix = f"Leave it out:{_TYPES_OF_BCC[str(header)]}"
        elif str(header) in _TYPES_OF_BCC:
            fix = "Leave it out: the types are called __u32, __u64 and so on."
        why = (
            "It belongs to the C library, which is for processes. A program in the kernel has none."
        )
        message = f"The header {header} is not for BPF programs."
        return case.error("no-include", message, why, fix)
    if in_header:
        why = f"It includes {name}, which is not there for BPF."
        fix = "Leave it out: it may be for processes, or for another kernel."
        return case.error("no-include", f"The header {header} cannot be included here.", why, fix)
    if case.bcc and header.name == "vmlinux.h":
        why = "BCC compiles with the kernel's own headers in its place."
        fix = "Leave it out, and include the headers of what you use, as <linux/sched.h>."
        return case.error("no-include", message, why, fix)
    if case.bcc and header.parts[0] == "bpf":
        why = "It is libbpf's. BCC declares the helpers by itself."
        return case.error("no-include", message, why, "Leave it out.")
    absent = "Check its name."
    if header.parts[0] == "bpf":
        absent = "./lab installs libbpf-dev, which has libbpf's headers."
    return case.error("no-include", message, "", _near(case, header) or absent)


def _of_process(case: Case) -> LabError | None:
    """A header of libbpf that is for the process which loads programs."""
    header = re.search(r"<(bpf/(?:libbpf|bpf|btf|xsk)\.h)>", case.line)
    if not header or not case.fault.inside:
        return None
    return case.error(
        "no-include",
        f"The header {header[1]} is not for BPF programs.",
        "It is libbpf's for the process that loads them. A program includes <bpf/bpf_helpers.h>.",
        "Leave it out.",
    )


def _near(case: Case, header: PurePosixPath) -> str:
    """Return the headers whose names are near to *header*'s."""
    roots = [Path("/usr/include")]
    if case.bcc:
        roots = (
            [case.headers / folder for folder in ("include", "include/uapi")]
            if case.headers
            else []
        )
    parents = [str(header.parent)] if len(header.parts) > 1 else ["linux", "net", "bpf"]
    known = {
        f"{parent}/{path.name}"
        for root in roots
        for parent in parents
        for path in (root / parent).glob("*.h")
    }
    meant = [name for name in sorted(known) if name.endswith(f"/{header.name}")]
    close = meant or difflib.get_close_matches(str(header), sorted(known), 3, 0.8)
    return f"Did you mean {' or '.join(f'<{name}>' for name in close)}?" if close else ""


def _within(case: Case, type: str) -> LabError | None:
    """The types of <linux/bpf.h> are missing in libbpf's headers."""
    if not case.fault.inside or "/bpf/" not in case.fault.file:
        return None
    code = case.source.code
    later = next((p for p in case.source.lines if "<linux/bpf.h>" in p.text), None)
    before = (
        "Put #include <linux/bpf.h> above this line."
        if later
        else ("Write #include <linux/bpf.h> above this line.")
    )
    also = [(later, "the types come too late here")] if later and "vmlinux.h" not in code else []
    return case.error(
        "include-order",
        f"This header needs the type {type}, which is not declared yet.",
        "bpf_helpers.h declares no types: <linux/bpf.h> or vmlinux.h must come before it.",
        before,
        also=also,
    )


def _in_header(case: Case, text: str) -> LabError | None:
    if not case.fault.inside:
        return None
    name = re.search(r'[<"]([^>"]+)[>"]', case.line)
    return case.error(
        "in-header",
        f"The header {name[1] if name else case.fault.file} does not compile here.",
        f"In {case.fault.file} the compiler says: {text}.",
        "It may need another header before it, or be written for another compiler: leave it out, "
        "and copy what you need of it into the text.",
    )


MISSING: Rules = (
    (r"^", _of_process),
    (r"^'([^']+)' file not found", _missing),
    (r"^unknown type name '(__\w+)'", _within),
)
WITHIN: Rules = ((r"^(.+)", _in_header),)
