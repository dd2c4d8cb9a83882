"""Chute code as people write it, and what the Project makes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Image, Project
from chutes_cli.project.values import Known

ReadTree = Callable[..., Project]
IMPORT = "from chutes.chute import Chute, NodeSelector\nfrom chutes.image import Image\n"


def cords(project: Project) -> list[tuple[str | None, object]]:
    found = []
    for cord in project.cords:
        path = cord.arguments.value("public_api_path")
        name = cord.function.scope.name if cord.function else None
        found.append((name, path.value if isinstance(path, Known) else path))
    return found


def methods(image: Image) -> list[str]:
    return [each.method for each in image.directives]


def test_fluent_and_statement_wise_images(project: ReadTree) -> None:
    found = project(
        f"""{IMPORT}
fluent = (
    Image(username="u", name="a", tag="1")
    .from_base("base:1")
    .run_command("one")
    .with_env("K", "v")
)
wise = Image("u", "b", "1")
wise.run_command("one")
wise = wise.run_command("two").add("x", "/x")
if fluent:
    wise.set_user("chutes")
for package in ("a", "b"):
    wise.apt_install(package)
"""
    )
    fluent, wise = found.images
    assert methods(fluent) == ["from_base", "run_command", "with_env"]
    assert methods(wise) == ["run_command"] * 2 + ["add", "set_user", "apt_install", "apt_install"]
    assert [each.conditional for each in wise.directives] == [False, False, False, True, True, True]
    assert fluent.directives[2].arguments.value("value") == Known("v")
    assert wise.arguments.value("name") == Known("b")


def test_pillows_image_is_another_image(project: ReadTree) -> None:
    found = project(
        """
from PIL import Image
from chutes.image import Image as ChutesImage

picture = Image.new("RGB", (1, 1))
image = ChutesImage("u", "a", "1").run_command("x")
"""
    )
    (image,) = found.images
    assert methods(image) == ["run_command"]


def test_an_image_passed_through_helpers_and_modules(project: ReadTree) -> None:
    found = project(
        {
            "images.py": f"{IMPORT}\ndef base(name):\n    return Image('u', name, '1')"
            ".run_command('one')\n",
            "app.py": f"{IMPORT}from images import base\nimage = base('x').run_command('two')\n"
            "chute = Chute('u', 'n', image)\n",
        }
    )
    (image,) = found.images
    assert methods(image) == ["run_command", "run_command"]


@pytest.mark.parametrize(
    "source",
    [
        "chute = Chute('u', 'n', 'i')\n@chute.cord(public_api_path='/x')\ndef x(self): ...\n",
        "def make():\n    chute = Chute('u', 'n', 'i')\n    @chute.cord(public_api_path='/x')\n"
        "    def x(self): ...\n    return chute\nchute = make()\n",
        "def make():\n    return Chute('u', 'n', 'i')\nchute = make()\n"
        "@chute.cord(public_api_path='/x')\ndef x(self): ...\n",
        "chute = Chute('u', 'n', 'i')\ndef x(self): ...\nchute.cord(public_api_path='/x')(x)\n",
        "chute = Chute('u', 'n', 'i')\ndef x(self): ...\n"
        "for path, handler in [('/x', x)]:\n    chute.cord(public_api_path=path)(handler)\n",
        "chute = Chute('u', 'n', 'i')\ndef x(self): ...\nHANDLERS = {'/x': x}\n"
        "for path, handler in HANDLERS.items():\n    chute.cord(public_api_path='/x')(handler)\n",
        "try:\n    chute = Chute('u', 'n', 'i')\nexcept Exception:\n    chute = None\n"
        "@chute.cord(public_api_path='/x')\ndef x(self): ...\n",
        "app = service = Chute('u', 'n', 'i')\n@service.cord(public_api_path='/x')\n"
        "def x(self): ...\n",
        "OPTIONS = {'public_api_path': '/x'}\nchute = Chute('u', 'n', 'i')\n"
        "@chute.cord(**OPTIONS)\ndef x(self): ...\n",
        "PREFIX = '/'\nchute = Chute('u', 'n', 'i')\n"
        "@chute.cord(public_api_path=f'{PREFIX}x')\nasync def x(self): ...\n",
        "from __future__ import annotations\nchute: Chute = Chute('u', 'n', 'i')\n"
        "@chute.cord(public_api_path='/' + 'x')\nasync def x(self): ...\n",
    ],
)
def test_cords_however_they_are_registered(source: str, project: ReadTree) -> None:
    if source.startswith("from __future__"):
        head, rest = source.split("\n", 1)
        source = f"{head}\n{IMPORT}{rest}"
    else:
        source = IMPORT + source
    found = cords(project(source))
    assert [name for name, _ in found] == ["x"]
    if "for path" not in source:
        assert found == [("x", "/x")]


def test_several_chutes_keep_their_cords_apart(project: ReadTree) -> None:
    found = project(
        f"""{IMPORT}
