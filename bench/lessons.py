"""All lessons, executed and compared with their stored outputs by pytest and nbval, once.

If the lessons have run on this machine before, their texts are known, and not compiled again.
"""

import subprocess
import sys
import time

from bench.row import Row
from bench.sizes import Sizes
from bpflab.course.notebooks import lessons
from bpflab.paths import ROOT

TITLE = "The lessons"


def measure(sizes: Sizes) -> list[Row]:
    """Measure the lessons.

    Raises:
        RuntimeError: with the last words, where one fails.
    """
    if not sizes.lessons:
        return []
    paths = lessons()
    command = [sys.executable, "-m", "pytest", "-q", *map(str, paths)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError("\n".join(done.stdout.splitlines()[-5:]))
    return [Row("lessons", f"{len(paths)} lessons", "s", {"pytest --nbval-lax": [seconds]})]
