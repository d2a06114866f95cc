"""What the machine takes away under a lab that runs: room on the disk, the kernel's headers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpflab import LabError, close, load, run
from tests.chaos.inside import COUNT, EXECVE

ROOT = Path(__file__).parents[2]
UNSHARE = ["unshare", "--mount", "--propagation", "private"]

pytestmark = pytest.mark.kernel
needs_mounts = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


def inside(scenario, folder):
    """Run a scenario where its mounts are nobody else's; return what it says of itself."""
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.chaos.inside", scenario, folder],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 1, lines  # nothing of BCC's between
    return json.loads(lines[0])


@needs_mounts
def test_a_full_disk_leaves_the_lesson_whole_and_is_said(tmp_path):
    """Whether the outputs have no room or the execution itself has none; nothing is beside it."""
    found = inside("refresh", tmp_path)

    assert found["outputs"][:2] == [
        "not-stored",
        "01-full.ipynb was not stored: No space left on device.",
    ]
    assert found["own"][0] == "not-executed"
    assert "No space left on device" in found["own"][1]
    assert found["same"] and found["same again"]


@needs_mounts
def test_what_cannot_be_kept_only_costs_time(tmp_path):
    """The program loads, twice, and no part of an image stays beside what was kept before."""
    found = inside("cache", tmp_path)

    assert len(found["seen"]) == 8 and all(found["seen"])
    assert found["files"] == [".json"]


@needs_mounts
def test_headers_that_vanish_are_said_and_what_runs_goes_on(tmp_path):
    """For a new source and for a known one, with the doctor's advice; and they may come back."""
    found = inside("headers", tmp_path)

    assert found["went on"]
    for said in (found["fresh"], found["known"]):
        assert said[0] == "no-headers"
        assert said[2].startswith("./lab ")
    assert found["back"] == [[], []]


def test_headers_elsewhere_than_said(tmp_path, monkeypatch, capfd):
    """BCC_KERNEL_SOURCE that leads nowhere is named in the fix; BCC itself prints nothing here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with load("nowhere", text=COUNT) as program, program.attached(hook=EXECVE):
        monkeypatch.setenv("BCC_KERNEL_SOURCE", str(tmp_path / "nowhere"))
        for text in (COUNT, f"{COUNT}// fresh\n"):
            with pytest.raises(LabError) as caught:
                load("other", text=text)
            assert (caught.value.kind, caught.value.fix) == (
                "no-headers",
                "unset BCC_KERNEL_SOURCE",
            )
        before = program.maps["seen"][0]
        run("/usr/bin/true")
        assert program.maps["seen"][0] > before
        monkeypatch.delenv("BCC_KERNEL_SOURCE")
        load("other", text=COUNT)
        close("other")
    assert capfd.readouterr() == ("", "")


@needs_mounts
def test_a_pin_is_its_owners_and_goes_with_its_process(tmp_path):
    """No other user opens it, with CAP_BPF or without; what a killed one left goes at the next."""
    found = inside("pins", tmp_path)

    assert found["mode"] & 0o077 == 0
    assert found["opened"] == ["True", "False", "False"]
    assert found["killed"] == ["seen"]  # the kernel keeps it: a pin is there to stay
    assert found["swept"] and found["left"] == []
