"""Small questions about LibCST statements: does a block leave, what does a pattern bind."""

from __future__ import annotations

import libcst as cst


def dotted_name(node: cst.BaseExpression) -> str:
    """Return the dotted name of an import, such as ``os.path``."""
    if isinstance(node, cst.Attribute):
        return f"{dotted_name(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def leaves(suite: cst.BaseSuite) -> bool:
    """Say whether a block always ends by leaving the block around it."""
    if not suite.body:
        return False
    last: cst.CSTNode = suite.body[-1]
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    match last:
        case cst.Return() | cst.Raise() | cst.Continue() | cst.Break():
            return True
        case cst.With():
            return leaves(last.body)
        case cst.If(orelse=cst.If() | cst.Else()):
            return leaves(last.body) and _if_leaves(last.orelse)
        case _:
            return False


def _if_leaves(node: cst.If | cst.Else | None) -> bool:
    if isinstance(node, cst.If):
        return leaves(node.body) and _if_leaves(node.orelse)
    return node is not None and leaves(node.body)


def captured_names(pattern: cst.CSTNode) -> list[str]:
    """Return the names a match pattern binds."""
    names = []
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and pattern.name:
        names.append(pattern.name.value)
    if isinstance(pattern, cst.MatchMapping) and pattern.rest:
        names.append(pattern.rest.value)
    for child in pattern.children:
        names += captured_names(child)
    return names
