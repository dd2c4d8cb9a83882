from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.shipping import Shipment, shipment

ReadTree = Callable[..., Project]
HEAD = "from chutes.chute import Chute\nfrom chutes.image import Image\nimport os\n"
FILES = {"a.py": "", "pkg/__init__.py": "", "pkg/b.py": "", "data/x.json": ""}


def shipped(project: Project) -> Shipment | None:
    chute = project.chutes[0]
    (entry,) = project.references.entries(chute.instance)
    return shipment(project, chute, entry)


def of_image(image: str, project: ReadTree, before: str = "Image('u', 'n', '1.0')") -> Project:
    source = f"{HEAD}image = {before}{image}\nchute = Chute('u', 'n', image)\n"
    return project({**FILES, "app.py": source})


@pytest.mark.parametrize(
    ("image", "file", "at", "holds"),
    [
        (".add('a.py', '/app/a.py')", "a.py", "/app/a.py", True),
        (".add('a.py', '/app/b.py')", "a.py", "/app/b.py", True),
        (".add('a.py', '/app/b.py')", "a.py", "/app/a.py", False),
        (".add('a.py', '/app/')", "a.py", "/app/a.py", True),
        (".add('a.py', '/app/')", "a.py", "/app", False),
        (".add('a.py', '/app')", "a.py", "/app/a.py", True),
        (".add('a.py', '.')", "a.py", "/app/a.py", True),
        (".add('a.py', './')", "a.py", "/app/a.py", True),
        (".add('./a.py', '/app/')", "a.py", "/app/a.py", True),
        (".add(source='a.py', dest='/app/')", "a.py", "/app/a.py", True),
        (".add('a.py', '/app/')", "pkg/b.py", "/app/b.py", False),
        (".add('pkg', '/app/pkg')", "pkg/b.py", "/app/pkg/b.py", True),
        (".add('pkg', '/app')", "pkg/b.py", "/app/pkg/b.py", False),
        (".add('pkg', '/app')", "pkg/b.py", "/app/b.py", True),
        (".add('.', '/app')", "pkg/b.py", "/app/pkg/b.py", True),
        (".add('*.py', '/app/')", "a.py", "/app/a.py", True),
        (".add('p*', '/app/pkg')", "pkg/b.py", "/app/pkg/b.py", True),
        (".add('**/*.json', '/app/')", "data/x.json", "/app/x.json", True),
        (".add('*.txt', '/app/')", "a.py", "/app/a.py", False),
        (".add('https://x/y.tar', '/app')", "a.py", "/app/a.py", True),
        (".add('https://x/a.py', '/app/a.py')", "a.py", "/app/a.py", True),
        (".add('https://x/y.tar', '/srv')", "a.py", "/app/a.py", False),
        (".set_workdir('/srv').add('a.py', '.')", "a.py", "/srv/a.py", True),
        (".set_workdir('/srv').set_workdir('in').add('a.py', './')", "a.py", "/srv/in/a.py", True),
        (".set_workdir('/srv').add('a.py', '../a.py')", "a.py", "/a.py", True),
    ],
)
def test_holds(image: str, file: str, at: str, holds: bool, project: ReadTree) -> None:
    found = of_image(image, project)
    ship = shipped(found)
    assert ship is not None
    assert ship.holds(found.root / file, PurePosixPath(at)) is holds


@pytest.mark.parametrize(
    ("image", "made"),
    [
        ("", False),
        (".run_command('pip install numpy')", False),
        (".run_command('pip install a')", True),
        (".run_command('pip install my-pkg')", True),
        (".run_command('pip install git+https://x/My_Pkg')", True),
        (".run_command('pip install mya')", False),
        (".run_command('pip install .')", True),
        (".run_command('pip3 install -e ./lib')", True),
        (".run_command('uv pip install /srv/lib')", True),
        (".run_command('python setup.py install')", True),
        (".run_command('git clone https://x/y /app')", True),
        (".run_command('git clone https://x/y /srv/y')", False),
        (".run_command('wget x -O /app/')", True),
        (".run_command('mkdir -p /app')", False),
        (".run_command('tar xf y.tar -C /app && ls')", True),
        (".from_base('somebody/my-pkg:1')", True),
        (".from_base('somebody/thing:1')", False),
    ],
)
def test_commands_may_make_it(image: str, made: bool, project: ReadTree) -> None:
    ship = shipped(of_image(image, project))
    assert ship is not None
    assert (ship.may_make("a") or ship.may_make("my_pkg")) is made


