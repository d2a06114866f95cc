"""Where a guest's packages come from, and whether a newer kernel is to be had."""

import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bpflab.vm import archive, disk, guests

BACKPORTS, SID = guests.MOVING
INDEX = """Package: {package}
Version: {version}
Architecture: amd64
Filename: ./none.deb
Size: 1
SHA256: {zeros:064}

"""
NEW, OLD = "7.3.4-1~bpo13+1", "7.2.13-1"

needs_apt = pytest.mark.skipif(not shutil.which("apt-get"), reason="needs apt")
needs_mmdebstrap = pytest.mark.skipif(not shutil.which("mmdebstrap"), reason="needs mmdebstrap")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Nothing is known of the archive, and no disk is made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept = archive.offered, archive._suite, disk.prepare
    for function in kept:
        function.cache_clear()
    yield
    for function in kept:
        function.cache_clear()


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Return what writes the index of a real archive, which apt reads in the place of a suite."""
    place = tmp_path / "archive"
    place.mkdir()
    monkeypatch.setattr(archive, "_suite", lambda suite: (f"deb [trusted=yes] file:{place} ./",))

    def write(*versions, package="linux-image-amd64"):
        entries = [INDEX.format(package=package, version=v, zeros=0) for v in versions]
        (place / "Packages").write_text("".join(entries))
        archive.offered.cache_clear()

    return write


@pytest.fixture
def server(index, tmp_path, monkeypatch):
    """Return an HTTP server of that archive, which apt asks in the place of the directory."""
    served = functools.partial(SimpleHTTPRequestHandler, directory=tmp_path / "archive")
    with ThreadingHTTPServer(("127.0.0.1", 0), served) as server:
        line = f"deb [trusted=yes] http://127.0.0.1:{server.server_port} ./"
        monkeypatch.setattr(archive, "_suite", lambda suite: (line,))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def today(monkeypatch):
    """Return what says which kernel each guest's suite has on the day of this test."""

    def have(**versions):
        by_name = {name: versions.get(name.rpartition("-")[2]) for name in guests.MOVING}
        monkeypatch.setattr(archive, "offered", by_name.get)

    return have


@needs_apt
def test_the_archive_says_which_kernel_it_has(index, monkeypatch):
    """The highest version counts, and a new one is seen the next time."""
    monkeypatch.setattr("os.uname", lambda: type("", (), {"machine": "x86_64"}))
    index(OLD)
    assert archive.offered(SID) == OLD
    index(OLD, "7.10.1-1", NEW)
    assert archive.offered(SID) == "7.10.1-1"


@needs_apt
def test_no_answer_is_no_version(index, tmp_path, monkeypatch):
    """A suite that lacks the package, or does not answer, offers nothing, whatever was known."""
    monkeypatch.setattr("os.uname", lambda: type("", (), {"machine": "x86_64"}))
    index(OLD, package="linux-image-arm64")
    assert archive.offered(SID) is None
    index(OLD)
    assert archive.offered(SID) == OLD
    (tmp_path / "archive" / "Packages").unlink()
    archive.offered.cache_clear()
    assert archive.offered(SID) is None


@needs_apt
def test_a_server_that_is_gone_offers_nothing(index, server, monkeypatch):
    """Indexes that an earlier question left do not answer in its place."""
    monkeypatch.setattr("os.uname", lambda: type("", (), {"machine": "x86_64"}))
    index(OLD)
    assert archive.offered(SID) == OLD
    server.shutdown()
    server.socket.close()
    archive.offered.cache_clear()
    assert archive.offered(SID) is None


@pytest.mark.parametrize(
    ("versions", "name"),
    [
        ({"backports": NEW, "sid": OLD}, BACKPORTS),
        ({"backports": NEW, "sid": "7.10.1-1"}, SID),
        ({"backports": "7.3.4-1~bpo13+1", "sid": "7.3.4-1"}, SID),
        ({"backports": "7.3~rc7-1", "sid": "7.3-1"}, SID),
    ],
)
def test_the_newest_is_found_on_the_day(today, versions, name):
    """Versions are compared as Debian does it: 10 is more than 3, and a candidate is less."""
    today(**versions)
    assert archive.newest({}) == name
    today()
    assert archive.newest({n: versions[n.rpartition("-")[2]] for n in guests.MOVING}) == name


