"""Print this Python's version, then the packages that pyproject.toml names, and those of an extra.

With ``--group NAME`` it prints those of a dependency group instead, which the lab does not need.

``./lab`` runs it before any package is installed.
"""

import sys
import tomllib
from pathlib import Path

file = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
project = file["project"]
if sys.argv[1:2] == ["--group"]:
    packages = file["dependency-groups"][sys.argv[2]]
else:
    extras = [project["optional-dependencies"][name] for name in sys.argv[1:]]
    packages = sum(extras, project["dependencies"])
print("{}.{}".format(*sys.version_info), *packages, sep="\n")
