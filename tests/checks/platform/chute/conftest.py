from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

Loads = Callable[..., str | None]


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Load ``module:variable`` as `chutes deploy` and `chutes run` do; say what it raises.

    ``away`` names files that stay on the laptop: they are not there, as on an instance.
    """
    from chutes.entrypoint._shared import load_chute

    rounds, path = count(), list(sys.path)

    def load(files: dict[str, str], reference: str, away: tuple[str, ...] = ()) -> str | None:
        folder = tmp_path / str(next(rounds))
        folder.mkdir()
        for name, text in files.items():
            if name not in away:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", [*path])
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        try:
            load_chute(reference, None, True)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told to the test
            return f"{type(error).__name__}: {error}"
        finally:
            mine = {name.split("/")[0].removesuffix(".py") for name in files}
            for name in [each for each in sys.modules if each.split(".")[0] in mine]:
                del sys.modules[name]
        return None

    return load
