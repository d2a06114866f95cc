"""What hooks and hook find, in a kernel that a directory makes up."""

import pytest

from bpflab.bindings import kallsyms, perfevent, tracepoint_fields, tracepoints
from bpflab.data import prototypes
from bpflab.errors import LabError
from bpflab.inspect.hook import hook
from bpflab.inspect.hooks import hooks

COMMON = "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
EVENTS = {
    "sock:inet_sock_set_state": ["const void * skaddr", "int newstate", "__u8 saddr[4]"],
    "syscalls:sys_enter_open": ["int __syscall_nr", "const char * filename", "int flags"],
    "syscalls:sys_enter_openat": ["int __syscall_nr", "int dfd", "const char * filename"],
    "syscalls:sys_exit_openat": ["int __syscall_nr", "long ret"],
    "syscalls:sys_enter_time": ["int __syscall_nr"],
    "demo:demo_made": [
        "__data_loc char[] name",
        "char comm[16]",
        "const char * of",
        "u8 a",
        "u8 b",
    ],
    "demo:<b>$x$": [],
    "demo:demo_foreign": [
        "enum drop why",
        "__data_loc char[] name",
        "const char * of",
        "pid_t p[2]",
    ],
}
FUNCTIONS = "".join(f"0000 T vfs_open_{n:02}\n" for n in range(12)) + "0000 T do_exit\n"


@pytest.fixture(autouse=True)
def kernel(tmp_path, monkeypatch):
    """A kernel of these events and functions, without types and without kprobes."""
    for number, (name, texts) in enumerate(EVENTS.items()):
        place = tmp_path / "events" / name.replace(":", "/")
        place.mkdir(parents=True)
        (place / "id").write_text(str(number))
        lines = (
            f"\tfield:{t};\toffset:{8 * (i + 1)};\tsize:8;\tsigned:0;\n"
            for i, t in enumerate(texts)
        )
        (place / "format").write_text(COMMON + "".join(lines))
    (tmp_path / "kallsyms").write_text(FUNCTIONS)
    monkeypatch.setattr(tracepoints, "TRACEFS", tmp_path)
    monkeypatch.setattr(tracepoint_fields, "TRACEFS", tmp_path)
    monkeypatch.setattr(kallsyms, "SYMBOLS", tmp_path / "kallsyms")
    monkeypatch.setattr(perfevent, "KPROBES", tmp_path / "kprobe")
    monkeypatch.setattr(prototypes, "TYPES", tmp_path / "types")
    return tmp_path


def found(view):
    """Return the hooks of a view, in their order."""
    rows = view.text.split("\n")[3:]
    return [row.split()[0] for row in rows if "  " in row]


def test_a_word_finds_what_has_it_in_its_name():
    """What the C library really calls comes first, and the line of open says so."""
    view = hooks("open")
    assert found(view) == [
        "syscalls:sys_enter_openat",
        "syscalls:sys_exit_openat",
        "syscalls:sys_enter_open",
    ]
    assert "openat begins: dfd, filename. Called by the C library's open(), fopen()," in view.text
    assert "open begins: filename, flags. The C library's open() makes openat." in view.text
    assert 'hook("syscalls:sys_enter_openat") shows its fields' in view.text
    assert hooks("open()") == view


def test_a_word_finds_what_is_meant_for_it():
    """In any of its forms, and with other words beside it."""
    for word in ("connect", "connections", "TCP connection", "new tcp"):
        assert found(hooks(word))[0] == "sock:inet_sock_set_state"
    text = hooks("connect").text
    assert "A TCP connection goes to another state" in text and "is also a raw tracepoint" in text


def test_what_the_c_library_does_without_a_call_is_said():
    """And nothing of calls that this kernel does not have."""
    assert "time() makes no system call where the vDSO answers" in hooks("time").text
    assert "makes" not in hooks("fork sock").text


def test_an_event_that_nobody_described_names_its_fields():
    """Four of them, and how many there are beside."""
    assert "An event of demo: name, comm, of, a and 1 more." in hooks("demo_made").text


def test_no_row_is_cut_in_silence(kernel):
    """Neither a hook nor one of the many functions of a kernel with kprobes."""
    assert '2 more: inspect.hooks("open", limit=3).' in hooks("open", limit=1).text
    (kernel / "kprobe").touch()
    view = hooks("open")
    assert len(found(view)) == 3 + 10
    assert "2 more functions of the kernel" in view.text
    assert found(view)[3] == "vfs_open_00"


def test_a_word_that_nothing_has_brings_the_near_one():
    """Or else says how to go on; without a word there are the categories."""
    assert 'No hook has "opne"; these have "open"' in hooks("opne").text
    with pytest.raises(LabError) as caught:
        hooks("zzzzqqq<b>")
    assert caught.value.kind == "no-hook" and "hooks()" in caught.value.fix
    rows = [row.split() for row in hooks().text.split("\n")[3:6]]
    assert rows == [["demo", "3"], ["sock", "1"], ["syscalls", "4"]]


def test_a_hostile_name_is_shown_as_text():
    """A module chooses the names of its events."""
    assert "<b>" not in hooks("demo").html and "demo:&lt;b&gt;$x$" in hooks("demo").html


