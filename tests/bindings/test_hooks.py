"""The hook at the entry of a system call, on kernels with kprobes and without."""

import errno
import os

import pytest

from bpflab import LabError
from bpflab.bindings import hooks, kallsyms, perfevent
from bpflab.bindings.hooks import syscall_entry

KALLSYMS = """\
0000000000000000 T __x64_sys_execve
0000000000000000 T __ia32_sys_execve
0000000000000000 T __arm64_sys_execve
0000000000000000 t sys_getpgid
0000000000000000 t __x64_sys_extra\t[module]
0000000000000000 t filename_unlinkat
0000000000000000 t bpf_prog_59f4a931744dcdc6_kprobe__do_unlinkat\t[bpf]
"""


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Give a kernel with kprobes, whose list of functions hides the addresses."""
    (tmp_path / "kprobe").mkdir()
    (tmp_path / "kallsyms").write_text(KALLSYMS)
    monkeypatch.setattr(perfevent, "KPROBES", tmp_path / "kprobe")
    monkeypatch.setattr(kallsyms, "SYMBOLS", tmp_path / "kallsyms")
    monkeypatch.setattr(kallsyms.platform, "machine", lambda: "x86_64")
    return tmp_path


@pytest.mark.parametrize(
    ("machine", "function"),
    [("x86_64", "__x64_sys_execve"), ("aarch64", "__arm64_sys_execve")],
)
def test_the_function_is_called_as_the_architecture_calls_it(
    kernel, monkeypatch, machine, function
):
    """Each architecture has its own prefix, and the address is not asked for."""
    monkeypatch.setattr(kallsyms.platform, "machine", lambda: machine)

    assert syscall_entry("execve").type == "kprobe"
    assert syscall_entry("execve").target == function


def test_an_architecture_without_a_wrapper_has_the_plain_name(kernel, monkeypatch):
    """Such a function is sys_ and the call's name, whatever the machine."""
    assert syscall_entry("getpgid").target == "sys_getpgid"
    monkeypatch.setattr(kallsyms.platform, "machine", lambda: "loongarch64")
    assert syscall_entry("getpgid").target == "sys_getpgid"


@pytest.mark.parametrize("name", ["extra", "nosuch"])
def test_a_function_that_is_not_listed_has_its_tracepoint(kernel, name):
    """A module's function is not the kernel's own."""
    entry = syscall_entry(name)

    assert (entry.type, entry.target) == ("tracepoint", f"syscalls:sys_enter_{name}")
    assert name in entry.why


def test_a_function_that_is_gone_leads_to_one_that_is_there(kernel):
    """A program of BPF, which the list has as well, is none: not even the one just loaded."""
    assert kallsyms.near("do_unlinkat") == ["filename_unlinkat"]
    assert not any(name.startswith("bpf_prog_") for name in kallsyms.functions())


def test_a_closed_list_leads_to_the_tracepoint(kernel):
    """Without the list no name is guessed."""
    (kernel / "kallsyms").unlink()

    assert syscall_entry("execve").type == "tracepoint"


def test_a_kernel_without_kprobes_has_the_tracepoint(kernel):
    """It says that there are none, and the list is not looked at."""
    (kernel / "kprobe").rmdir()
    entry = syscall_entry("execve")

    assert (entry.type, entry.target) == ("tracepoint", "syscalls:sys_enter_execve")
    assert "without kprobes" in entry.why


def test_a_kprobe_that_is_denied_is_no_tracepoint(kernel, monkeypatch):
    """Only a tracepoint's event has an end to read beyond; the event is closed."""
    event = os.open(os.devnull, os.O_RDONLY)

    def deny(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(perfevent, "open_kprobe", lambda *_: event)
    monkeypatch.setattr(perfevent, "start", deny)
    with pytest.raises(LabError) as caught:
        hooks.attach("kprobe", "hook", -1, "__x64_sys_execve")

    assert "beyond the end" not in caught.value.why
    assert "CAP_PERFMON" in caught.value.why
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(event)


def test_what_attach_would_refuse_is_refused_beforehand(kernel):
    """Without a program: a misspelt function of the kernel, and a type that has no hook."""
    hooks.check("kprobe", "f", "__x64_sys_execve")
    for type, target, says in (
        ("kprobe", "__x64_sys_exe", "no function"),
        ("kprobe", "sched\0", "no hook"),
        ("raw_tracepoint", "syscalls:sys_enter_execve", "no raw tracepoint"),
        ("socket_filter", "sys_enter", "does not attach"),
    ):
        with pytest.raises(LabError, match=says):
            hooks.check(type, "f", target)
    hooks.check("raw_tracepoint", "f", "sys_enter")
    hooks.check("raw_tracepoint", "f", "pelt_cfs_tp")  # the kernel has it, and tracefs does not
