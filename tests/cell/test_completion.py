"""Tab and Shift+Tab in a cell of C: what is offered and explained there, and not elsewhere."""

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import start_new_kernel

from bpflab.bindings.tracepoint_fields import fields
from bpflab.cell import completion
from bpflab.cell.offers import explained, offered

HEAD = """\
%%bpf opened --hook syscalls:sys_enter_openat
struct event {
    u32 pid, uid;
    char comm[16]; /* struct not_one { */
};
BPF_RINGBUF_OUTPUT(events, 8);
BPF_HASH(seen, u32, struct event);

static int twice(int number)
{
    return 2 * number;
}

int opened(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
    struct event e = {}, *known;
    u64 key = 1, *value = 0;
    char path[32];
    for (int i = 0; i < 4; i++) {
    }
"""
TYPES = {"u8", "u16", "u32", "u64"}


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """Give an IPython that completes C."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    completion.install(shell)
    completion.install(shell)
    shell.user_ns["bpf_get_python"] = shell.user_ns["event_of_python"] = 1
    return shell


@pytest.fixture
def tab(shell):
    """Return what a Tab offers at a ``|`` in a cell, or at its end: each name with its type."""

    def ask(cell):
        before, _, after = cell.partition("|")
        with provisionalcompleter():
            found = list(shell.Completer.completions(before + after, len(before)))
        assert len({(one.start, one.end) for one in found}) <= 1
        return {one.text: one.type.replace("\N{NO-BREAK SPACE}", " ") for one in found}

    return ask


def meaning(cell):
    """Return what is said of the name at the ``|``: its signature and its sentences."""
    before, _, after = cell.partition("|")
    meant = explained(before + after, len(before))
    return meant and (meant.signature, meant.summary)


def test_a_cell_has_one_matcher(shell):
    """Installed twice, it is there once."""
    assert shell.Completer.custom_matchers.count(completion.c_matcher) == 1


@pytest.mark.parametrize("typed", ["bpf_get_cu", "get_current_co"])
def test_helpers_of_the_kernel_and_no_name_of_python(tab, typed):
    """By the beginning of a name or a part of it."""
    offered = tab(f"{HEAD}    {typed}|(&e);\n}}\n")
    assert offered["bpf_get_current_comm"] == "helper"
    assert all(name.startswith("bpf_get_cu") for name in offered)
    assert "bpf_get_python" not in tab(f"{HEAD}    bpf_get")


@pytest.mark.kernel
def test_helpers_are_those_of_the_programs_type(tab):
    """As the context says it, or the magic's line; a static function is as the others."""
    packet = "%%bpf x\nstatic int a(int b) { bpf_|; }\nint f(struct __sk_buff *skb) { bpf_; }"
    assert "bpf_skb_load_bytes" in tab(packet)
    assert "bpf_skb_load_bytes" in tab("%%bpf x --type socket_filter\nint f(void *c) { bpf_skb")
    offered = tab(f"{HEAD}    bpf_")
    assert "bpf_ktime_get_ns" in offered and "bpf_xdp_adjust_head" not in offered
    assert "bpf_skb_load_bytes" not in offered
    assert "bpf_xdp_adjust_head" in tab('%%bpf x\nSEC("xdp")\nint f(struct xdp_md *c) { bpf_')


def test_helpers_that_take_a_map_are_methods_in_bcc(tab):
    """In libbpf's dialect they are functions."""
    assert "bpf_map_lookup_elem" not in tab(f"{HEAD}    bpf_map_")
    libbpf = '%%bpf x\nSEC("tracepoint/sched/sched_switch")\nint f(void *ctx) { bpf_map_'
    assert "bpf_map_lookup_elem" in tab(libbpf)
    assert "BPF_HASH" not in tab('%%bpf x\nSEC("xdp") int f(void *c) { return 0; }\nBPF_')


@pytest.mark.kernel
@pytest.mark.parametrize(
    "before", ["ctx->", "if (ctx->", "bpf_probe_read_user_str(e.comm, 16, ctx ->"]
)
def test_fields_of_the_tracepoint(tab, before):
    """Those that tracefs lists for the struct of the context, with their types."""
    offered = tab(f"{HEAD}    {before}")
    assert offered["filename"] == "const char *" and offered["dfd"] == "int"
    assert set(offered) == {one.name for one in fields("syscalls:sys_enter_openat")}


