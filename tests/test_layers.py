"""What import-linter cannot say of the layers in pyproject.toml: vm starts without packages."""

import subprocess
import sys
from pathlib import Path

HELPERS = Path(__file__).parents[1] / "helpers"
CODE = f"""
import importlib, pkgutil, sys
sys.path.insert(0, {str(HELPERS)!r})
import bpflab.vm
for module in pkgutil.walk_packages(bpflab.vm.__path__, "bpflab.vm."):
    importlib.import_module(module.name)
    print(module.name)
"""


def test_a_virtual_machine_starts_with_the_standard_library_alone():
    """`./lab --vm` makes no environment: a Python without site-packages imports all of vm."""
    bare = [sys.executable, "-I", "-S", "-c", CODE]
    done = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"bpflab.vm.__main__", "bpflab.vm.disk"} <= set(done.stdout.split())