@pytest.mark.parametrize(
    ("image", "known"),
    [
        (".run_command('x')", True),
        (".run_command(os.getenv('X'))", False),
        (".add(os.getenv('X'), '/app')", False),
        (".add('a.py', os.getenv('X'))", False),
        (".add(*unknown)", False),
        (".add('a.py', '/app/', **unknown)", False),
        (".add(['a.py'], '/app/')", False),
        (".set_workdir(os.getenv('X'))", False),
        (".from_base(os.getenv('X'))", False),
        (".from_base('parachutes/python:3.12')", True),
        (".from_base('python:3.12')", True),
        (".from_base('somebody/base:1')", True),
        (".from_base('u/base:1')", False),
        (".from_base('ghcr.io/U/base:1')", False),
        (".with_env('X', os.getenv('X'))", True),
        (".with_env('PYTHONPATH', os.getenv('X'))", False),
        (".with_env(os.getenv('X'), '1')", False),
        (".apt_install(os.getenv('X'))", True),
        (".set_user('chutes').with_maintainer('x').with_entrypoint('x')", True),
    ],
)
def test_what_is_known(image: str, known: bool, project: ReadTree) -> None:
    assert (shipped(of_image(image, project)) is not None) is known


def test_a_base_of_an_unknown_user(project: ReadTree) -> None:
    before = "Image(os.getenv('U'), 'n', '1.0')"
    assert shipped(of_image(".from_base('somebody/base:1')", project, before)) is None
    assert shipped(of_image(".from_base('chutes/vllm:1')", project, before)) is not None


def test_roots(project: ReadTree) -> None:
    ship = shipped(of_image(".with_env('PYTHONPATH', '\"/srv:lib\"')", project))
    assert ship is not None
    assert list(map(str, ship.roots)) == ["/app", "/srv", "/app/lib"]


@pytest.mark.parametrize(
    ("use", "known"),
    [
        ("register(image)", False),
        ("import other\nother.register(image=image)", False),
        ("def add(it): it.add('a.py', '/app/')\nadd(image)", False),
        ("print(image)", True),
        ("other = Chute('u', 'm', image)", True),
        ("register(image.name)", True),
    ],
)
def test_an_image_handed_on(use: str, known: bool, project: ReadTree) -> None:
    source = f"{HEAD}image = Image('u', 'n', '1.0')\n{use}\nchute = Chute('u', 'n', image=image)\n"
    found = project({**FILES, "app.py": source})
    chute = found.chutes[-1]
    assert (shipment(found, chute, chute.site.module) is not None) is known


VLLM = "from chutes.chute.template.vllm import build_vllm_chute\n"


@pytest.mark.parametrize(
    ("chute", "known"),
    [
        ("Chute('u', 'n', 'u/n:1.0')", False),
        ("Chute('u', 'n', 'chutes/vllm:1.0')", True),
        ("Chute('u', 'n', 'parachutes/python:3.12')", True),
        ("Chute('u', 'n', unknown)", False),
        ("Chute('u', 'n')", False),
        ("Chute('u', 'n', Image('u', 'n', '1.0') if unknown else Image('u', 'm', '1.0'))", False),
        (f"None\n{VLLM}chute = build_vllm_chute('u', 'm')", True),
        (f"None\n{VLLM}chute = build_vllm_chute('u', 'm', **unknown)", False),
        (f"None\n{VLLM}chute = build_vllm_chute('u', 'm', image='u/n:1')", False),
        ("None\nfrom chutes.image.standard.vllm import VLLM\nchute = Chute('u', 'n', VLLM)", True),
    ],
)
def test_the_image_of_a_chute(chute: str, known: bool, project: ReadTree) -> None:
    found = project({**FILES, "app.py": f"{HEAD}chute = {chute}\n"})
    assert (shipped(found) is not None) is known


def test_a_templates_own_image_may_hold_what_the_template_is_named_for(project: ReadTree) -> None:
    found = project(f"{VLLM}chute = build_vllm_chute('u', 'm')\n")
    ship = shipped(found)
    assert ship is not None
    assert ship.may_make("vllm")
    assert not ship.may_make("titles")
