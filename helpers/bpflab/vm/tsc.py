"""How fast this machine's TSC counts: the clock of each x86 guest that QEMU emulates here."""

import ctypes
import mmap
import time
from collections.abc import Callable

READ = bytes.fromhex("0f31 48c1e220 4809d0 c3")
"""The x86-64 instructions ``rdtsc; shl rdx, 32; or rax, rdx; ret``."""
SPAN_NS = 50_000_000


def khz() -> int:
    """Return the frequency of an x86 machine's TSC in kHz.

    Raises:
        OSError: this machine lets nobody execute memory of their own.
    """
    rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=rights)  # it is there as long as this function runs
    page.write(READ)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(start)
    before_ns, before = _both(read)
    while time.monotonic_ns() < before_ns + SPAN_NS:
        time.sleep(SPAN_NS / 1e9)
    after_ns, after = _both(read)
    return round((after - before) * 1e6 / (after_ns - before_ns))


def _both(read: Callable[[], int]) -> tuple[int, int]:
    """Return the time in ns and the TSC's count: of twenty tries the one least interrupted."""
    tries = []
    for _ in range(20):
        began_ns = time.monotonic_ns()
        count = read()
        took_ns = time.monotonic_ns() - began_ns
        tries.append((took_ns, began_ns + took_ns // 2, count))
    _, at_ns, count = min(tries)
    return at_ns, count
