"""What counts as a bare model, as `typing.get_type_hints` sees an annotation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = """\
import typing
from typing import Annotated, Generic, List, Optional, TypeVar, Union

from pydantic import BaseModel

from chutes.chute import Chute
from models import Far, Near

T = TypeVar("T")


class Input(BaseModel):
    prompt: str


class Wide(BaseModel, Generic[T]):
    value: T


Alias = Input
Marked = Annotated[Input, "marked"]
Maybe = Optional[Input]
Round = Annotated["Round", "x"]
Circle = Annotated[Circle, "x"]


def take(value: {annotation}):
    return value
"""
MODELS = (
    "from typing import Annotated, Optional\nfrom pydantic import BaseModel\n"
    "class Other(BaseModel):\n    prompt: str\n"
    "Near = Annotated[Other, 1]\nFar = Optional[Other]\n"
)


def taken(project: ReadTree, annotation: str) -> tuple[Project, Any]:
    found = project({"app.py": HEAD.replace("{annotation}", annotation), "models.py": MODELS})
    module = next(each for each in found.modules if each.path == "app.py")
    scope = next(each for each in module.facts.scopes if each.name == "take")
    return found, (module, 0, scope.parameters[0].annotation)


@pytest.mark.parametrize(
    ("annotation", "model"),
    [
        ("Input", "Input"),
        ("'Input'", "Input"),
        ("Alias", "Input"),
        ("Annotated[Input, 'x']", "Input"),
        ("typing.Annotated[Input, 'x', 2]", "Input"),
        ("'Annotated[Input, 1]'", "Input"),
        ("Marked", "Input"),
        ("Annotated[Marked, 'x']", "Input"),
        ("Near", "Other"),
        ("Wide[int]", "Wide"),
        ("Wide", "Wide"),
        ("Optional[Input]", None),
        ("Input | None", None),
        ("Union[Input, int]", None),
        ("List[Input]", None),
        ("type[Input]", None),
        ("Maybe", None),
        ("Far", None),
        ("Annotated[Input | None, 'x']", None),
        ("dict", None),
        ("Unknown", None),
        ("Round", None),
        ("Circle", None),
        ("T", None),
    ],
)
def test_a_bare_model(annotation: str, model: str | None, project: ReadTree) -> None:
    found, where = taken(project, annotation)
    owner = found.schemas.annotated_model(*where)
    assert (owner and owner.scope.name) == model


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("Optional['Input']", "model"),
        ("Optional[Wide[int]]", "model"),
        ("Union['Input', int]", "union"),
        ("Optional['not a name']", "other"),
        ("Optional['Unknown']", "other"),
    ],
)
def test_a_model_inside_something_else(annotation: str, kind: str, project: ReadTree) -> None:
    found, where = taken(project, annotation)
    assert found.schemas.shape(*where).kind == kind
