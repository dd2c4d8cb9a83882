"""Names, aliases and regular expressions of the SDK, read from its source files.

Part of `generate_contract.py`. Reading syntax trees instead of importing keeps the SDK's
entry points from running, and sees an alias where a live object only shows its home.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The regular expressions a chute's author meets. ``where`` is the constant, or the function
# around an inline `re.match`; every one of them is applied with `match`, so a trailing
# newline passes `$`.
PATTERNS = (
    "chutes.chute.cord.PATH_RE",
    "chutes.entrypoint._shared.CHUTE_REF_RE",
    "chutes.image.Image.name",
    "chutes.image.Image.tag",
    "chutes.image.directive.add.CHECKSUM_RE",
    "chutes.image.directive.add.CHMOD_RE",
    "chutes.image.directive.add.CHOWN_RE",
    "chutes.image.directive.apt.PACKAGE_RE",
    "chutes.image.directive.base_image.IMAGE_RE",
    "chutes.image.directive.env.ENV_KEY_RE",
    "chutes.util.user.validate_the_username",
)

FLAGS = {"I": "IGNORECASE", "IGNORECASE": "IGNORECASE", "M": "MULTILINE", "S": "DOTALL"}


@dataclass
class Module:
    """One module of the SDK.

    Attributes:
        body: Its statements, or none for a compiled module.
        names: What the module's namespace holds: name -> where the name comes from, as a
            dotted path (the module itself for a definition).
        exported: The names in sorted order, or None for a compiled module, which cannot
            be read.
    """

    body: list[ast.stmt] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    exported: list[str] | None = None


def module_tree(package: str) -> dict[str, Module]:
    """Read every module below a package, without importing any but the package.

    Args:
        package: An installed top-level package.

    Raises:
        ModuleNotFoundError: The package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    root = Path(spec.origin).parent
    tree: dict[str, Module] = {}
    for path in sorted(root.rglob("*")):
        dotted = dotted_name(root.parent, path)
        if dotted is None:
            continue
        module = Module()
        if path.suffix == ".py":
            module.body = ast.parse(path.read_bytes()).body
            module.names = dict(bound_names(module.body, dotted, path.name == "__init__.py"))
        tree[dotted] = module
    for dotted in tree:
        parent, _, name = dotted.rpartition(".")
        if parent in tree:
            tree[parent].names.setdefault(name, dotted)
    for dotted, module in tree.items():
        if module.body or module.names or dotted == package or is_empty_source(root, dotted):
            module.exported = sorted(name for name in module.names if not name.startswith("__"))
    return tree


def is_empty_source(root: Path, dotted: str) -> bool:
    """Tell an empty source file from a compiled module."""
    below = root.parent / Path(*dotted.split("."))
    return below.with_suffix(".py").exists() or (below / "__init__.py").exists()


def dotted_name(base: Path, path: Path) -> str | None:
    """Return the import path of a file, or None when it is not a module."""
    relative = path.relative_to(base)
    stem = path.name.split(".")[0]
    parts = [*relative.parent.parts, *([] if stem == "__init__" else [stem])]
    if path.suffix not in {".py", ".so"} or not all(part.isidentifier() for part in parts):
        return None
    return ".".join(parts)


def bound_names(body: list[ast.stmt], module: str, is_package: bool) -> Iterator[tuple[str, str]]:
    """Yield ``(name, origin)`` of everything a module's statements bind at its top level."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name, module
            case ast.Import():
                for item in statement.names:
                    whole = item.name if item.asname else item.name.split(".")[0]
                    yield item.asname or whole, whole
            case ast.ImportFrom():
                base = source_of(statement, module, is_package)
                for item in statement.names:
                    yield item.asname or item.name, f"{base}.{item.name}"
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue  # what a module does as a program binds nothing on import
            case _:
                for target in targets(statement):
                    yield target, module
                for inner in nested_bodies(statement):
                    yield from bound_names(inner, module, is_package)


def source_of(statement: ast.ImportFrom, module: str, is_package: bool) -> str:
    """Return the absolute module a ``from`` import names."""
    if not statement.level:
        return statement.module or ""
    keep = len(module.split(".")) - statement.level + is_package
    parts = module.split(".")[:keep]
    return ".".join([*parts, *([statement.module] if statement.module else [])])


def targets(statement: ast.stmt) -> Iterator[str]:
    """Yield the plain names an assignment, loop or ``with`` binds."""
    found: list[ast.expr] = []
    match statement:
        case ast.Assign():
            found = statement.targets
        case ast.AnnAssign() if statement.value is not None:
            found = [statement.target]
        case ast.For():
            found = [statement.target]
        case ast.With():
            found = [item.optional_vars for item in statement.items if item.optional_vars]
    for target in found:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                yield node.id


def nested_bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def public_aliases(tree: dict[str, Module]) -> dict[str, str]:
    """Map every public dotted name of the SDK to the place of its definition."""
    aliases = {}
    for dotted, module in tree.items():
        for name in module.names:
            home = definition(tree, f"{dotted}.{name}")
            if home is not None and not name.startswith("_"):
                aliases[f"{dotted}.{name}"] = home
    return aliases


def definition(tree: dict[str, Module], dotted: str) -> str | None:
    """Follow imports from one dotted name to its definition, or None outside the SDK."""
    seen = set()
    while dotted not in seen:
        seen.add(dotted)
        owner, _, name = dotted.rpartition(".")
        origin = tree[owner].names.get(name) if owner in tree else None
        if origin == owner or (origin is None and dotted in tree):
            return dotted
        if origin is None:
            return None
        dotted = origin
    return dotted if dotted in tree else None


def sdk_patterns(tree: dict[str, Module]) -> dict[str, dict[str, Any]]:
    """Return the regular expressions listed in `PATTERNS`.

    Raises:
        LookupError: The SDK no longer has one of them.
    """
    found = {}
    for dotted, module in tree.items():
        for where, call in regular_expressions(module.body, dotted):
            if where in PATTERNS:
                found[where] = {
                    "pattern": ast.literal_eval(call.args[0]),
                    "flags": sorted(FLAGS[flag] for flag in flag_names(call)),
                }
    missing = sorted(set(PATTERNS) - set(found))
    if missing:
        raise LookupError(f"regular expressions gone from the SDK: {', '.join(missing)}")
    return found


def regular_expressions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield ``(where, call)`` of constants compiled here and of inline matches."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from regular_expressions(statement.body, f"{prefix}.{statement.name}")
        elif isinstance(statement, ast.FunctionDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.match":
                    yield f"{prefix}.{statement.name}", node
        elif (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Call)
            and ast.unparse(statement.value.func) == "re.compile"
        ):
            yield f"{prefix}.{ast.unparse(statement.targets[0])}", statement.value


def flag_names(call: ast.Call) -> Iterator[str]:
    """Yield the names of the ``re`` flags a call passes."""
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        for node in ast.walk(argument):
            if isinstance(node, ast.Attribute):
                yield node.attr
