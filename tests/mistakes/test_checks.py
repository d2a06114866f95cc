"""What a text shows: helpers without a call, formats, lookups that come to nothing."""

import pytest

from bpflab import source
from bpflab.mistakes import checks


def kinds(line):
    """Return the kinds of what is found in a function with this *line*, which is the third."""
    text = f"int hook(void *ctx)\n{{\n\t{line}\n\treturn 0;\n}}\n"
    found = checks.found(source.from_text(text, "mine.c"), {}, {})
    assert all(error.line == 3 for error in found)
    return [error.kind for error in found]


@pytest.mark.parametrize(
    "line",
    [
        "u64 t = bpf_ktime_get_ns;",
        "if (bpf_get_prandom_u32 > 3) return 1;",
        "return bpf_get_smp_processor_id;",
        "u32 uid = bpf_get_current_uid_gid & 0xffff;",
    ],
)
def test_a_helper_without_its_call_is_named(line):
    """Wherever its result would stand."""
    assert kinds(line) == ["no-call"]


@pytest.mark.parametrize(
    "line",
    [
        "u64 t = bpf_ktime_get_ns ();",
        "/* bpf_ktime_get_ns */",
        "// bpf_ktime_get_ns",
        'bpf_trace_printk("bpf_ktime_get_ns");',
        "u64 bpf_ktime_get_ns;",
        "e->bpf_ktime_get_ns = 3;",
        "void *f = &bpf_ktime_get_ns;",
        "u64 t = bpf_ktime_get_nanoseconds;",
        "#define NOW bpf_ktime_get_ns",
    ],
)
def test_what_is_no_slip_is_not_named(line):
    """A call, a comment, a string, another name, an address that is meant, a macro."""
    assert kinds(line) == []


GOOD = ["%d", "%i", "%u", "%x", "%X", "%ld", "%llu", "%llx", "%px", "%s", "%c", "%%", "%5d", "%-8s"]
BAD = [
    "%f",
    "%.2f",
    "%lf",
    "%e",
    "%g",
    "%o",
    "%zu",
    "%hd",
    "%hhx",
    "%.3d",
    "%*d",
    "%#x",
    "%jd",
    "%n",
]


@pytest.mark.parametrize("spec", GOOD)
def test_a_format_of_the_kernel_s_is_not_named(spec):
    """With a width as well, since Linux 5.13."""
    assert kinds(f'bpf_trace_printk("a {spec} b", 1);') == []


@pytest.mark.parametrize("spec", BAD)
def test_a_format_that_the_kernel_refuses_is_named(spec):
    """With one that it takes."""
    assert kinds(f'bpf_trace_printk("a {spec} b", 1);') == ["printk-format"]
    assert kinds(f'bpf_printk("a {spec} b", 1);') == ["printk-format"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("seen.lookup(&key);", True),
        ("seen.lookup(&((struct key){ .a = f(1) }));", True),
        ("bpf_map_lookup_elem(&seen, &key);", True),
        ("u64 *v = seen.lookup(&key);", False),
        ("u64 *v =\n\t\tseen.lookup(&key);", False),
        ("if (x)\n\t\treturn !!\n\t\tseen.lookup(&key);", False),
        ("seen.lookup_or_try_init(&key, &zero);", False),
        ("*seen.lookup(&key) += 1;", False),
    ],
)
def test_a_lookup_that_comes_to_nothing_is_named(line, named):
    """One that makes an entry is not, nor one that goes on from the line above."""
    assert kinds(line) == ["unused"] * named


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('bpf_trace_printk("%d %p", 1, ctx);', ["printk-address"]),
        ('bpf_printk("%p", ctx);', ["printk-address"]),
        ('bpf_printk("%pK %ps", ctx, ctx);', []),
        ('bpf_trace_printk("%s", "word");', ["printk-constant"]),
        ('bpf_trace_printk("%d %s", f(1, 2), "a, \\"b");', ["printk-constant"]),
        ('bpf_trace_printk("%s, \\"word\\"", word);', []),
        ('bpf_trace_printk("%d", sizeof("word"));', []),
    ],
)
def test_what_is_not_printed_as_it_is_meant_is_named(line, named):
    """An address, and a constant of which BCC loads nothing."""
    assert kinds(line) == named


@pytest.mark.parametrize(
    ("declared", "given", "named"),
    [
        ('const char *text = "a long format"', "text, sizeof(text)", True),
        ('char const * const text = "a long format"', "text, sizeof text, 1", True),
        ('const char text[] = "a long format"', "text, sizeof(text)", False),
        ('const char *text = "short"', "text, sizeof(text)", False),
        ('const char *text = "a long format"', "text, 14", False),
        ('const char *other, text[] = "a long format"', "text, sizeof(text)", False),
    ],
)
def test_the_size_of_a_pointer_to_a_format_is_named(declared, given, named):
    """In libbpf's dialect, where the size is written; a short format is printed all the same."""
    head = '#include <bpf/bpf_helpers.h>\nSEC("raw_tp/sys_enter")\n'
    text = f"{head}int hook(void *ctx)\n{{\n{declared};\nbpf_trace_printk({given});\n}}\n"
    found = checks.found(source.from_text(text, "mine.c"), {}, {})
    assert [(error.kind, error.line) for error in found] == [("printk-size", 6)] * named
