from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.facts import Call, Name
from chutes_cli.project.model import Project
from chutes_cli.project.running import Runs, how_surely

ReadTree = Callable[..., Project]
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


def surely(project: Project, *caught: str) -> Runs:
    """Return how surely the call of ``mark`` runs."""
    for module in project.modules:
        for statement in module.facts.statements:
            for each in statement.expressions():
                match each:
                    case Call(function=Name(id="mark")):
                        return how_surely(
                            project.reach, module, statement.scope, statement.guards, *caught
                        )
    raise AssertionError


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("mark()", Runs.ALWAYS),
        ("class A:\n    mark()", Runs.ALWAYS),
        ("for x in y:\n    mark()", Runs.ALWAYS),
        ("with x:\n    mark()", Runs.ALWAYS),
        ("try:\n    mark()\nexcept ValueError:\n    pass", Runs.ALWAYS),
        ("if x:\n    mark()", Runs.SOMETIMES),
        ("if x:\n    pass\nelse:\n    mark()", Runs.SOMETIMES),
        ("while x:\n    mark()", Runs.SOMETIMES),
        ("match x:\n    case 1:\n        mark()", Runs.SOMETIMES),
        ("try:\n    x()\nexcept ValueError:\n    mark()", Runs.SOMETIMES),
        ("try:\n    mark()\nexcept KeyError:\n    pass", Runs.HARMLESS),
        ("try:\n    mark()\nexcept (ValueError, KeyError):\n    pass", Runs.HARMLESS),
        ("try:\n    mark()\nexcept builtins.KeyError:\n    pass", Runs.HARMLESS),
        ("try:\n    mark()\nexcept Exception:\n    pass", Runs.HARMLESS),
        ("try:\n    mark()\nexcept BaseException:\n    pass", Runs.HARMLESS),
        ("try:\n    mark()\nexcept:\n    pass", Runs.HARMLESS),
        ("try:\n    mark()\nexcept KeyError:\n    raise", Runs.ALWAYS),
        ("try:\n    mark()\nexcept KeyError as e:\n    raise OSError from e", Runs.ALWAYS),
        ("try:\n    mark()\nexcept KeyError:\n    if x:\n        raise", Runs.HARMLESS),
        (
            "try:\n    try:\n        mark()\n    except KeyError:\n        raise\nexcept Exception:"
            "\n    pass",
            Runs.HARMLESS,
        ),
        ("try:\n    if x:\n        mark()\nexcept KeyError:\n    pass", Runs.HARMLESS),
        ("with suppress(KeyError):\n    mark()", Runs.HARMLESS),
        ("with contextlib.suppress(ValueError, KeyError):\n    mark()", Runs.HARMLESS),
        ("with contextlib.suppress(ValueError):\n    mark()", Runs.ALWAYS),
        ("with other(KeyError):\n    mark()", Runs.ALWAYS),
        ("if TYPE_CHECKING:\n    mark()", Runs.HARMLESS),
        ("if typing.TYPE_CHECKING:\n    mark()", Runs.HARMLESS),
        ("if not TYPE_CHECKING:\n    mark()", Runs.SOMETIMES),
        ("def f():\n    mark()", Runs.UNREACHED),
        ("def f():\n    mark()\nf()", Runs.ALWAYS),
        ("def f():\n    mark()\nif x:\n    f()", Runs.SOMETIMES),
        ("def f():\n    mark()\ntry:\n    f()\nexcept KeyError:\n    pass", Runs.HARMLESS),
        ("def f():\n    if x:\n        return\n    mark()\nf()", Runs.ALWAYS),
        ("def f():\n    if x:\n        mark()\nf()", Runs.SOMETIMES),
        ("def g():\n    mark()\ndef f():\n    if x:\n        return\n    g()\nf()", Runs.ALWAYS),
        (f"{HEAD}@chute.cord()\nasync def c(self):\n    mark()", Runs.ALWAYS),
        (f"{HEAD}@chute.on_startup()\nasync def c(self):\n    mark()", Runs.ALWAYS),
        (f"{HEAD}@chute.job()\nasync def c(self):\n    mark()", Runs.ALWAYS),
        (f"{HEAD}@chute.get('/')\nasync def c():\n    mark()", Runs.ALWAYS),
        (f"{HEAD}@chute.on_shutdown()\nasync def c(self):\n    mark()", Runs.UNREACHED),
    ],
)
def test_how_surely(source: str, runs: Runs, project: ReadTree) -> None:
    assert surely(project(f"import chutes\n{source}\n"), "KeyError") is runs


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ("__name__ == '__main__'", True),
        ("'__main__' == __name__", True),
        ("__name__ != '__main__'", False),
        ("__name__ == 'app'", False),
        ("name == '__main__'", False),
        ("__name__", False),
    ],
)
def test_only_as_script(test: str, holds: bool, project: ReadTree) -> None:
    (module,) = project(f"import chutes\nif {test}:\n    if x:\n        mark()\n").modules
    inner = module.facts.statements[-1]
    assert module.only_as_script(inner.guards) is holds
    (module,) = project(f"import chutes\nif {test}:\n    pass\nelse:\n    mark()\n").modules
    assert not module.only_as_script(module.facts.statements[-1].guards)
