"""A running hub with two learners, for the tests here: `./lab hub` of this clone."""

import os

import pytest

from tests.browser.conftest import browser  # noqa: F401 - a fixture
from tests.hub.client import Client
from tests.hub.running import codes, running


@pytest.fixture(scope="package")
def state(tmp_path_factory):
    """Give the directory where this hub keeps what is its own."""
    return tmp_path_factory.mktemp("hub") / "state"


@pytest.fixture(scope="package")
def names():
    """Give the names of two accounts that this machine does not have."""
    return [f"bpflab-{os.getpid()}-{number}" for number in (1, 2)]


@pytest.fixture(scope="package")
def teacher():
    """Give the name of the instructor's account."""
    return f"bpflab-{os.getpid()}-teacher"


@pytest.fixture(scope="package")
def address(state, names, teacher):
    """Start the hub, give its address, and remove the accounts at the end."""
    accounts = [*names, teacher]
    with running(state, accounts, "--memory", "1500M", "--instructor", teacher) as address:
        yield address


@pytest.fixture(scope="package")
def learners(address, state, names):
    """Give two learners whose servers run."""
    clients = [Client(address, name, codes(state)[name]) for name in names]
    for client in clients:
        client.sign_in()
        client.start()
    return clients


@pytest.fixture(scope="package")
def instructor(address, state, teacher):
    """Give the instructor, who has signed in, and has started no server."""
    client = Client(address, teacher, codes(state)[teacher])
    client.sign_in("/services/progress/")
    return client
