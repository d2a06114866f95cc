"""Directories that go with the run that made them: at its end, or at the start of the next."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpflab.files import sweep

_HEAD = "bpflab-vm-"


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """Make a directory in *place* for a block; remove those that killed processes left there."""
    sweep(place, _HEAD, shutil.rmtree)
    with tempfile.TemporaryDirectory(prefix=f"{_HEAD}{os.getpid()}-", dir=place) as name:
        yield Path(name)
