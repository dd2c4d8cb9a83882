"""The SDK's signatures, names and bounds, without the SDK.

`contract()` reads the data that ``scripts/generate_contract.py`` wrote from the real SDK
(0.6.9). Names are dotted; the functions here take any public alias
(``chutes.chute.Chute``) where a canonical name (``chutes.chute.base.Chute``) is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

from chutes_cli.contract.bounds import Bound, nearest, pattern_of, read_contract

SDK_FILE = "sdk-0.6.9.json"
CHUTE = "chutes.chute.base.Chute"
CHUTE_PACK = "chutes.chute.base.ChutePack"
CORD = "chutes.chute.base.Chute.cord"
CORD_OBJECT = "chutes.chute.cord.Cord"
IMAGE = "chutes.image.Image"
JOB = "chutes.chute.base.Chute.job"
NODE_SELECTOR = "chutes.chute.node_selector.NodeSelector"
PORT = "chutes.chute.job.Port"

__all__ = [
    "CHUTE",
    "CHUTE_PACK",
    "CORD",
    "CORD_OBJECT",
    "IMAGE",
    "JOB",
    "NODE_SELECTOR",
    "PORT",
    "Bound",
    "Contract",
    "Parameter",
    "Signature",
    "contract",
    "nearest",
]

Kind = Literal["positional_only", "positional_or_keyword", "keyword_only"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named parameter, as a caller sees it.

    Attributes:
        name: Its name.
        kind: How it may be passed.
        annotation: Its annotation as text, empty when it has none.
        required: Whether a call without it fails.
        default: The default, where JSON can hold it.
        opaque_default: Whether there is a default that JSON cannot hold.
    """

    name: str
    kind: Kind
    annotation: str
    required: bool
    default: Any = None
    opaque_default: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What may be passed to one function, constructor or decorator of the SDK.

    Attributes:
        name: The canonical dotted name.
        parameters: The named parameters, in order.
        var_positional: The name after ``*``, if there is one.
        var_keyword: The name after ``**``, if there is one.
        forwarded: Keywords that go through ``**`` to a library and mean something there
            (FastAPI for `Chute`, aiohttp's session for `cord`).
        forwards_to: That library's callable, such as ``fastapi.FastAPI``.
        unknown_keyword: What any other keyword does: ``refused`` is a TypeError,
            ``ignored`` is silence (PLATFORM F68).
    """

    name: str
    parameters: tuple[Parameter, ...]
    var_positional: str | None = None
    var_keyword: str | None = None
    forwarded: frozenset[str] = frozenset()
    forwards_to: str | None = None
    unknown_keyword: Literal["refused", "ignored"] = "refused"

    @property
    def keywords(self) -> tuple[str, ...]:
        """The parameters that may be given by name, in order."""
        return tuple(one.name for one in self.parameters if one.kind != "positional_only")

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """The parameters that may be given by position, in order."""
        return tuple(one for one in self.parameters if one.kind != "keyword_only")

    @property
    def required(self) -> tuple[str, ...]:
        """The parameters without a default, in order."""
        return tuple(one.name for one in self.parameters if one.required)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return next((one for one in self.parameters if one.name == name), None)

    def accepts(self, keyword: str) -> bool:
        """Tell whether a keyword means something here.

        A keyword that is silently swallowed is not accepted: see `unknown_keyword`.
        """
        return keyword in self.keywords or keyword in self.forwarded

    def nearest(self, keyword: str) -> str | None:
        """Return the parameter a misspelt keyword most likely stands for, or None.

        The SDK's own parameters win over forwarded ones.
        """
        return nearest(keyword, self.keywords) or nearest(keyword, self.forwarded)

    def missing(self, positional: int = 0, keywords: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the required parameters that a call leaves out.

        Args:
            positional: How many arguments the call gives by position.
            keywords: The names it gives by keyword.
        """
        given = {one.name for one in self.positional[:positional]} | set(keywords)
        return tuple(name for name in self.required if name not in given)


@dataclass(frozen=True)
class Contract:
    """Everything known of one version of the SDK.

    Attributes:
        sdk_version: The version the data was generated from.
        aliases: Public dotted name -> canonical dotted name, for the SDK's own names.
        signatures: Canonical name -> signature.
        modules: Module -> the names it holds, imported ones included; None for a
            compiled module, which cannot be read.
        library_versions: ``fastapi.FastAPI`` and the like -> the version read.
    """

    sdk_version: str
    aliases: Mapping[str, str]
    signatures: Mapping[str, Signature]
    modules: Mapping[str, frozenset[str] | None]
    library_versions: Mapping[str, str]
    _fields: Mapping[str, Mapping[str, Bound]] = field(repr=False)
    _attributes: Mapping[str, frozenset[str]] = field(repr=False)
    _private: Mapping[str, frozenset[str]] = field(repr=False)
    _read_only: Mapping[str, frozenset[str]] = field(repr=False)
    _patterns: Mapping[str, re.Pattern[str]] = field(repr=False)

    def canonical(self, dotted: str) -> str | None:
        """Return the canonical form of a dotted name of the SDK.

        Modules are their own canonical form, and members follow their class:
        ``chutes.chute.Chute.cord`` gives ``chutes.chute.base.Chute.cord``.

        Returns:
            None for a name outside the SDK, and for one the SDK does not have.
        """
        if dotted in self.modules:
            return dotted
        if dotted in self.aliases:
            return self.aliases[dotted]
        owner, _, member = dotted.rpartition(".")
        home = self.canonical(owner) if owner else None
        if home is None or member not in self._attributes.get(home, ()):
            return None
        return f"{home}.{member}"

    def exists(self, dotted: str) -> bool:
        """Tell whether a dotted name below ``chutes`` can be imported.

        Names of compiled modules cannot be known and count as existing.
        """
        if dotted in self.modules:
            return True
        module, _, name = dotted.rpartition(".")
        if module not in self.modules:
            return False
        names = self.modules[module]
        return names is None or name in names

    def nearest_name(self, dotted: str) -> str | None:
        """Return the dotted name that one which does not exist most likely stands for.

        Looked for in the named module first, then among all modules.
        """
        module, _, name = dotted.rpartition(".")
        close = nearest(name, self.modules.get(module) or ())
        if close:
            return f"{module}.{close}"
        return nearest(dotted, self.modules)

    def signature(self, name: str) -> Signature | None:
        """Return the signature of a canonical or public name, or None.

        Decorators have the signature of what they build: ``...Chute.cord`` takes what
        `Cord` takes, ``...Image.add`` what the ADD directive takes.
        """
        return self.signatures.get(name) or self.signatures.get(self.canonical(name) or "")

    def field_bounds(self, name: str) -> Mapping[str, Bound]:
        """Return the bounds the SDK enforces on a model's fields, by field name."""
        return self._fields.get(self.canonical(name) or name, {})

    def attributes(self, name: str) -> frozenset[str]:
        """Return the public attributes of a Chute, ChutePack, Cord, NodeSelector or Image.

        Inherited ones are included, those of a class and those of an object alike.

        Raises:
            KeyError: The contract holds no attributes for that name.
        """
        return self._attributes[self.canonical(name) or name]

    def private_attributes(self, name: str) -> frozenset[str]:
        """Return the names with one leading underscore; arguments and errors as `attributes`."""
        return self._private[self.canonical(name) or name]

    def read_only_attributes(self, name: str) -> frozenset[str]:
        """Return the properties without a setter; arguments and errors as `attributes`."""
        return self._read_only[self.canonical(name) or name]

    def pattern(self, where: str) -> re.Pattern[str]:
        """Return a regular expression of the SDK, to be used with its ``match``.

        Args:
            where: Its place, such as ``chutes.chute.cord.PATH_RE``; for an inline one the
                property or function around it, such as ``chutes.image.Image.tag``.

        Raises:
            KeyError: The contract has no such pattern.
        """
        return self._patterns[where]

    @cached_property
    def templates(self) -> Mapping[str, Signature]:
        """The template builders by canonical name."""
        return {
            name: signature
            for name, signature in self.signatures.items()
            if name.startswith("chutes.chute.template.")
        }

    @property
    def chute_attributes(self) -> frozenset[str]:
        """The public attributes of a Chute, FastAPI's included."""
        return self._attributes[CHUTE]

    @property
    def fastapi_parameters(self) -> frozenset[str]:
        """The keywords `Chute` passes on to FastAPI, in the version read."""
        return self.signatures[CHUTE].forwarded


def _signature(name: str, entry: dict[str, Any], libraries: dict[str, Any]) -> Signature:
    """Build one signature from its entry in the file."""
    receiver = entry["forwards_to"]
    forwarded = frozenset(libraries[receiver]["parameters"]) if receiver else frozenset()
    parameters = tuple(Parameter(**parameter) for parameter in entry["parameters"])
    return Signature(
        name=name,
        parameters=parameters,
        var_positional=entry["var_positional"],
        var_keyword=entry["var_keyword"],
        forwarded=forwarded - {parameter.name for parameter in parameters},
        forwards_to=receiver,
        unknown_keyword=entry["unknown_keyword"],
    )


@cache
def contract() -> Contract:
    """Return the contract of the supported SDK version; read once per process."""
    data = read_contract(SDK_FILE)
    libraries = data["libraries"]
    attributes = {
        name: frozenset(entry["own"])
        | frozenset(libraries[entry["inherits"]]["attributes"] if entry["inherits"] else ())
        for name, entry in data["attributes"].items()
    }
    patterns = {where: pattern_of(entry) for where, entry in data["patterns"].items()}
    return Contract(
        sdk_version=data["sdk_version"],
        aliases=data["aliases"],
        signatures={
            name: _signature(name, entry, libraries) for name, entry in data["signatures"].items()
        },
        modules={
            name: None if names is None else frozenset(names)
            for name, names in data["modules"].items()
        },
        library_versions={name: entry["version"] for name, entry in libraries.items()},
        _fields={
            model: {name: Bound(**bound) for name, bound in fields.items()}
            for model, fields in data["fields"].items()
        },
        _attributes=attributes,
        _private={name: frozenset(entry["private"]) for name, entry in data["attributes"].items()},
        _read_only={
            name: frozenset(entry["read_only"]) for name, entry in data["attributes"].items()
        },
        _patterns={where: pattern for where, pattern in patterns.items() if pattern},
    )