def test_a_suite_that_is_not_there_is_named(today):
    """The newest is not taken from what happens to answer, even if a disk is there."""
    today(sid=OLD)
    with pytest.raises(OSError, match="offers no kernel of trixie-backports"):
        archive.newest({BACKPORTS: NEW})


def test_without_a_network_a_disk_that_is_here_counts(today, capsys):
    """It says so; and without a disk there is no newest."""
    today()
    assert archive.newest({SID: OLD}) == SID
    assert "The archive does not answer" in capsys.readouterr().out
    with pytest.raises(OSError, match="neither the archive nor a disk"):
        archive.newest({})


def test_a_disk_is_made_anew_when_its_kernel_is_old(today, monkeypatch, capsys):
    """Not before, not without a network, and never for a stable distribution's updates."""
    made = []

    def make(disk):
        made.append(disk.guest.distribution)
        disk.directory.mkdir(exist_ok=True)

    def prepare(name):
        disk.prepare.cache_clear()
        disk.prepare(name)
        return len(made)

    monkeypatch.setattr(disk, "_make", make)
    today(sid=OLD)
    assert [prepare(SID), prepare(SID)] == [1, 1]
    today()
    assert prepare(SID) == 1
    assert "debian-sid: the archive does not answer" in capsys.readouterr().out
    assert disk.newest() == SID
    today(sid=NEW)
    assert [prepare(SID), prepare(SID)] == [2, 2]
    assert f"debian-sid: the archive has kernel {NEW}" in capsys.readouterr().out
    today(backports=OLD)
    prepare(BACKPORTS)
    today()
    assert disk.newest() == SID
    made.clear()
    monkeypatch.setattr(archive, "offered", lambda name: pytest.fail(f"{name} asks the archive"))
    assert [prepare("debian-13"), prepare("debian-13")] == [1, 1]


@needs_apt
@needs_mmdebstrap
def test_packages_come_from_where_this_machine_has_them(tmp_path, monkeypatch):
    """The host's own mirrors are used; a host that has none of Debian's leaves it to mmdebstrap."""
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    sources = tmp_path / "sources.list"
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "/dev/null";\n'
    )
    sources.write_text(
        "deb http://a.invalid/third/party bookworm main\n"
        "deb http://a.invalid/ubuntu noble-updates main\n"
        "deb http://a.invalid/ubuntu noble-security main\n"
    )
    backports = guests.find(BACKPORTS)
    theirs = archive.sources(backports)
    suites = ["trixie", "trixie-updates", "trixie-security", "trixie-backports"]
    assert [line.split()[-2] for line in theirs] == suites
    assert not any("a.invalid" in line for line in theirs)
    sources.write_text(
        "deb http://a.invalid/debian bookworm-updates main\n"
        "deb https://b.invalid/debian-security bookworm-security main\n"
    )
    archive._suite.cache_clear()
    places = [line.split()[-3] for line in archive.sources(backports)]
    assert places == [
        "http://a.invalid/debian",
        "http://a.invalid/debian",
        "https://b.invalid/debian-security",
        "http://a.invalid/debian",
    ]


@needs_apt
def test_what_lets_apt_use_its_archive_is_passed_on(tmp_path, monkeypatch):
    """A proxy, and that an expired index of a dated mirror is to be used; nothing else."""
    config = tmp_path / "apt.conf"
    config.write_text(
        'Acquire::http::Proxy "http://a.invalid:1";\nAcquire::Check-Valid-Until "false";\n'
        'Acquire::Retries "9";\nDPkg::Post-Invoke "true";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(config))
    passed = archive.apt_configuration()
    assert 'Acquire::http::Proxy "http://a.invalid:1";' in passed
    assert 'Acquire::Check-Valid-Until "false";' in passed
    assert not [line for line in passed if not line.startswith(archive.PASSED_ON)]
