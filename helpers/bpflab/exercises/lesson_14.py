"""The exercises of lesson 14: programs for clang and libbpf, and a tool that make builds."""

from __future__ import annotations

import random
import string

from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.exercises import built
from bpflab.exercises.calls import repeated
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.trial import Trial, in_one_step, paths, same, times
from bpflab.programs.program import Program
from bpflab.workload.standby import standby

_SETUP = "import ctypes; libc = ctypes.CDLL(None)"
_FORKS = """
open("/proc/self/comm", "w").write({name!r})
def fork():
    open("/proc/thread-self/comm", "w").write("a thread")
    for _ in range({times}):
        if not (child := os.fork()):
            os.execv({path!r}, ["x"])
        os.waitpid(child, 0)
other = threading.Thread(target=fork)
other.start()
other.join()
"""


@of_program(
    "14-1",
    "How does a value that is set after the compile get to the instructions?",
    "Which word tells clang that the value of a constant may be another one when the program runs?",
    "const volatile. And two CPUs may add at the same moment: lesson 05 adds in one step.",
)
def mended(trial: Trial) -> str:
    """Set the constant before each load to another process id, and let a process ask for many."""
    for _ in range(2):
        wanted, made = _nobody(), times()
        work = [repeated(f"libc.getpgid({wanted})", made)]
        work += [f"libc.getpgid({who})" for who in (0, _nobody(), _nobody())]
        with _with_constant(trial, wanted) as program:
            with program.attached(), standby("\n".join(work), _SETUP) as process:
                process.go()
            globals = _globals(program)
            seen = {"calls": int(globals[0]["calls"])}
            same(f"With {wanted} in wanted from the load on", {"calls": made}, seen)
            in_one_step(program, globals)
    return "Two loads with two values, and each counted the calls for its own."


@of_value(
    "14-2",
    "Begin with copies of the four files of bpf/execwatch/libbpf, and take away what you do not"
    " need.",
    "const volatile char wanted[256] can hold the path: the reader copies it into rodata before the"
    " load. bpf_strncmp(a, size, b) compares, where b is constant; a loop over bytes does, too.",
    "SEC('tp_btf/sched_process_exec') has the path in bprm->filename. A per-CPU array of one entry"
    " has a number for each CPU: bpf_map__lookup_elem gives all of them at once.",
)
def of_ones_own(answer: object) -> str:
    """Build the folder anew, and let the tool count on CPUs of the judge's choice."""
    return built.judged(answer)


@of_program(
    "14-3",
    "The section is the one of execwatch.bpf.c, and BPF_PROG gives the names of its arguments.",
    "The parent is task->real_parent. BPF_CORE_READ(task, real_parent, tgid) follows the pointer.",
    "The process of a thread is its tgid; pid is the thread. For a text there is"
    " BPF_CORE_READ_STR_INTO(&e.parent, task, real_parent, group_leader, comm).",
)
def parents(trial: Trial) -> str:
    """Let processes fork from a second thread, each with a name of its own, and execute."""
    expected: list[tuple[int, str, str]] = []
    with paths() as (path,), trial.load() as program:
        if program.source.dialect != "libbpf":
            raise Wrong("This program is in BCC's dialect: give it a section, with SEC.")
        with program.attached():
            for _ in range(2):
                name = "".join(random.choices(string.ascii_lowercase, k=random.randint(3, 12)))
                count = times()
                code = _FORKS.format(name=name, path=path, times=count)
                with standby(code, "import os, threading") as process:
                    process.go()
                expected += [(process.pid, name, path)] * count
        came = program.events.frame()
    if missing := {"pid", "ppid", "parent", "path"} - {*came}:
        raise Wrong(f"The event has no field {', '.join(sorted(missing))}.")
    frame = came[came["path"] == path]
    seen = list(frame[["ppid", "parent", "path"]].itertuples(index=False, name=None))
    if came.empty:
        raise Wrong(f"{len(expected)} commands ran, and no event came.", status="silent")
    if not seen:
        text = "No event has the path of a command that was executed."
        raise Wrong(text, [("path", path, came["path"].iloc[-1])])
    for number, (right, found) in enumerate(zip(expected, seen, strict=False), 1):
        rows = list(zip(("ppid", "parent"), right[:2], found[:2], strict=True))
        if right != found:
            text = f"Event {number} of {len(expected)} has the wrong parent."
            raise Wrong(text, [(what, a, b) for what, a, b in rows])
    if len(seen) != len(expected):
        raise Wrong(f"{len(expected)} commands ran, and {len(seen)} events of them came.")
    if frame["pid"].nunique() != len(frame) or frame["pid"].isin(frame["ppid"]).any():
        raise Wrong("Each command is a process of its own, but pid does not show that.")
    return f"{len(seen)} commands of two parents: each event has the right one."


def _nobody() -> int:
    """Return a process id that no process has: the kernel's are below 2**22."""
    return random.randint(2**22, 2**31 - 1)


def _with_constant(trial: Trial, wanted: int) -> Program:
    """Return the program, loaded with this value in ``wanted``.

    Raises:
        Wrong: it has no such constant.
    """
    try:
        return trial.load(constants={"wanted": wanted})
    except LabError as error:
        if error.kind != "no-constant":
            raise
        raise Wrong("wanted is no constant that can be set before the load.") from None


def _globals(program: Program) -> Map:
    """Return the map that holds a program's global variables.

    Raises:
        Wrong: it has none.
    """
    found = next((m for name, m in program.maps.items() if name.endswith(".bss")), None)
    if found is None or "calls" not in (found.value_dtype.names or ()):
        raise Wrong("There is no global variable calls that begins with 0.")
    return found
