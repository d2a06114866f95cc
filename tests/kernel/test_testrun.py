"""A raw tracepoint's program run on arguments of ours, with no event."""

import pytest

from bpflab import LabError, load

pytestmark = pytest.mark.usefixtures("nothing_left")

TEXT = """
BPF_PROG_ARRAY(TABLE, 4);
BPF_ARRAY(runs, u64, 1);

int entry(struct bpf_raw_tracepoint_args *ctx)
{
	u32 slot = ctx->args[1];

	runs.atomic_increment(0);
	TABLE.call(ctx, slot);
	return 7;
}

int target(struct bpf_raw_tracepoint_args *ctx) { return ctx->args[2] + 100; }

int last(struct bpf_raw_tracepoint_args *ctx) { return ctx->args[11]; }
"""


@pytest.fixture(scope="module")
def programs():
    """An entry with a table, its target, and one that reads the last argument there may be."""
    with load("test-run", text=TEXT, type="raw_tracepoint") as program:
        program.maps["TABLE"][2] = "target"
        yield program


@pytest.mark.parametrize(
    ("arguments", "value"),
    [((0, 2, 5), 105), ((0, 2), 100), ((0, 1), 7), ((0, 4), 7), ((0, 2**32 - 1), 7), ((), 7)],
)
def test_the_value_is_that_of_the_program_it_ended_in(programs, arguments, value):
    """Behind a jump, the target's; where it falls through, the entry's. What is missing is 0."""
    assert programs.invoke("entry", *arguments) == value


def test_it_runs_once_and_for_real(programs):
    """Its maps count, once for each call."""
    before = programs.maps["runs"][0]
    programs.invoke("entry", 0, 2)
    programs.invoke("entry", 0, 1)
    assert programs.maps["runs"][0] - before == 2


def test_it_takes_twelve_arguments(programs):
    """As many as a raw tracepoint may have; one more is refused here, not by the kernel."""
    assert programs.invoke("last", *range(12)) == 11
    with pytest.raises(LabError) as caught:
        programs.invoke("last", *range(13))
    assert caught.value.kind == "test-run"


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 2**70])
def test_an_argument_of_more_than_64_bits_is_refused(programs, value):
    """It is not cut to what fits, and nothing runs."""
    before = programs.maps["runs"][0]
    with pytest.raises(LabError) as caught:
        programs.invoke("entry", value)
    assert caught.value.kind == "argument"
    assert programs.maps["runs"][0] == before


def test_a_program_of_another_type_is_refused():
    """With the type that it has, and the one that it needs."""
    text = "int f(void *ctx) { return 0; }"
    with load("test-run-other", text=text) as other, pytest.raises(LabError) as caught:
        other.invoke("f", 0)
    assert caught.value.kind == "test-run"
    assert "tracepoint" in caught.value.why and "raw_tracepoint" in caught.value.fix


def test_a_program_that_there_is_not_is_named(programs):
    """With those that there are; a closed one runs no more."""
    with pytest.raises(LabError, match=r"no program 'nosuch'.*\n.*entry, ") as caught:
        programs.invoke("nosuch")
    assert caught.value.kind == "no-program"
    with load("test-run-closed", text=TEXT, type="raw_tracepoint") as program:
        pass
    with pytest.raises(LabError) as caught:
        program.invoke("entry")
    assert caught.value.kind == "closed"


def test_what_the_kernel_refuses_is_said(programs, monkeypatch):
    """As it is before Linux 5.10."""

    def refuse(command, attributes):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("bpflab.bindings.bpf.bpf", refuse)
    with pytest.raises(LabError, match="does not test-run entry: Invalid argument") as caught:
        programs.invoke("entry")
    assert caught.value.kind == "test-run"
