"""pydantic-settings is the judge."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chutes_cli.registry import check


@pytest.mark.sdk
def test_env_is_ignored_and_validation_alias_is_read() -> None:
    docs = check("settings-env-ignored").docs
    environment = {**os.environ, "APP_DEBUG": "false"}
    told = []
    for source in (docs.example, docs.instead):
        program = source.split("chute = ")[0] + "print(settings.debug)"
        program = program.replace("from chutes.chute import Chute, NodeSelector\n", "")
        command = [sys.executable, "-W", "ignore", "-c", program]
        told.append(subprocess.check_output(command, env=environment, text=True).strip())
    assert told == ["True", "False"]  # the default, against what the variable says
