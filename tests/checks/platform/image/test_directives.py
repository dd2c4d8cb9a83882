"""Which calls count as done to an image, and where findings point."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nfrom chutes.image import Image\n"
TAIL = "chute = Chute('you', 'nnn', image)\n"
BAD = "with_env('A', 'b c')"

SHAPES = {
    f"image = Image('you', 'nnn', 'tt').{BAD}\n": 1,
    f"image = Image('you', 'nnn', 'tt')\nimage.{BAD}\n": 1,
    f"image = Image('you', 'nnn', 'tt')\nimage = image.run_command('ls').{BAD}\n": 1,
    f"image = Image('you', 'nnn', 'tt')\nif image.tag:\n    image.{BAD}\n": 1,
    f"image = Image('you', 'nnn', 'tt')\nfor each in (1, 2):\n    image.{BAD}\nimage.{BAD}\n": 2,
    f"def add(it: Image):\n    return it.{BAD}\nimage = add(Image('you', 'nnn', 'tt'))\n": 1,
    f"def one(it: Image):\n    it.{BAD}\ndef two(it: Image):\n    it.{BAD}\n"
    "image = Image('you', 'nnn', 'tt')\none(image)\ntwo(image)\n": 2,
    f"class Mine(Image):\n    pass\nimage = Mine('you', 'nnn', 'tt').{BAD}\n": 1,
    f"def make():\n    return Image('you', 'nnn', 'tt').{BAD}\nimage = make()\n": 1,
    f"from PIL import Image as Picture\nPicture.{BAD}\nimage = Image('you', 'nnn', 'tt')\n": 0,
    f"image = Image('you', 'nnn', 'tt')\nimage.run_command({BAD!r})\n": 0,
}


@pytest.mark.parametrize("source", SHAPES)
def test_shapes(source: str, findings: Findings) -> None:
    found = findings(HEAD + source + TAIL, "image-env-unquoted")
    assert [each.snippet for each in found] == ["with_env"] * SHAPES[source]


def test_helpers_have_histories_of_their_own(findings: Findings) -> None:
    """A checkout in another function settles nothing, one in the same function does."""
    clone = "it.run_command('git clone https://github.com/a/b')"
    fixed = "it.run_command('git -C b checkout v1.2')"
    make = "image = Image('you', 'nnn', 'tt')\n"
    apart = f"def one(it: Image):\n    {clone}\ndef two(it: Image):\n    {fixed}\n{make}"
    together = f"def one(it: Image):\n    {clone}\n    {fixed}\n{make}"
    assert len(findings(HEAD + apart + TAIL, "image-unpinned-git")) == 1
    assert findings(HEAD + together + TAIL, "image-unpinned-git") == []


def test_what_is_done_to_one_image_in_two_places_is_one_history(findings: Findings) -> None:
    source = (
        "def make():\n    image = Image('you', 'nnn', 'tt')\n"
        "    return image.run_command('git clone https://github.com/a/b')\n"
        "image = make().run_command('git -C b checkout v1.2')\n"
    )
    assert findings(HEAD + source + TAIL, "image-unpinned-git") == []


def test_only_the_methods_meant_are_looked_at(findings: Findings) -> None:
    calls = ".set_user(package='g++').apt_install('g++').with_env(command='pip install x')"
    source = f"{HEAD}image = Image('you', 'nnn', 'tt'){calls}\n{TAIL}"
    assert [each.snippet for each in findings(source, "image-apt-package")] == ["'g++'"]
    assert findings(source, "image-unpinned-pip") == []


@pytest.mark.parametrize("value", ["5", "None", "['pip install x']", "load()"])
def test_what_is_no_text_is_not_read(value: str, findings: Findings) -> None:
    source = f"{HEAD}image = Image('you', 'nnn', 'tt').run_command({value})\n{TAIL}"
    assert findings(source, "image-unpinned-pip") == []


def test_a_default_of_the_environment_is_not_read(findings: Findings) -> None:
    call = "run_command(os.environ.get('X', 'pip install x'))"
    source = f"import os\n{HEAD}image = Image('you', 'nnn', 'tt').{call}\n{TAIL}"
    assert findings(source, "image-unpinned-pip") == []


def test_a_helper_in_each_of_two_modules(findings: Findings) -> None:
    """Scopes of two modules are told apart, and an image's calls are counted once."""
    helper = "from chutes.image import Image\ndef grow(it: Image):\n    it.run_command('{}')\n"
    clone, fixed = "git clone https://github.com/a/b", "git -C b checkout v1.2"
    files = {
        "app.py": f"from one import grow\nfrom two import grow as more\n{HEAD}"
        f"image = Image('you', 'nnn', 'tt').run_command('{clone}')\n{TAIL}",
        "one.py": helper.format(clone),
        "two.py": helper.format(fixed),
    }
    assert len(findings(files, "image-unpinned-git")) == 2


def test_points_to_the_name_of_the_method(findings: Findings) -> None:
    source = f"{HEAD}image = Image('you', 'nnn', 'tt').run_command('ls').{BAD}\n{TAIL}"
    (found,) = findings(source, "image-env-unquoted")
    place = found.location
    line = source.splitlines()[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == "with_env"