def test_a_list_that_cannot_be_read_is_named(kernel, monkeypatch):
    """By both."""
    monkeypatch.setattr(tracepoints, "TRACEFS", kernel / "nowhere")
    for ask in (hooks, hook):
        with pytest.raises(LabError) as caught:
            ask("open")
        assert caught.value.kind == "no-tracefs"


def test_a_hook_has_its_fields_with_their_types_in_c():
    """With the place of each, and how a program reads it."""
    frame = hook("sock:inet_sock_set_state").fields
    assert frame.columns.tolist() == ["field", "type", "offset", "size", "read"]
    assert frame.iloc[1].tolist() == ["newstate", "int", 16, 8, "ctx->newstate"]
    assert frame["type"].tolist() == ["const void *", "int", "__u8[4]"]
    assert frame["read"][2] == "bpf_probe_read_kernel(&e.saddr, sizeof(e.saddr), ctx->saddr)"
    reads = hook("demo:demo_made").fields["read"].tolist()
    assert (
        reads[0].startswith("bpf_probe_read_kernel_str(") and "data_loc_name & 0xffff" in reads[0]
    )
    assert reads[2] == "bpf_probe_read_kernel_str(&e.of, sizeof(e.of), ctx->of)"
    reads = hook("syscalls:sys_enter_openat").fields["read"].tolist()
    assert reads[2] == "bpf_probe_read_user_str(&e.filename, sizeof(e.filename), ctx->filename)"


def test_a_hook_shows_itself_with_a_start():
    """The struct that BCC has for it, and three lines to begin with."""
    made = hook("sock:inet_sock_set_state")
    data = made._repr_mimebundle_()
    assert made.context == "struct tracepoint__sock__inet_sock_set_state *"
    assert made.start.split("\n") == [
        "%%bpf mine --hook sock:inet_sock_set_state",
        "BPF_HASH(counts, u64, u64);",
        "int hook(struct tracepoint__sock__inet_sock_set_state *ctx)"
        " { counts.increment(ctx->newstate); return 0; }",
    ]
    assert made.start in data["text/plain"] and "ctx-&gt;newstate" in data["text/html"]
    assert repr(made) == ("<Hook sock:inet_sock_set_state: tracepoint of skaddr, newstate, saddr>")
    assert "pid_tgid" in hook("syscalls:sys_enter_openat").start


def test_types_that_a_text_does_not_know_are_read_by_their_offset():
    """BCC would write a struct that does not compile."""
    made = hook("demo:demo_foreign")
    assert made.context == "void *"
    assert made.fields["read"].tolist() == [
        "*(u64 *)(ctx + 8)",
        "bpf_probe_read_kernel_str(&e.name, sizeof(e.name), "
        "(void *)ctx + (*(u64 *)(ctx + 16) & 0xffff))",
        "bpf_probe_read_kernel_str(&e.of, sizeof(e.of), (void *)*(u64 *)(ctx + 24))",
        "bpf_probe_read_kernel(&e.p, sizeof(e.p), ctx + 32)",
    ]
    assert "int hook(void *ctx)" in made.start and "Not struct tracepoint__demo" in made.view().text


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("sock:inet_sock_set_stat", "no-tracepoint", "sock:inet_sock_set_state"),
        ("openat", "no-tracepoint", "syscalls:sys_enter_openat"),
        ("sock_open", "no-tracepoint", ""),
        ("do_exit", "no-kprobes", "tracepoint"),
        ("a\0b", "no-tracepoint", ""),
    ],
)
def test_a_hook_that_is_not_there_brings_the_near_ones(name, kind, says):
    """As attach does."""
    with pytest.raises(LabError) as caught:
        hook(name)
    assert caught.value.kind == kind and says in caught.value.fix


def test_a_function_of_the_kernel_is_a_kprobe(kernel):
    """Where the kernel has kprobes; without its types nothing is known of the arguments."""
    (kernel / "kprobe").touch()
    made = hook("do_exit")
    assert (made.type, made.context, len(made.fields)) == ("kprobe", "struct pt_regs *", 0)


@pytest.mark.parametrize(
    ("kind", "cast"),
    [
        ("struct task_struct *", "struct task_struct *"),
        ("const char *const *", "const char *const *"),
        ("long unsigned int **", "long unsigned int **"),
        ("const loff_t *", "const loff_t *"),
        ("function *", "void *"),
        ("struct *", "void *"),
        ("u8[16] *", "void *"),
        ("get_block_t *", "void *"),  # of a header that a text does not include by itself
    ],
)
def test_a_pointer_is_cast_to_a_type_that_a_text_can_name(kernel, monkeypatch, kind, cast):
    """Or else to the type of an address."""
    (kernel / "kprobe").touch()
    known = {"do_exit": [("", kind)]}
    monkeypatch.setattr(prototypes, "of_functions", lambda name: known if name in known else {})
    row = hook("do_exit").fields.iloc[0]
    assert row["read"] == f"({cast})PT_REGS_PARM1(ctx)"
    assert (row["field"], row["type"]) == ("arg0", kind)
