"""Bodies derived from a model's source, judged by the model itself."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest
from pydantic import BaseModel

from chutes_cli.loadtest import scalars
from chutes_cli.loadtest.samples import Sampler
from chutes_cli.loadtest.scalars import NoSample
from chutes_cli.project.link import link
from chutes_cli.project.source import collect
from chutes_cli.project.targets import Class
from chutes_cli.project.tree import ModuleSet
from chutes_cli.project.values import Known, Unknown

HEAD = """
import enum, os
from typing import *
import annotated_types
from annotated_types import Len, MaxLen
from pydantic import *
LIMIT = 40
"""


@pytest.fixture
def sampler(tmp_path, monkeypatch):
    """Make a Sampler for the class Input of a source, and the real class."""

    def make(source: str) -> tuple[Sampler, type[BaseModel]]:
        file = tmp_path / "app.py"
        # The star imports are for reading on the eye; the reader is given plain ones.
        text = HEAD.replace("from typing import *", TYPING).replace(
            "from pydantic import *", PYDANTIC
        )
        file.write_text(text + source)
        tree = collect([file])
        project = link(tree, ModuleSet(tree))
        module = next(each for each in project.modules if each.path == "app.py")
        (found,) = project.knowledge.resolver.module_member(module, "Input")
        assert isinstance(found, Class)
        real = ModuleType("sampled_app")
        monkeypatch.setitem(sys.modules, "sampled_app", real)
        exec(compile(text + source, str(file), "exec"), vars(real))
        return Sampler(project, found), vars(real)["Input"]

    return make


TYPING = (
    "from typing import Annotated, Any, ClassVar, Dict, Generic, List, Literal, Optional,"
    " Set, Tuple, TypeVar, Union"
)
PYDANTIC = (
    "from pydantic import AliasChoices, Base64Str, BaseModel, ConfigDict, EmailStr, Field,"
    " HttpUrl, NonNegativeFloat, PositiveInt, RootModel, SecretStr, StrictInt, StrictStr,"
    " StringConstraints, conint, conlist, constr, field_validator, model_validator"
)


def model(*lines: str) -> str:
    return "class Input(BaseModel):\n" + "".join(f"    {line}\n" for line in lines)


INNER = """
class Inner(BaseModel):
    label: str = Field(min_length=3, max_length=6)
    weight: float = Field(gt=0, lt=1)
    note: str | None = None

