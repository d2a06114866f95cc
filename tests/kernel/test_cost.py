"""What a program costs, and what it returns, when the kernel runs it by itself."""

import pytest

from bpflab import LabError, load

pytestmark = pytest.mark.usefixtures("nothing_left")

FILTERS = """
struct path { char path[512]; };
BPF_PERCPU_ARRAY(BUF, struct path, 1);
BPF_HASH(EXCLUDED, struct path, u8, 10);
BPF_ARRAY(runs, u64, 1);

int empty(struct __sk_buff *skb) { return 0; }

int lookup(struct __sk_buff *skb)
{
	int zero = 0;
	struct path *key = BUF.lookup(&zero);

	if (!key)
		return -1;
	return EXCLUDED.lookup(key) ? 7 : 6;
}

int count(struct __sk_buff *skb)
{
	runs.atomic_increment(0);
	return skb->len;
}

int largest(struct __sk_buff *skb) { return -1; }
"""


@pytest.fixture(scope="module")
def filters():
    """Some socket filters."""
    with load("cost", text=FILTERS, type="socket_filter") as program:
        yield program


def test_a_lookup_of_512_bytes_costs_more_than_nothing(filters):
    """The key is hashed byte by byte; an empty program costs what the kernel's loop does."""
    filters.maps["EXCLUDED"].clear().fill(["/usr/bin/ls"])

    empty, lookup = (filters.cost_ns(name, repeat=20_000) for name in ("empty", "lookup"))

    assert 0 <= empty < lookup


def test_the_result_is_what_the_program_returned(filters):
    """It depends on a map here, and on the packet; as an unsigned number of 32 bits."""
    excluded = filters.maps["EXCLUDED"].clear()
    assert filters.invoke("lookup") == 6
    excluded.fill([""])
    assert filters.invoke("lookup") == 7
    assert filters.invoke("empty") == 0
    assert filters.invoke("largest") == 2**32 - 1


def test_it_runs_as_often_as_it_says(filters):
    """A result is one run; a cost is rounds times repeat, neither more nor fewer."""
    runs = filters.maps["runs"]
    for run, times in (
        (lambda: filters.invoke("count"), 1),
        (lambda: filters.cost_ns("count", repeat=50, rounds=3), 150),
    ):
        before = runs[0]
        run()
        assert runs[0] - before == times


def test_a_tracing_program_is_refused():
    """The kernel cannot repeat it; the refusal names its type, and the one that works."""
    text = "int hook(struct tracepoint__syscalls__sys_enter_execve *ctx) { return 0; }"
    with load("cost-tracing", text=text) as program:
        for ask in (program.cost_ns, program.invoke):
            with pytest.raises(LabError) as caught:
                ask("hook")
            assert caught.value.kind == "test-run"
            assert "Unknown error" not in caught.value.message
            assert "tracepoint" in caught.value.why
            assert "socket_filter" in caught.value.fix


def test_a_program_that_there_is_not_is_named(filters):
    """With those that there are; and a closed one runs no more, whatever its fd is by now."""
    with pytest.raises(LabError, match=r"no program 'nosuch'.*\n.*count, empty") as caught:
        filters.invoke("nosuch")
    assert caught.value.kind == "no-program"

    with load("cost-closed", text=FILTERS, type="socket_filter") as program:
        pass
    with pytest.raises(LabError) as caught:
        program.cost_ns("empty")
    assert caught.value.kind == "closed"


@pytest.mark.parametrize(
    "wrong", [{"repeat": 0}, {"repeat": 2**31}, {"rounds": 0}, {"repeat": "9"}]
)
def test_a_number_of_runs_that_cannot_be_is_refused(filters, wrong):
    """The kernel takes at least one and at most 2**31 - 1."""
    with pytest.raises(LabError) as caught:
        filters.cost_ns("empty", **wrong)
    assert caught.value.kind == "argument"
