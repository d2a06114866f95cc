"""The links that leave the site: their list, and what is said of those that were asked for."""

import json
import subprocess
import sys
from collections import defaultdict

import pytest

from bpflab.paths import ROOT
from tests.site.page import Page

LINKS = ROOT / "docs/site/links.py"


def test_each_link_that_leaves_is_listed(site):
    """With its pages; each address is one that a browser shows as safe."""
    leave = defaultdict(set)
    for path in site.rglob("*.html"):
        for link in Page(path).links:
            if link.startswith(("http:", "https:", "//")):
                leave[link].add(str(path.relative_to(site)))
    lines = (site / "outside-links.txt").read_text(encoding="utf-8").splitlines()
    listed = {link: {*pages} for link, *pages in (line.split(" ") for line in lines)}

    assert len(leave) > 50
    assert listed == leave
    assert [link for link in leave if not link.startswith("https://")] == []


def row(link, status):
    """Return what the check leaves of one link."""
    return {"filename": "README.md", "uri": link, "status": status, "info": "404"}


@pytest.mark.parametrize(
    ("statuses", "says", "code"),
    [
        (["working", "redirected", "unchecked"], "0 of 2 links are dead.", 0),
        (["working", "broken"], "README.md: 1: 404\n1 of 2 links are dead.", 1),
        (["timeout", "broken"], "Skipped: none of 2 links answers", 0),
    ],
)
def test_dead_links_are_named(tmp_path, statuses, says, code):
    """Where none answers there is no network, and that is said."""
    file = tmp_path / "output.json"
    rows = [row(str(number), status) for number, status in enumerate(statuses)]
    file.write_text("\n".join(map(json.dumps, rows)))
    done = subprocess.run(
        [sys.executable, LINKS, file], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(says), done.stderr
    assert done.returncode == code
