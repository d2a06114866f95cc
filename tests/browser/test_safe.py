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


def answered(lab, method, path, **headers):
    """Return the status with which the server answers a bare request of these headers."""
    connection = HTTPConnection(lab.address.removeprefix("http://"), timeout=10)
    try:
        body = "{}" if method == "POST" else None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"/{path}", body=body, headers=named)
        return connection.getresponse().status
    finally:
        connection.close()


def upgraded(lab, path="api/events/subscribe", **headers):
    """Return the status of a request for a websocket, as a page of *Origin* would send it."""
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec_WebSocket_Version": "13",
    }
    return answered(lab, "GET", path, **handshake, **headers)


def signed_in(lab):
    """Return an opener with the cookies of a browser that read a page, and those as a header."""
    cookies = urllib.request.HTTPCookieProcessor(CookieJar())
    reader = urllib.request.build_opener(cookies)
    reader.open(f"{lab.address}/lab?token={lab.token}", timeout=30).close()
    return reader, "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies.cookiejar)


def connection_file(kernel):
    """Return the file with a kernel's key and the place of its sockets."""
    return next(Path(arg) for arg in kernel.cmdline() if arg.endswith(".json"))


def kernels(lab):
    """Return the ids of the kernels that the server knows."""
    return {one["id"] for one in json.loads(lab.ask("GET", "api/kernels"))}


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
    reader, cookie = signed_in(lab)
    elsewhere = "http://elsewhere.example"

    assert status(lab, "api/contents", reader) == 200
    assert status(lab, "api/contents", reader, Origin=elsewhere) in (403, 404)
    assert upgraded(lab, Cookie=cookie, Origin=lab.address) == 101
    assert upgraded(lab, Cookie=cookie, Origin=elsewhere) == 403


@pytest.mark.parametrize("token", [None, "0" * 48])
def test_without_the_token_no_kernel_is_started_or_reached(lab, kernel, token):
    """Neither one more nor the channels of the one that runs; with the token, they open."""
    (running,) = kernels(lab)
    channels = f"api/kernels/{running}/channels"
    wrong = {} if token is None else {"Authorization": f"token {token}"}

    assert answered(lab, "POST", "api/kernels", **wrong) == 403
    assert upgraded(lab, channels, Origin=lab.address, **wrong) == 403
    assert kernels(lab) == {running}
    right = {"Authorization": f"token {lab.token}"}
    assert upgraded(lab, channels, Origin=lab.address, **right) == 101


def test_another_sites_page_starts_no_kernel(lab):
    """A form or a script elsewhere sends the reader's cookie, and cannot know what goes with it."""
    _, cookie = signed_in(lab)
    for origin in ("http://elsewhere.example", "null", lab.address):
        assert answered(lab, "POST", "api/kernels", Cookie=cookie, Origin=origin) in (403, 404)
    assert kernels(lab) == set()


def test_a_name_that_leads_here_opens_nothing(lab):
    """A site whose name is made to mean 127.0.0.1 is no origin of ours, token or not."""
    right = {"Authorization": f"token {lab.token}"}

    assert answered(lab, "GET", "api/contents", Host="elsewhere.example", **right) == 403
    assert answered(lab, "GET", "api/contents", **right) == 200


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
    runtime = connection_file(kernel).parent
    private = [lab.root / ".lab", runtime]
    for top in private:
        assert not top.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), top
    until(lambda: any(map(Path.is_socket, runtime.iterdir())), "the kernel has no sockets there")

    keys = list(runtime.glob("*.json"))
    assert keys
    assert [file for file in keys if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)] == []
    tops = (lab.root, runtime)
    ours = [path for top in tops for path in [top, *top.rglob("*")] if not path.is_symlink()]
    assert [path for path in ours if path.stat().st_mode & stat.S_IWOTH] == []


def test_no_secret_is_in_a_command_line_or_a_log(lab, kernel):
    """All users see command lines; logs and notebooks are passed on: no token there, and no key."""
    key = json.loads(connection_file(kernel).read_text())["key"]
    lines = [
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    ]
    files = [path for path in lab.root.rglob("*") if path.is_file() and not path.is_symlink()]

    assert key and lab.token
    for secret in (lab.token, key):
        assert [line for line in lines if secret in line] == []
        assert [path for path in files if secret.encode() in path.read_bytes()] == []
    assert key not in lab.said


