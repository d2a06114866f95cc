"""What is said of a helper that the program's type may call, but that the kernel withholds."""

import gzip

import pytest

from bpflab.bindings import capabilities, lockdown
from bpflab.mistakes import saved_log
from bpflab.mistakes.verifier import diagnose, withheld
from tests.mistakes.golden import PLAIN

SYS_ADMIN = 1 << capabilities.SYS_ADMIN
NOTHING = 0


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that makes a machine: its lockdown, capabilities, configuration."""

    def make(mode=None, capable=SYS_ADMIN, config=None):
        monkeypatch.setattr(lockdown, "FILE", tmp_path / "lockdown")
        if mode:
            modes = "none integrity confidentiality\n".replace(mode, f"[{mode}]")
            lockdown.FILE.write_text(modes, encoding="ascii")
        monkeypatch.setattr(withheld, "STATUS", tmp_path / "status")
        withheld.STATUS.write_text(f"CapEff:\t{capable:016x}\n", encoding="ascii")
        monkeypatch.setattr(withheld, "CONFIGS", (tmp_path / "none", tmp_path / "config.gz"))
        if config is not None:
            withheld.CONFIGS[1].write_bytes(gzip.compress(config))

    return make


def refused(name, type):
    """Return the fault behind a refusal of a call of this helper."""
    log = f"1: (85) call {name}#1\nprogram of this type cannot use helper {name}#1\n"
    return diagnose.diagnose(PLAIN, "hook", "Invalid argument", log, type=type)


WRITE = "bpf_probe_write_user"


@pytest.mark.parametrize(
    ("mode", "capable", "here", "fix"),
    [
        ("integrity", SYS_ADMIN, "Here the kernel is locked down (", "Use a kernel that is not"),
        ("none", NOTHING, "Here this process does not have CAP_SYS_ADMIN.", "Load it as root."),
        (None, NOTHING, "Here this process does not have CAP_SYS_ADMIN.", "Load it as root."),
        (
            "confidentiality",
            NOTHING,
            "(kernel_lockdown(7)) and this process does not have CAP_SYS_ADMIN.",
            "Use a kernel that is not locked down. Load it as root.",
        ),
        (None, SYS_ADMIN, "Here the process has CAP_SYS_ADMIN, so most likely", "Use a kernel"),
        ("none", SYS_ADMIN, "does not say which of this it finds missing", "Load it as root."),
    ],
)
@pytest.mark.parametrize("type", ["tracepoint", "kprobe"])
def test_writing_into_a_process(machine, type, mode, capable, here, fix):
    """The reason is what is known of this machine, and never that the type is the wrong one."""
    machine(mode, capable)
    error = refused(WRITE, type)
    assert error.kind == "helper-type"
    assert f"The kernel does not let this program call {WRITE}." in str(error)
    assert here in error.why and fix in error.fix
    assert f"Programs of type {type} may call it where the kernel is not locked down" in error.why
    assert "these types may call it" not in str(error)


def test_reading_the_kernel(machine):
    """Lockdown to confidentiality withholds it from all; another type needs CAP_PERFMON too."""
    machine("confidentiality")
    assert "Here the kernel is locked down" in refused("bpf_probe_read_kernel", "kprobe").why
    machine("none")
    error = refused("bpf_probe_read_kernel", "socket_filter")
    assert error.why.endswith("Here this process does not have CAP_PERFMON.")
    assert error.fix == "Load it with CAP_PERFMON, as ./lab does."


@pytest.mark.parametrize(
    ("config", "here"),
    [
        (
            b"CONFIG_BPF=y\n# CONFIG_BPF_KPROBE_OVERRIDE is not set\n",
            "Here the kernel was built without",
        ),
        (None, "Most likely the kernel was built without"),
    ],
)
def test_overriding_what_a_function_returns(machine, config, here):
    """The kernel's configuration says whether it can; another type of program never may."""
    machine(config=config)
    assert here in refused("bpf_override_return", "kprobe").why
    error = refused("bpf_override_return", "tracepoint")
    assert "A program of this type may not call bpf_override_return." in str(error)


def test_a_kernel_with_all_that_it_asks_for_is_not_blamed(machine):
    """It is said that the reason is unknown."""
    machine(config=b"CONFIG_BPF_KPROBE_OVERRIDE=y\n")
    assert "does not say" in refused("bpf_override_return", "kprobe").why


def test_of_another_machine_nothing_is_claimed(machine):
    """A saved log may come from anywhere, so the conditions are named and no more."""
    machine("integrity", NOTHING)
    call = f"{WRITE}#36"
    log = f"3: (85) call {call}\nprogram of this type cannot use helper {call}\nprocessed 4 insns"
    error = saved_log.of_log(log)
    assert error.why == (
        "Programs that trace may call it where the kernel is not locked down and the process has"
        " CAP_SYS_ADMIN."
    )


def test_other_helpers_are_the_types_alone(machine):
    """A packet's helper stays one, on a kernel that is locked down as well."""
    machine("integrity", NOTHING)
    assert "may not call bpf_skb_load_bytes" in str(refused("bpf_skb_load_bytes", "tracepoint"))


@pytest.mark.kernel
def test_the_type_that_is_refused_is_not_among_those_that_may():
    """Whatever the kernel said of another program of that type."""
    for name in ("bpf_ringbuf_output", WRITE, "bpf_get_stackid"):
        assert "these types may call it: tracepoint" not in str(refused(name, "tracepoint"))
