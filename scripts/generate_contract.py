"""Write `chutes_cli/contract/sdk-<version>.json` from the installed Chutes SDK.

Usage::

    python scripts/generate_contract.py            write the file
    python scripts/generate_contract.py --check    exit 1 with a diff when it differs
    python scripts/generate_contract.py --stdout   print the contract and write nothing

Two sources are read, each for what it knows best: live objects (`inspect.signature`,
pydantic's `model_fields`) for signatures and bounds, and the syntax trees of the SDK's own
files for names, aliases and regular expressions, so that no module with side effects has
to be imported for them.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.metadata
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from contract_names import module_tree, public_aliases, sdk_patterns
from contract_signatures import field_bounds, model_signature, signature_of

SDK_VERSION = "0.6.9"
CONTRACT_FILE = (
    Path(__file__).resolve().parent.parent / "chutes_cli" / "contract" / f"sdk-{SDK_VERSION}.json"
)

# The modules of `chutes.chute.template` that hold a builder (PLATFORM F70).
TEMPLATES = ("vllm", "sglang", "embedding", "diffusion")


def image_signatures(image: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``(canonical name, signature)`` of Image and its public methods.

    `Image.add` and `Image.with_entrypoint` are declared with ``*args``: the directive they
    hand them to has the real parameters (SDK 0.6.9 image/__init__.py:196-216).
    """
    from chutes.image.directive.add import ADD
    from chutes.image.directive.entrypoint import ENTRYPOINT

    yield "chutes.image.Image", signature_of(image.__init__, drop=("self",))
    for name, method in inspect.getmembers(image, inspect.isfunction):
        if name.startswith("_"):
            continue
        key = f"chutes.image.Image.{name}"
        if name == "add":
            yield key, signature_of(ADD.__init__, drop=("self",))
        elif name == "with_entrypoint":
            yield key, signature_of(ENTRYPOINT.__init__, drop=("self",), kind="positional_only")
        else:
            yield key, signature_of(method, drop=("self",))


def signatures() -> dict[str, dict[str, Any]]:
    """Return every signature of the contract, keyed by canonical name."""
    from chutes.chute import Chute, ChutePack, Cord, Job, NodeSelector
    from chutes.chute.job import Port
    from chutes.image import Image
    from fastapi import FastAPI

    fastapi_is_open = any(
        parameter.kind is parameter.VAR_KEYWORD
        for parameter in inspect.signature(FastAPI.__init__).parameters.values()
    )
    # `Chute.cord` and `Chute.job` take **kwargs only and build the object from them
    # (SDK 0.6.9 chute/base.py:222-240): a positional argument is a TypeError.
    found = {
        "chutes.chute.base.Chute": signature_of(
            Chute.__init__,
            drop=("self",),
            unknown_keyword="ignored" if fastapi_is_open else "refused",
            forwards_to="fastapi.FastAPI",
        ),
        "chutes.chute.base.Chute.cord": signature_of(
            Cord.__init__,
            drop=("self", "app"),
            kind="keyword_only",
            unknown_keyword="ignored",
            forwards_to="aiohttp.ClientSession",
        ),
        "chutes.chute.base.Chute.job": signature_of(
            Job.__init__, drop=("self", "app"), kind="keyword_only"
        ),
        "chutes.chute.base.Chute.on_startup": signature_of(Chute.on_startup, drop=("self",)),
        "chutes.chute.base.Chute.on_shutdown": signature_of(Chute.on_shutdown, drop=("self",)),
        "chutes.chute.base.ChutePack": model_signature(ChutePack),
        "chutes.chute.job.Port": model_signature(Port),
        "chutes.chute.node_selector.NodeSelector": model_signature(NodeSelector),
        **dict(image_signatures(Image)),
    }
    for template in TEMPLATES:
        module = f"chutes.chute.template.{template}"
        builder = f"build_{template}_chute"
        function = getattr(importlib.import_module(module), builder)
        found[f"{module}.{builder}"] = signature_of(function)
    return found


