"""What a function of a text is, by its name and its context."""

import pytest

from bpflab import LabError, source
from bpflab.mistakes.context import role, roles


def of(head, body=""):
    """Return the role of `f` in a text with this head."""
    return role(source.from_text(f"{head}\n{{\n{body}\treturn 0;\n}}\n", "a.c"), "f")


@pytest.mark.parametrize(
    ("head", "type", "hook"),
    [
        ("int f(struct pt_regs *ctx)", "kprobe", ""),
        ("int f(struct pt_regs *ctx, int fd)", "kprobe", ""),
        ("int f(\n\tconst struct bpf_raw_tracepoint_args *args)", "raw_tracepoint", ""),
        ("int f(struct bpf_perf_event_data *ctx)", "perf_event", ""),
        ("int f(struct xdp_md *ctx)", "xdp", ""),
        ("int f(struct __sk_buff *skb)", "socket_filter", ""),
        ("int f(struct tracepoint__a__b_c *ctx)", "tracepoint", "a:b_c"),
        ("int f(struct trace_event_raw_sys_enter *ctx)", "tracepoint", ""),
    ],
)
def test_the_context_says_the_type(head, type, hook):
    """And of a tracepoint's struct the hook, too."""
    found = of(head)
    assert (found.types[0], found.hook) == (type, hook)


@pytest.mark.parametrize("head", ["int f(void *ctx)", "int f(struct own *ctx)", "int g(int f)"])
def test_a_context_of_any_type_says_none(head):
    """Such a program fits where it is attached."""
    assert of(head).types == ()


def test_a_comment_is_no_head():
    """Only what is compiled counts."""
    assert of("/* f(struct xdp_md *ctx) */ int f(void *ctx)").types == ()


def test_a_packet_that_is_read_is_no_socket_filters():
    """The kernel lets a socket filter read no data directly."""
    head = "int f(struct __sk_buff *skb)"
    assert of(head, "\tvoid *data = (void *)(long)skb->data;\n").types[0] == "sched_cls"
    assert of(head, "\tstruct s { int data; } *s = 0; s->data = 1;\n").types[0] == "socket_filter"


@pytest.mark.parametrize(
    ("name", "type", "hook", "section"),
    [
        ("kprobe__do_exit", "kprobe", "do_exit", ""),
        ("kretprobe__do_exit", "kprobe", "kretprobe:do_exit", ""),
        ("syscall__execve", "kprobe", "", ""),
        ("tracepoint__sched__sched_switch", "tracepoint", "sched:sched_switch", ""),
        ("raw_tracepoint__sys_enter", "raw_tracepoint", "sys_enter", ""),
        ("kfunc__vfs_read", "tracing", "vfs_read", "fentry/vfs_read"),
        ("kretfunc__vfs_read", "tracing", "vfs_read", "fexit/vfs_read"),
        ("lsm__file_open", "lsm", "file_open", "lsm/file_open"),
    ],
)
def test_the_name_says_it_as_bccs_macros_write_it(name, type, hook, section):
    """Whatever the context is."""
    found = role(source.from_text(f"int {name}(void *ctx) {{ return 0; }}", "a.c"), name)
    assert (found.types, found.hook, found.section) == ((type,), hook, section)


TWO = source.from_text(
    "int f(struct pt_regs *ctx) { return 0; }\nint g(void *ctx) { return 0; }", "a.c"
)


def test_each_function_has_its_type():
    """Tracepoint where nothing says it, or what was asked for."""
    assert [one.type for one in roles(TWO, "fg").values()] == ["kprobe", "tracepoint"]
    assert [one.type for one in roles(TWO, "fg", "kprobe").values()] == ["kprobe", "kprobe"]


def test_a_type_that_contradicts_the_context_is_refused():
    """Before the kernel is asked, at the function's line."""
    with pytest.raises(LabError) as caught:
        roles(TWO, "fg", "tracepoint")
    assert (caught.value.kind, caught.value.line) == ("context", 1)
    assert "pt_regs" in caught.value.message


@pytest.mark.parametrize("struct", ["bpf_sock_addr", "bpf_sk_lookup", "bpf_sockopt"])
def test_a_type_that_bcc_cannot_say_is_for_the_other_dialect(struct):
    """The kernel wants its hook when it is loaded."""
    text = source.from_text(f"int f(struct {struct} *ctx) {{ return 0; }}", "a.c")
    with pytest.raises(LabError, match=struct) as caught:
        roles(text, "f")
    assert "SEC(" in caught.value.fix
