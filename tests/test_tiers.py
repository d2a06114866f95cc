"""The tiers: which tests ./lab check, ./lab test and ./lab test --rest select."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUICK = re.search(r'^QUICK="(.*)"$', (ROOT / "scripts/test.sh").read_text(), re.MULTILINE)[1]
FILES = {
    "tests/test_text.py": "check",
    "tests/kernel/test_kprobes.py": "test",
    "tests/kernel/test_pairs.py": "test",
    "tests/kernel/test_explained.py": "test",
    "tests/chaos/test_rounds.py": "rest",
    "tests/browser/test_live.py": "rest",
    "tests/vm/test_boot.py": "rest",
    "tests/lima/test_boot.py": "rest",
    "notebooks/02-first-map.ipynb": "test",
}

pytestmark = pytest.mark.slow  # each collects the files anew


@pytest.mark.parametrize(
    ("tier", "expression"),
    [("check", QUICK), ("test", f"not slow and not ({QUICK})"), ("rest", "slow")],
    ids=["check", "test", "rest"],
)
def test_a_test_belongs_to_one_tier(tier, expression):
    """What needs no kernel is quick, kernel and lessons come next, and the slow ones are apart."""
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", expression, *FILES]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    selected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert selected == {file for file, of in FILES.items() if of == tier}