"""
ACCEPTED = {
    "text": model("x: str"),
    "text within bounds": model(
        "x: str = Field(min_length=120, max_length=130)", "y: str = Field(min_length=70)"
    ),
    "short text": model("x: str = Field(..., max_length=3)"),
    "empty text": model("x: str = Field(max_length=0)", "y: int"),
    "text by a constant": model("x: str = Field(max_length=LIMIT // 10)"),
    "text by a setting": model("x: str = Field(max_length=int(os.environ.get('NO_SUCH', 9)))"),
    "stripped text": model(
        "model_config = ConfigDict(str_strip_whitespace=True)",
        *(f"x{size}: str = Field(min_length={size}, max_length={size})" for size in range(1, 90)),
    ),
    "constr": model("x: constr(min_length=50, max_length=55)"),
    "StringConstraints": model("x: Annotated[str, StringConstraints(max_length=4)]"),
    "annotated_types": model("x: Annotated[str, MaxLen(4)]", "y: Annotated[list[int], Len(2, 3)]"),
    "alias of a type": "Prompt = Annotated[str, Field(max_length=7)]\n" + model("x: Prompt"),
    "int": model("x: int"),
    "int within bounds": model("x: int = Field(ge=10, le=12)", "y: int = Field(gt=5, lt=7)"),
    "negative int": model("x: int = Field(lt=-3)", "y: int = Field(le=-100)"),
    "int multiple": model(
        "x: int = Field(ge=100, multiple_of=64)", "y: int = Field(multiple_of=8)"
    ),
    "conint": model("x: conint(gt=20, multiple_of=7)", "y: PositiveInt", "z: NonNegativeFloat"),
    "float": model("x: float = Field(ge=0, le=1)", "y: float = Field(gt=0.2, lt=0.3)"),
    "float multiple": model("x: float = Field(gt=0, le=0.9, multiple_of=0.1)"),
    "open float": model("x: float = Field(gt=2)", "y: float = Field(lt=-2)", "z: float"),
    "infinite bound": model("x: float = Field(lt=float('inf'), gt=3)"),
    "huge int": model(f"x: int = Field(ge={10**30})"),
    "names of plain text": model("imagery: str", "profile: str", "url_count: int", "curl: str"),
    "bool and any": model("x: bool", "y: Any", "z: object"),
    "bytes": model("x: bytes = Field(max_length=4)"),
    "strict types": model("x: StrictStr", "y: StrictInt", "z: SecretStr"),
    "strict model": model(
        "model_config = ConfigDict(strict=True, extra='forbid')",
        "x: str",
        "y: float",
        "z: list[int]",
        "v: Literal['a', 'b']",
        "w: bool",
    ),
    "optional left out": model("x: str", "y: int = 3", "z: Optional[str] = None"),
    "optional without default": model("x: Optional[int]", "y: str | None"),
    "default in Field": model("x: str", "y: int = Field(3, ge=1)", "z: list = Field(default=[])"),
    "factory": model("x: str", "y: list[str] = Field(default_factory=list, min_length=3)"),
    "ellipsis": model("x: int = ...", "y: str = Field(default=...)", "z: int = Field(...)"),
    "class variable": model("kind: ClassVar[EmailStr]", "x: str", "_private: int"),
    "nested": INNER + model("inner: Inner", "many: list[Inner]", "maybe: Inner | None = None"),
    "nested optional only": "class Inner(BaseModel):\n    x: int = 1\n\n" + model("inner: Inner"),
    "list": model("x: list[str]", "y: List[int] = Field(min_length=3, max_length=5)", "z: list"),
    "list of others": model("x: list[HttpUrl]", "y: list[str] = Field(max_length=0)"),
    "conlist": model("x: conlist(int, min_length=2, max_length=2)", "y: int"),
    "list of bounded": model("x: list[Annotated[str, Field(max_length=2)]]"),
    "dict, set, tuple": model("x: dict[str, int]", "y: set[int]", "z: Tuple[int, str]", "w: Dict"),
    "endless tuple": model("x: tuple[int, ...]", "y: tuple"),
    "union": model("x: int | str", "y: Union[list[int], str]", "z: Union[HttpUrl, str]"),
    "bounded union": model("x: str | list[str] = Field(max_length=3)"),
    "literal": model("x: Literal['b', 'a']", "y: Optional[Literal[3]]", "z: int | Literal['a']"),
    "named literal": "Mode = Literal['slow', 'fast']\n" + model("x: Mode", "y: Mode | None"),
    "enum": "class Mode(str, enum.Enum):\n    SLOW = 'slow'\n    FAST = 'fast'\n\n"
    + model("x: Mode", "y: Optional[Mode]"),
    "int enum": "class Size(enum.IntEnum):\n    BIG = 7\n\n" + model("x: Annotated[Size, 'doc']"),
    "inherited": "class Base(BaseModel):\n    x: str = Field(max_length=3)\n    y: int\n\n"
    "class Middle(Base):\n    y: int = 4\n    z: Annotated[int, Field(ge=7)]\n\n"
    "class Input(Middle):\n    v: bool\n",
    "inherited settings": "class Base(BaseModel):\n"
    "    model_config = {'str_min_length': 60, 'extra': 'forbid'}\n\n"
    "class Input(Base):\n    x: str\n    y: list[str]\n",
    "str_max_length": model("model_config = ConfigDict(str_max_length=3)", "x: str"),
    "alias": model(
        "x: int = Field(alias='maxTokens', ge=5)", "y: str = Field(validation_alias='v')"
    ),
    "self-reference in a list": model("x: str", "children: list['Input']")
    + "Input.model_rebuild()\n",
    "generic base": "T = TypeVar('T')\nclass Input(BaseModel, Generic[T]):\n    x: str\n",
    "quoted": INNER + model("x: 'str'", "y: 'Inner'"),
    "all optional": model(
        "x: Optional[HttpUrl] = None", "y: int = Field(default=7)", "z: str = ''"
    ),
    "all optional, no default told": model("x: str | None = Field(default=None, max_length=3)"),
    "validators": model(
        "x: str",
        "@field_validator('x')",
        "@classmethod",
        "def check(cls, x):",
        "    assert x.strip()",
        "    return x",
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_model_accepts_the_body(sampler, name):
    sample, real = sampler(ACCEPTED[name])
    body = json.loads(json.dumps(sample.body()))
    assert body, "the SDK takes {} for no argument"
    real(**body)  # as the SDK does


def test_only_what_is_required_is_sent(sampler):
    sample, _ = sampler(ACCEPTED["optional left out"])
    assert sample.body() == {"x": scalars.TEXT}
    sample, _ = sampler(ACCEPTED["nested"])
    assert sample.body() == {
        "inner": {"label": "Write.", "weight": 0.5},
        "many": [{"label": "Write.", "weight": 0.5}],
    }


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("all optional", {"y": 7}),
        ("literal", {"x": "b", "y": 3, "z": 1}),
        ("enum", {"x": "slow", "y": "slow"}),
        ("alias", {"maxTokens": 5, "v": scalars.TEXT}),
        ("list of others", {"x": [], "y": []}),
    ],
)
def test_particular_bodies(sampler, name, body):
    assert sampler(ACCEPTED[name])[0].body() == body


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (model("x: constr(pattern='^a+$')"), "field 'x': must match a pattern"),
        (model("x: str = Field(pattern=r'\\d')"), "field 'x': must match a pattern"),
        (model("x: HttpUrl"), "field 'x': is of a type"),
        (model("image_b64: str"), "field 'image_b64': its name says"),
        (model("imageURL: str"), "field 'imageURL': its name says"),
        (model("files: list[str]"), "field 'files': its name says"),
        (model("image_url: Optional[str] = None"), "none can be filled"),
        (model("x: Base64Str"), "field 'x': has the type or constraint Base64Str"),
        (model("x: Annotated[int, annotated_types.Ge(5)]"), "constraint Ge"),
        (model("x: list[HttpUrl] = Field(min_length=1)"), "field 'x': is of a type"),
        (model("x: int = Field(ge=int(os.environ.get('NO', 3)))"), "bound ge that cannot be told"),
        (model("x: int = Field(gt=3, lt=4)"), "no tried number meets"),
        (model("x: str = Field(min_length=300_000)"), "very large"),
        (model("x: list[Annotated[list[str], Len(9000)]] = Field(min_length=9000)"), "1 MB"),
        (model("x: list = Field(min_length=2)"), "items of a type that is not known"),
        (model("x: set[int] = Field(min_length=2)"), "a set of several items"),
        (model("x: dict[str, int] = Field(min_length=1)"), "a dict with entries"),
        (model("model_config = ConfigDict(strict=True)", "x: set[int]"), "field 'x'"),
        (model("x: bytes = Field(strict=True)"), "field 'x'"),
        (model("x: int = Field(validation_alias=AliasChoices('a', 'b'))"), "validation_alias"),
        (model("model_config = ConfigDict(alias_generator=str.upper)", "x: int"), "alias_gen"),
        (model("model_config = ConfigDict(**globals().get('C', {}))", "x: int"), "alias_gen"),
        (model("x: Optional[HttpUrl] = None"), "no field is required and none can be filled"),
        (model("pass"), "no field is required and none can be filled"),
        ("class Input(RootModel[list[int]]): ...\n", "Input is a root model"),
        (
            "class Inner(BaseModel):\n    link: HttpUrl\n" + model("inner: Inner"),
            "field 'inner.link': is of a type",
        ),
        (
            "class A(BaseModel):\n    kind: Literal['a'] = 'a'\n"
            "class B(BaseModel):\n    kind: Literal['b'] = 'b'\n"
            + model("x: Union[A, B] = Field(discriminator='kind')"),
            "discriminated union",
        ),
        (
            "class Mode(enum.Enum):\n    A = enum.auto()\n" + model("x: Mode"),
            "field 'x': is of a type",
        ),
    ],
)
def test_nothing_is_guessed(sampler, source, reason):
    sample, _ = sampler(source)
    with pytest.raises(NoSample) as caught:
        sample.body()
    assert reason in str(caught.value)


def test_a_sketch_leaves_gaps(sampler):
    sample, _ = sampler(model("x: HttpUrl", "y: int", "z: str = ''"))
    assert sample.sketch() == {"x": "...", "y": 1}
    assert sampler(model("z: str = ''"))[0].sketch() == {"...": "..."}


def test_a_models_own_validators_are_named(sampler):
    sample, _ = sampler(ACCEPTED["validators"])
    sample.body()
    assert sample.validated == ["Input"]


def test_numbers_stay_within_their_bounds():
    for low in range(-6, 7):
        for high in range(low, 9):
            for step in (1, 2, 3, 0.5):
                bounds = {"ge": Known(low), "le": Known(high), "multiple_of": Known(step)}
                try:
                    found = scalars.number(bounds, whole=step != 0.5)
                except NoSample:
                    assert not [n for n in range(low, high + 1) if n % step == 0]
                else:
                    assert low <= found <= high
                    assert found % step == 0


@pytest.mark.parametrize(
    "bounds",
    [
        {"ge": Known("a")},
        {"ge": Unknown()},
        {"le": Unknown(5)},
        {"multiple_of": Known(0.3), "ge": Known(10**400)},
        {"ge": Known(10**400)},
    ],
)
def test_odd_bounds_give_no_number_and_no_crash(bounds):
    with pytest.raises(NoSample):
        scalars.number(bounds, whole=False)
