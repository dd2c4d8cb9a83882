"""Imports run one way: the rules, and every file held against them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

# What each room of the house may import from the house. A room is the longest prefix that
# fits a module's name; a room may always import itself.
RULE_TYPES = ("chutes_cli.check", "chutes_cli.probe", "chutes_cli.item")
FACTS = ("chutes_cli.project", "chutes_cli.contract", "chutes_cli.core")
ENGINES = ("chutes_cli.audit", "chutes_cli.scaffold", "chutes_cli.loadtest", "chutes_cli.output")
ROOMS: dict[str, tuple[str, ...]] = {
    "chutes_cli.core": (),
    "chutes_cli.contract": ("chutes_cli.core",),
    # The reader knows the SDK's names by the contract, which knows nothing of projects.
    "chutes_cli.project": ("chutes_cli.contract", "chutes_cli.core"),
    "chutes_cli.check": (*RULE_TYPES, *FACTS),
    "chutes_cli.probe": (*RULE_TYPES, *FACTS),
    "chutes_cli.item": (*RULE_TYPES, *FACTS),
    "chutes_cli.registry": (*RULE_TYPES, *FACTS, "chutes_cli.checks"),
    "chutes_cli.checks": (*RULE_TYPES, *FACTS),
    "chutes_cli.templates": (),
    "chutes_cli.output": ("chutes_cli.core",),
    "chutes_cli.audit": ("chutes_cli.registry", *RULE_TYPES, *FACTS),
    "chutes_cli.loadtest": ("chutes_cli.registry", *RULE_TYPES, *FACTS),
    "chutes_cli.scaffold": ("chutes_cli.registry", *RULE_TYPES, *FACTS),
    "chutes_cli.cli": (*ENGINES, "chutes_cli.registry", *RULE_TYPES, *FACTS, "chutes_cli"),
    "chutes_cli": ("chutes_cli.cli",),
}

# Who alone may import a library; everybody else may not, tests and scripts included where
# they are named. `locust` monkey-patches the process, the SDK is the judge and never a
# dependency, and the rest costs start-up time.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "locust": ("chutes_cli/loadtest/user/locustfile.py",),
    "gevent": ("chutes_cli/loadtest/user/",),
    "geventhttpclient": ("chutes_cli/loadtest/user/",),
    "chutes": ("scripts/generate_contract.py", "tests/"),
    "torch": ("scripts/train_text_model.py", "tests/"),
    "libcst": ("chutes_cli/project/", "chutes_cli/audit/", "tests/", "benchmarks/"),
    "jinja2": ("chutes_cli/scaffold/", "tests/"),
    "httpx": ("chutes_cli/loadtest/", "tests/"),
    "typer": ("chutes_cli/cli/", "tests/"),
    "yaml": ("chutes_cli/project/", "tests/"),
}

# What the command line may import only inside the command that needs it.
HEAVY = ("libcst", "jinja2", "locust", "httpx", "pydantic", "torch", "chutes", "yaml")

CHECKS = "chutes_cli.checks"
MAY_NAME_CHECKS = ("chutes_cli/registry.py", "checks/")


class Import(NamedTuple):
    """One imported name.

    Attributes:
        dotted: What is imported, as far as the statement tells.
        line: Where.
        deferred: Whether it happens inside a function or for type checkers only.
    """

    dotted: str
    line: int
    deferred: bool


def module_name(path: str) -> str:
    """Return the import name of a file: `checks/` installs below the package."""
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    if parts and parts[0] in ("checks", "templates"):
        parts.insert(0, "chutes_cli")
    return ".".join(parts)


def imports_of(path: str, tree: ast.Module) -> list[Import]:
    """Return everything a file imports, relative imports resolved."""
    package = module_name(path) if path.endswith("__init__.py") else parent(module_name(path))
    found = []
    for node, deferred in walk(tree, deferred=False):
        if isinstance(node, ast.Import):
            found += [Import(item.name, node.lineno, deferred) for item in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            found += [Import(f"{base}.{item.name}", node.lineno, deferred) for item in node.names]
    return found


def walk(node: ast.AST, *, deferred: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Yield every node with whether it runs later than the import of its module."""
    for child in ast.iter_child_nodes(node):
        later = deferred or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            later = True
        yield child, later
        yield from walk(child, deferred=later)


def parent(dotted: str) -> str:
    """Return the package a module lies in."""
    return dotted.rpartition(".")[0]


def inside(dotted: str, prefix: str) -> bool:
    """Tell whether a name is a module or something below it."""
    return dotted == prefix or dotted.startswith(f"{prefix}.")


def room_of(dotted: str) -> str | None:
    """Return the room of the house a name belongs to, or None outside."""
    fitting = [room for room in ROOMS if inside(dotted, room)]
    return max(fitting, key=len, default=None)


def room_violation(path: str, one: Import) -> str | None:
    """Say how an import crosses the rooms the wrong way."""
    if one.dotted == "chutes_cli.__version__":
        return None  # everybody may say which version this is
    home, target = room_of(module_name(path)), room_of(one.dotted)
    if home is None or target is None or home == target or target in ROOMS[home]:
        return None
    return f"{home} must not import {target}"


def library_violation(path: str, one: Import) -> str | None:
    """Say how an import uses a library that is not this file's."""
    top = one.dotted.split(".")[0]
    if path.startswith("checks/") and top not in sys.stdlib_module_names | {"chutes_cli"}:
        return f"checks use the standard library only, not {top}"
    if top in LIBRARIES and not path.startswith(LIBRARIES[top]):
        return f"{top} belongs to {', '.join(LIBRARIES[top])} alone"
    if path.startswith("chutes_cli/cli/") and top in HEAVY and not one.deferred:
        return f"{top} must be imported inside the command that needs it"
    return None


