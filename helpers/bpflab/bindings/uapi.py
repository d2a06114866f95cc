"""The kernel's words for its numbers, from include/uapi/linux/bpf.h: they never change."""

from __future__ import annotations

from collections.abc import Sequence


def _words(text: str) -> list[str]:
    return text.split()


PROGRAM_TYPES = _words(
    """
    unspec socket_filter kprobe sched_cls sched_act tracepoint xdp perf_event cgroup_skb
    cgroup_sock lwt_in lwt_out lwt_xmit sock_ops sk_skb cgroup_device sk_msg raw_tracepoint
    cgroup_sock_addr lwt_seg6local lirc_mode2 sk_reuseport flow_dissector cgroup_sysctl
    raw_tracepoint_writable cgroup_sockopt tracing struct_ops ext lsm sk_lookup syscall
    netfilter
    """
)
"""``enum bpf_prog_type``, lower case."""

MAP_TYPES = _words(
    """
    unspec hash array prog_array perf_event_array percpu_hash percpu_array stack_trace
    cgroup_array lru_hash lru_percpu_hash lpm_trie array_of_maps hash_of_maps devmap sockmap
    cpumap xskmap sockhash cgroup_storage reuseport_sockarray percpu_cgroup_storage queue stack
    sk_storage devmap_hash struct_ops ringbuf inode_storage task_storage bloom_filter
    user_ringbuf cgrp_storage arena
    """
)
"""``enum bpf_map_type``, lower case."""
OF_MAPS = {"array_of_maps", "hash_of_maps"}
"""The types of maps whose values are maps."""

ATTACH_TYPES = {"tp_btf": 23, "fentry": 24, "fexit": 25, "fmod_ret": 26, "lsm": 27}
"""``enum bpf_attach_type`` of the programs that are loaded for one hook, by libbpf's section."""

TAIL_CALL = 12
"""``BPF_FUNC_tail_call``: a helper by its number, also where the verifier has been."""


def word(words: Sequence[str], number: int) -> str:
    """Return the word for *number*, or the number where it is newer than this list."""
    return words[number] if 0 <= number < len(words) else str(number)
