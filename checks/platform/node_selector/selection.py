"""Which GPUs a node selector names, and which ones it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chutes_cli.contract.platform import Gpu, platform
from chutes_cli.contract.sdk import NODE_SELECTOR, contract
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Collection, Operation, Span
from chutes_cli.project.model import NodeSelector, Project
from chutes_cli.project.values import Known, Unknown, Value

from ..coercion import number

_LISTS = ("include", "exclude")
_NUMBERS = ("min_vram_gb_per_gpu", "max_hourly_price_per_gpu")


def entries(project: Project, argument: BoundArgument) -> Iterator[tuple[object, Span]]:
    """Yield the known entries of a list, and where each stands.

    Entries of a list display are known one by one; those of any other list only with the
    whole of it, and then stand where the argument does.
    """
    if isinstance(argument.expression, Collection):
        for item in argument.expression.items:
            starred = isinstance(item, Operation) and len(item.operands) == 1
            expression = item.children()[0] if starred else item
            value = project.knowledge.evaluator.value(argument.module, argument.scope, expression)
            for each in _each(value) if starred else _whole(value):
                yield each, item.span
    else:
        for each in _each(argument.value):
            yield each, argument.span


def _whole(value: Value) -> Iterator[object]:
    if isinstance(value, Known):
        yield value.value


def _each(value: Value) -> Iterator[object]:
    if isinstance(value, Known) and isinstance(value.value, list | tuple | set):
        yield from sorted(value.value, key=repr)  # a set has no order to keep


@dataclass(frozen=True, slots=True)
class Selection:
    """What a node selector leaves of the platform's GPUs, filter by filter.

    What cannot be known rules out nothing, so each set holds every GPU that may be left.

    Attributes:
        named: The GPUs in `include`; empty where it names none or cannot be known.
        allowed: The GPUs that are not excluded.
        large: Those of them with enough memory.
        left: Those of them that are cheap enough, by the dated rates.
        certain: Whether every filter is known, so that the sets are exact.
    """

    named: frozenset[str]
    allowed: frozenset[str]
    large: frozenset[str]
    left: frozenset[str]
    certain: bool


def selection(selector: NodeSelector) -> Selection | None:
    """Return what a selector leaves, None where it has a fault that other checks tell."""
    given = {name: selector.arguments.value(name) for name in (*_LISTS, *_NUMBERS)}
    known = {
        name: each.value
        for name, each in given.items()
        if isinstance(each, Known) and each.value is not None
    }
    if not _is_sound(known):
        return None
    gpus = platform().gpus
    named = frozenset(known.get("include", ()))
    allowed = (named or frozenset(gpus)) - frozenset(known.get("exclude", ()))
    least, most = (number(known.get(name)) for name in _NUMBERS)
    large = frozenset(name for name in allowed if _holds(gpus[name], least))
    left = frozenset(name for name in large if _costs(gpus[name], most))
    certain = not any(isinstance(each, Unknown) for each in given.values())
    return Selection(named, allowed, large, left, certain)


def alternatives(name: str) -> list[Gpu]:
    """Return the other GPUs with at least as much memory as one, in the table's order.

    GPUs that the platform keeps back, or of unknown memory, are no alternatives.
    """
    least = platform().gpus[name].memory_gb
    restricted = platform().rule("gpu-restricted")
    return [
        gpu
        for gpu in platform().gpus.values()
        if gpu.name != name
        and least is not None
        and gpu.memory_gb is not None
        and gpu.memory_gb >= least
        and not restricted.violation(gpu.name)
    ]


def _is_sound(known: Mapping[str, object]) -> bool:
    """Say whether the SDK takes the values and the platform knows the GPUs."""
    gpus = platform().gpus
    bounds = contract().field_bounds(NODE_SELECTOR)
    for name, value in known.items():
        if name in _NUMBERS:
            given = number(value)
            if given is None or bounds[name].violation(given):
                return False
            continue
        if not isinstance(value, list | tuple | set):
            return False
        if any(not isinstance(each, str) or each not in gpus for each in value):
            return False
    return True


def _holds(gpu: Gpu, least: float | None) -> bool:
    return least is None or gpu.memory_gb is None or gpu.memory_gb >= least


def _costs(gpu: Gpu, most: float | None) -> bool:
    return most is None or gpu.dollars_per_hour is None or gpu.dollars_per_hour <= most
