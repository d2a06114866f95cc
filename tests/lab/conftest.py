"""A made-up machine, and a port."""

import socket

import pytest

from tests.lab.machine import Machine


@pytest.fixture
def machine(tmp_path):
    """A machine where all is set up but .venv, and whose user is root; its path has a space."""
    root = tmp_path / "l'été 26"
    root.mkdir()
    return Machine.make(root)


@pytest.fixture
def used_port():
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


@pytest.fixture
def free_port():
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])
