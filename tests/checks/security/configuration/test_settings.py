from __future__ import annotations

import importlib
from collections.abc import Callable

import pydantic
import pytest

from chutes_cli.contract.libraries.pydantic_v1 import REMOVED
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
IMPORT, ENV = "pydantic-v1-import", "settings-env-ignored"
CHUTE = "from chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"
HEAD = (
    CHUTE + "import os\nfrom pydantic import BaseModel, Field\nimport pydantic\n"
    "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
)


@pytest.mark.parametrize("name", sorted(REMOVED))
def test_removed_names(name: str, findings: Findings) -> None:
    (found,) = findings(f"{CHUTE}from pydantic import BaseModel, {name} as x\n", IMPORT)
    assert found.message.startswith(f"pydantic 2 has no {name}:")
    assert ("pydantic_settings" in found.help) is (name == "BaseSettings")
    with pytest.raises(pydantic.errors.PydanticImportError):
        getattr(importlib.import_module("pydantic"), name)


@pytest.mark.parametrize(
    "source",
    [
        "from pydantic import BaseModel, Field",
        "from pydantic_settings import BaseSettings",
        "from pydantic.v1 import BaseSettings",
        "from .pydantic import BaseSettings",
        "import pydantic",
        "try:\n    from pydantic_settings import BaseSettings\n"
        "except ImportError:\n    from pydantic import BaseSettings",
        "try:\n    from pydantic import BaseSettings\nexcept ImportError:\n    BaseSettings = None",
        "import os\nif os.name:\n    from pydantic import BaseSettings",
        "import os\nif os.name:\n    pass\nelse:\n    from pydantic import BaseSettings",
        "import contextlib\nwith contextlib.suppress(ImportError):\n"
        "    from pydantic import BaseSettings",
    ],
)
def test_other_imports(source: str, findings: Findings) -> None:
    assert findings(f"{CHUTE}{source}\n", IMPORT) == []


def test_tests_are_no_production_code(findings: Findings) -> None:
    files = {
        "app.py": f"{CHUTE}import tests.helper\n",
        "tests/__init__.py": "",
        "tests/helper.py": "from pydantic import BaseSettings\n",
    }
    assert findings(files, IMPORT) == []


FIRES = {
    "keyword": "class S(BaseSettings):\n    debug: bool = Field(default=False, env='APP_DEBUG')",
    "required": "class S(BaseSettings):\n    name: str = Field(..., env='MODEL_NAME')",
    "by_name": "class S(BaseSettings):\n    debug: bool = pydantic.Field(False, env='APP_DEBUG')",
    "inherited": "class Base(BaseSettings):\n    pass\n\nclass S(Base):\n"
    "    debug: bool = Field(False, env='APP_DEBUG')",
    "prefix": "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='MY_')\n"
    "    debug: bool = Field(False, env='DEBUG')",
    "deleted_configuration": "class S(BaseSettings):\n"
    "    model_config = SettingsConfigDict(env_file='.env')\n    del model_config\n"
    "    debug: bool = Field(False, env='APP_DEBUG')",
    "deleted_prefix": "class S(BaseSettings):\n    debug: bool = Field(False, env='APP_DEBUG')\n"
    "    class Config:\n        del env_prefix",
    "other_fields": "class S(BaseSettings):\n    size: int = 3\n"
    "    debug: bool = Field(False, env='APP_DEBUG')",
    "inner_configuration": "class S(BaseSettings):\n    debug: bool = Field(False, env='DEBUG')\n"
    "    class Config:\n        env_file = '.env'\n        env_prefix = 'MY_'",
    "inner_configuration_of_files": "class S(BaseSettings):\n"
    "    debug: bool = Field(False, env='APP_DEBUG')\n"
    "    class Config:\n        env_file = '.env'",
    "other_inner_class": "class S(BaseSettings):\n    debug: bool = Field(False, env='MY_DEBUG')\n"
    "    class Names:\n        env_prefix = 'MY_'",
    "other_configuration": "class S(BaseSettings):\n"
    "    model_config = SettingsConfigDict(env_file='.env')\n"
    "    debug: bool = Field(False, env='APP_DEBUG')",
}
SILENT = {
    "its_own_name": "class S(BaseSettings):\n    debug: bool = Field(False, env='DEBUG')",
    "its_own_name_with_prefix": "class S(BaseSettings):\n"
    "    model_config = SettingsConfigDict(env_prefix='MY_')\n"
    "    debug: bool = Field(False, env='MY_DEBUG')",
    "alias": "class S(BaseSettings):\n    debug: bool = Field(False, validation_alias='X')",
    "unknown": "class S(BaseSettings):\n    debug: bool = Field(False, env=os.X)",
    "unknown_prefix": "class S(BaseSettings):\n"
    "    model_config = SettingsConfigDict(env_prefix=os.X)\n"
    "    debug: bool = Field(False, env='DEBUG')",
    "inner_configuration": "class S(BaseSettings):\n"
    "    debug: bool = Field(False, env='MY_DEBUG')\n"
    "    class Config:\n        env_file = '.env'\n        env_prefix = 'MY_'",
    "unknown_inner_configuration": "class S(BaseSettings):\n"
    "    debug: bool = Field(False, env='DEBUG')\n    class Config:\n        env_prefix = os.X",
    "unknown_configuration": "class S(BaseSettings):\n    model_config = os.X\n"
    "    debug: bool = Field(False, env='APP_DEBUG')",
    "model": "class S(BaseModel):\n    debug: bool = Field(False, env='APP_DEBUG')",
    "other_function": "class S(BaseSettings):\n    debug: bool = bool(env='APP_DEBUG')",
    "own_base": "class A:\n    pass\n\nclass S(A):\n    debug: bool = Field(0, env='APP_DEBUG')",
    "in_a_function": "def f():\n    debug: bool = Field(False, env='APP_DEBUG')",
    "circle": "class A(B):\n    debug: bool = Field(0, env='APP_DEBUG')\n\nclass B(A):\n    pass",
}


@pytest.mark.parametrize("name", FIRES)
def test_env_ignored(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{FIRES[name]}\n", ENV)] == [ENV]


@pytest.mark.parametrize("name", SILENT)
def test_env_read(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ENV) == []


def test_what_is_said(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{FIRES['prefix']}\n", ENV)
    assert found.message.endswith("debug is not read from DEBUG, but from MY_DEBUG")