@pytest.mark.kernel
def test_fields_of_a_macro_and_of_the_hook(tab):
    """TRACEPOINT_PROBE calls the context args, and its own name says the tracepoint."""
    probe = "%%bpf x\nTRACEPOINT_PROBE(sched, sched_process_exec)\n{\n\targs->"
    assert tab(probe) == {"pid": "pid_t", "old_pid": "pid_t", "data_loc_filename": "int"}
    assert "prev_comm" in tab("%%bpf x --hook sched:sched_switch\nint f(ctx) { ctx->prev_")


def test_members_of_structs_and_methods_of_maps(tab):
    """Of a struct, through a pointer, through another struct; and of each kind of map."""
    members = {"pid": "u32", "uid": "u32", "comm": "char[16]"}
    assert tab(f"{HEAD}    e.") == tab(f"{HEAD}    x = known->") == members
    inner = HEAD.replace("u32 pid, uid;", "struct inner { int a; } in; struct event *next;")
    assert "comm" in tab(f"{inner}    e.next->") and tab(f"{inner}    e.in.") == {"a": "int"}
    nameless = HEAD.replace("u32 pid, uid;", "union { u32 pid; u32 uid; };")
    assert tab(f"{nameless}    e.") == members
    assert tab(f"{HEAD}    e.co|\n") == {"comm": "char[16]"}
    assert "ringbuf_reserve" in tab(f"{HEAD}    events.ring")
    assert "lookup" in tab(f"{HEAD}    seen.") and "lookup" not in tab(f"{HEAD}    events.")


def test_variables_maps_and_functions_of_the_text(tab):
    """Those of this function that are declared above."""
    offered = tab(f"{HEAD}    |\n    int below;\n}}\n")
    wanted = {"e": "struct event", "known": "struct event *", "value": "u64 *", "path": "char[32]"}
    assert wanted.items() <= offered.items()
    assert {"i": "int", "seen": "map", "twice": "function"}.items() <= offered.items()
    assert not {"below", "number", "pid", "not_one"} & set(offered)
    assert {"event", "pt_regs"} <= set(tab(f"{HEAD}    struct "))


def test_the_beginning_of_a_line_is_for_declarations(tab):
    """BCC's macros for maps and programs, words and types of C; what load refuses is left out."""
    offered = tab("%%bpf x\nBPF_")
    assert {"BPF_HASH", "BPF_RINGBUF_OUTPUT", "BPF_PERCPU_ARRAY"} <= set(offered)
    assert not {"BPF_TABLE_PINNED", "BPF_ARRAY_OF_MAPS", "bpf_get_current_comm"} & set(offered)
    assert "TRACEPOINT_PROBE" in tab("%%bpf x\nTRA")
    assert set(tab("%%bpf x\nu")) == TYPES | {"unsigned", "union"}
    assert "BPF_HASH" not in tab(f"{HEAD}    BPF_")


def test_the_first_line(tab):
    """Options, the types of programs, and of which tracepoints a part was typed."""
    assert set(tab("%%bpf opened --")) == {"--type", "--hook"}
    assert {"tracepoint", "kprobe"} <= set(tab("%%bpf opened --type "))
    assert set(tab("%%bpf opened --type raw|\nint f")) == {"raw_tracepoint"}


@pytest.mark.kernel
def test_hooks(tab):
    """By a part of their name, by category, and for one of several functions."""
    assert "syscalls:sys_enter_execve" in tab("%%bpf opened --hook sys_enter_exec")
    assert "syscalls:sys_enter_execve" in tab("%%bpf opened --hook=f=sys_enter_exec")
    assert "sched:sched_switch" in tab("%%bpf opened --hook sched:sched_sw")
    offered = tab("%%bpf opened --hook syscalls")
    assert offered == {"syscalls:": "category"}
    assert set(tab("%%bpf opened --type raw_tracepoint --hook sched_swi")) == {"sched_switch"}
    assert "sys_enter_execve" not in tab("%%bpf opened --type kprobe --hook sys_enter_execv")
    structs = tab("%%bpf opened\nint f(struct tracepoint__sched__sched_swi")
    assert structs == {"tracepoint__sched__sched_switch": "struct"}
    assert "tracepoint__sched__" in tab("%%bpf opened\nint f(struct trace")


@pytest.mark.parametrize(
    "place",
    [
        "// bpf_get",
        "/* bpf_get",
        '"bpf_get',
        "0x10",
        "nothing_of_this",
        "value->",
        "#include <bpf",
    ],
)
def test_where_nothing_fits_nothing_is_offered(tab, place):
    """Nothing is offered, and no name of Python comes in its place."""
    assert tab(f"{HEAD}    {place}") == {}


