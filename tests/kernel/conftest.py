"""Fixtures of the tests that load programs into the running kernel."""

import os

import pytest

from tests.kernel.held import held


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Give the test a cache of its own, so that each source is really compiled."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def nothing_left():
    """Fail the test if this process holds a program, map or link more than before."""
    before = held(os.getpid())
    yield
    assert held(os.getpid()) == before
