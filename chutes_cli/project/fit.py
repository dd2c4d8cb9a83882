"""Whether a call fits a signature of the SDK, as Python would judge it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chutes_cli.contract.sdk import Signature
from chutes_cli.project.arguments import Arguments, BoundArgument


@dataclass(frozen=True, slots=True)
class Misfit:
    """One way in which a call does not fit.

    Attributes:
        kind: ``unknown`` (a keyword that does not exist), ``missing`` (a required
            parameter is left out), ``surplus`` (a positional argument too many),
            ``repeated`` (a parameter is given twice).
        name: The parameter's name, None for ``surplus``.
        argument: The argument at fault, None for ``missing``.
        refused: Whether the call raises a TypeError; False where the SDK ignores it.
    """

    kind: Literal["unknown", "missing", "surplus", "repeated"]
    name: str | None
    argument: BoundArgument | None
    refused: bool = True


def misfits(arguments: Arguments, signature: Signature) -> Iterator[Misfit]:
    """Yield how a call's arguments do not fit a signature, in source order.

    What a ``*`` or ``**`` may hide is given the benefit of the doubt.

    Args:
        arguments: The arguments, bound to the signature's positional parameters.
        signature: What is called.
    """
    given: set[str] = set()
    for argument in arguments:
        if argument.name is None:
            if arguments.complete and signature.var_positional is None:
                yield Misfit("surplus", None, argument)
        elif argument.name in given:
            yield Misfit("repeated", argument.name, argument)
        else:
            given.add(argument.name)
            if argument.keyword and not signature.accepts(argument.name):
                refused = signature.unknown_keyword == "refused"
                yield Misfit("unknown", argument.name, argument, refused)
    if arguments.complete:
        for name in signature.missing(keywords=given):
            yield Misfit("missing", name, None)
