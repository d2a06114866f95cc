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
INSERT = "\t\ttotals.insert(&uid, &zero);\n"
COUNT = "\tcounter_table.atomic_increment(uid);\n"
LOOKUP = "\tu64 one = 1, *n = counter_table.lookup(&uid);\n\n"
TWO_CPUS = "two CPUs"  # lost where two CPUs met, and else found in the instructions
MUTANTS = {
    "05-1": [
        Mutant("has no field uid", swaps=(("\tu32 uid;\n", ""), (UID, ""))),
        Mutant("has a uid that is not the user of any process", swaps=((UID, ""),)),
        Mutant(
            "has a uid that is not the user of any process",
            swaps=(("uid_gid();", "uid_gid() >> 32;"),),
        ),
        Mutant("has a pid that is not one of the processes", swaps=((" >> 32", ""),)),
        Mutant("your addition is three steps", swaps=(("atomic_increment", "increment"),)),
        Mutant("The field pid has 16 bits", swaps=(("u32 pid", "u16 pid"),)),
        Mutant(
            "entries are not as expected",
            swaps=(("atomic_increment(who)", "atomic_increment(who, 2)"),),
        ),
    ],
    "05-2": [
        Mutant("fields of other types", swaps=(("u64", "u8"), ("u16", "u8"))),
        Mutant("fields of other types", swaps=(("u64", "s64"),)),
        Mutant("fields of other types", swaps=(("u8", "char"),)),
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
        Mutant("files: 2 of 6", swaps=((" >> 32", ""),)),
        Mutant(
            "There is no program closed and no program opened, only on_close and on_open",
            swaps=(("int opened", "int on_open"), ("int closed", "int on_close")),
        ),
        Mutant("has no field opened", swaps=(("u64 opened", "u64 open"), ("f->opened", "f->open"))),
    ],
    "05-4": [
        Mutant("no entry for a user", status="silent", swaps=(("uid_gid();", "uid_gid() >> 32;"),)),
        Mutant("two CPUs", swaps=(("atomic_increment", "increment"),)),
        Mutant(
            "system calls of a user, 1 was not counted",
            swaps=(
                (
                    "\n" + COUNT,
                    LOOKUP.replace("one = 1", "one = 0")
                    + "\tif (!n)\n\t\tcounter_table.insert(&uid, &one);\n"
                    "\telse\n\t\tlock_xadd(n, 1);\n",
                ),
            ),
        ),
        Mutant(
            "Two processes of this user called on two CPUs",
            swaps=(("\n" + COUNT, LOOKUP + "\tif (n)\n\t\t*n += one;\n\telse\n\t" + COUNT),),
        ),
        Mutant(
            "More system calls of a user were counted",
            swaps=((COUNT, COUNT + COUNT),),
        ),
        Mutant(
            "not counted",
            swaps=(
                ("void *", "struct bpf_raw_tracepoint_args *"),
                ("\tcounter", "\tif (ctx->args[1] & 1)\n\t\treturn 0;\n\tcounter"),
            ),
        ),
    ],
    "05-5": [
        Mutant(
            "attach() finds no hook",
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
        Mutant("nothing of this user is in totals", status="silent", swaps=((INSERT, ""),)),
        Mutant(
            "first write was not counted",
            swaps=((INSERT, INSERT + "\t\treturn 0;\n"),),
        ),
        Mutant("are not those that were written", swaps=(("bytes, ctx->count", "bytes, ctx->fd"),)),
        Mutant(
            "nothing of this user is in totals",
            status="silent",
            swaps=(("uid_gid();", "uid_gid() >> 32;"),),
        ),
    ],
}
