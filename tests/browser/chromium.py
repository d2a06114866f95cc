"""Which Chromium there is, found by starting it: a name on the PATH may lead to a stub."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, BrowserType
from playwright.sync_api import Error as PlaywrightError

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
FLAGS = ["--disable-gpu", "--disable-dev-shm-usage"]
START_MS = 30_000
FIX = (
    "on Debian `apt-get install chromium`, as ./lab test --all does; "
    "elsewhere Google Chrome's package"
)


class NoChromium(Exception):
    """No Chromium starts here; the text says what was tried and what to install."""


def launch(kind: BrowserType) -> Browser:
    """Return the first Chromium of the PATH that starts, without a window.

    Never playwright's own: what is not of the distribution is not fetched behind anybody's back.

    Raises:
        NoChromium: none starts.
    """
    tried = []
    for path in filter(None, map(shutil.which, NAMES)):
        if Path(path).resolve().name == "snap":
            tried.append(f"{path} is a snap, which cannot be driven from here")
            continue
        try:
            return kind.launch(executable_path=path, args=FLAGS, timeout=START_MS)
        except PlaywrightError as refused:
            tried.append(f"{path} does not start ({refused.message.splitlines()[0]})")
    raise NoChromium(f"{'; '.join(tried) or 'there is no Chromium'}: {FIX}")
