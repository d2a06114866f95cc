"""A million events a second: one process that does nothing but make a cheap system call."""

import os
import sys
import time

CHUNK = 20_000  # calls between two looks at the clock


def main(rate: float, seconds: float) -> None:
    """Call getppid *rate* times a second, as far as the machine allows; print how often it was."""
    print(os.getpid(), flush=True)
    sys.stdin.readline()
    began, calls, call = time.monotonic(), 0, os.getppid
    while (now := time.monotonic() - began) < seconds:
        due = min(int(now * rate) - calls, CHUNK)
        if due <= 0:
            time.sleep(0.0005)
        for _ in range(due):
            call()
        calls += max(due, 0)
    print(calls, flush=True)


main(float(sys.argv[1]), float(sys.argv[2]))
