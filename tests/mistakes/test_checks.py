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


TYPES = [
    ('BPF_TABLE("percpu_hash", u32, u64, calls, 64);', "a percpu_hash"),
    ("BPF_PERCPU_HASH(calls, u32, u64);", "a percpu_hash"),
    ('BPF_TABLE("lru_hash", u32, u64, calls, 64);', "an lru_hash"),
    ('BPF_TABLE("lru_percpu_hash", u32, u64, calls, 64);', "an lru_percpu_hash"),
    ('BPF_F_TABLE("lpm_trie", u64, u64, calls, 64, BPF_F_NO_PREALLOC);', "an lpm_trie"),
]
COUNT = "calls.increment(key);"


def counted(declared, body):
    """Return what is found in a function that counts so in a map that is declared so."""
    text = f"{declared}\nint hook(void *ctx)\n{{\nu32 key = 1;\n{body}\nreturn 0;\n}}\n"
    return checks.found(source.from_text(text, "mine.c"), {}, {})


@pytest.mark.parametrize("method", ["increment", "atomic_increment"])
@pytest.mark.parametrize(("declared", "type"), TYPES)
def test_an_increment_that_makes_no_key_is_named(declared, type, method):
    """With the call that makes one."""
    (error,) = counted(declared, f"calls.{method}(key);")
    assert (error.kind, error.line) == ("no-new-key", 5)
    assert error.message == f"{method} makes no new key in {type}."
    atomic = method == "atomic_increment" and "percpu" not in type
    add = "lock_xadd(n, 1)" if atomic else "*n += 1"
    assert f"calls.lookup_or_try_init(&key, &zero); if (n) {add};" in error.fix


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        ("calls.increment(other, 8);", "(&other, &zero); if (n) *n += 8;"),
        ("calls.increment(f(1, 2));", "(&key, &zero); if (n) *n += 1;"),
        ("calls.increment(0);", "(&key, &zero); if (n) *n += 1;"),
        ("u64 *v = calls.lookup(&key); if (v) calls.increment(key);", "*n += 1;"),
        ("e.calls = 1; calls.increment(key);", "*n += 1;"),
    ],
)
def test_the_advice_has_what_the_call_has(call, advice):
    """Its key where that has a name, and its number; a lookup makes no key either."""
    (error,) = counted(TYPES[0][0], call)
    assert advice in error.fix


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        ("BPF_HASH(calls, u32, u64);", COUNT),
        ("BPF_HISTOGRAM(calls, u32);", COUNT),
        ("BPF_PERCPU_ARRAY(calls, u64, 8);", COUNT),
        ('BPF_TABLE("hash", u32, u64, calls, 64);', COUNT),
        ("BPF_TABLE(KIND, u32, u64, calls, 64);", COUNT),
        ("BPF_HASH(calls, u32);\nBPF_PERCPU_HASH(calls, u32);", COUNT),
        (TYPES[0][0], f"u64 zero = 0; calls.insert(&key, &zero); {COUNT}"),
        (TYPES[0][0], f"u64 zero = 0; calls.lookup_or_try_init(&key, &zero); {COUNT}"),
        (TYPES[0][0], f"u64 zero = 0; bpf_map_update_elem(&calls, &key, &zero, 0); {COUNT}"),
        (TYPES[0][0], f"FILL(calls, key); {COUNT}"),
        (f"BPF_HASH(own, u32);\n{TYPES[0][0]}", f"if (own.lookup(&key)) {COUNT}"),
        (TYPES[0][0], "// calls.increment(key);"),
    ],
)
def test_an_increment_whose_key_may_be_there_is_not_named(declared, body):
    """BCC makes it, the text does, or Python may, as it does in another map."""
    assert counted(declared, body) == []


def test_a_map_that_the_text_fills_tells_nothing_of_python():
    """Only one that is looked up and never written says that Python writes."""
    body = f"u64 *v = own.lookup(&key); if (!v) own.increment(key); {COUNT}"
    assert [e.kind for e in counted(f"BPF_HASH(own, u32);\n{TYPES[0][0]}", body)] == ["no-new-key"]
