"""server.sh, before it mounts anything: what a learner may have left in their home."""

import os
import subprocess

import pytest

from bpflab.paths import ROOT

FOLDERS = ("my", ".tmp", ".var-tmp")
# Were the script to go on, its mounts would be seen here by no one else.
APART = () if os.geteuid() else ("unshare", "--mount", "--propagation", "private", "--")


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("left", ["link", "file"])
def test_a_link_in_a_home_is_not_followed(tmp_path, folder, left):
    """Another learner's folder that all may read is behind a door which root would pass."""
    home, other = tmp_path / "ada", tmp_path / "bert/my/notes"
    other.mkdir(parents=True)
    for name in FOLDERS:
        (home / name).mkdir(parents=True)
    (home / folder).rmdir()
    if left == "link":
        (home / folder).symlink_to(other)
    else:
        (home / folder).touch()
    words = [*APART, "sh", ROOT / "hub/server.sh", tmp_path, home, "1", "1", "1", "-all", "true"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"lab: {home}/{folder} is no folder")
