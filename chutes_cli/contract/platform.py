"""The platform's rules at deploy time, as dated data.

The SDK checks almost none of them, so a chute that breaks one imports, builds and runs in
dev mode and is refused when it is deployed. The live platform may have moved since: every
rule carries the date and the source it was read from, and a message that rests on one
says so (`Rule.as_of`). The rows are kept by hand in ``platform.json``; what the SDK
enforces itself (`NodeSelector`'s bounds) is in `chutes_cli.contract.sdk` instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chutes_cli.contract.bounds import Bound, nearest, pattern_of, read_contract

__all__ = ["Gpu", "Platform", "Rule", "platform"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the platform, and what it says to who breaks it.

    Attributes:
        id: Its id, such as ``cord-path``.
        message: The platform's own words where it has any, else what happens.
        as_of: The date of the knowledge, or the SDK version that enforces it.
        source: Where it was read.
        parameter: The `Chute` and template parameter it bounds, if it does.
        account: The kind of account it is for, or None for all.
        pattern: What a text must match from its start.
        forbidden: What must occur nowhere in a text.
        bound: The limits of a number.
        min_length: The fewest characters or entries.
        max_length: The most characters or entries.
        allowed: With other constraints, values exempt from them; alone, the only values.
        note: What else is known.
    """

    id: str
    message: str
    as_of: str
    source: str
    parameter: str | None = None
    account: str | None = None
    pattern: re.Pattern[str] | None = None
    forbidden: re.Pattern[str] | None = None
    bound: Bound | None = None
    min_length: int | None = None
    max_length: int | None = None
    allowed: tuple[str | int, ...] = ()
    note: str = ""

    def violation(self, value: object) -> str | None:
        """Say how a value breaks the rule, in words that follow the value's name.

        Args:
            value: A text, number, flag, list or tuple. None means that nothing was given
                and breaks no rule.

        Returns:
            Text such as ``must match ^[a-z]+$`` or ``must be at most 256, not 300``, or
            None when the rule holds or does not speak of such a value.
        """
        if value is None or any(same(value, one) for one in self.allowed):
            return None
        if not self._is_constrained():
            return f"must be {one_of(self.allowed)}, not {value!r}" if self.allowed else None
        if isinstance(value, str | list | tuple):
            found = self._length_violation(value)
            if found:
                return found
        if isinstance(value, str):
            return self._text_violation(value)
        return self.bound.violation(value) if self.bound else None

    def _is_constrained(self) -> bool:
        lengths = (self.min_length, self.max_length)
        return bool(self.pattern or self.forbidden or self.bound) or lengths != (None, None)

    def _length_violation(self, value: str | list[Any] | tuple[Any, ...]) -> str | None:
        unit = "characters" if isinstance(value, str) else "entries"
        if self.min_length is not None and len(value) < self.min_length:
            return f"must have at least {self.min_length} {unit}, not {len(value)}"
        if self.max_length is not None and len(value) > self.max_length:
            return f"must have at most {self.max_length} {unit}, not {len(value)}"
        return None

    def _text_violation(self, value: str) -> str | None:
        if self.pattern and not self.pattern.match(value):
            return f"must match {self.pattern.pattern}"
        if self.forbidden and (hit := self.forbidden.search(value)):
            return f"must not be or contain {hit.group()!r}"
        return None


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU the platform knows.

    Attributes:
        name: Its name on the platform, in lower case.
        memory_gb: Its memory, or None where unknown (never an error then).
        dollars_per_hour: Its rate on the table's date, or None where unknown.
    """

    name: str
    memory_gb: int | None
    dollars_per_hour: float | None


@dataclass(frozen=True)
class Platform:
    """Everything known of the platform.

    Attributes:
        rules: All rules by id.
        gpus: The GPUs by name.
        gpus_as_of: The date of the GPU table.
    """

    rules: Mapping[str, Rule]
    gpus: Mapping[str, Gpu]
    gpus_as_of: str

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of that id.

        Raises:
            KeyError: There is no such rule, which is a mistake in the caller.
        """
        return self.rules[rule_id]

    def for_parameter(self, parameter: str) -> Rule | None:
        """Return the rule for a parameter of `Chute` and the template builders, or None."""
        return next((rule for rule in self.rules.values() if rule.parameter == parameter), None)

    def for_account(self, account: str) -> tuple[Rule, ...]:
        """Return the dated policies that hold for one kind of account only."""
        return tuple(rule for rule in self.rules.values() if rule.account == account)

    def nearest_gpu(self, name: str) -> str | None:
        """Return the GPU a misspelt name most likely stands for, or None.

        Vendor prefixes of the official docs' examples (``rtx4090``) and hyphens
        (``a100-80gb``) are looked through.
        """
        plain = name.lower().replace("-", "_").removeprefix("nvidia_")
        plain = plain.removeprefix("rtx").removeprefix("_").removesuffix("_80gb")
        return plain if plain in self.gpus else nearest(plain, self.gpus)


def same(value: object, allowed: object) -> bool:
    """Tell whether two values are the same, where True is not the number 1."""
    return isinstance(value, bool) == isinstance(allowed, bool) and value == allowed


def one_of(values: tuple[str | int, ...]) -> str:
    """Return the values as a phrase: ``one of 400, 429``, or the only one."""
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else f"one of {', '.join(texts)}"


def _rule(entry: dict[str, Any], gpus: Mapping[str, Gpu]) -> Rule:
    """Build one rule from its entry in the file."""
    known = {
        key: entry[key]
        for key in ("id", "message", "as_of", "source", "parameter", "account", "note")
        if key in entry
    }
    allowed = gpus if entry.get("allowed_from") == "gpus" else entry.get("allowed", ())
    return Rule(
        **known,
        pattern=pattern_of(entry),
        forbidden=pattern_of(entry, "forbidden"),
        bound=Bound(**entry["bound"]) if "bound" in entry else None,
        min_length=entry.get("min_length"),
        max_length=entry.get("max_length"),
        allowed=tuple(allowed),
    )


@cache
def platform() -> Platform:
    """Return the platform's rules; read once per process."""
    data = read_contract("platform.json")
    gpus = {name: Gpu(name, **entry) for name, entry in data["gpus"]["models"].items()}
    rules = [_rule(entry, gpus) for entry in data["rules"]]
    return Platform(
        rules={rule.id: rule for rule in rules}, gpus=gpus, gpus_as_of=data["gpus"]["as_of"]
    )
