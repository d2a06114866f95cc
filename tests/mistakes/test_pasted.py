"""What is refused before the compile, and above all what is not."""

import pytest

from bpflab import LabError, source
from bpflab.mistakes import pasted
from bpflab.paths import BPF
from tests.kernel.test_pairs import NAMES, read

SECTION = '#include <bpf/bpf_helpers.h>\nSEC("tp/a/b") int f(void *ctx) { return 0; }\n'
GOOD = {
    "an initialiser": "int a[2][2] = {{1}, {2}};\nstruct s b = {0};\n",
    "a remainder": "int f(int a, int d) { return (a) %d; }\n",
    "a format": 'int f(void *ctx) { bpf_trace_printk("%d {pid} ##X##", 1); return 0; }\n',
    "an enum": "enum {\n\tFIRST\n};\nenum kind {\n\tLAST\n};\n",
    "a macro of the text": "#define FILTER ;\nint f(void *ctx)\n{\n\tFILTER\n\treturn 0;\n}\n",
    "a pasted name": "#define NAME(a, b) a ## b ## _X\n#define TWO(X) \\\n\tA ## X\n",
    "a comment": "/*\nfrom bcc import BPF\n*/\nint f(void *ctx)\n{\n\t// FILTER\n}\n",
    "a type of its own": SECTION + "typedef __u64 u64;\nstatic u64 one;\n",
    "a macro of its own": SECTION
    + "#define BPF_HASH(name, key) struct name\nBPF_HASH(a, int) b;\n",
    "a field called update": SECTION
    + "struct s { int lookup; };\nstatic int g(struct s s) { return s.lookup; }\n",
    "the kernel's types": '#include "vmlinux.h"\n' + SECTION + "static u64 one;\n",
    "a list of words": "int f(void *ctx)\n{\n\treturn A |\n\t\tB_C\n\t\t;\n}\n",
    "a label": "int f(void *ctx)\n{\n\tgoto OUT_OF_IT;\nOUT_OF_IT:\n\treturn 0;\n}\n",
    "a header of the kernel": "#include <linux/sched.h>\n#include <uapi/linux/ptrace.h>\n",
    "a call by its address": "int f(void *ctx) { bpf_probe_read_kernel(&x, 4, ctx); return 0; }\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_good_c_is_let_through(name):
    """Each of these looks like something that was left in a text, and is none."""
    pasted.check(source.from_text(GOOD[name], "a.c"))


def test_the_texts_of_the_lessons_are_let_through():
    """Of both dialects."""
    paths = [path for path in BPF.rglob("*.c") if ".skel.h" not in path.read_text()]  # no reader
    assert len(paths) > 30
    for path in paths:
        pasted.check(source.find(str(path)))


def test_what_loads_is_let_through():
    """The right texts of all pairs."""
    for name in NAMES:
        pasted.check(source.from_text(read(f"{name}.right")[1], name))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("int f(void *ctx)\n{\n\tFILTER_PID\n\n\treturn 0;\n}\n", 3),
        ("struct s {\n\tu32 pid;\n\tEXTRA_FIELDS\n};\n", 3),
        ("int f(void *ctx)\n{\n\tif (x != %s)\n\t\treturn 0;\n}\n", 3),
        ("int f(void *ctx)\n{\n\tif (x == {pid})\n\t\treturn 0;\n}\n", 3),
        ("BPF_HASH(a, u32);\n##STORE##\n", 2),
    ],
)
def test_a_placeholder_is_named_at_its_line(text, line):
    """Of all the forms in which tools write them."""
    with pytest.raises(LabError) as caught:
        pasted.check(source.from_text(text, "a.c"))
    assert (caught.value.kind, caught.value.line) == ("placeholder", line)
