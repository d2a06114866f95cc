"""Wrong answers to the exercises of lesson 11."""

from tests.exercises.mutant import Mutant

FAILED = "ctx->ret < 0"
TGID = "u32 tgid = bpf_get_current_pid_tgid() >> 32;\n"
DELETE = "\tPROGRAM.delete(&tgid);\n"
BY_PROCESS = "u32 key = bpf_get_current_pid_tgid() >> 32;"
BY_THREAD = "u32 key = bpf_get_current_pid_tgid();"
ENTERED = f"{BY_PROCESS}\n\tu64 now"
LOOKUP = f"{BY_PROCESS}\n\tu64 *started"

FORGET = "\tFAILED.task_storage_delete(task);\n"
GET = "FAILED.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE)"
TASK = "struct task_struct *task = bpf_get_current_task_btf();"


def hash_by(key):
    """Return what makes the solution of 11-4 one with a hash."""
    return (
        ("BPF_TASK_STORAGE(FAILED, u64)", "BPF_HASH(FAILED, u32, u64)"),
        (TASK, f"u64 zero = 0;\n\tu32 key = {key};"),
        (GET, "FAILED.lookup_or_try_init(&key, &zero)"),
        (FORGET, "\tFAILED.delete(&key);\n"),
    )


MUTANTS = {
    "11-1": [
        Mutant("Item 1 is not what comes out", answer=["/usr/bin/./true", "/usr/bin/./id"]),
        Mutant("Item 2 is not what comes out", answer=["/usr/bin/./id", "/usr/bin/./true"]),
        Mutant("has 1 item instead of 2", answer=["/usr/bin/./id"]),
        Mutant("is text, and a list is asked for", answer="/usr/bin/./id"),
    ],
    "11-2": [
        Mutant(
            "7 calls failed, and 4 events of them came",
            swaps=(
                (
                    f"{TGID}\tstruct event *e = PROG",
                    f"{TGID.replace(' >> 32', '')}\tstruct event *e = PROG",
                ),
            ),
        ),
        Mutant("7 calls failed, and 1 event of them came", swaps=((FAILED, "ctx->ret == -2"),)),
        Mutant("is wrong in path", swaps=(("\tentered(e, ctx->filename);\n", ""),)),
        Mutant("came of calls that did not fail", swaps=((f"if ({FAILED}) {{", "{"),)),
        Mutant("came of calls that did not fail", swaps=((FAILED, "ctx->ret <= 0"),)),
        Mutant(
            "no event of them came. But events came with 0 in pid.",
            swaps=(("\t\tleft(e, ctx->ret);\n", ""),),
        ),
        Mutant(
            "PROGRAM still has",
            swaps=((DELETE, ""), ("(*e), 0);\n", f"(*e), 0);\n\t{DELETE}")),
            status="leftover",
        ),
        Mutant(
            "The two times of a call are not those",
            swaps=(("\t\tleft(e, ctx->ret);\n", "\t\tleft(e, ctx->ret);\n\t\te->t_exit = 0;\n"),),
        ),
    ],
    "11-3": [
        Mutant("a call of a second thread", swaps=((ENTERED, f"{BY_THREAD}\n\tu64 now"),)),
        Mutant(
            "a call of a second thread",
            swaps=((BY_PROCESS, BY_THREAD),),
        ),
        Mutant(
            "STARTED still has",
            swaps=(
                ("\tSTARTED.delete(&key);\n", ""),
                ("(e), 0);\n", "(e), 0);\n\t\tSTARTED.delete(&key);\n"),
            ),
            status="leftover",
        ),
        Mutant("calls that fail", swaps=(("if (ctx->ret == 0)", ""),)),
        Mutant("longer than the whole test", swaps=((" - *started", ""),)),
        Mutant(
            "no event of them came",
            swaps=(("if (ctx->ret == 0)", "if (ctx->ret > 0)"),),
            status="silent",
        ),
    ],
    "11-4": [
        Mutant(
            "The first thread, beside another: Event 2 of 2 is wrong in failed",
            swaps=hash_by("bpf_get_current_pid_tgid() >> 32"),
        ),
        Mutant(
            "A second thread, beside the first: Event 2 of 2 is wrong in failed",
            swaps=hash_by("bpf_get_current_pid_tgid()"),
        ),
        Mutant("One success after another: Event 3 of 3", swaps=((FORGET, ""),)),
        Mutant("Events of successful calls", swaps=(("if (ctx->ret < 0)", "if (ctx->ret == -2)"),)),
        Mutant("Events of successful calls", swaps=(("+= 1;\n\t\treturn 0;", "+= 1;"),)),
        Mutant("is wrong in failed", swaps=(("*failed += 1;", "*failed = 1;"),)),
        Mutant("is wrong in failed", swaps=(("\te.failed = *failed;\n", ""),)),
        Mutant(
            "no event of them came",
            swaps=(("BPF_LOCAL_STORAGE_GET_F_CREATE", "0"),),
            status="silent",
        ),
    ],
}
