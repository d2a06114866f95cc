"""Each package has one version: pyproject.toml, the lists of pins, and what Dependabot renews."""

import re
import tomllib

import pytest
import yaml

from bpflab.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LISTS = {"pip": "constraints.txt", "npm": "package-lock.json"}
PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def _name(text):
    """Return a package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", text).lower()


def _pins(text):
    """Return the version of each package that a text pins."""
    return {_name(package): version for package, version in PIN.findall(text)}


def test_each_package_of_the_lab_is_pinned():
    """What a learner's machine gets is what the tests ran with."""
    project = PROJECT["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pinned = _pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert [package for package in named if _name(package) not in pinned] == []


@pytest.mark.parametrize(("group", "folder"), [("site", "docs/site"), ("hub", "hub")])
def test_a_groups_pins_agree(group, folder):
    """Dependabot may change only one of the two places, and pip would then find no versions."""
    named = _pins("\n".join(PROJECT["dependency-groups"][group]))
    pinned = _pins((ROOT / folder / "constraints.txt").read_text(encoding="utf-8"))
    assert named
    assert named.items() <= pinned.items()


@pytest.mark.parametrize("kind", LISTS)
def test_dependabot_reads_each_list_of_pins(kind):
    """A package that is pinned somewhere else would never be renewed."""
    file = ROOT / ".github/dependabot.yml"
    updates = yaml.safe_load(file.read_text(encoding="utf-8"))["updates"]
    (update,) = (update for update in updates if update["package-ecosystem"] == kind)
    found = [*ROOT.glob(LISTS[kind]), *ROOT.glob(f"[!.]*/**/{LISTS[kind]}")]
    parts = [path.relative_to(ROOT).parts for path in found]
    ours = [folders for *folders, _ in parts if not {".venv", "node_modules", "my"} & set(folders)]
    assert {f"/{'/'.join(folders)}" for folders in ours} == set(update["directories"])
