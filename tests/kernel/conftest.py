"""Fixtures of the tests that load programs into the running kernel."""

import os

import pytest

from tests.kernel.held import held


@pytest.fixture
def proofs(tmp_path, monkeypatch):
    """Give the test a proof cache of its own, so that each source is really proved."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def nothing_left():
    """Fail the test if this process holds a program, map or link more than before."""
    before = held(os.getpid())
    yield
    assert held(os.getpid()) == before
