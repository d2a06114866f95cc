"""A learner's JupyterLab, as the learner: brings my/ up to date, then serves it to the hub.

The lab's own Python runs it. JupyterHub's package comes last on its path, and only here: the
kernels of the lessons do not see it.
"""

import json
import os
import site
import subprocess
import sys
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
# A virtual machine may have another Python than the hub. JupyterHub needs nothing compiled.
PACKAGES = next((CLONE / "hub/.venv/lib").glob("python*/site-packages"))


def main() -> None:
    """Prepare the learner's files, and run JupyterLab until the hub ends it."""
    subprocess.run([sys.executable, "-m", "bpflab", "update"], check=False)
    home = Path.home()
    profile = home / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    extensions = {"InteractiveShellApp": {"extensions": ["bpflab"]}}
    (profile / "ipython_kernel_config.json").write_text(json.dumps(extensions))
    runtime = home / ".cache" / "bpflab-jupyter"  # sockets: a path that only the learner can enter
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["JUPYTER_RUNTIME_DIR"] = str(runtime)

    site.addsitedir(str(PACKAGES))
    from jupyterhub.singleuser import main as serve

    helpers = CLONE / "helpers" / "jupyter"
    sys.argv[1:] += [
        "--log-level=WARN",
        f"--ServerApp.root_dir={CLONE}",
        "--ServerApp.answer_yes=True",  # or it asks whether to stop, and nobody answers
        f"--LabApp.extra_labextensions_path={helpers / 'labextensions'}",
        f"--LabApp.app_settings_dir={helpers / 'settings'}",
        "--KernelManager.transport=ipc",
        "--MappingKernelManager.cull_idle_timeout=1800",  # a lesson that is closed: half an hour
    ]
    serve()


if __name__ == "__main__":
    main()