def test_no_secret_is_in_a_saved_notebook(jupyter):
    """Not even of one whose cell shows all that its process was given."""
    cell = nbformat.v4.new_code_cell(
        "import os, sys\nprint(dict(os.environ), sys.argv, get_ipython().config)"
    )
    book = nbformat.v4.new_notebook(cells=[cell])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path = jupyter.lab.root / "notebooks" / "shows.ipynb"
    nbformat.write(book, path)

    opened = jupyter.open("notebooks/shows.ipynb")
    opened.run_all()
    opened.save()
    files = Path(opened.file).read_text()
    ours = next(p for p in family(jupyter.lab) if "ipykernel_launcher" in " ".join(p.cmdline()))
    key = json.loads(connection_file(ours).read_text())["key"]

    assert "JPY_PARENT_PID" in files  # it did run, and was saved
    assert jupyter.lab.token not in files
    assert key not in files


# What another user tries, by name: each line prints its outcome, an errno's name or "open".
TRIES = """
import ctypes, errno, json, os, platform, socket, struct, sys, urllib.request
number = {{"x86_64": 321, "aarch64": 280}}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
def bpf(command, *words):
    attributes = ctypes.create_string_buffer(struct.pack(f"{{len(words)}}I", *words), 128)
    if libc.syscall(number, command, attributes, 128) < 0:
        raise OSError(ctypes.get_errno(), "")
def reached(path):
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(path)
tries = {{
    "map by id": lambda: bpf(14, {map}),
    "program by id": lambda: bpf(13, {program}),
    "list of maps": lambda: bpf(12, 0),
    "fds": lambda: os.listdir("/proc/{pid}/fd"),
    "memory": lambda: open("/proc/{pid}/mem", "rb"),
    "environment": lambda: open("/proc/{pid}/environ", "rb").read(),
    "sockets' directory": lambda: os.listdir({runtime!r}),
    "socket": lambda: reached({socket!r}),
    "key": lambda: open({key!r}),
    "the lab's state": lambda: os.listdir({state!r}),
}}
for name, attempt in tries.items():
    try:
        attempt()
        print(name, "open")
    except OSError as refused:
        print(name, errno.errorcode[refused.errno])
"""
LOADED = """
import os
from bpflab import inspect, load
program = load("first_map/cut").attach(hook="syscalls:sys_enter_execve")
print(os.getpid(), *inspect.maps().id, *inspect.programs().id, flush=True)
input()
"""


@pytest.fixture
def loaded(lab):
    """Give the pid of a process of the lab's owner, and the ids of a map and a program it holds."""
    code = [str(lab.root / ".venv/bin/python"), "-c", LOADED]
    child = subprocess.Popen(
        code, cwd=lab.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield [int(word) for word in child.stdout.readline().split()]
    finally:
        child.communicate("\n", timeout=60)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.kernel
@pytest.mark.parametrize("caps", ["", "+bpf,+perfmon"], ids=["a user", "a user with CAP_BPF"])
def test_another_user_gets_neither_kernel_nor_map(lab, kernel, loaded, caps):
    """Neither by id nor through the process, its sockets or its files; with a lab's rights, too."""
    file = connection_file(kernel)
    until(lambda: any(map(Path.is_socket, file.parent.iterdir())), "the kernel has no sockets")
    socket = next(path for path in file.parent.iterdir() if path.is_socket())
    tries = TRIES.format(
        pid=loaded[0],
        map=loaded[1],
        program=loaded[-1],
        runtime=str(file.parent),
        socket=str(socket),
        key=str(file),
        state=str(lab.root / ".lab"),
    )
    rights = [f"--inh-caps={caps}", f"--ambient-caps={caps}"] if caps else []
    ran = subprocess.run(
        [*AS_NOBODY, *rights, "/usr/bin/python3", "-c", tries],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    outcomes = dict(line.rsplit(" ", 1) for line in ran.stdout.splitlines())
    assert len(outcomes) == 10
    assert {what: how for what, how in outcomes.items() if how not in ("EPERM", "EACCES")} == {}
    owner = subprocess.run(
        ["/usr/bin/python3", "-c", tries], capture_output=True, text=True, timeout=30, check=True
    )
    assert {line.rsplit(" ", 1)[1] for line in owner.stdout.splitlines()} == {"open"}  # all there


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_gets_no_page(lab):
    """From this machine the server can be reached, and says no."""
    ask = f"import urllib.request as u; u.urlopen('{lab.address}/api/contents')"
    done = subprocess.run(
        [*AS_NOBODY, "/usr/bin/python3", "-c", ask], capture_output=True, text=True, timeout=30
    )

    assert done.returncode and "403" in done.stderr


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
