"""How the package is built: its rooms import one way, and BCC has one door."""

import ast
import graphlib
from pathlib import Path

import pytest

import bpflab

PACKAGE = Path(bpflab.__file__).parent
FLOORS = [  # a room imports from floors before its own, and from itself
    {"errors", "text", "files", "interrupts"},
    {"arguments"},
    {"bindings", "views", "workload", "syscalls"},
    {"data", "doctor"},
    {"compiling"},
    {"programs"},
    {"inspect", "screen", "course"},
    {"cli"},
    {"__init__", "__main__"},
    {"vm"},  # apart: it must start without the lab's packages
]
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imports(text: str) -> set[str]:
    """Return what a module imports, from the package by the part of the name after ``bpflab.``."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            assert not node.level and node.module, "relative"
            full = {f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            full = {each.name for each in node.names}
        else:
            continue
        found |= {known(name) for name in full}
    return found


def known(name: str) -> str:
    """Return the module of the package that *name* is or stands in, or another's first part."""
    head, _, rest = name.partition(".")
    if head != "bpflab":
        return f"({head})"
    while rest and rest not in MODULES and f"{rest}.__init__" not in MODULES:
        rest = rest.rpartition(".")[0]
    return rest if rest in MODULES else f"{rest}.__init__" if rest else "__init__"


def floor(module: str) -> int:
    """Return the floor of a module's room."""
    room = module.split(".")[0]
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def uphill(module: str, wanted: set[str]) -> set[str]:
    """Return what *module* may not import of what is *wanted*."""
    room = module.split(".")[0]
    others = {name for name in wanted if name[0] != "(" and name.split(".")[0] != room}
    return {name for name in others if floor(name) >= (1 if room == "vm" else floor(module))}


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_from_the_floors_below(module):
    """And `vm` from the lowest alone, which needs the standard library only."""
    assert uphill(module, imports(MODULES[module].read_text())) == set()


def test_no_modules_import_each_other_in_a_circle():
    """Within a room either."""
    graph = {module: imports(path.read_text()) for module, path in MODULES.items()}
    list(graphlib.TopologicalSorter(graph).static_order())


def test_bcc_has_one_door():
    """Whatever changes in BCC is met in one module; the doctor's child only tries it."""
    bound = {name for name, path in MODULES.items() if "(bcc)" in imports(path.read_text())}
    assert bound == {"bindings.engine", "doctor.child"}


@pytest.mark.parametrize(
    ("module", "line", "found"),
    [
        ("data.ring", "from bpflab.programs import program", {"programs.program"}),
        ("data.ring", "from bpflab.programs.program import Program", {"programs.program"}),
        ("data.ring", "def late():\n    import bpflab.doctor.needs", {"doctor.needs"}),
        ("views.view", "from bpflab import load", {"__init__"}),
        ("vm.disk", "from bpflab.errors import LabError\nimport bpflab.views.view", {"views.view"}),
        ("programs.program", "from bpflab.data.ring import Ring\nimport json", set()),
        ("data.ring", "from bpflab.data import events", set()),
    ],
)
def test_the_rule_sees(module, line, found):
    """What leads up, or to a room beside it."""
    assert uphill(module, imports(line)) == found