@pytest.mark.parametrize(
    "cell", ["event_of", "%%time\nevent_of", "x = '''\n%%bpf x\n'''\nevent_of"]
)
def test_other_cells_are_pythons(tab, cell):
    """Of any other cell IPython says what it said before."""
    assert "event_of_python" in tab(cell)
    assert not {"event", "events"} & set(tab(cell.replace("event_of", "ev")))


def test_a_helper_is_explained():
    """With its signature, also within its call; and whether this program may call it."""
    signature = "long bpf_get_current_comm(void *buf, u32 size_of_buf)"
    for place in (
        "bpf_get_cu|rrent_comm(e)",
        "bpf_get_current_comm(&e, sizeof(|",
        "|bpf_get_current_comm",
    ):
        said, words = meaning(f"{HEAD}    {place}")
        assert said == signature and words.startswith("Copies the name of the current thread")
    assert "GPL" in meaning(f"{HEAD}    bpf_probe_read_user|")[1]
    printk = meaning(f"{HEAD}    bpf_trace_printk|")[0]
    assert printk == "long bpf_trace_printk(const char *fmt, ...)"


@pytest.mark.kernel
def test_a_helper_of_another_type_is_explained_as_such():
    """Nobody need load the program to learn it."""
    assert "tracepoint may not call it" in meaning(f"{HEAD}    bpf_skb_load_bytes|")[1]
    assert "may not" not in meaning(f"{HEAD}    bpf_ktime_get_ns|")[1]


def test_the_names_of_the_text_are_explained():
    """A map, a method, a macro, a member, a variable, a struct, a function."""
    says = {
        "seen|": "BPF_HASH(seen, u32, struct event)",
        "seen.lookup|(&key)": "value_type *lookup(key_type *key)",
        "BPF_HA|SH(x)": "BPF_HASH(name, key_type=u64, value_type=u64, entries=10240)",
        "known->comm|": "char comm[16]",
        "va|lue": "u64 *value",
        "struct ev|ent": "struct event",
        "twice|(2)": "static int twice(int number)",
    }
    for place, signature in says.items():
        assert meaning(f"{HEAD}    {place}")[0] == signature
    assert "lookup, " in meaning(f"{HEAD}    seen|")[1]
    assert "u32 uid;" in meaning(f"{HEAD}    struct event|")[1]


@pytest.mark.parametrize("place", ["nothing|", "// bpf_ktime_get_ns|", "key = 1|", "|"])
def test_what_is_not_known_is_not_explained(place):
    """Also what Python knows of the same name."""
    assert meaning(f"{HEAD}    {place}") is None
    assert meaning("%%bpf x\nint print|") is None


@pytest.mark.parametrize("text", [HEAD, "%%bpf x\n" + "g(" * 99, "%%bpf x\n}{;(]->.\"/*\\'#struct"])
def test_every_place_of_an_unfinished_text_has_an_answer(text):
    """Also where braces, quotes and comments are open."""
    for place in range(len("%%bpf "), len(text) + 1):
        for cell in (text, text[:place]):
            typed, offers = offered(cell, place)
            assert cell[:place].endswith(typed) and isinstance(offers, list)
            explained(cell, place)


def test_a_function_without_its_last_brace_ends_where_the_next_one_begins(tab):
    """It is being written: what the others are stays known."""
    broken = HEAD.replace("return 2 * number;\n}", "return 2 * number;\n")
    assert "ctx" in tab(f"{broken}    ct") and "number" not in tab(f"{broken}    nu")
    directive = (
        "%%bpf x\n#include <linux/sched.h>\nint f(struct bpf_raw_tracepoint_args *ctx) { ctx->"
    )
    assert tab(directive) == {"args": "u64[]"}


@pytest.mark.jupyter
def test_a_notebooks_kernel_answers():
    """What JupyterLab asks for: names with types, and the documentation of the one it shows."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("import bpflab, pandas", timeout=60)
        cell = f"{HEAD}    bpf_get_current_co"
        answer = client.complete(cell, len(cell), reply=True, timeout=60)["content"]
        assert answer["matches"] == ["bpf_get_current_comm"]
        assert cell[answer["cursor_start"] : answer["cursor_end"]] == "bpf_get_current_co"
        assert answer["metadata"]["_jupyter_types_experimental"][0]["type"] == "helper"
        said = client.inspect(f"{cell}mm", len(cell) + 2, reply=True, timeout=60)["content"]
        assert said["found"] and "16 bytes" in said["data"]["text/plain"]
        none = client.inspect("%%bpf x\nint len", 15, reply=True, timeout=60)["content"]
        assert none["status"] == "ok" and not none["found"]
        python = client.inspect("pandas.DataFrame", 16, reply=True, timeout=60)["content"]
        assert "Two-dimensional" in python["data"]["text/plain"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
