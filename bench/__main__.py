"""``./lab bench [--quick] [--json] [NAME ...]``: measure, and print a page or JSON."""

import argparse
import contextlib
import importlib
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from typing import Any

from bench import lessons, peers
from bench.report import report
from bench.sizes import FULL, QUICK, Sizes

NAMES = (
    "loading",
    "reading",
    "hashes",
    "frames",
    "latency",
    "cost",
    "memory",
    "live",
    "tools",
    "lessons",
)


def measured(names: list[str], sizes: Sizes) -> dict[str, Any]:
    """Return what the named measurements found, as JSON has it. Progress goes to stderr."""
    found: dict[str, Any] = {"machine": peers.machine(), "quick": sizes is not FULL}
    return found | {"measurements": [part(name, sizes) for name in names]}


@contextlib.contextmanager
def empty_cache() -> Iterator[None]:
    """Let a block begin without known texts, and leave none."""
    before = os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        try:
            yield
        finally:
            del os.environ["XDG_CACHE_HOME"]
            os.environ |= {"XDG_CACHE_HOME": before} if before is not None else {}


def part(name: str, sizes: Sizes) -> dict[str, Any]:
    """Return the rows of measurement *name*; one that fails leaves the others alone."""
    module, began = importlib.import_module(f"bench.{name}"), time.monotonic()
    print(f"{name} ...", end=" ", flush=True, file=sys.stderr)
    rows, failed = [], ""
    try:
        with contextlib.nullcontext() if module is lessons else empty_cache():
            rows = [row.as_json() for row in module.measure(sizes)]
    except Exception as error:
        traceback.print_exc()
        failed = f"{type(error).__name__}: {error}"
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    about = (module.__doc__ or "").strip()
    return {"name": name, "title": module.TITLE, "about": about, "rows": rows, "failed": failed}


def main() -> int:
    """Measure what is asked for, all by default; return an exit status."""
    parser = argparse.ArgumentParser("./lab bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no lessons")
    parser.add_argument("--json", action="store_true", help="all values, not a page")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(
            f"nothing is called {', '.join(sorted(unknown))}: there are {', '.join(NAMES)}"
        )
    found = measured(given.names or list(NAMES), QUICK if given.quick else FULL)
    print(json.dumps(found, indent=1) if given.json else report(found))
    return any(part["failed"] for part in found["measurements"])


if __name__ == "__main__":
    sys.exit(main())
