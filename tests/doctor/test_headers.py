"""The headers that BCC compiles with: where they are, whose, and in which dialect of C."""

import pytest

from bpflab.compiling.headers import MS_EXTENSIONS, dialect_flags
from bpflab.doctor.kernel import SET_UP
from tests.doctor.examined import FIRST, LATER, OLD, look
from tests.machines import MODULES, RELEASE


@pytest.mark.parametrize(
    "makefile, flags", [(OLD, []), (FIRST, MS_EXTENSIONS), (LATER, MS_EXTENSIONS)]
)
def test_dialect_of_the_headers(machine, makefile, flags):
    """The headers' own Makefile tells whether they are written with Microsoft's extensions."""
    machine.write(f"{MODULES}/build/Makefile", makefile)
    assert dialect_flags(machine.root, machine.release, machine.environ) == flags
    machine.write("/usr/src/common/Makefile", makefile)
    machine.write(f"{MODULES}/build/Makefile", "KBUILD_OUTPUT=/x\ninclude /usr/src/common/Makefile")
    assert dialect_flags(machine.root, machine.release, machine.environ) == flags


def test_dialect_without_makefile(machine):
    """Headers that do not tell get the flags, which do no harm."""
    machine.remove(f"{MODULES}/build/Makefile")
    assert dialect_flags(machine.root, machine.release, machine.environ) == MS_EXTENSIONS


def test_headers_missing(machine):
    """Without kconfig.h it is ./lab that knows which package to install, if there is one."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    check = look(machine, "headers")
    assert (check.status, check.fix) == (
        "fault",
        f"{SET_UP}: the package of these headers, or a link to others where it has none",
    )
    assert f"{MODULES}/build/include/linux/kconfig.h" in check.found


def test_headers_split(machine):
    """In Debian's split tree BCC takes source/, and the release stands in build/."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write(f"{MODULES}/source/include/linux/kconfig.h")
    machine.write(f"{MODULES}/build/include/config/kernel.release", "6.12.9\n")
    assert look(machine, "headers").status == "ok"
    machine.remove(f"{MODULES}/source/include/linux/kconfig.h")
    machine.write(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write(f"{MODULES}/source/Kbuild")
    assert look(machine, "headers").status == "fault"


def test_headers_of_another_release(machine):
    """Headers of another release are a note, mended by the package of the right one."""
    machine.remove(f"{MODULES}/build/include/generated/utsrelease.h")
    machine.write(f"{MODULES}/build/include/config/kernel.release", "6.1.0-9-amd64\n")
    check = look(machine, "headers")
    assert check.status == "note"
    assert f"headers of 6.1.0-9-amd64, but the kernel is {RELEASE}" in check.found
    assert check.fix.splitlines()[1].startswith(SET_UP)


def test_headers_of_a_kernel_without_package(machine):
    """A kernel that came from no package can borrow other headers by a link."""
    machine.release = "6.18.44-custom"
    check = look(machine, "headers")
    assert check.status == "fault"
    assert check.fix.startswith(SET_UP)


def test_headers_in_the_kernel(machine):
    """A kernel that carries its headers is a note: BCC unpacks them."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write("/sys/kernel/kheaders.tar.xz")
    assert look(machine, "headers").status == "note"


def test_headers_by_environment(machine):
    """BCC_KERNEL_SOURCE leads BCC elsewhere: what is there counts."""
    machine.environ = {"BCC_KERNEL_SOURCE": "/usr/src/linux-headers-common"}
    check = look(machine, "headers")
    assert (check.status, "no /usr/src/linux-headers-common/" in check.found) == ("fault", True)
    machine.write("/usr/src/linux-headers-common/include/linux/kconfig.h")
    assert look(machine, "headers").status == "note"
