"""Slips that load, and lines that only look like them."""

import pytest

from bpflab import source
from bpflab.mistakes import slips
from bpflab.mistakes.declarations import Declarations

EVENT = "struct event {\n\tu64 ts;\n\tu32 pid;\n};\n"
RECORD = "struct event *e = r.ringbuf_reserve(sizeof(*e)); if (!e) return 0;"


def kinds(text):
    """Return the kinds of the slips in *text*."""
    code = source.from_text(text, "mine.c")
    return [error.kind for error in slips.found(code, Declarations(code))]


def within(line):
    """Return the kinds of the slips in a function that has *line*."""
    return kinds(f"int hook(void *ctx)\n{{\n\t{line}\n\treturn 0;\n}}\n")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("u64 *v = m.lookup(&k); if (v) v++;", "pointer"),
        ("u64 *v = m.lookup(&k); if (v) ++v;", "pointer"),
        ("u64 *v = bpf_map_lookup_elem(&m, &k); if (!v) return 0; v += 2;", "pointer"),
        ("u64 *v = m.lookup(&k); if (v) *v++; if (v) return *v;", "pointer"),
        ("if (a);", "empty-body"),
        ("if (a); { b(); }", "empty-body"),
        ("for (int i = 0; i < 3; i++); { b(); }", "empty-body"),
        ("u32 t = bpf_ktime_get_ns();", "narrow"),
        ("int t; t = bpf_ktime_get_boot_ns();", "narrow"),
        ("struct ethhdr *e = p; if (e->h_proto == ETH_P_IP) return 1;", "byte-order"),
        ("struct tcphdr *t = p; return t->dest != 443;", "byte-order"),
        (
            f"{EVENT} struct event e; e.pid = 1; r.ringbuf_output(&e, sizeof(e), 0);",
            "uninitialised",
        ),
        (f"{EVENT} struct event e; e.ts = 1; r.perf_submit(ctx, &e, sizeof(e));", "uninitialised"),
        (f"{EVENT} {RECORD} e->ts = 1; r.ringbuf_submit(e, 0);", "uninitialised"),
        (f"{EVENT} {RECORD} if (!e->pid) r.ringbuf_submit(e, 0);", "uninitialised"),
    ],
)
def test_a_slip_is_named(line, kind):
    """Once, by its kind."""
    assert within(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "u64 *v = m.lookup(&k); if (v) (*v)++;",
        "u64 *v = m.lookup(&k); if (v) *v += 2;",
        "u8 *v = m.lookup(&k); if (!v) return 0; v++; return *v;",
        "u8 *v = m.lookup(&k); for (int i = 0; v && i < 3; i++) { n += *v; v++; }",
        "do { a(); } while (b);",
        "while (next());",
        "for (p = a; *p; p++);",
        "if (a) b();",
        'bpf_trace_printk("if (a);");',
        "u64 t = bpf_ktime_get_ns();",
        "u32 t = bpf_ktime_get_ns() / 1000000;",
        "u32 *t = x; *t = bpf_ktime_get_ns();",
        "struct ethhdr *e = p; if (e->h_proto == htons(ETH_P_IP)) return 1;",
        "struct ethhdr *e = p; if (e->h_proto == 8) return 1;",
        "struct mine *t = p; return t->dest == 443;",
        "struct tcphdr *t = p; return t->dest == 0;",
        f"{EVENT} struct event e = {{}}; e.pid = 1; r.ringbuf_output(&e, sizeof(e), 0);",
        f"{EVENT} struct event e; fill(&e); r.ringbuf_output(&e, sizeof(e), 0);",
        f"{EVENT} struct event e; e = (struct event){{1, 2}}; r.ringbuf_output(&e, sizeof(e), 0);",
        f"{EVENT} struct event e; e.ts = e.pid = 1; r.ringbuf_output(&e, sizeof(e), 0);",
        f"{EVENT} struct event e; e.pid = 1; use(e.pid);",
        f"{EVENT} {RECORD} e->ts = 1; r.ringbuf_discard(e, 0);",
        f"{EVENT} {RECORD} fill(e); r.ringbuf_submit(e, 0);",
        f"{EVENT} {RECORD} *e = (struct event){{}}; r.ringbuf_submit(e, 0);",
    ],
)
def test_what_is_no_slip_is_not_named(line):
    """Nobody is told to mend what is right."""
    assert within(line) == []


def test_a_time_in_a_field_is_of_the_only_field_of_that_name():
    """Of two structs with such a field the text alone does not say which one is meant."""
    text = "struct a { u32 ts; };\nint hook(void *ctx)\n{\n\tstruct a a = {};\n"
    text += "\ta.ts = bpf_ktime_get_ns();\n\treturn 0;\n}\n"
    assert kinds(text) == ["narrow"]
    assert kinds("struct b { u64 ts; };\n" + text) == []
