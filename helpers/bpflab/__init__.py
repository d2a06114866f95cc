"""Learn eBPF on a live kernel: load a program, make something happen, look at what it saw."""

import sys as _sys
from importlib import import_module as _import_module
from typing import Any as _Any

_HOMES = {
    "": ("doctor", "inspect", "syscalls"),  # modules that lessons name
    "errors": ("LabError",),
    "listing": ("show",),
    "source": ("find",),
    "course.expect": ("expect",),
    "course.kernels": ("on_kernels",),
    "exercises.check": ("check",),
    "course.predict": ("predict",),
    "course.summary": ("summary",),
    "doctor.features": ("needs",),
    "inspect.closing": ("close",),
    "inspect.verifier": ("verifier",),
    "programs.loading": ("load",),
    "screen": ("live", "progress"),
    "screen.interact": ("interact",),
    "views": (
        "flow",
        "grid",
        "plot",
        "table",
    ),
    "workload.bpftrace": ("bpftrace",),
    "workload.runs": ("run",),
    "workload.standby": ("standby",),
}
"""The public names, by the module that has each: it is imported when one is first asked for.

The doctor must run without what the others need.
"""

__all__ = sorted(name for names in _HOMES.values() for name in names)


def __getattr__(name: str) -> _Any:
    """Return a public name of the package."""
    for home, names in _HOMES.items():
        if name in names:
            module = _import_module(f"{__name__}.{home or name}")
            return getattr(module, name) if home else module
    _import_module(f"{__name__}.gone").refuse(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names alone, for a Tab."""
    return __all__


def load_ipython_extension(shell: _Any) -> None:
    """Add to IPython what bpflab has for it: ``%load_ext bpflab``."""
    _import_module(f"{__name__}.cell").install(shell)


# In a notebook the import alone does it. Nothing of IPython is imported for this.
if _shell := getattr(_sys.modules.get("IPython"), "get_ipython", lambda: None)():
    load_ipython_extension(_shell)