one = Chute("u", "one", "i")
two = Chute("u", "two", "i")

@one.cord(public_api_path="/a")
def a(self): ...

@two.cord(public_api_path="/b")
def b(self): ...

@two.on_startup()
async def start(self): ...
"""
    )
    assert [len(chute.cords) for chute in found.chutes] == [1, 1]
    assert [len(chute.hooks) for chute in found.chutes] == [0, 1]


def test_template_chutes_and_their_packs(project: ReadTree) -> None:
    found = project(
        """
from chutes.chute import NodeSelector
from chutes.chute.template.vllm import build_vllm_chute

pack = build_vllm_chute(username="u", model_name="m", node_selector=NodeSelector(gpu_count=1))
chute = pack.chute


@chute.cord(public_api_path="/more")
def more(self): ...


@pack.chute.on_startup()
async def start(self): ...
"""
    )
    (chute,) = found.chutes
    assert chute.from_template
    assert [cord.label for cord in chute.cords] == ["cord more"]
    assert [hook.kind for hook in chute.hooks] == ["on_startup"]


def test_an_environment_default_is_likely_and_not_known(project: ReadTree) -> None:
    found = project(
        f"{IMPORT}import os\nchute = Chute(os.getenv('WHO', 'me'), os.environ['NAME'], 'i')\n"
    )
    (chute,) = found.chutes
    username = chute.arguments.value("username")
    assert not isinstance(username, Known)
    assert username is not None
    assert username.likely == "me"


def test_helpers_need_not_mention_the_sdk(project: ReadTree) -> None:
    found = project(
        {
            "app.py": f"{IMPORT}from service.core import answer\nchute = Chute('u', 'n', 'i')\n"
            "@chute.cord()\nasync def x(self): return await answer()\n",
            "service/__init__.py": "",
            "service/core.py": "from .deep import look\n\nasync def answer():\n    return look()\n",
            "service/deep.py": "def look(): return 1\n\ndef unused(): return 2\n",
            "other.py": "import torch\n",
        }
    )
    assert [module.path for module in found.modules] == [
        "app.py",
        "service/__init__.py",
        "service/core.py",
        "service/deep.py",
    ]
    reached = {function.qualname for function, _ in found.reach.reached("cord")}
    assert reached == {"x", "answer", "look"}


def test_an_installed_module_wins_over_a_file_of_its_name(project: ReadTree) -> None:
    """`chutes run` appends its folder to sys.path, so the standard library comes first."""
    found = project(
        {
            "app.py": f"{IMPORT}import queue\nchute = Chute('u', 'n', 'i')\n",
            "queue.py": "x = 1\n",
        }
    )
    assert [module.path for module in found.modules] == ["app.py"]


def test_jinja_placeholders_inside_strings(project: ReadTree) -> None:
    found = project(
        {"chute.py.j2": f"{IMPORT}chute = Chute(username='{{{{ user }}}}', name='n', image='i')\n"}
    )
    assert [chute.site.module.path for chute in found.chutes] == ["chute.py.j2"]


@pytest.mark.parametrize(
    "source",
    [
        "a = b\nb = a\nfor x in a: x()\n@a.cord()\ndef f(self): ...\n",
        "def f(): return g()\ndef g(): return f()\nchute = f()\n@chute.cord()\ndef x(self): f()\n",
        "class A(B): ...\nclass B(A): x: A\na = A()\na.b.c.d()\n",
        "x = x\ny = [y]\nz = {**z}\nf(**z)\nChute(**z)\n",
        "import app\nfrom app import *\nfrom app import chute\nchute.cord()(chute)\n",
        "self.a = self.a.b\nclass C:\n    def f(self):\n        self.a = self.a.f()\n",
        "def f(n=f()): return f(f)\nf = f(f)\nChute(f, f, f)(f)\n",
        "lambda: (yield)\n[x for x in x if (y := x)]\nmatch y:\n    case {'a': [*b]}: b()\n",
    ],
)
def test_circular_code_ends(source: str, project: ReadTree) -> None:
    found = project(f"{IMPORT}{source}")
    list(found.reach.reached("cord", "import"))
    for _, target in found.knowledge.calls:
        assert isinstance(target, tuple)
