"""What one case of the differential test is, and the sound chute that all start from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

IMPORTS = """\
from chutes.chute import Chute, NodeSelector
from fastapi import HTTPException
from pydantic import BaseModel, Field
"""

CHUTE = """\
chute = Chute(
    username="you",
    name="my-service",
    image="you/my-service:1.0",
    node_selector=NodeSelector(gpu_count=1, include=["h100", "h200"]),
    tee=True,
)
"""

INPUT = """\
class Input(BaseModel):
    prompt: str = Field(max_length=4000)
"""

GUARD = """\
    if not isinstance(args, Input):
        raise HTTPException(status_code=400, detail="the body must be a JSON object")
"""

CORD = f"""\
@chute.cord(public_api_path="/generate", public_api_method="POST")
async def generate(self, args: Input) -> dict:
{GUARD}    return {{"prompt": args.prompt.upper()}}
"""

BODY = {"prompt": "hi"}
CALLS = (("POST", "/generate", BODY),)

Request = tuple[str, str, object]


@dataclass(frozen=True)
class Case:
    """One small chute, to be executed under the SDK and audited.

    Attributes:
        id: ``subject/parameter/fault/detail``, unique.
        source: The text of ``app.py``.
        files: Further files by path.
        calls: Requests to the cord under test, ``(method, internal path, body)``; the chute
            is started when there is any. None: it is imported only.
        public: The same requests by public method and path, where dev mode is tried as well.
        drive: Statements to run after the source when it is executed, never audited.
    variable: The chute's name.
    shipped: Whether the further files are on the instance as well.
        knowable: Whether the source alone tells; a fault that depends on the environment
            must never be an error.
    """

    id: str
    source: str
    files: dict[str, str] = field(default_factory=dict)
    calls: tuple[Request, ...] | None = None
    public: tuple[Request, ...] = ()
    drive: str = ""
    variable: str = "chute"
    shipped: bool = True
    knowable: bool = True


def module(*parts: str) -> str:
    """Return parts of a module, a blank line between them."""
    return "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts if part)


def call(callee: str, arguments: Iterable[str]) -> str:
    """Return a call's text, on one line where it is short."""
    given = list(arguments)
    short = f"{callee}({', '.join(given)})"
    if len(short) <= 80:
        return short
    return f"{callee}(\n" + "".join(f"    {each},\n" for each in given) + ")"
