"""The tests in a guest: pytest under a distribution's own kernel."""

import shlex
import shutil
import sys
import time

from bpflab.vm import disk, guest

EVERYTHING = ("tests/kernel", "notebooks")
# An emulated CPU compiles a program in five to ten seconds, and some tests compile twenty.
PATIENCE = ("-o", "timeout=1500", "--nbval-cell-timeout=600")


def test(distribution: str, words: list[str], accel: str) -> int:
    """Run pytest in a distribution's guest; return its exit status, and keep a failure's logs."""
    began = time.monotonic()
    made = disk.prepare(distribution)
    print(f"{distribution}: disk ready in {time.monotonic() - began:.0f} s", flush=True)
    words = [*(PATIENCE if accel == "tcg" else ()), *(words or EVERYTHING)]
    script = f"uname -srv; export CI=true; exec ./lab test {shlex.join(words)}\n"
    logs = guest.logs(distribution)
    began = time.monotonic()
    try:
        status = guest.run(made, disk.clone(), script, logs, accel)
    except guest.Failed as failed:
        print(f"{distribution}: {failed}", file=sys.stderr)
        status = 2
    print(
        f"{distribution}: exit status {status} after {time.monotonic() - began:.0f} s", flush=True
    )
    if status:
        print(f"{distribution}: logs in {logs}", file=sys.stderr)
    else:
        shutil.rmtree(logs)
    return status
