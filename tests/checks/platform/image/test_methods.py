from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Fired = Callable[..., list[Finding]]
ID = "image-unknown-method"
IMAGE = "from chutes.image import Image\nimage = Image('you', 'my-service', '1.0')\n"
CHUTE = "from chutes.chute import Chute\nchute = Chute('you', 'my-service', 'you/x:1.0')\n"

WAYS_OUT = {
    "run_command(": ["pip_install", "pip", "uv_pip_install", "install", "run", "run_commands",
                     "shell"],
    "add(": ["copy", "copy_file", "copy_files", "copy_dir", "add_file", "add_files",
             "add_local_file", "add_local_dir"],
    "with_env(": ["env", "set_env", "set_environment_variable", "add_env", "environment"],
    "set_workdir(": ["with_workdir", "workdir", "set_working_directory"],
    "set_user(": ["with_user", "user"],
    "apt_install(": ["apt", "apt_get"],
    "from_base(": ["base", "base_image", "from_image", "from_registry", "with_base"],
    "cords": ["expose_port", "expose", "with_port"],
    "health": ["with_healthcheck", "healthcheck"],
    "no such Dockerfile": ["with_label", "label", "with_arg", "arg", "with_volume", "with_cmd",
                           "cmd"],
    "chutes build": ["build", "push"],
    "`apt_install`": ["apt_instal"],
    "`readme`": ["read_me"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "help"), [(name, help) for help, names in WAYS_OUT.items() for name in names]
)
def test_names_the_way_out(name: str, help: str, fired: Fired) -> None:
    (found,) = fired(ID, f"{name}('x')", "run_command('ls')")
    assert found.message == f"Image has no method {name!r}"
    assert help in found.help
    assert (found.location.line, found.location.column) == (8, 6)
    assert found.snippet == name


def test_a_strange_name_is_simply_removed(fired: Fired) -> None:
    (found,) = fired(ID, "zzzzqqqq('x')")
    assert found.help == "remove it"


BAD = [
    IMAGE + "image.pip_install('x')\n",
    IMAGE + "image = image.run_command('ls').pip_install('x')\n",
    IMAGE + "print(image.version)\n",
    IMAGE + "image.version.x = 1\n",
    IMAGE + "if image.name:\n    image.pip_install('x')\n",
    IMAGE + "def grow(it: Image) -> Image:\n    return it.pip_install('x')\ngrow(image)\n",
    IMAGE + "def grow():\n    return image.pip_install('x')\ngrow()\n",
    IMAGE + "def make():\n    return image\nmake().pip_install('x')\n",
    IMAGE + "Image.from_docker('x')\n",
    IMAGE + "class Mine(Image):\n    pass\nMine('you', 'n', 't').pip_install('x')\n",
    IMAGE + "if hasattr(image, 'other'):\n    pass\nimage.pip_install('x')\n",
    IMAGE + "if hasattr(image, 'name'):\n    image.pip_install('x')\n",
    IMAGE + "NAME = 'a'\nif not hasattr(image, NAME):\n    image.pip_install('x')\n",
    IMAGE + "for each in [1]:\n    image.pip_install('x')\n",
    IMAGE + "try:\n    image.pip_install('x')\nexcept ValueError:\n    pass\n",
    IMAGE + "try:\n    image.pip_install('x')\nfinally:\n    pass\n",
    IMAGE + "image.other = 1\nimage.pip_install('x')\n",
    IMAGE + "one = image.version\n",
    IMAGE + "(image or image).pip_install('x')\n",
    "from chutes.image import Image as ChutesImage\nfrom PIL import Image\n"
    "image = ChutesImage('you', 'my-service', '1.0').pip_install('x')\n",
    "import chutes.image\nchutes.image.Image('you', 'my-service', '1.0').pip_install('x')\n",
]


@pytest.mark.parametrize("source", BAD)
def test_fires(source: str, findings: Any) -> None:
    assert [each.check for each in findings(source + CHUTE, ID)] == [ID]


def test_tells_attributes_from_methods(findings: Any) -> None:
    (found,) = findings(f"{IMAGE}print(image.version)\n{CHUTE}", ID)
    assert found.message == "Image has no attribute 'version'"


def test_an_except_for_everything_mends_nothing(findings: Any) -> None:
    """The import passes, and the image goes without what the method was to add."""
    source = f"{IMAGE}try:\n    image.pip_install('x')\nexcept:\n    pass\n{CHUTE}"
    assert [each.check for each in findings(source, ID)] == [ID]


GOOD = [
    IMAGE + "image.run_command('ls').set_user('chutes')\nprint(image.uid, image.tag, image.name)\n",
    IMAGE + "print(image._directives, str(image), image.__class__)\n",
    IMAGE + "image.extra = 1\nprint(image.extra)\n",
    IMAGE + "image.extra, other = 1, 2\n",
    IMAGE + "image.extra = image\nprint(image.extra)\n",
    IMAGE + "if hasattr(image, 'pip_install'):\n    image.pip_install('x')\n",
    IMAGE + "try:\n    image.pip_install('x')\nexcept AttributeError:\n    pass\n",
    IMAGE + "try:\n    image.pip_install('x')\nexcept (ValueError, AttributeError):\n    pass\n",
    IMAGE + "print(Image.default_base_image)\n",
    IMAGE + "class Mine(Image):\n    def pip_install(self, what):\n"
    "        return self.run_command(f'pip install {what}')\n"
    "Mine('you', 'nnn', 'tt').pip_install('x')\n",
    IMAGE + "class Other:\n    def go(self):\n        pass\n"
    "thing = image if image.tag == '2' else Other()\nthing.go()\n",
    # A name that is a picture as well is not judged.
    "from chutes.image import Image\nimage = Image('you', 'my-service', '1.0')\n"
    "for image in []:\n    image.save('x.png')\n",
    "from chutes.image import Image\nimage = Image('you', 'my-service', '1.0')\n"
    "for image in []:\n    image.run_command('x').save('x.png')\n",
    IMAGE + "print('x'.strip(), __file__.strip())\n",
    "from chutes.image import Image\nfrom PIL import Image\nImage.new('RGB', (1, 1))\n",
    "from PIL import Image\nImage.new('RGB', (1, 1)).save('/dev/null', 'png')\n",
    "import PIL.Image\nPIL.Image.new('RGB', (1, 1)).save('/dev/null', 'png')\n",
    "import chutes.image\nfrom PIL import Image\nImage.new('RGB', (1, 1)).rotate(1)\n",
]


@pytest.mark.parametrize("source", GOOD)
def test_stays_silent(source: str, findings: Any) -> None:
    assert findings(source + CHUTE, ID) == []


@pytest.mark.sdk
@pytest.mark.parametrize("context", ["LOCAL", "REMOTE"])
def test_the_sdk_agrees(context: str, judge: Any) -> None:
    for source in BAD + GOOD:
        if "PIL" in source:
            continue  # not installed
        answer = judge.imports(source + CHUTE, context=context) or ""
        assert answer.startswith("AttributeError: ") == (source in BAD), (source, answer)
        assert source in BAD or not answer, (source, answer)
