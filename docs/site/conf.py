"""How Sphinx makes the site: ``./lab site``. The tree is the repository itself; nothing is run."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the modules beside this file

project = "bpflab"
author = "the authors of bpflab"
copyright = "2026 the bpflab authors. Licence: MIT; the C is dual MIT/GPL"
extensions = ["myst_nb", "sphinx.ext.napoleon"]
extensions += ["pages", "cells", "replay", "listings", "api", "links"]

root_doc = "README"
include_patterns = [
    "*.md",
    "docs/**.md",
    "hub/*.md",
    "hub/kubernetes/*.md",
    "lima/*.md",
    "notebooks/*.ipynb",
    "notebooks/solutions/*.md",
]
exclude_patterns = [".*", "my", "bpf", "helpers", "tests", "**/.ipynb_checkpoints"]

nb_execution_mode = "off"  # what the lessons show is stored
myst_heading_anchors = 4
myst_enable_extensions = []  # a $ is a dollar: no mathematics, so no MathJax
suppress_warnings = ["toc.not_included", "myst.header"]  # README is the root, lima/README a page

linkcheck_anchors = False  # GitHub's are made by a script
linkcheck_timeout = 20
linkcheck_rate_limit_timeout = 60  # GitHub answers some hundred requests, and then asks to wait

html_theme = "furo"
html_title = "bpflab"
html_static_path = [str(HERE / "site.css"), str(HERE / "replay.js")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False


def colours(**names: str) -> dict[str, str]:
    """Return the colours of C in our views, which they take from JupyterLab elsewhere."""
    return {f"jp-mirror-editor-{name}-color": colour for name, colour in names.items()}


html_theme_options = {
    "light_css_variables": colours(
        keyword="#7928a1",
        string="#008000",
        number="#8a4b00",
        operator="#00617e",
        property="#00617e",
        comment="#515151",
    ),
    "dark_css_variables": {
        "color-foreground-primary": "#f2f2f2",  # bytes of the grid stand on half-dark yellow
        **colours(
            keyword="#dcc6e0",
            string="#abe338",
            number="#f5ab35",
            operator="#00e0e0",
            property="#00e0e0",
            comment="#d4d0ab",
        ),
    },
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
