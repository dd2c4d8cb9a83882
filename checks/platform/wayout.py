"""What to write instead of a keyword that does not exist; shared by the checks of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chutes_cli.contract.sdk import Signature, contract


def way_out(
    name: str,
    signature: Signature,
    renamed: Mapping[str, str],
    elsewhere: Iterable[tuple[str, str]],
) -> str:
    """Return what replaces an unknown keyword, where it belongs, or the nearest real one.

    Args:
        name: The keyword.
        signature: What it was passed to.
        renamed: Known mistakes, each with the way out in words.
        elsewhere: Callables that may take it instead: canonical name and how to write them.
    """
    if name in renamed:
        return renamed[name]
    for owner, label in elsewhere:
        other = contract().signature(owner)
        assert other is not None
        if name in other.keywords:
            return f"pass it to {label} instead"
    close = signature.nearest(name)
    return f"did you mean `{close}`?" if close else "remove it"
