"""Images: each method's arguments, methods that do not exist, and every way to build one."""

from __future__ import annotations

from collections.abc import Iterator

from .arguments import WRONG_TYPES
from .case import CHUTE, CORD, IMPORTS, INPUT, Case, module

HEAD = IMPORTS.replace("from pydantic", "from chutes.image import Image\nfrom pydantic")
REST = module(CHUTE.replace('"you/my-service:1.0"', "image"), INPUT, CORD)
START = 'Image(username="you", name="my-service", tag="1.0").from_base("parachutes/python:3.12")'
FILES = {"data.txt": "data\n", "pkg/__init__.py": "", "pkg/core.py": "ONE = 1\n"}

# method -> (sound arguments, good further ones, bad ones, parameters with a sound value each)
METHODS: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]] = {
    "from_base": (
        ('"parachutes/python:3.12"', 'base_image="nvidia/cuda:12.4.1-runtime-ubuntu22.04"',
         '"ghcr.io/org/img:1.0"', '"localhost:5000/x/y:tag_1"', '"python@sha256:' + "a" * 64 + '"'),
        ('""', '"python 3.12"', '"python:"', '"python:3.12@sha256:abc"', '"https://x/y:1"',
         '"a//b"', '":tag"', '"python:3.12 AS base"', '"${BASE}"'),
        {"base_image": '"parachutes/python:3.12"'},
    ),
    "run_command": (
        ('"echo hi"', 'command="pip install --no-cache-dir \'httpx==0.28.1\'"'),
        ('["pip", "install", "x"]',),
        {"command": '"echo hi"'},
    ),
    "apt_install": (
        ('"git"', '["git", "curl"]', 'package="git"', '"python3-pip"', '"libc6:amd64"', "[]",
         '("git", "curl")'),
        ('"g++"', '"curl=7.88"', '"git curl"', '["git", "python3.11"]', '["git", 7]', '""',
         '"git;curl"', '["git", ""]', '"git", "curl"', '"-y git"', '"libstdc++6"'),
        {"package": '"git"'},
    ),
    "apt_remove": (
        ('"git"', '["git", "curl"]'),
        ('"g++"', '["git", "python3.11"]', '"git", "curl"'),
        {"package": '"git"'},
    ),
    "with_env": (
        ('"A", "b"', 'key="A", value="b"', '"_a1", "x"', '"A", "1"', '"A", "\\"b c\\""'),
        ('"1A", "b"', '"A-B", "b"', '"", "b"', '"A B", "b"', '"A.B", "x"', '{"A": "b"}', '"A=b"',
         '"A", "b c"', '"A", "b\\nRUN echo"', '"A", 1', '"A", None', '"Á", "b"'),
        {"key": '"A"', "value": '"b"'},
    ),
    "set_user": (('"chutes"', 'user="chutes"', '"root"'), ('""',), {"user": '"chutes"'}),
    "set_workdir": (('"/app"', 'directory="/app"'), ('"app dir"', '""'), {"directory": '"/app"'}),
    "with_maintainer": (('"me@example.org"',), (), {"maintainer": '"me"'}),
    "with_python": (
        ('"3.12.4"', "", 'version="3.11.9"'),
        ("3.12", '["3.12"]', '"3"', '"latest"'),
        {"version": '"3.12.4"'},
    ),
    "with_entrypoint": (
        ('"python"', '["python", "-m", "app"]', "[]"),
        ('"python", "-m", "app"', "", 'args="python"', "*[\"python\", \"-m\"]"),
        {},
    ),
    "add": (
        ('"data.txt", "/app/data.txt"', '"pkg", "/app/pkg"', 'source="data.txt", dest="/app/"',
         '"*.txt", "/app/"', '"pkg/**/*.py", "/app/"', '"https://example.org/x.tar", "/tmp/x.tar"',
         '"data.txt", "/app/", chown="chutes:chutes"', '"data.txt", "/app/", chmod="755"',
         '"./data.txt", "/app/"', '"pkg/", "/app/pkg"', '"data.txt", "/app/", chown="1000:1000"',
         '"https://github.com/o/r.git", "/r", keep_git_dir=True', '"data.txt", "/app/", exclude=[]',
         '"data.txt", "/app/", exclude=["other.txt"]'),
        ('"missing.txt", "/app/"', '"missing/*.py", "/app/"', '"../outside.txt", "/app/"',
         '"/etc/hostname", "/app/"', '["data.txt"], "/app/"', '"data.txt"', "", '"", "/app/"',
         '"data.txt", "/app/", chmod="0755"', '"data.txt", "/app/", chmod="+x"',
         '"data.txt", "/app/", chmod=755', '"data.txt", "/app/", chown="a b"',
         '"data.txt", "/app/", chown="chutes:"', '"data.txt", "/app/", chown=1000',
         '"https://e.org/x", "/x", checksum="sha256:00ff"',
         '"https://e.org/x", "/x", checksum="md5:00"',
         '"https://e.org/x", "/x", checksum="sha256:0123456789abcdef"',
         '"data.txt", "/app/", checksum="md5:00"',
         '"data.txt", "/app/", exclude=["data.txt"]', '"data.txt", "/app/", exclude=["*.txt"]',
         '"data.txt", "/app/", exclude="data.txt"', '"data.txt", "/app/", mode="755"',
         '"pkg", "/app/pkg", build_dir="/nowhere"', '"data.txt", 7', '"~/data.txt", "/app/"',
         '"data.txt", "/app/", False, None, "a b"'),
        {"source": '"data.txt"', "dest": '"/app/"', "keep_git_dir": "False", "checksum": "None",
         "chown": "None", "chmod": "None", "exclude": "None", "build_dir": "None"},
    ),
}  # fmt: skip

