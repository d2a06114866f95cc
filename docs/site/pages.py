"""What the site adds to a page, or says otherwise than its file."""

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sphinx.application import Sphinx

EXERCISE = re.compile(r"^\*\*(\d\d\w?-\d+)\.\*\* ?", re.MULTILINE)
ALT = re.compile(r"!\[[^\]]+\]")  # of two lines MyST makes one, without a space between them
FRAGMENT = re.compile(r"(\]\((?!\w+://)[^)\s]*)#([^)\s]+)\)")
ORDER = """
```{{toctree}}
{}

{}
```
"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what this module does."""
    app.connect("source-read", _read)
    app.connect("html-page-context", _for_keyboards, priority=900)  # the theme's part is there
    app.connect("build-finished", _first_page)
    return {"parallel_read_safe": True}


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    """Change the text of one page."""
    folder, _, name = page.rpartition("/")
    if folder == "notebooks":
        source[0] = _lesson(name, source[0], app.srcdir)
    elif folder == "notebooks/solutions":
        source[0] = _solutions(name, source[0])
    elif page == "docs/site/solutions":
        source[0] += _tree("", [f"/notebooks/solutions/{lesson}" for lesson in _solved(app)])
    elif page == app.config.root_doc:
        in_one_line = ALT.sub(lambda alt: alt[0].replace("\n", " "), source[0])
        source[0] = in_one_line + _contents(app)
    source[0] = FRAGMENT.sub(_as_written, source[0])
    source[0] = source[0].replace("\n- [ ] ", "\n- ☐ ")  # GitHub draws a box


def _as_written(link: re.Match[str]) -> str:
    """Return a link to a heading without capitals and punctuation, which JupyterLab keeps."""
    heading = re.sub(r"[^\w-]", "", unquote(link[2]).lower())
    return f"{link[1]}#{heading})"


def _tree(caption: str, pages: list[str]) -> str:
    """Return a list of pages: with a caption it is of the sidebar, else of the page itself."""
    options = f":caption: {caption}\n:hidden:" if caption else ""
    return ORDER.format(options, "\n".join(pages))


def _solved(app: Sphinx) -> list[str]:
    return sorted(path.stem for path in (app.srcdir / "notebooks/solutions").glob("*.md"))


def _contents(app: Sphinx) -> str:
    """Return the order of the pages, which the sidebar shows."""
    lessons = sorted((app.srcdir / "notebooks").glob("*.ipynb"), key=lambda path: path.name)
    words = ["docs/glossary", "docs/names", "docs/site/api", "docs/site/solutions"]
    made = ["docs/instructor", "docs/site/c", "docs/design", "docs/performance", "docs/series"]
    made += [
        "hub/README",
        "hub/kubernetes/README",
        "lima/README",
        "CONTRIBUTING",
        "SECURITY",
        "docs/releasing",
        "CHANGELOG",
    ]
    return (
        _tree("The lessons", [f"notebooks/{path.stem}" for path in lessons])
        + _tree("Beside the lessons", words)
        + _tree("The project", made)
    )


def _lesson(name: str, text: str, root: Path) -> str:
    """Say below the title how the lesson is run, and give each cell of prose its anchor."""
    notebook = json.loads(text)
    number = name.partition("-")[0]
    line = f"Read it here, or open it in the lab: `./lab`, then `my/{name}.ipynb`."
    if (root / f"notebooks/solutions/{number}.md").exists():
        line += f" [Solutions](solutions/{number}.md) to its exercises."
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            prose = "".join(cell["source"])
            if line and prose.startswith("# "):
                title, _, rest = prose.partition("\n")
                prose, line = f"{title}\n\n{line}\n{rest}", ""
            cell["source"] = f'<span id="cell-{cell["id"]}"></span>\n\n{prose}'
            if prose.startswith("# "):  # a page begins with its title
                cell["source"] = prose
    return json.dumps(notebook)


def _solutions(number: str, text: str) -> str:
    """Fold each solution, so that nobody reads it by accident."""
    _, *parts = EXERCISE.split(text)
    folded = [
        f'<details id="{exercise}"><summary>{exercise}</summary>\n\n{solution}\n\n</details>\n'
        for exercise, solution in zip(parts[::2], parts[1::2], strict=True)
    ]
    return "\n".join([f"# Solutions to lesson {number}\n", *folded])


def _for_keyboards(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Let what is wider than a phone be scrolled by keys, and say the level of a heading."""
    body = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
    context["body"] = body.replace(
        '<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'
    )
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def _first_page(app: Sphinx, failed: Exception | None) -> None:
    """Let the address of the folder show the README."""
    if not failed and app.builder.format == "html":
        shutil.copy(app.outdir / f"{app.config.root_doc}.html", app.outdir / "index.html")
