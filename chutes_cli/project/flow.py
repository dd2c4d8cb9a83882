"""Small questions about LibCST statements: does a block leave, does a case take everything."""

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
        case cst.Match(cases=cases):
            return is_irrefutable(cases[-1]) and all(leaves(each.body) for each in cases)
        case _:
            return False


def _if_leaves(node: cst.If | cst.Else | None) -> bool:
    if isinstance(node, cst.If):
        return leaves(node.body) and _if_leaves(node.orelse)
    return node is not None and leaves(node.body)


def is_irrefutable(case: cst.MatchCase) -> bool:
    """Say whether a case takes whatever is left: ``case _``, ``case name``."""
    return case.guard is None and isinstance(case.pattern, cst.MatchAs) and not case.pattern.pattern