def attributes() -> dict[str, dict[str, Any]]:
    """Return the attributes of the SDK's objects: public, private and those without a setter.

    Public ones are told apart by who defines them, because a library's change with its
    version (PLATFORM F68).
    """
    from chutes.chute import Chute, ChutePack, Cord, NodeSelector
    from chutes.image import Image
    from fastapi import FastAPI
    from pydantic import BaseModel

    def entry(holder: Any, inherited: Any, inherits: str | None) -> dict[str, Any]:
        # Whatever pydantic deprecates it still has, but looking at it on an object warns.
        names = set(dir(holder)) | set(getattr(holder, "model_fields", ()))
        owner = holder if isinstance(holder, type) else type(holder)
        public = {name for name in names if not name.startswith("_")}
        return {
            "own": sorted(public - set(dir(inherited))),
            "inherits": inherits,
            "private": sorted(
                name for name in names if name.startswith("_") and not name.startswith("__")
            ),
            "read_only": sorted(
                name
                for name in public
                if isinstance(found := inspect.getattr_static(owner, name, None), property)
                and found.fset is None
            ),
        }

    image = Image("user", "name", "tag")
    chute = Chute("user", "name", image)
    cord = Cord(chute, path="/x", passthrough_path="/x")
    cord(lambda self: None)  # the function it decorates is an attribute as well
    return {
        "chutes.chute.base.Chute": entry(chute, FastAPI(), "fastapi.FastAPI"),
        "chutes.chute.base.ChutePack": entry(ChutePack, BaseModel, "pydantic.BaseModel"),
        "chutes.chute.cord.Cord": entry(cord, object, None),
        "chutes.chute.node_selector.NodeSelector": entry(
            NodeSelector, BaseModel, "pydantic.BaseModel"
        ),
        "chutes.image.Image": entry(image, object, None),
    }


def libraries() -> dict[str, dict[str, Any]]:
    """Return what the SDK inherits from or forwards to, with the version it was read from.

    Kept apart from the SDK's own facts because these change when an image resolves
    another version (PLATFORM F68).
    """
    from aiohttp import ClientSession
    from fastapi import FastAPI
    from pydantic import BaseModel

    def entry(
        package: str, function: Callable[..., Any] | None, names: list[str]
    ) -> dict[str, Any]:
        parameters = signature_of(function, drop=("self",))["parameters"] if function else []
        return {
            "version": importlib.metadata.version(package),
            "parameters": sorted(parameter["name"] for parameter in parameters),
            "attributes": sorted(name for name in names if not name.startswith("_")),
        }

    return {
        "aiohttp.ClientSession": entry("aiohttp", ClientSession.__init__, []),
        "fastapi.FastAPI": entry("fastapi", FastAPI.__init__, dir(FastAPI())),
        "pydantic.BaseModel": entry("pydantic", None, dir(BaseModel)),
    }


def generate() -> str:
    """Return the contract as the text of its file.

    Raises:
        SystemExit: Another version of the SDK is installed.
    """
    installed = importlib.metadata.version("chutes")
    if installed != SDK_VERSION:
        sys.exit(f"chutes {installed} is installed, the contract is of {SDK_VERSION}")
    tree = module_tree("chutes")
    contract = {
        "sdk_version": installed,
        "aliases": public_aliases(tree),
        "attributes": attributes(),
        "fields": {
            "chutes.chute.node_selector.NodeSelector": field_bounds(
                importlib.import_module("chutes.chute").NodeSelector
            ),
        },
        "libraries": libraries(),
        "modules": {name: module.exported for name, module in tree.items()},
        "patterns": sdk_patterns(tree),
        "signatures": signatures(),
    }
    return json.dumps(contract, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """Run the script and return its exit code."""
    options = argparse.ArgumentParser(description="Generate the SDK contract.")
    modes = options.add_mutually_exclusive_group()
    modes.add_argument("--check", action="store_true", help="compare, write nothing")
    modes.add_argument("--stdout", action="store_true", help="print, write nothing")
    chosen = options.parse_args()
    fresh = generate()
    if chosen.stdout:
        print(fresh, end="")
        return 0
    if not chosen.check:
        CONTRACT_FILE.write_text(fresh, encoding="utf-8")
        print(f"wrote {CONTRACT_FILE.name}")
        return 0
    kept = CONTRACT_FILE.read_text(encoding="utf-8")
    if kept == fresh:
        return 0
    diff = difflib.unified_diff(
        kept.splitlines(), fresh.splitlines(), "in the repository", "from the SDK", n=4, lineterm=""
    )
    print("\n".join(diff))
    print("the contract differs from the installed SDK: run scripts/generate_contract.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
