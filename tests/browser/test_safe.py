"""Who gets in: the lab may stay open on a laptop that others use, too."""

import json
import os
import stat
import subprocess
import urllib.error
import urllib.request
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path

import nbformat
import psutil
import pytest

from tests.browser.waiting import until

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
LISTENING = "LISTEN"


def status(lab, path, opener=None, **headers):
    """Return the status with which the server answers, redirects not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    request = urllib.request.Request(f"{lab.address}/{path}", headers=headers)
    opener = opener or urllib.request.build_opener(Stay)
    try:
        return opener.open(request, timeout=10).status
    except urllib.error.HTTPError as refused:
        return refused.code


def upgraded(lab, cookies, origin):
    """Return the status of a request for a websocket, as a page of *origin* would send it."""
    connection = HTTPConnection(lab.address.removeprefix("http://"), timeout=10)
    headers = {
        "Origin": origin,
        "Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    try:
        connection.request("GET", "/api/events/subscribe", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture
def kernel(lab):
    """Give the process of a kernel that the lab started."""
    request = urllib.request.Request(f"{lab.address}/api/kernels", method="POST", data=b"{}")
    request.add_header("Authorization", f"token {lab.token}")
    urllib.request.urlopen(request, timeout=30).close()
    yield next(child for child in family(lab) if "ipykernel_launcher" in " ".join(child.cmdline()))
    lab.tidy()


def family(lab):
    """Return JupyterLab's process and all below it."""
    parent = psutil.Process(lab.pid)
    processes = [parent, *parent.children(recursive=True)]
    return [process for process in processes if process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("token", [None, "", "0" * 48])
@pytest.mark.parametrize("path", ["api/contents", "api/kernels", "files/README.md"])
def test_without_the_token_nothing_is_told(lab, path, token):
    """No token, an empty one and a wrong one are all refused; the right one is not."""
    headers = {} if token is None else {"Authorization": f"token {token}"}

    assert status(lab, path, **headers) in (302, 403)
    assert status(lab, "api/contents", Authorization=f"token {lab.token}") == 200


def test_another_sites_page_gets_nothing(lab):
    """A browser that is logged in sends its cookie from any page; such a request is refused."""
    cookies = urllib.request.HTTPCookieProcessor(CookieJar())
    reader = urllib.request.build_opener(cookies)
    reader.open(f"{lab.address}/lab?token={lab.token}", timeout=30).close()

    assert status(lab, "api/contents", reader) == 200
    assert status(lab, "api/contents", reader, Origin="http://elsewhere.example") in (403, 404)
    assert upgraded(lab, cookies.cookiejar, lab.address) == 101
    assert upgraded(lab, cookies.cookiejar, "http://elsewhere.example") == 403


def test_it_listens_on_the_loopback_alone(lab, kernel):
    """JupyterLab on 127.0.0.1; a kernel on nothing that another user could connect to."""
    port = int(lab.address.rpartition(":")[2])
    heard = {
        process.pid: [c.laddr for c in process.net_connections() if c.status == LISTENING]
        for process in family(lab)
    }

    assert [tuple(at) for at in heard.pop(lab.pid)] == [("127.0.0.1", port)]
    assert set(map(tuple, heard.values())) == {()}
    assert kernel.pid in heard


def test_no_other_user_can_read_or_write_what_is_private(lab, kernel):
    """State, sockets and pages with the token are the owner's; nothing is for all to write."""
    (runtime,) = {Path(arg).parent for arg in kernel.cmdline() if arg.endswith(".json")}
    private = [lab.root / ".lab", runtime]
    for top in private:
        assert not top.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), top
    until(lambda: any(map(Path.is_socket, runtime.iterdir())), "the kernel has no sockets there")

    ours = [path for path in [lab.root, *lab.root.rglob("*")] if not path.is_symlink()]
    assert [path for path in ours if path.stat().st_mode & stat.S_IWOTH] == []


def test_the_token_is_in_no_command_line_and_no_log(lab, kernel):
    """All users see command lines; logs and notebooks are passed on."""
    lines = [
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    ]
    files = [path for path in lab.root.rglob("*") if path.is_file() and not path.is_symlink()]
    told = [path for path in files if lab.token.encode() in path.read_bytes()]

    assert [line for line in lines if lab.token in line] == []
    assert told == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.kernel
def test_another_user_gets_neither_page_nor_kernel_nor_map(lab, kernel):
    """Without the token no page; no way into the sockets' directory; and no map by its id."""
    (runtime,) = {Path(arg).parent for arg in kernel.cmdline() if arg.endswith(".json")}
    ask = f"import urllib.request as u; u.urlopen('{lab.address}/api/contents')"
    tries = {
        "page": ["/usr/bin/python3", "-c", ask],
        "sockets": ["/usr/bin/ls", str(runtime)],
        "maps": ["bpftool", "map", "list"],
    }
    said = {
        name: subprocess.run([*AS_NOBODY, *command], capture_output=True, text=True, timeout=30)
        for name, command in tries.items()
    }

    assert all(done.returncode for done in said.values()), said
    assert "403" in said["page"].stderr
    assert "Permission denied" in said["sockets"].stderr
    assert "Operation not permitted" in said["maps"].stderr


def test_a_notebook_from_elsewhere_does_nothing_when_it_is_opened(jupyter):
    """Neither its cells nor what is stored as their outputs run until the reader runs them."""
    v4 = nbformat.v4
    marks = jupyter.lab.root / "notebooks" / "ran"
    bad = {
        "text/html": "<img src=x onerror=alert(1)><script>alert(2)</script>",
        "application/javascript": "alert(3)",
    }
    outputs = [v4.new_output("display_data", data={kind: text}) for kind, text in bad.items()]
    cell = v4.new_code_cell(f"open({str(marks)!r}, 'w')", outputs=outputs, execution_count=1)
    book = v4.new_notebook(cells=[cell])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, jupyter.lab.root / "notebooks" / "elsewhere.ipynb")

    opened = jupyter.open("notebooks/elsewhere.ipynb")
    opened.cell(0).show()
    jupyter.page.wait_for_timeout(2000)

    assert not marks.exists()
    assert json.loads(opened.file.read_text())["cells"][0]["source"]
    # that no dialog was opened is what the fixture looks at
