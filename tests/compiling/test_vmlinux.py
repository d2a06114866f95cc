"""The header vmlinux.h: made once from the running kernel, or a refusal says what is missing."""

import os
import shutil

import pytest

from bpflab import LabError, load, source
from bpflab.compiling import vmlinux

pytestmark = pytest.mark.skipif(
    not vmlinux.TYPES.exists()
    or not shutil.which("bpftool", path=f"{os.environ['PATH']}:/usr/sbin"),
    reason="this kernel has no types, or there is no bpftool",
)
TEXT = """#include {}
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

SEC("tp/syscalls/sys_enter_unlinkat")
int hook(struct trace_event_raw_sys_enter *ctx)
{{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, real_parent, tgid) == ctx->id;
}}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(other, int dfd)
{{
	return dfd == 1;
}}

char LICENSE[] SEC("license") = "GPL";
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Give each test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.kernel
@pytest.mark.parametrize("written", ['"vmlinux.h"', "<vmlinux.h>"])
def test_a_text_that_includes_it_simply_loads(written):
    """In both forms, with the registers of this machine."""
    with load("own.c", text=TEXT.format(written)) as program:
        assert program.types == {"hook": "tracepoint", "other": "kprobe"}
        assert program.hooks["other"] == "do_unlinkat"


def test_it_is_made_once(monkeypatch):
    """bpftool is not asked again."""
    first = vmlinux.text()
    assert "struct task_struct {" in first
    monkeypatch.setattr(vmlinux, "_made", None)
    assert vmlinux.text() == first


def test_a_machine_without_bpftool_is_told_what_to_install(monkeypatch):
    """With the command."""
    monkeypatch.setattr(vmlinux.shutil, "which", lambda *_, **__: None)
    with pytest.raises(LabError, match="bpftool") as caught:
        vmlinux.text()
    assert caught.value.kind == "no-vmlinux"
    assert "apt-get install bpftool" in caught.value.fix


def test_a_kernel_without_types_is_named(monkeypatch, tmp_path):
    """bpftool's own words are in the log."""
    monkeypatch.setattr(vmlinux, "TYPES", tmp_path / "nowhere")
    with pytest.raises(LabError) as caught:
        vmlinux.text()
    assert caught.value.kind == "no-vmlinux"
    assert "CONFIG_DEBUG_INFO_BTF" in caught.value.why
    assert caught.value.log


def test_only_an_include_asks_for_it():
    """A comment or a word does not."""
    assert vmlinux.wanted(source.from_text('#include "vmlinux.h"\n'))
    assert not vmlinux.wanted(source.from_text('/* \n#include "vmlinux.h" */\nint vmlinux;\n'))
