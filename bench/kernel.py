"""A kernel of Jupyter's, as a notebook has one, without a page."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psutil
from jupyter_client.manager import KernelManager

READY_S = 60


def run(client: Any, code: str) -> None:
    """Execute *code* to its end.

    Raises:
        RuntimeError: with the message, where it fails.
    """
    client.execute(code, store_history=False)
    while (message := client.get_shell_msg(timeout=READY_S))["msg_type"] != "execute_reply":
        pass
    if message["content"]["status"] != "ok":
        raise RuntimeError(f"the kernel says: {message['content']['evalue']}")


@contextlib.contextmanager
def kernel() -> Iterator[tuple[Any, psutil.Process]]:
    """Give a block a kernel of Jupyter's: its client and its process."""
    manager = KernelManager(transport="ipc")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=READY_S)
        yield client, psutil.Process(manager.provisioner.process.pid)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
