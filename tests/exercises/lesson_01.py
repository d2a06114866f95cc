"""Wrong answers to the exercises of lesson 01."""

import os

from tests.exercises.mutant import Mutant

PID = "bpf_get_current_pid_tgid() >> 32"
UID = "bpf_get_current_uid_gid()"
WRONG = "of the lines are wrong"
THREAD = "and 1 of the lines is wrong"

MUTANTS = {
    "01-1": [
        Mutant(THREAD, swaps=((PID, "bpf_get_current_pid_tgid()"),)),
        Mutant(WRONG, swaps=((PID, "bpf_get_current_pid_tgid() >> 16"),)),
        Mutant(WRONG, swaps=((PID, "0"),)),
        Mutant(WRONG, swaps=(("process %d", "process %x"),)),
        Mutant(WRONG, swaps=(("Hello, ", ""),)),
        Mutant(
            "Each process has 2 lines",
            swaps=(("\tbpf_trace", '\tbpf_trace_printk("Hello");\n\tbpf_trace'),),
        ),
        Mutant(
            "no line of them came",
            swaps=(("\tbpf_trace", "\tif (!pid)\n\t\tbpf_trace"),),
            status="silent",
        ),
    ],
    "01-2": [
        Mutant("not said once for each call", answer="syscalls:sys_enter_execve"),
        Mutant("not said once for each call", answer="syscalls:sys_enter_getpid"),
        Mutant("not said once for each call", answer="raw_syscalls:sys_enter"),
        Mutant("no tracepoint of that name", answer="getppid"),
        Mutant("is the name of a tracepoint", answer=110),
    ],
    "01-3": [
        Mutant(THREAD, swaps=((PID, "bpf_get_current_pid_tgid()"),)),
        Mutant(WRONG, swaps=((PID, UID), ("pid, uid);", "uid, pid);"))),
        Mutant(WRONG, swaps=(("pid, uid);", "uid, pid);"),)),
        *[Mutant(WRONG, swaps=((UID, f"{UID} >> 32"),))] * (os.getuid() == 0),
    ],
}
