"""Wrong answers to the exercises of lesson 09."""

import numpy as np

from tests.exercises.mutant import Mutant

JUMP = "\tSYSCALL.call(ctx, nr);\n"
UNKNOWN = "\tunknown.atomic_increment(nr);\n"
NOT_OWN = "\tif (!OWN.lookup(&pid))\n\t\treturn 0;\n"
SKIP = """\
	if (skip && *skip) {
		filtered.atomic_increment(0);
		return 0;
	}
"""
PID = "\twhich.pid = bpf_get_current_pid_tgid() >> 32;\n"
SEND = "\tevents.ringbuf_output("
SEEN = "\tseen.atomic_increment(0);\n"

MUTANTS = {
    "09-1": [
        Mutant("That is not what comes out", answer=469),
        Mutant("That is not what comes out", answer=383),
        Mutant("is text, and a number is asked for", answer="470"),
    ],
    "09-2": [
        Mutant("executed by its descriptor is not reported", answer=["execve"]),
        Mutant("executed by its path is not reported", answer=["execveat"]),
        Mutant("There is no system call 'fexecve'", answer=["execve", "fexecve"]),
        Mutant("There is no system call 'execv'.", answer=["execv"]),
        Mutant("executed by its path is not reported", answer={"execveat"}),
        Mutant("executed by its path is not reported", answer=np.array(["execveat"])),
        Mutant("A list of names is asked for: each is text", answer=b"execve"),
        Mutant("fork executes no program", answer=["execve", "execveat", "fork"]),
        Mutant("A list of names is asked for", answer="execve, execveat"),
    ],
    "09-3": [
        Mutant(
            "CALLED, of process 1 and its two threads", swaps=((PID, PID.replace(" >> 32", "")),)
        ),
        Mutant(
            "Events of process 2",
            swaps=((PID, ""), (SEND, PID + SEND)),
        ),
        Mutant(
            "Events of process 1",
            swaps=(("if (!CALLED.insert(&which, &one)) {", "CALLED.increment(which);\n\t{"),),
        ),
        Mutant("CALLED, of process 1", swaps=(("lock_xadd(times, 1)", "lock_xadd(times, 0)"),)),
        Mutant("CALLED, of process 1", swaps=(("one = 1", "one = 0"),)),
        Mutant("unknown: ", swaps=((JUMP + UNKNOWN, UNKNOWN + JUMP),)),
        Mutant("unknown: ", swaps=((UNKNOWN, ""),)),
        Mutant("not in OWN made calls", swaps=((NOT_OWN, ""),)),
        Mutant("nothing came", swaps=((JUMP, "\tSYSCALL.call(ctx, pid);\n"),), status="silent"),
    ],
    "09-4": [
        Mutant("has no such slot", swaps=(("SYSCALL, 512", "SYSCALL, 300"),)),
        Mutant("has no such slot", swaps=(("SYSCALL, 512", "SYSCALL, 469"),)),
        Mutant(
            "With SKIP_OTHERS at 1, calls with a program",
            swaps=((SKIP, ""), (JUMP, SKIP + JUMP)),
        ),
        Mutant("of these calls are left out", swaps=(("\t\tfiltered.atomic_increment(0);\n", ""),)),
        Mutant("With SKIP_OTHERS at 1, calls with no program", swaps=((SKIP, ""),)),
        Mutant(
            "the accounting does not add up",
            swaps=(("\treturn report(ctx, 1);", SEEN + "\treturn report(ctx, 1);"),),
        ),
        Mutant(
            "the accounting does not add up",
            swaps=((SEEN, ""), ("\treturn report(ctx, 0);", SEEN + "\treturn report(ctx, 0);")),
        ),
        Mutant("With SKIP_OTHERS at 0, calls with a program", swaps=(("report(ctx, 1)", "0"),)),
    ],
}
