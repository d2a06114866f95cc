"""The fields of a tracepoint's event."""

import pytest

from bpflab.bindings.tracepoint_fields import fields


@pytest.mark.kernel
def test_fields_are_those_of_tracefs():
    """Without those that each event has; of what is no tracepoint there are none."""
    found = {one.name: (one.type, one.size) for one in fields("sched:sched_switch")}
    assert found["prev_comm"] == ("char[16]", 16) and found["prev_pid"] == ("pid_t", 4)
    assert not [name for name in found if name.startswith("common_")]
    assert [one.elsewhere for one in fields("sched:sched_process_exec")] == [True, False, False]
    for name in ("sched:none", "sched", "../events/sched:sched_switch", ""):
        assert fields(name) == []
