"""A lab that ./lab really starts: how Ctrl-C ends it."""

import os
import pty
import select
import shutil
import signal
import socket
import time

import pytest

from tests.browser.server import ADDRESS, copy_clone, environment

START_S, END_S = 120, 30

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def tools(tmp_path_factory):
    """Give a short folder for sockets and for a stand-in of sudo."""
    folder = tmp_path_factory.mktemp("t")
    yield folder
    shutil.rmtree(folder)


def test_ctrl_c_on_a_terminal_ends_it_without_a_question(tmp_path, tools):
    """One Ctrl-C, and nothing typed after it, ends JupyterLab with status 0."""
    clone = tmp_path / "clone"
    copy_clone(clone)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    pid, terminal = pty.fork()
    if not pid:
        words = [str(clone / "lab"), "--no-browser", "--port", port]
        os.execve(words[0], words, environment(tools, tools))
    try:
        printed = read_until(terminal, lambda text: ADDRESS.search(text), START_S)
        assert ADDRESS.search(printed), printed
        time.sleep(1)  # it answers
        os.write(terminal, b"\x03")
        printed += read_until(terminal, lambda text: False, END_S)
        ended, status = os.waitpid(pid, os.WNOHANG)
    finally:
        os.close(terminal)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert ended and os.waitstatus_to_exitcode(status) == 0, printed
    assert "[n]" not in printed


def read_until(terminal, done, seconds):
    """Return what is printed on a terminal until it is *done*, ends, or *seconds* are over."""
    text, deadline = "", time.monotonic() + seconds
    while not done(text) and (left := deadline - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                text += os.read(terminal, 65536).decode(errors="replace")
            except OSError:  # EIO: the last process of the terminal has ended
                time.sleep(0.5)
                break
    return text
