"""Wrong answers to the exercises of lesson 05."""

from tests.exercises.mutant import Mutant

UID, PID = (
    "\twho.uid = bpf_get_current_uid_gid();\n",
    "\twho.pid = bpf_get_current_pid_tgid() >> 32;\n",
)
STRUCT = "\tu64 bytes;\n\tu16 port;\n\tu8 kind;\n"
NEW_F = "\t\tfiles.insert(&pid, &zero);\n\t\tf = files.lookup(&pid);\n"
OPENED, CLOSED = "lock_xadd(&f->opened, 1);", "lock_xadd(&f->closed, 1);"
ARGS = "struct bpf_raw_tracepoint_args"
TWO_CPUS = "two CPUs"  # lost where two CPUs met, and else found in the instructions
MUTANTS = {
    "05-1": [
        Mutant("has no field uid", swaps=(("\tu32 uid;\n", ""), (UID, ""))),
        Mutant("uid of a pair is a number that is not the user", swaps=((UID, ""),)),
        Mutant(
            "uid of a pair is a number that is not the user",
            swaps=(("uid_gid();", "uid_gid() >> 32;"),),
        ),
        Mutant(
            "pid of a pair is a number that is not one of the processes", swaps=((" >> 32", ""),)
        ),
        Mutant(
            "entries are not as expected",
            swaps=(("atomic_increment(who)", "atomic_increment(who, 2)"),),
        ),
    ],
    "05-2": [
        Mutant("fields of other types", swaps=(("u64", "u8"), ("u16", "u8"))),
        Mutant("No order of these fields gives 11", swaps=(("};", "} __attribute__((packed));"),)),
        Mutant(
            "24 bytes. Another order", swaps=((STRUCT, "\tu16 port;\n\tu64 bytes;\n\tu8 kind;\n"),)
        ),
        Mutant("has other fields", swaps=(("\tu8 kind;\n", ""),)),
    ],
    "05-3": [
        Mutant("no entry for a process", status="silent", swaps=((NEW_F, "\t\treturn 0;\n"),)),
        Mutant("files: ", swaps=((NEW_F, NEW_F + "\t\treturn 0;\n"),)),
        Mutant("files: ", swaps=((CLOSED, OPENED),)),
        Mutant(
            "your addition is three steps",
            swaps=((OPENED, "f->opened += 1;"), (CLOSED, "f->closed += 1;")),
        ),
        Mutant("has no field opened", swaps=(("u64 opened", "u64 open"), ("f->opened", "f->open"))),
    ],
    "05-4": [
        Mutant("no entry for a user", status="silent", swaps=(("uid_gid();", "uid_gid() >> 32;"),)),
        Mutant("your addition is three steps", swaps=(("atomic_increment", "increment"),)),
        Mutant(
            "too small or too large",
            swaps=(
                ("void *", "struct bpf_raw_tracepoint_args *"),
                ("\tcounter", "\tif (ctx->args[1] & 1)\n\t\treturn 0;\n\tcounter"),
            ),
        ),
    ],
    "05-5": [
        Mutant(
            "attach() has nowhere to go",
            swaps=(
                (
                    "RAW_TRACEPOINT_PROBE(sys_enter)",
                    "int count(struct bpf_raw_tracepoint_args *ctx)",
                ),
            ),
        ),
        Mutant("too small or too large", swaps=(("args[1]", "args[0]"),)),
        Mutant("too small or too large", swaps=(("ctx->args[1]", "bpf_get_current_uid_gid()"),)),
        Mutant("your addition is three steps", swaps=(("atomic_increment", "increment"),)),
    ],
    "05-6": [
        Mutant(
            TWO_CPUS,
            swaps=(
                ("lock_xadd(&sums->writes, 1);", "sums->writes += 1;"),
                ("lock_xadd(&sums->bytes, ctx->count);", "sums->bytes += ctx->count;"),
            ),
        ),
        Mutant(TWO_CPUS, swaps=(("lock_xadd(&sums->writes, 1);", "sums->writes += 1;"),)),
        Mutant("are not those that were written", swaps=(("bytes, ctx->count", "bytes, ctx->fd"),)),
        Mutant(
            "numbers of their user are 0",
            status="silent",
            swaps=(("uid_gid();", "uid_gid() >> 32;"),),
        ),
    ],
}
