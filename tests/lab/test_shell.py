"""What shellcheck says of each shell script of the clone."""

import shutil
import subprocess

import pytest

from tests.lab.machine import REPO

NAMELESS = ("lab", ".ci/run", "helpers/bpflab/vm/inside/*", "tests/lima/guest/boot")
"""Scripts whose names do not end in ``.sh``."""
FOLDERS = ("scripts", "hub", "hub/kubernetes", "helpers/bpflab/vm")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="there is no shellcheck")
@pytest.mark.parametrize("which", [*NAMELESS, *(f"{folder}/*.sh" for folder in FOLDERS)])
def test_shellcheck_warns_of_nothing(which):
    """Wherever the script runs: in ./lab, in a learner's server, in a guest or in a cluster."""
    scripts = sorted(REPO.glob(which))
    words = ["shellcheck", "--severity=warning", *scripts]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert scripts and done.returncode == 0, done.stdout
