"""Fixtures of the tests that look at the lab through a browser.

One ``./lab``, of a copy of the clone, and one Chromium serve all tests here; each test has a page
of its own. Playwright's synchronous interface keeps an event loop running in this thread
from the first of these tests to the last: asyncio.run would fail in between, so a test that
executes a notebook without the browser does it in a child process.
"""

import os

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from tests.browser.chromium import NoChromium, launch
from tests.browser.jupyter import STEP_MS, new_page
from tests.browser.server import running_lab, usual_port_taken

CLONE = "learner's 'copy' für eBPF/bpflab"  # what a path may hold, and what git calls a clone


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a picture of the page at which a test failed."""
    report = yield
    given = getattr(item, "funcargs", {})
    jupyter = given.get("jupyter") or given.get("reader")
    if jupyter and call.when == "call" and report.failed:
        path = given["request"].getfixturevalue("tmp_path") / "failure.png"
        try:
            jupyter.page.screenshot(path=path, timeout=STEP_MS)
        except PlaywrightError as gone:
            path = gone.message
        report.sections.append(("the page", str(path)))
    return report


@pytest.fixture(scope="package")
def browser():
    """Give one Chromium, or the reason why there is none: a skip, in CI a failure."""
    with sync_playwright() as playwright:
        try:
            chromium = launch(playwright.chromium)
        except NoChromium as why:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(str(why))
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory):
    """Give a lab that ``./lab`` set up and started in a copy of the clone.

    Another process listens on ``./lab``'s usual port meanwhile, as where another lab runs.
    """
    with usual_port_taken(), running_lab(tmp_path_factory.mktemp("lab") / CLONE) as lab:
        yield lab


@pytest.fixture
def jupyter(browser, lab):
    """Give a page for JupyterLab."""
    with new_page(browser, lab) as jupyter:
        yield jupyter