UNKNOWN_METHODS = (
    'pip_install("httpx")', 'copy("a", "b")', 'copy_files("a", "b")', 'with_label("a", "b")',
    'with_workdir("/app")', 'with_user("chutes")', 'run("echo")', 'env("A", "b")',
    "expose_port(80)",
    'with_healthcheck("curl x")', 'with_arg("A", "b")', 'runcommand("echo")', "build()",
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield the cases of images."""
    yield from _methods()
    yield from _types()
    yield from _unknown()
    yield from _ways()


def _case(name: str, made: str, *, knowable: bool = True) -> Case:
    return Case(f"image-{name}", module(HEAD, made, REST), files=FILES, knowable=knowable)


def _chain(tail: str) -> str:
    return f'image = (\n    {START}\n    .{tail}\n    .set_user("chutes")\n)\n'


def _methods() -> Iterator[Case]:
    for method, (good, bad, _) in METHODS.items():
        for kind, texts in (("good", good), ("bad", bad)):
            for number, text in enumerate(texts, 1):
                name = f"{method}/{kind}/{number}"
                if method == "from_base":
                    start = START.partition(".from_base")[0]
                    yield _case(name, f'image = {start}.from_base({text}).set_user("chutes")\n')
                else:
                    yield _case(name, _chain(f"{method}({text})"))


def _types() -> Iterator[Case]:
    for method, (_, _, parameters) in METHODS.items():
        required = {
            name: text for name, text in parameters.items() if text not in ("None", "False")
        }
        for name in parameters:
            for label, text in WRONG_TYPES.items():
                given = {**required, name: text}
                if name == "checksum":
                    given["source"] = '"https://example.org/x"'
                arguments = ", ".join(f"{key}={value}" for key, value in given.items())
                yield _case(
                    f"{method}/{name}/wrong-type/{label}",
                    _chain(f"{method}({arguments})"),
                    knowable=label != "object",
                )
            misspelt = ", ".join(
                f"{key if key != name else key + 's'}={value}"
                for key, value in {name: parameters[name], **required}.items()
            )
            yield _case(f"{method}/{name}/misspelt", _chain(f"{method}({misspelt})"))
            twice = ", ".join(
                f"{key}={value}" for key, value in {**required, name: parameters[name]}.items()
            )
            yield _case(
                f"{method}/{name}/twice",
                _chain(f"{method}({twice}, **{{{name!r}: {parameters[name]}}})"),
            )
            if name in required:
                left = ", ".join(f"{key}={value}" for key, value in required.items() if key != name)
                yield _case(f"{method}/{name}/missing", _chain(f"{method}({left})"))
        if parameters and method != "add":
            yield _case(f"{method}/surplus", _chain(f"{method}({', '.join(['None'] * 3)})"))
    yield _case("add/surplus", _chain(f"add({', '.join(['None'] * 9)})"))


def _unknown() -> Iterator[Case]:
    for text in UNKNOWN_METHODS:
        name = text.partition("(")[0]
        yield _case(f"{name}/unknown-method/chained", _chain(text))
    yield _case(
        "pip_install/unknown-method/statement", f'image = {START}\nimage.pip_install("x")\n'
    )
    yield _case("labels/unknown-attribute", f"image = {START}\nprint(image.labels)\n")
    yield _case(
        "name/known-attribute", f"image = {START}\nprint(image.name, image.uid, image.tag)\n"
    )
    yield _case("registry/set-attribute", f'image = {START}\nimage.registry = "x"\n')
    yield _case(
        "hasattr/unknown-attribute", f'image = {START}\nif hasattr(image, "labels"):\n'
        "    print(image.labels)\n",
    )  # fmt: skip


def _ways() -> Iterator[Case]:
    """Yield the same fault and its sound twin in every way people build images."""
    for kind, package in (("bad", "g++"), ("good", "git")):
        apt = f"apt_install({package!r})"
        ways = {
            "statements": f'image = {START}\nimage.{apt}\nimage.set_user("chutes")\n',
            "reassigned": f"image = {START}\nimage = image.{apt}\n",
            "if": f"image = {START}\nif {{}} == {{}}:\n    image.{apt}\n",
            "loop": (
                f"image = {START}\nfor package in ({package!r}, 'curl'):\n"
                "    image.apt_install(package)\n"
            ),
            "function": f"def build():\n    return {START}.{apt}\n\n\nimage = build()\n",
            "helper": f"def tools(image):\n    return image.{apt}\n\n\nimage = tools({START})\n",
            "typed-helper": (
                f"def tools(image: Image) -> Image:\n    return image.{apt}\n\n\n"
                f"image = tools({START})\n"
            ),
            "try": f"try:\n    image = {START}.{apt}\nexcept ImportError:\n    raise\n",
            "constant": f"PACKAGE = {package!r}\nimage = {START}.apt_install(PACKAGE)\n",
            "list": f"PACKAGES = ['curl', {package!r}]\nimage = {START}.apt_install(PACKAGES)\n",
            "joined": f"ALL = ['curl'] + [{package!r}]\nimage = {START}.apt_install(ALL)\n",
            "f-string": f"VALUE = {package!r}\nimage = {START}.apt_install(f'{{VALUE}}')\n",
            "starred": f"PACKAGES = [{package!r}]\nimage = {START}.apt_install(*PACKAGES)\n",
            "class": f"class Build:\n    image = {START}.{apt}\n\n\nimage = Build.image\n",
            "annotated": f"image: Image = {START}.{apt}\n",
            "split": f"base = {START}\nimage = base.{apt}\n",
            "type-checking": (
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
                f"    from chutes.chute import Cord\nimage = {START}.{apt}\n"
            ),
        }  # fmt: skip
        for way, text in ways.items():
            yield _case(f"built/{way}/{kind}", text)
        yield _case(
            f"built/environment/{kind}",
            f'import os\n\nimage = {START}.apt_install(os.getenv("PACKAGE", {package!r}))\n',
            knowable=False,
        )
        yield Case(
            f"image-built/other-module/{kind}",
            module(IMPORTS + "from images import image\n", REST),
            files={
                **FILES,
                "images.py": f"from chutes.image import Image\n\nimage = {START}.{apt}\n"
                "image.add('images.py', '/app/images.py')\n",
            },
        )
        alias = module(
            HEAD.replace("import Image\n", "import Image as ChutesImage\n"),
            "class Image:\n    @staticmethod\n    def open(path, **options): ...\n",
            f"image = {START.replace('Image(', 'ChutesImage(', 1)}.{apt}\n"
            'Image.open("x", mode="r")\n',
            REST,
        )
        yield Case(f"image-built/beside-another-image/{kind}", alias, files=FILES)
