"""Wrong answers to the exercises of lesson 02."""

from tests.exercises.mutant import Mutant

READ = "read_path(e->path, sizeof(e->path), ctx->filename)"

SEND = "\tevents.ringbuf_output(e, sizeof(*e), 0);\n"
LENGTH = f"\te->path_len = {READ};\n"
LENGTH_OFF = f"\t{READ};\n\te->path_len = 0;\n"

MUTANTS = {
    "02-1": [
        Mutant("is wrong in uid", swaps=(("\te->uid = bpf_get_current_uid_gid();\n", ""),)),
        Mutant("is wrong in uid", swaps=(("uid_gid();", "uid_gid() >> 32;"),)),
        Mutant("is wrong in uid", swaps=(("= bpf_get_current_uid_gid()", "= 0"),)),
        Mutant(
            "has no field uid",
            swaps=(("\tu32 uid;\n", "\tu32 user;\n"), ("e->uid", "e->user")),
        ),
    ],
    "02-2": [
        Mutant("480 is refused: the limit is lower", answer=480),
        Mutant("16 is accepted, and so is 24: the limit is higher", answer=16),
        Mutant("is a multiple of 8, and 471 is not", answer=471),
        Mutant("is a number, and yours is of the type str", answer="472"),
    ],
    "02-3": [
        Mutant("is wrong in pid", swaps=((" >> 32", ""),)),
        Mutant("is wrong in flags", swaps=(("ctx->flags", "ctx->mode"),)),
        Mutant("is wrong in path", swaps=(("char path[256]", "char path[128]"),)),
        Mutant("is wrong in path_status", swaps=(("read_path", "bpf_probe_read_user_str"),)),
        Mutant(
            "is wrong in path_len",
            swaps=((SEND, f"\tif (e->path_len > 256)\n\t\te->path_len = 1000;\n{SEND}"),),
        ),
        Mutant("Event 1 of 4 is wrong in path_len", swaps=((LENGTH, LENGTH_OFF),)),
        Mutant("BUF is of the type array", swaps=(("BPF_PERCPU_ARRAY", "BPF_ARRAY"),)),
        Mutant(
            "4 files were opened, but not every file has exactly one event",
            swaps=((", ctx->filename", ", (void *)ctx"),),
        ),
        Mutant("has no field flags", swaps=(("int flags", "int mode"), ("e->flags", "e->mode"))),
        Mutant(
            "no event came",
            swaps=(("if (!e)", "if (e)\n\t\treturn 0;\n\tif (!e)"),),
            status="silent",
        ),
    ],
    "02-4": [
        Mutant(
            "is wrong in path_status",
            swaps=(
                (READ, READ.replace("read_path", "bpf_probe_read_user_str")),
                (SEND, f"\tif (e->path_len == 512)\n\t\te->path_len = 513;\n{SEND}"),
            ),
        ),
        Mutant("is wrong in path", swaps=((READ, READ.replace("sizeof(e->path)", "sizeof(e)")),)),
        Mutant(
            "is wrong in path and path_status",
            swaps=((READ, "bpf_probe_read_kernel_str(e->path, sizeof(e->path), ctx->filename)"),),
        ),
        Mutant(
            "is wrong in path_status",
            swaps=((READ, "bpf_probe_read_user_str(e->path, sizeof(e->path), ctx->filename)"),),
        ),
        Mutant(
            "is wrong in path",
            swaps=((READ, "bpf_probe_read_user(e->path, sizeof(e->path), ctx->filename)"),),
        ),
        Mutant(
            "is wrong in path and path_status",
            swaps=((READ, "read_path(e->path, sizeof(e->path), (void *)&ctx->filename)"),),
        ),
    ],
}
