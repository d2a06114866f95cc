"""Wrong answers to the exercises of lesson 14."""

import functools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.course.solutions import fenced, solutions
from tests.exercises.mutant import Mutant

CONSTANT = "const volatile __u32 wanted"
IN_ONE_STEP = "__sync_fetch_and_add(&calls, 1)"
READ = "BPF_CORE_READ(task, real_parent, tgid)"
NAME = "BPF_CORE_READ_STR_INTO(&e.parent, task, real_parent, group_leader, comm);"
SEND = "\tbpf_ringbuf_output(&events, &e, sizeof(e), 0);\n"
COMPARED = "if (path[i] != wanted[i])"
HEAR = "signal(SIGTERM, on_signal);"
USAGE = 'fprintf(stderr, "usage: execcount PATH\\n");\n\t\treturn 2;'


@functools.cache
def place():
    """Return a folder for the tools; the next process that makes one need not know of it."""
    folder = tempfile.TemporaryDirectory(prefix="bpflab-mutants-")
    place.kept = folder  # removed with this process
    return Path(folder.name)


@dataclass(frozen=True)
class Tool(Mutant):
    """A folder with the solution's files, each old text of `swaps` replaced; some files `left`."""

    left: tuple[str, ...] = ()

    def made(self, number):
        """Write the folder, and return its name."""
        text = fenced(solutions()[number])[1]
        for old, new in self.swaps:
            assert old in text, f"{number}: the solution has no {old!r}"
            text = text.replace(old, new)
        folder = place() / "execcount"
        shutil.rmtree(folder, ignore_errors=True)
        text = text.replace('Path("execcount")', f"Path({str(folder)!r})")
        made = {}
        exec(text, made)
        for name in self.left:
            (folder / name).unlink()
        return made["answer_14_2"]


MUTANTS = {
    "14-1": [
        Mutant("1 of 1 entries are not as expected", swaps=((CONSTANT, "const __u32 wanted"),)),
        Mutant("your addition is three steps", swaps=((IN_ONE_STEP, "calls++"),)),
        Mutant(
            "wanted is no constant that can be set",
            swaps=((CONSTANT, "volatile __u32 wanted"),),
        ),
        Mutant(
            "wanted is no constant that can be set",
            swaps=((CONSTANT + ";", "#define wanted 4711"),),
        ),
        Mutant(
            "1 of 1 entries are not as expected",
            swaps=(("if (ctx->args[0] == wanted)", "if (!wanted || ctx->args[0])"),),
        ),
        Mutant(
            "There is no global variable calls",
            swaps=(("u64 calls", "u64 counted"), ("&calls", "&counted")),
        ),
    ],
    "14-2": [
        Mutant("There is no folder nowhere", answer="nowhere"),
        Mutant("is the name of a folder", answer=None),
        Tool("has no Makefile", left=("Makefile",)),
        Tool("make fails", left=("execcount.c",)),
        Tool("there is no program execcount", swaps=(("-o $@ $< -lbpf", "-o counter $< -lbpf"),)),
        Tool("Its first line should be", swaps=(("watching", "ready"),)),
        Tool("✗ Ctrl-C: a line CPU", swaps=((COMPARED, "if (0)"),)),
        Tool("✗ Ctrl-C: a line CPU", swaps=((COMPARED, "if (wanted[i] && path[i] != wanted[i])"),)),
        Tool(  # one that is as long and differs after byte 64
            "✗ Ctrl-C: a line CPU",
            swaps=((COMPARED, "if (i < 64 ? path[i] != wanted[i] : !path[i] != !wanted[i])"),),
        ),
        Tool(
            "✗ Ctrl-C: a line CPU",
            swaps=(
                ("PERCPU_ARRAY", "ARRAY"),
                ("counts[cpus];", "counts[cpus]; __builtin_memset(counts, 0, sizeof(counts));"),
                ("counts, sizeof(counts)", "counts, 8"),
            ),
        ),
        Tool("✗ SIGTERM: exit status 0", swaps=((HEAR, ""),)),
        Tool("✗ no arguments: usage", swaps=((USAGE, "return 1;"),)),
    ],
    "14-3": [
        Mutant("has the wrong parent", swaps=((READ, "BPF_CORE_READ(task, real_parent, pid)"),)),
        Mutant("has the wrong parent", swaps=((READ, "task->tgid"),)),
        Mutant("has the wrong parent", swaps=((NAME, "bpf_get_current_comm(e.parent, 16);"),)),
        Mutant("has the wrong parent", swaps=((NAME, ""),)),
        Mutant("has the wrong parent", swaps=((NAME, NAME.replace("group_leader, ", "")),)),
        Mutant("pid does not show that", swaps=(("e.pid = task->tgid;", "e.pid = e.ppid;"),)),
        Mutant("No event has the path", swaps=(("bprm->filename", "bprm->buf"),)),
        Mutant("commands ran, and no event came", swaps=((SEND, ""),), status="silent"),
        Mutant("no field ppid", swaps=(("ppid", "of"),)),
    ],
}
