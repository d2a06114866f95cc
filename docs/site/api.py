"""The names that the lessons import, read from the sources: nothing of the lab is imported."""

import ast
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.ext.napoleon import GoogleDocstring

PAGE = "docs/site/api"


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what this module does."""
    app.connect("source-read", _write)
    return {"parallel_read_safe": True}


def _write(app: Sphinx, page: str, source: list[str]) -> None:
    """Write one section a name."""
    if page == PAGE:
        package = app.srcdir / "helpers/bpflab"
        found = {name: _find(package, home, name) for name, home in homes(package).items()}
        rst = "\n".join(_section(app, name, node) for name, node in sorted(found.items()))
        source[0] += f"\n``````{{eval-rst}}\n{rst}\n``````\n"


def homes(package: Path) -> dict[str, str]:
    """Return the module of each public name, as the package's own table says."""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HOMES":
            table = ast.literal_eval(node.value)
            return {name: home for home, names in table.items() for name in names}
    raise ValueError(f"{package}/__init__.py has no _HOMES")


def _find(package: Path, home: str, name: str) -> ast.AST:
    """Return what defines a name; a module that imports it from another leads there."""
    module = ".".join(filter(None, [home, "" if home else name]))
    file = package.joinpath(*module.split("."))
    file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if not home:
        return tree
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom) and name in [alias.name for alias in node.names]:
            return _find(package, (node.module or "").removeprefix("bpflab."), name)
    raise ValueError(f"{file} neither defines nor imports {name}")


def _section(app: Sphinx, name: str, node: ast.AST) -> str:
    """Return the directive of a name, its docstring within."""
    if isinstance(node, ast.Module):
        members = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        head = f".. py:module:: bpflab.{name}\n\n{name}\n{'-' * len(name)}\n"
        own = [_directive(app, part, f"{name}.") for part in members if _is_shown(part)]
        own.append(".. py:currentmodule:: None\n")  # what follows is of the package again
        return "\n".join([head, _doc(app, node), *own])
    return f"{name}\n{'-' * len(name)}\n\n{_directive(app, node)}"


def _is_shown(node: ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and bool(ast.get_docstring(node))


def _directive(app: Sphinx, node: ast.AST, prefix: str = "") -> str:
    kind = "class" if isinstance(node, ast.ClassDef) else "function"
    head = f"{prefix}{node.name}"
    if kind == "function":
        node.args.args = [one for one in node.args.args if one.arg != "self"]
        head += f"({ast.unparse(node.args)})"
        head += f" -> {ast.unparse(node.returns)}" if node.returns else ""
    text = "".join(f"   {line}\n" if line else "\n" for line in _doc(app, node).splitlines())
    return f".. py:{kind}:: {head}\n\n{text}"


def _doc(app: Sphinx, node: ast.AST) -> str:
    return str(GoogleDocstring(ast.get_docstring(node) or "", app.config)) + "\n"
