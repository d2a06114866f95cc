"""What shellcheck says of the scripts."""

import shutil
import subprocess

import pytest

from tests.lab.machine import REPO


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="there is no shellcheck")
def test_shellcheck_warns_of_nothing():
    """Neither in ./lab nor in what it reads."""
    words = ["shellcheck", "--severity=warning", REPO / "lab", *(REPO / "scripts").glob("*.sh")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
