"""Print this Python's version, then the packages that pyproject.toml names, and those of an extra.

``./lab`` runs it before any package is installed.
"""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
extras = [project["optional-dependencies"][name] for name in sys.argv[1:]]
print("{}.{}".format(*sys.version_info), *sum(extras, project["dependencies"]), sep="\n")
