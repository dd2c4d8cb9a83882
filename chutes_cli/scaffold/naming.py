"""What a project may be called.

One name serves as chute, image and folder, and, with underscores, as the Python
package inside; it has to hold in all four places before anything is written.
"""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass

from chutes_cli.core.errors import UsageError

SHORTEST, LONGEST = 3, 63
"""The platform wants at least 3 characters; a host name's label holds 63."""

SHAPE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

RESERVED_WORDS = (
    "affine",
    "babelbit",
    "chronoseek",
    "glyph",
    "leoma",
    "prometheon",
    "turbovision",
    "vocence",
)
"""Words that the platform keeps for registered projects (403), as of 2026-05-12."""

PROJECT_MODULES = frozenset({"chute", "conftest", "docs", "ops", "tests"})
"""What a project has beside its package."""

INSTALLED_MODULES = frozenset(
    """
    aiofiles aiohappyeyeballs aiohttp aiosignal annotated_doc annotated_types anyio
    ast_serialize attr attrs backoff barriers base58 bidict bip39 certifi cffi
    charset_normalizer chutes click cllmv cryptography cytoolz ecdsa ed25519_zebra engineio
    eth_hash eth_keys eth_typing eth_utils fastapi filelock frozenlist fsspec functorch graval
    h11 hf_transfer hf_xet hpack httpcore httpcore2 httpx httpx2 huggingface_hub hypercorn
    hyperframe idna iniconfig isympy jinja2 jwt librt loguru markdown_it markupsafe
    mdit_py_plugins mdurl more_itertools mpmath multidict mypy mypy_extensions mypyc nacl
    netifaces networkx numpy opentelemetry orjson packaging pathspec pip platformdirs pluggy
    priority prometheus_client propcache psutil pybase64 pycparser pydantic pydantic_core
    pygments pytest pyudev rbcl requests rich ruff safetensors scalecodec semver setproctitle
    setuptools shellingham simple_websocket six smoldot_light socketio sr25519 starlette
    substrateinterface sympy textual tlz toolz torch torchgen tqdm triton truststore typer
    typing_extensions typing_inspection urllib3 uvicorn websocket wheel wsproto xxhash yaml yarl
    """.split()  # noqa: SIM905 - one word a line would fill three screens
)
"""Top-level modules of SDK 0.6.9, torch and the tools, with all they depend on.

The SDK puts the project's folder last on the path, so a package of one of these names
would not be found.
"""


@dataclass(frozen=True)
class ProjectName:
    """A checked name and the package name made from it."""

    name: str
    package: str


def check_name(name: str) -> ProjectName:
    """Return the checked name.

    Args:
        name: What the user typed.

    Raises:
        UsageError: It breaks a rule of the platform or of Python; the message says which.
    """
    package = name.replace("-", "_")
    problem = _problem(name, package)
    if problem:
        raise UsageError(
            f"{name!r} cannot be a project's name: {problem}",
            where="NAME",
            hint=(
                f"take {SHORTEST} to {LONGEST} lower-case letters, digits and single hyphens, "
                "such as my-service"
            ),
        )
    return ProjectName(name, package)


def _problem(name: str, package: str) -> str | None:
    """Return what is wrong with a name, or None."""
    if not SHORTEST <= len(name) <= LONGEST:
        return f"it has {len(name)} characters"
    if not SHAPE.fullmatch(name):
        return "it must start with a letter and hold lower-case letters, digits, single hyphens"
    for word in RESERVED_WORDS:
        if word in name:
            return f"the platform reserves names with {word!r} in them (as of 2026-05-12)"
    if keyword.iskeyword(package) or keyword.issoftkeyword(package):
        return f"its package {package!r} is a word of the Python language"
    if package in sys.stdlib_module_names:
        return f"its package {package!r} would hide a module of Python's standard library"
    if package in PROJECT_MODULES:
        return f"{package!r} is what another part of the project is called"
    if package in INSTALLED_MODULES:
        return f"its package {package!r} would clash with a module that the project needs"
    return None