def checks_violation(path: str, one: Import) -> str | None:
    """Say how an import reaches for a check by name."""
    names_checks = inside(one.dotted, CHECKS) or inside(one.dotted, "checks")
    if names_checks and not path.startswith(MAY_NAME_CHECKS):
        return "checks are reached through chutes_cli.registry only"
    return None


def spelled_checks(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a violation for each text, docstrings apart, that names the checks' package."""
    if not path.startswith("chutes_cli/") or path.startswith(MAY_NAME_CHECKS):
        return
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in prose:
            continue
        if isinstance(node.value, str) and inside(node.value, CHECKS):
            yield f"{path}:{node.lineno}: checks are reached through the registry only"


def violations(path: str, source: str) -> list[str]:
    """Return what a file imports against the rules.

    Args:
        path: Its POSIX path in the repository.
        source: Its text.
    """
    tree = ast.parse(source)
    found = [
        f"{path}:{one.line}: {violation}"
        for one in imports_of(path, tree)
        for rule in (room_violation, library_violation, checks_violation)
        if (violation := rule(path, one))
    ]
    return list(dict.fromkeys([*found, *spelled_checks(path, tree)]))


def test_the_house_keeps_its_rules(root: Path, python_files: Callable[..., list[str]]) -> None:
    files = python_files("chutes_cli", "checks", "templates", "scripts", "tests", "benchmarks")
    assert "chutes_cli/cli/app.py" in files
    found = [
        line
        for path in files
        for line in violations(path, (root / path).read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("chutes_cli/core/x.py", "from chutes_cli.project import model", "core must not import"),
        ("chutes_cli/core/x.py", "def f():\n    import chutes_cli.cli.app", "core must not import"),
        ("chutes_cli/project/x.py", "from chutes_cli import registry", "project must not import"),
        ("chutes_cli/contract/x.py", "from ..project import model", "contract must not import"),
        ("chutes_cli/output/x.py", "import chutes_cli.contract.sdk", "output must not import"),
        ("chutes_cli/output/x.py", "from chutes_cli.check import Check", "output must not import"),
        ("chutes_cli/audit/x.py", "from chutes_cli.output import text", "audit must not import"),
        ("chutes_cli/audit/x.py", "from chutes_cli.cli import exits", "audit must not import"),
        ("chutes_cli/audit/x.py", "from chutes_cli.loadtest import slo", "audit must not import"),
        ("chutes_cli/check.py", "from chutes_cli.registry import checks", "check must not import"),
        (
            "checks/security/x.py",
            "from chutes_cli.registry import checks",
            "checks must not import",
        ),
        ("checks/security/x.py", "from chutes_cli.audit import engine", "checks must not import"),
        ("checks/security/x.py", "import libcst", "standard library only"),
        ("checks/security/x.py", "import chutes", "standard library only"),
        ("checks/security/x.py", "import yaml.nodes", "standard library only"),
        ("chutes_cli/loadtest/runner.py", "import locust", "locust belongs to"),
        ("chutes_cli/loadtest/user/other.py", "from locust import User", "locust belongs to"),
        ("tests/loadtest/x.py", "import locust", "locust belongs to"),
        ("chutes_cli/project/x.py", "from chutes.chute import Chute", "chutes belongs to"),
        ("chutes_cli/contract/sdk.py", "def f():\n    import chutes", "chutes belongs to"),
        ("chutes_cli/scaffold/x.py", "import torch.nn", "torch belongs to"),
        ("chutes_cli/cli/x.py", "import pydantic", "inside the command"),
        ("chutes_cli/cli/x.py", "try:\n    import libcst\nexcept ImportError: ...", "libcst"),
        ("chutes_cli/core/x.py", "import typer", "typer belongs to"),
        ("chutes_cli/audit/x.py", "from chutes_cli.checks.platform import chute", "registry only"),
        ("tests/checks/x.py", "from chutes_cli.checks.platform import chute", "registry only"),
        ("tests/checks/x.py", "import checks.platform.chute", "registry only"),
        ("chutes_cli/audit/x.py", "m = import_module('chutes_cli.checks.runtime')", "registry"),
        ("chutes_cli/audit/x.py", "PACKAGE = 'chutes_cli.checks'", "registry"),
    ],
)
def test_a_breach_is_caught(path: str, source: str, complaint: str) -> None:
    found = violations(path, source)
    assert found, "not caught"
    assert complaint in " ".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("chutes_cli/cli/x.py", "from chutes_cli.output import text"),
        ("chutes_cli/cli/x.py", "from chutes_cli import __version__"),
        ("chutes_cli/cli/x.py", "if TYPE_CHECKING:\n    import pydantic"),
        ("chutes_cli/cli/x.py", "def f():\n    from chutes_cli.audit import engine"),
        ("chutes_cli/cli/x.py", "def f():\n    import pydantic"),
        ("chutes_cli/audit/x.py", "from chutes_cli.registry import checks"),
        ("chutes_cli/audit/x.py", "from . import score"),
        ("chutes_cli/registry.py", "import chutes_cli.checks"),
        ("chutes_cli/registry.py", "m = import_module('chutes_cli.checks')"),
        ("chutes_cli/loadtest/user/locustfile.py", "import locust, gevent"),
        ("checks/platform/x.py", "import re\nfrom chutes_cli.check import Check"),
        ("checks/platform/x.py", "from chutes_cli.checks.platform import names"),
        ("checks/platform/x.py", "from . import names"),
        ("chutes_cli/audit/x.py", '"""Runs what lies in chutes_cli.checks."""'),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert violations(path, source) == []
