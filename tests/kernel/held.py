"""What a process holds in the kernel, read from its file descriptors and mappings."""

from collections import Counter
from pathlib import Path

_KINDS = ("bpf-prog", "bpf-map", "bpf_link", "perf_event")


def held(pid: int) -> Counter[str]:
    """Count the BPF objects that *pid* holds open or mapped, by kind."""
    count: Counter[str] = Counter()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(fd.readlink())
        except OSError:
            continue  # closed while we looked
        count.update(kind for kind in _KINDS if kind in target)
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
    count.update({"mapped": maps.count("bpf-map")} if "bpf-map" in maps else {})
    return count
