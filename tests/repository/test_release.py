"""What a release needs: its version, its date, and no package that lacks half of the course."""

import datetime
import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from bpflab.paths import ROOT

HEADING = re.compile(r"^## (?:(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)|(\w+))$", re.MULTILINE)


def test_the_changelog_has_the_version_and_its_date():
    """Below what is not released yet, the newest release is the version of pyproject.toml."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, *released = HEADING.findall(text)
    days = [datetime.date.fromisoformat(day) for _, day, _ in released]

    assert unreleased == ("", "", "Unreleased")
    assert released[0][0] == version
    assert days == sorted(days, reverse=True)
    assert len(HEADING.findall(text)) == len(re.findall("^## ", text, re.MULTILINE))


def test_the_version_has_one_home():
    """Neither the citation nor JupyterLab's extension, which must have a number, repeats it."""
    extension = ROOT / "helpers/jupyter/labextensions/bpflab/package.json"
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))

    assert json.loads(extension.read_text(encoding="utf-8"))["version"] == "0.0.0"
    assert "version" not in citation


@pytest.mark.parametrize(
    "words", [["wheel", "-w"], ["install", "--target"], ["install", "--target", "-e"]], ids=" ".join
)
def test_no_package_is_built(words, tmp_path):
    """What pip builds would lack bpf/ and notebooks/, so it is refused, with what to do instead."""
    command, option, *editable = words
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", command, "--no-deps"]
    done = subprocess.run(
        [*pip, option, tmp_path, *editable, ROOT],
        env=os.environ | {"PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "Run ./lab there" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []
