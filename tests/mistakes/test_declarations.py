"""What a text declares, and where."""

from bpflab import source
from bpflab.mistakes.declarations import Declarations

TEXT = """\
// static int no(void) { }
#define SIZE 16
struct event {
\tu32 pid, uid;
\tstruct {
\t\tu64 begin;
\t} times;
\tchar path[SIZE]; /* int hidden; */
};
typedef struct { int x; } point_t;
BPF_HASH(
\tstarts, u32, u64);
static __always_inline int half(int x)
{
\tif (x) { return x >> 1; }
\treturn 0;
}
int hook(struct pt_regs *ctx, int fd)
{
\tbpf_trace_printk("int fake(void) {");
\treturn half(3);
}
u64 total;
"""
SOURCE = source.from_text(TEXT, "a.c")
DECLARED = Declarations(SOURCE)


def line(number):
    """Return a line of the text."""
    return SOURCE.place("a.c", number)


def test_functions_are_those_of_the_text():
    """Not what stands in comments or in texts, and no statement that looks like one."""
    assert list(DECLARED.functions) == ["half", "hook"]
    assert DECLARED.functions["half"].static
    assert not DECLARED.functions["hook"].static
    assert DECLARED.functions["hook"].parameters == "struct pt_regs *ctx, int fd"


def test_a_line_has_the_function_around_it():
    """From its head to its closing brace."""
    assert [
        function.name if (function := DECLARED.around(line(n))) else ""
        for n in (2, 13, 15, 17, 18, 21, 22, 23)
    ] == ["", "half", "half", "half", "hook", "hook", "hook", ""]
    assert DECLARED.around(None) is None


def test_a_struct_has_its_fields_with_their_lines():
    """Several in one declaration, and those of a struct within it."""
    fields = [(name, place.line) for name, place in DECLARED.structs["event"].fields]
    assert fields == [("pid", 4), ("uid", 4), ("begin", 6), ("times", 7), ("path", 8)]
    assert DECLARED.structs["point_t"].names == ["x"]


def test_each_name_has_the_line_of_its_declaration():
    """A macro, a struct, a map over two lines, a function, a variable; others have none."""
    names = ("SIZE", "event", "starts", "half", "total", "nothing")
    places = [DECLARED.where(name) for name in names]
    assert [place.line if place else None for place in places] == [2, 3, 11, 13, 23, None]


def test_a_declaration_below_a_line_is_told_from_one_above():
    """What is above is declared already."""
    assert DECLARED.below("total", line(20)) == line(23)
    assert DECLARED.below("half", line(20)) is None
    assert DECLARED.below("nothing", line(20)) is None


def test_calls_are_those_within_functions():
    """With their lines; words of C are no calls, nor are methods of maps."""
    calls = [(name, place.line) for name, place in DECLARED.calls()]
    assert calls == [("bpf_trace_printk", 20), ("half", 21)]


def test_the_maps_that_a_text_fills_are_those_with_a_call_that_makes_an_entry():
    """In both dialects; a lookup, a delete and a comment make none."""
    calls = """
        a.update(&k, &v); b.insert(&k, &v); c.increment(k); d.atomic_increment(k, 2);
        e.lookup_or_try_init(&k, &v); f.lookup_or_init(&k, &v); g.push(&v, 0);
        h . get_stackid(ctx, 0); bpf_map_update_elem(
            &i, &k, &v, BPF_ANY); bpf_get_stackid(ctx, &j, 0);
        bpf_task_storage_get(&l, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
        A.lookup(&k); B.delete(&k); bpf_map_lookup_elem(&C, &k); bpf_map_delete_elem(&D, &k);
        E.call(ctx, 1); F.pop(&v); // G.update(&k, &v);
        log("H.update(");
    """
    text = f"int hook(void *ctx)\n{{\n{calls}}}\n"
    assert Declarations(source.from_text(text, "a.c")).filled == set("abcdefghijl")
