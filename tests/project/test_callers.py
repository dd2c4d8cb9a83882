"""What a function's parameters stand for, told by the calls that reach it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.callers import MOST_CALLS
from chutes_cli.project.facts import Name
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

ReadTree = Callable[..., Project]
IMPORT = "from chutes.chute import Chute\nfrom chutes.image import Image\n"
MADE = IMPORT + "chute = Chute('u', 'n', 'i')\n"


def cord_path(project: Project) -> object:
    """Return the public path of the project's only cord, None when it is not known."""
    (cord,) = project.cords
    path = cord.arguments.value("public_api_path")
    return path.value if isinstance(path, Known) else None


@pytest.mark.parametrize("parameter", ["service", "service: Chute", "service: 'Chute | None'"])
@pytest.mark.parametrize("argument", ["chute", "service=chute"])
def test_cords_registered_by_a_function(parameter: str, argument: str, project: ReadTree) -> None:
    found = project(
        f"{MADE}def register({parameter}):\n    @service.cord(public_api_path='/x')\n"
        f"    def x(self): ...\nregister({argument})\n"
    )
    (chute,) = found.chutes
    assert [each.function.scope.name for each in chute.cords if each.function] == ["x"]


@pytest.mark.parametrize("annotation", ["FastAPI", "Starlette", "'FastAPI'", "fastapi.FastAPI"])
@pytest.mark.parametrize("call", ["Routes().add(chute)", "register(chute)"])
def test_a_chute_taken_for_a_web_application(annotation: str, call: str, project: ReadTree) -> None:
    found = project(
        f"{MADE}import fastapi\nfrom fastapi import FastAPI\n"
        "from starlette.applications import Starlette\n"
        f"class Routes:\n    def add(self, app: {annotation}):\n        register(app)\n"
        f"def register(app: {annotation}):\n    app.cord(public_api_path='/x')(x)\n"
        f"def x(self): ...\n{call}\n"
    )
    assert len(found.chutes[0].cords) == 1


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("Routes('/x').add()", True),
        ("print(Routes.__doc__)\nRoutes('/x').add()", True),
        ("print(Routes)\nRoutes('/x').add()", False),
        ("Routes.made().add()", True),
    ],
)
def test_what_the_one_call_makes_an_object_with(
    source: str, known: bool, project: ReadTree
) -> None:
    made = "cls('/x')" if "made" in source else "None"
    found = project(
        f"{MADE}class Routes:\n    def __init__(self, path):\n        self.path = path\n"
        f"    @classmethod\n    def made(cls):\n        return {made}\n"
        "    def add(self):\n        @chute.cord(public_api_path=self.path)\n"
        f"        def x(this): ...\n{source}\n"
    )
    assert cord_path(found) == ("/x" if known else None)


def test_a_function_of_another_module(project: ReadTree) -> None:
    found = project(
        {
            "routes.py": "def register(service, path):\n    @service.cord(public_api_path=path)\n"
            "    def x(self): ...\n",
            "app.py": f"from routes import register\n{MADE}register(chute, '/x')\n",
        }
    )
    assert len(found.chutes[0].cords) == 1
    assert cord_path(found) == "/x"


def test_two_chutes_get_the_cords_of_one_function(project: ReadTree) -> None:
    found = project(
        f"{MADE}other = Chute('u', 'm', 'i')\ndef register(service):\n"
        "    service.cord(public_api_path='/x')(x)\ndef x(self): ...\n"
        "register(chute)\nregister(other)\n"
    )
    assert [len(each.cords) for each in found.chutes] == [1, 1]


def test_an_image_handed_to_a_function(project: ReadTree) -> None:
    found = project(
        f"{IMPORT}def tools(image):\n    return image.apt_install('git')\n"
        "image = tools(Image('u', 'n', '1')).run_command('x')\n"
    )
    (image,) = found.images
    assert [each.method for each in image.directives] == ["apt_install", "run_command"]


