"""What a chute is given, whether `Chute(...)` or a template builder makes it."""

from __future__ import annotations

from chutes_cli.contract.sdk import CHUTE, IMAGE, NODE_SELECTOR
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Collection, Mapping
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.targets import External, Instance
from chutes_cli.project.values import Known

AN_IMAGE = "an Image"
A_NODE_SELECTOR = "a NodeSelector"
_OBJECTS = {
    IMAGE: AN_IMAGE,
    NODE_SELECTOR: A_NODE_SELECTOR,
    CHUTE: "a Chute",
    "builtins.dict": "a dict",
}
_LONGEST = 60
"""Characters of a value that a message shows."""


def label(chute: Chute) -> str:
    """Return how messages call what makes a chute: ``Chute`` or ``build_vllm_chute``."""
    return chute.callee.rsplit(".", 1)[-1]


def name_of(chute: Chute) -> BoundArgument | None:
    """Return the argument that becomes the chute's name; most builders name it by its model."""
    return chute.arguments.get("name") or chute.arguments.get("model_name")


def shown(value: object) -> str:
    """Return a value as a message shows it."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def certainly(project: Project, argument: BoundArgument) -> str | None:
    """Return in words what an argument is for certain, None where the source does not tell."""
    if isinstance(argument.value, Known):
        return shown(argument.value.value)
    match argument.expression:
        case Mapping():
            return "a dict"
        case Collection(kind=kind):
            return f"a {kind}"
    targets = project.knowledge.resolver.resolve(
        argument.module, argument.scope, argument.expression
    )
    match targets:
        case (Instance(of=External(name=name)),):
            return _OBJECTS.get(name)
        case (External(name=name, receiver=None),) if name in (IMAGE, NODE_SELECTOR):
            return f"the class {name.rsplit('.', 1)[-1]}"
    return None


def lacks_tee(project: Project, chute: Chute) -> bool:
    """Say whether a chute is certainly made without ``tee=True``, and not given it later."""
    value = chute.arguments.value("tee")
    without = value is None or (isinstance(value, Known) and not value.value)
    return without and not project.knowledge.resolver.members.stores(chute.instance, "tee")
