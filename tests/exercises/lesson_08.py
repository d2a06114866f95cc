"""Wrong answers to the exercises of lesson 08."""

from tests.exercises.mutant import Mutant

COUNT = "\tstats->entered += 1;\n"
JUMP = "\tJUMPS.call(ctx, 0);\n"
PER_CPU = "BPF_PERCPU_ARRAY(STATE, struct state, 1)"
KEY_OF_FIRST = "u32 key = 0, pid"
STATE = "\tstruct state *state = STATE."

MUTANTS = {
    "08-1": [
        Mutant("Item 1 is not what comes out", answer=(3, 0)),
        Mutant("Item 2 is not what comes out", answer=(2, 0)),
        Mutant("has 3 items instead of 2", answer=(2, 2, 2)),
        Mutant("is a number, and a list is asked for", answer=2),
    ],
    "08-2": [
        Mutant("Item 1 is not what comes out", answer=(1, 8)),
        Mutant("Item 2 is not what comes out", answer=(4, 8)),
        Mutant("is a number, and a list is asked for", answer=32),
    ],
    "08-3": [
        Mutant(
            "STATS is of the type array: all CPUs share one value",
            swaps=(("BPF_PERCPU_ARRAY", "BPF_ARRAY"),),
        ),
        Mutant(
            "a process that is not in OWN were counted",
            swaps=(("if (!stats || !OWN.lookup(&pid))", "if (!stats)"),),
        ),
        Mutant("After calls with slot 0 filled", swaps=((COUNT + JUMP, JUMP + COUNT),)),
        Mutant("After calls with slot 0 filled", swaps=((JUMP, ""),)),
        Mutant(
            "After calls with slot 0 empty",
            swaps=(
                ("\tstats->finished += 1;\n", ""),
                (COUNT, COUNT + "\tstats->finished += 1;\n"),
            ),
        ),
        Mutant(
            "STATS holds zeros",
            swaps=((COUNT, ""), ("\tstats->finished += 1;\n", "")),
            status="silent",
        ),
        Mutant(
            "STATS has no entry 0",
            swaps=(("BPF_PERCPU_ARRAY(STATS,", "BPF_PERCPU_HASH(STATS, u32,"),),
            status="silent",
        ),
    ],
    "08-4": [
        Mutant(
            "is wrong in steps and total",
            swaps=(
                (PER_CPU, "BPF_ARRAY(STATE, struct state, 64)"),
                (KEY_OF_FIRST, "u32 key = bpf_get_smp_processor_id(), pid"),
            ),
        ),
        Mutant("is wrong in total", swaps=((PER_CPU, "BPF_ARRAY(STATE, struct state, 1)"),)),
        Mutant(
            "and 0 events came",
            swaps=((KEY_OF_FIRST, "u32 key = bpf_get_smp_processor_id(), pid"),),
        ),
        Mutant("is wrong in steps", swaps=(("state->steps += 1", "state->steps = 1"),)),
        Mutant(
            "is wrong in total",
            swaps=(
                (PER_CPU, "BPF_HASH(STATE, u32, struct state, 64)"),
                (KEY_OF_FIRST, "struct state none = {};\n\tu32 pid"),
                (
                    f">> 32;\n{STATE}lookup(&key);",
                    f">> 32;\n{STATE}lookup_or_try_init(&pid, &none);",
                ),
                ("u32 key = 0;", "u32 key = bpf_get_current_pid_tgid() >> 32;"),
            ),
        ),
    ],
}