@pytest.mark.parametrize(
    ("function", "known"),
    [
        ("def add(path):\n    {}\nadd('/x')\n", "/x"),
        ("def add(path='/y'):\n    {}\nadd()\n", "/y"),
        ("def add(path='/y'):\n    {}\nadd(path='/x')\n", "/x"),
        ("def add(*, path):\n    {}\nadd(path='/x')\n", "/x"),
        ("def add(name, path):\n    {}\nadd('n', '/x')\n", "/x"),
        ("def add(path):\n    {}\nadd('/x')\nif __name__ == '__main__':\n    add('/y')\n", "/x"),
        ("def add(path):\n    {}\nif __name__ == '__main__':\n    add('/y')\n", None),
        ("def add(path):\n    {}\ndef all():\n    add(PATH)\nPATH = '/x'\n", "/x"),
        # Nobody calls it, or others may.
        ("def add(path):\n    {}\n", None),
        ("def add(path='/y'):\n    {}\n", None),
        ("def add(path):\n    {}\nadd('/x')\nadd('/y')\n", None),
        ("def add(path):\n    {}\nadd('/x')\nlater(add)\n", None),
        ("@anybody\ndef add(path):\n    {}\nadd('/x')\n", None),
        # What it is given cannot be told.
        ("def add(path):\n    {}\nadd(*given)\n", None),
        ("def add(path):\n    {}\nadd(**given)\n", None),
        ("def add(*path):\n    {}\nadd('/x')\n", None),
        ("def add(**path):\n    {}\nadd(path='/x')\n", None),
        ("def add(path):\n    {}\nadd(given)\n", None),
        ("def add(path):\n    path = path + '/x'\n    {}\nadd('/x')\n", None),
        ("def add(path):\n    {}\nadd()\n", None),
        ("class Paths:\n    def add(self, path):\n        {}\nPaths().add('/x')\n", None),
    ],
)
def test_the_value_of_a_parameter(function: str, known: str | None, project: ReadTree) -> None:
    registered = function.format("chute.cord(public_api_path=path)(x)")
    found = project(f"{MADE}def x(self): ...\n{registered}")
    assert cord_path(found) == known


def test_a_function_that_calls_itself_ends(project: ReadTree) -> None:
    found = project(
        f"{MADE}def x(self): ...\ndef add(path):\n    chute.cord(public_api_path=path)(x)\n"
        "    add(path)\n"
    )
    assert cord_path(found) is None


def test_what_a_test_passes_counts_for_nothing(project: ReadTree) -> None:
    found = project(
        {
            "app.py": f"{MADE}def x(self): ...\ndef add(path):\n"
            "    chute.cord(public_api_path=path)(x)\n",
            "tests/test_app.py": "from app import add\ndef test_refused():\n    add('/{bad}')\n",
        }
    )
    assert cord_path(found) is None


def test_a_common_name_tells_nothing(project: ReadTree) -> None:
    calls = "register(chute)\n" * (MOST_CALLS + 1)
    found = project(
        f"{MADE}def register(service):\n    service.cord(public_api_path='/x')(x)\n"
        f"def x(self): ...\n{calls}"
    )
    assert found.chutes[0].cords == ()


def test_chutes_images_and_own_objects_come_in_through_parameters(project: ReadTree) -> None:
    found = project(
        f"{MADE}import httpx\nclass Service(Chute): ...\nclass Other: ...\n"
        "def use(a, b, c, d, e):\n    ...\n"
        "use(chute, Image('u', 'n', '1'), httpx.Client(), Service('u', 'n', 'i'), Other())\n"
    )
    (module,) = found.modules
    (use,) = [index for index, scope in enumerate(module.facts.scopes) if scope.name == "use"]
    resolve = found.knowledge.resolver.resolve
    known = {
        each.name: len(resolve(module, use, Name(each.span, each.name)))
        for each in module.scope(use).parameters
    }
    assert known == {"a": 1, "b": 1, "c": 0, "d": 1, "e": 1}
