"""A hub that is killed, as by a kernel that has no memory left, and the start after that."""

import os
import re
import signal

import psutil
import pytest
import requests

from hub import cgroups
from tests.hub.client import Client
from tests.hub.running import codes, running

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

NAME = f"bpflab-{os.getpid()}-killed"
END_S = 30


def test_a_hub_that_is_killed(tmp_path):
    """Its proxy and services end with it; the next hub ends its servers, and keeps the codes."""
    state = tmp_path / "state"
    group = cgroups.parent(state)
    with running(state, [NAME]) as address:
        code = codes(state)[NAME]
        learner = Client(address, NAME, code)
        learner.sign_in()
        learner.start()
        hub = psutil.Process(int(state.with_suffix(".pid").read_text(encoding="ascii")))
        servers = cgroups.processes(group, NAME)
        own = [child for child in hub.children(recursive=True) if child.pid not in servers]
        hub.send_signal(signal.SIGKILL)
        _, left = psutil.wait_procs(own, END_S)

        assert len(own) >= 2 and left == []
        with pytest.raises(requests.ConnectionError):
            learner.get("/hub/login")
        assert servers == cgroups.processes(group, NAME) != []
        with running(state, [NAME]) as again:
            assert cgroups.processes(group, NAME) == []
            assert Client(again, NAME, code).sign_in("/hub/home").url.endswith("/hub/home")
        log = (state / "log").read_text(encoding="utf-8")
    assert not re.search(r"ConfigProxy\] \S*info|Unrecognized alias", log)  # nothing to mend
