"""How the package is built: its layers import one way, and one module imports BCC."""

import ast
import graphlib
from pathlib import Path

import pytest

import bpflab

PACKAGE = Path(bpflab.__file__).parent
LAYERS = [  # the lowest first: a package imports from lower ones, and from itself
    {"errors", "text", "files", "interrupts", "paths"},
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


def layer(module: str) -> int:
    """Return the number of the layer in which a module stands, the lowest first."""
    package = module.split(".")[0]
    return next(number for number, packages in enumerate(LAYERS) if package in packages)


def forbidden(module: str, wanted: set[str]) -> set[str]:
    """Return what *module* may not import of what is *wanted*."""
    package = module.split(".")[0]
    others = {name for name in wanted if name[0] != "(" and name.split(".")[0] != package}
    return {name for name in others if layer(name) >= (1 if package == "vm" else layer(module))}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_the_layers_below(module):
    """And from its own package; `vm` only from the lowest, which needs the standard library."""
    assert forbidden(module, imports(MODULES[module].read_text())) == set()


def test_no_modules_import_each_other_in_a_circle():
    """Within a package either."""
    graph = {module: imports(path.read_text()) for module, path in MODULES.items()}
    list(graphlib.TopologicalSorter(graph).static_order())


def test_one_module_imports_bcc():
    """A change of BCC concerns one module; the doctor's child only tries whether it is there."""
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
    """An import from a higher layer, or from another package of the same one."""
    assert forbidden(module, imports(line)) == found
