"""The site of this clone, built once by its own ``./lab site``, and a browser that reads it.

A server of these tests' own hands the pages out, as a site's does: from files alone a browser lets
no page read another one, and the search does.
"""

import functools
import http.server
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from bpflab.paths import ROOT
from tests.browser.conftest import browser  # noqa: F401 - a fixture

BUILD_S = 900


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Give the folder of the pages. A warning of Sphinx fails the build."""
    done = subprocess.run(
        [ROOT / "lab", "site"], capture_output=True, text=True, timeout=BUILD_S, check=False
    )
    log = ROOT / ".lab/log"
    assert done.returncode == 0, done.stdout + done.stderr + log.read_text(encoding="utf-8")
    copy = tmp_path_factory.mktemp("site") / "site"  # nobody builds it anew meanwhile
    built = Path(done.stdout.rstrip().rpartition("The site: ")[2]).parent
    return shutil.copytree(built, copy)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="session")
def address(site):
    """Give the address at which a browser finds the site."""
    handler = functools.partial(_Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
