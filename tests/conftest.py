from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def as_nobody() -> list[str]:
    """What to put before a command so that it runs without root's power over permissions.

    Skips where that cannot be done: root without ``setpriv``, or a Python that only root
    can start (one installed below root's home).
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot become another user")
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    trial = subprocess.run([*prefix, sys.executable, "-c", ""], capture_output=True, check=False)
    if trial.returncode != 0:
        pytest.skip("this Python can be started by root only")
    return prefix
