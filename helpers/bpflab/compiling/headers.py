"""The kernel headers that BCC compiles against: where they are, and which flags they want."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

KCONFIG = "include/linux/kconfig.h"
"""The file whose absence BCC takes for the absence of the headers."""

MS_EXTENSIONS = ["-fms-extensions", "-Wno-microsoft-anon-tag"]
_DIALECT = re.compile(r"^[^#\n]*(?:-fms-(?:extensions|anonymous)|CC_MS_EXTENSIONS)", re.M)


def directory(
    root: Path = Path("/"), release: str = "", environ: Mapping[str, str] = os.environ
) -> str:
    """Return the directory that BCC would compile in (loader.cc, get_kernel_path_info)."""
    if override := environ.get("BCC_KERNEL_SOURCE"):
        return override
    modules = f"/lib/modules/{release or platform.release()}"
    if all(_exists(root / f"{modules[1:]}/{part}") for part in ("build", "source")):
        return f"{modules}/source"  # Debian's split tree: the generated half is in build/
    return f"{modules}/{environ.get('BCC_KERNEL_MODULES_SUFFIX', 'build')}"


def dialect_flags(
    root: Path = Path("/"), release: str = "", environ: Mapping[str, str] = os.environ
) -> list[str]:
    """Return the flags that these headers want and BCC, before its c3f35ecc, lacks.

    Since Linux 6.19 a header may hold a tagged struct without a name in another one
    (``struct filename`` in <linux/fs.h>). Without the flags the compiler drops it with a warning,
    and the outer struct has the wrong size. The tree's Makefile says what its headers are written
    in: ``-fms-extensions``, or later what CONFIG_CC_MS_EXTENSIONS holds. A tree without a Makefile
    cannot be asked and gets the flags, which do no harm where they are not wanted.
    """
    makefile = f"{directory(root, release, environ)}/Makefile"
    text = _text(root / makefile.lstrip("/"))
    if elsewhere := re.search(r"^include (/\S+/Makefile)$", text, re.M):  # Debian's split tree
        text += _text(root / elsewhere[1].lstrip("/"))
    named = "-fms-" in text or "MS_EXTENSIONS" in text  # the pattern alone takes 10 ms
    return MS_EXTENSIONS if not text or (named and _DIALECT.search(text)) else []


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110  # Path.exists raises on EACCES


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
