"""Cords: what the function below the decorator looks like, and what calling it does."""

from __future__ import annotations

from collections.abc import Iterator

from .case import BODY, CHUTE, GUARD, IMPORTS, Case, Request, module

HEAD = IMPORTS.replace(
    "from fastapi import HTTPException\n",
    "from fastapi import Depends, Header, HTTPException, Query, Request, Response, UploadFile\n"
    "from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse\n"
    "from fastapi.responses import StreamingResponse\n",
)
MODELS = """\
class Input(BaseModel):
    prompt: str = Field(max_length=4000)


class Output(BaseModel):
    text: str


def identity():
    return "nobody"
"""
PUBLIC = 'public_api_path="/generate", public_api_method="POST"'
STREAM = f"{PUBLIC}, stream=True"
MODEL = "self, args: Input"


def cases() -> Iterator[Case]:
    """Yield the cases of cords."""
    for group, shapes in (
        ("signature", SIGNATURES),
        ("body", BODIES),
        ("return", RETURNS),
        ("stream", STREAMS),
        ("attribute", ATTRIBUTES),
    ):
        for name, (options, function, bodies) in shapes.items():
            yield shape(f"cord-{group}/{name}", options, function, *bodies)
    yield from _methods()
    yield from _several()
    yield from _registered()


def shape(name: str, options: str, function: str, *bodies: object, method: str = "POST") -> Case:
    """Return a case with one cord; the function's text is written with its ``def``."""
    source = module(
        "from typing import Annotated, Any, Optional\n" + HEAD, CHUTE, MODELS,
        f"@chute.cord({options})\n{function}",
    )  # fmt: skip
    given = bodies or (BODY,)
    calls: tuple[Request, ...] = tuple(("POST", "/generate", body) for body in given)
    public = tuple((method, "/generate", body) for body in given)
    return Case(name, source, calls=calls, public=public)


def one(signature: str, body: str) -> str:
    """Return ``async def generate(...)`` with a body of some lines."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"async def generate({signature}):\n{lines}"


def plain(signature: str, body: str) -> str:
    """Return ``def generate(...)`` with a body of some lines."""
    return one(signature, body).removeprefix("async ")


GUARDED = GUARD.replace("    ", "", 1).replace("\n    ", "\n").rstrip()
ECHO = f'{GUARDED}\nreturn {{"prompt": args.prompt.upper()}}'
Shapes = dict[str, tuple[str, str, tuple[object, ...]]]

# name -> (what the decorator is given, the function, the bodies it can reasonably be called with)
SIGNATURES: Shapes = {
    "one-model": (PUBLIC, one(MODEL, ECHO), ()),
    "renamed-self": (PUBLIC, one("app, args: Input", ECHO), ()),
    "annotated-self": (PUBLIC, one("self: Chute, args: Input", ECHO), ()),
    "chute-named-otherwise": (PUBLIC, one("app: Chute, args: Input", ECHO), ()),
    "dict": (PUBLIC, one("self, args: dict", 'return {"prompt": args["prompt"].upper()}'), ()),
    "unannotated": (PUBLIC, one("self, args", 'return {"prompt": args["prompt"].upper()}'), ()),
    "str": (PUBLIC, one("self, prompt: str", 'return {"prompt": prompt.upper()}'), ()),
    "int": (PUBLIC, one("self, n: int", 'return {"n": n + 1}'), ({"n": 1},)),
    "list": (PUBLIC, one("self, items: list", 'return {"first": items[0]}'), ({"items": [1]},)),
    "optional-model": (
        PUBLIC, one("self, args: Optional[Input] = None", 'return {"p": args.prompt.upper()}'), ()),
    "union-model": (
        PUBLIC, one("self, args: Input | None", 'return {"p": args.prompt.upper()}'), ()),
    "two-required": (PUBLIC, one("self, prompt: str, n: int", 'return {"n": n}'),
                     ({"prompt": "hi", "n": 1},)),
    "two-models": (PUBLIC, one("self, a: Input, b: Input", 'return {"p": a.prompt}'),
                   (BODY, {"a": BODY, "b": BODY})),
    "two-defaults": (PUBLIC, one('self, prompt: str = "a", n: int = 1',
                                 'return {"p": prompt.upper()}'), ({"prompt": "hi", "n": 1},)),
    "model-and-default": (PUBLIC, one("self, args: Input, n: int = 3", ECHO), ()),
    "dict-and-default": (PUBLIC, one("self, args: dict, n: int = 3", 'return {"n": n}'), ()),
    "keyword-only": (PUBLIC, one("self, *, prompt: str", 'return {"p": prompt}'), ()),
    "keyword-only-default": (PUBLIC, one("self, args: Input, *, n: int = 1", ECHO), ()),
    "rest": (PUBLIC, one("self, *args", 'return {"n": len(args)}'), ()),
    "keywords": (PUBLIC, one("self, **fields", 'return {"n": len(fields)}'), ()),
    "rest-and-keywords": (PUBLIC, one("self, *args, **kwargs", 'return {"n": len(args)}'), ()),
    "nothing": (PUBLIC, one("", 'return {"ready": identity()}'), ({}, BODY)),
    "only-model": (PUBLIC, one("args: Input", 'return {"p": args.prompt}'), ()),
    "no-argument": (PUBLIC, one("self", 'return {"ready": hasattr(self, "model")}'), ({}, BODY)),
    "request": (PUBLIC, one("self, request: Request", 'return {"ip": request.client.host}'), ()),
    "request-and-model": (PUBLIC, one("self, request: Request, args: Input", ECHO), ()),
    "upload": (PUBLIC, one("self, file: UploadFile", 'return {"name": file.filename}'), ()),
    "depends": (PUBLIC, one("self, args: Input, who: str = Depends(identity)",
                            'return {"who": who.upper()}'), ()),
    "header": (PUBLIC, one("self, args: Input, key: str = Header(None)", ECHO), ()),
    "query": (PUBLIC, one("self, page: int = Query(1)", 'return {"page": page + 1}'),
              ({"page": 2},)),
    "annotated-query": (PUBLIC, one("self, page: Annotated[int, Query(le=3)]",
                                    'return {"page": page + 1}'), ({"page": 2},)),
    "annotated-model": (PUBLIC, one('self, args: Annotated[Input, "the input"]', ECHO), ()),
    "string-annotation": (PUBLIC, one('self, args: "Input"', ECHO), ()),
    "default-model": (PUBLIC, one('self, args: Input = Input(prompt="x")', ECHO), ()),
    "positional-only": (PUBLIC, one("self, args: Input, /", ECHO), ()),
    "sync": (PUBLIC, plain(MODEL, ECHO), ()),
    "input-schema": (f"{PUBLIC}, input_schema=Input", one("self, args", ECHO), ()),
    "input-schema-dict": (f"{PUBLIC}, input_schema={{'type': 'object'}}",
                          one(MODEL, ECHO), ()),
    "input-schema-on-dict": (f"{PUBLIC}, input_schema=Input",
                             one("self, args: dict", 'return {"p": args["prompt"]}'), ()),
    "minimal-schema": (f"{PUBLIC}, minimal_input_schema=Input",
                       one("self, args", 'return {"p": args.prompt}'), ()),
}  # fmt: skip

BODIES: Shapes = {
    "raises-500": (PUBLIC, one(MODEL, "raise HTTPException(status_code=500)"),
                   ()),
    "raises-404": (PUBLIC, one(MODEL, "raise HTTPException(status_code=404)"),
                   ()),
    "raises-sometimes": (PUBLIC, one(MODEL,
                         f'{GUARDED}\nif not args.prompt:\n    raise HTTPException(503)\n'
                         'return {"p": args.prompt.upper()}'), ()),
    "passes": (PUBLIC, one(MODEL, "pass"), ()),
    "attribute-on-dict": (PUBLIC, one("self, args: dict", 'return {"p": args.prompt}'), ()),
}  # fmt: skip

RETURNS: Shapes = {
    name: (PUBLIC, one(MODEL, f"{GUARDED}\n{body}"), ())
    for name, body in {
        "dict": 'return {"p": args.prompt}',
        "list": "return [args.prompt]",
        "tuple": "return (args.prompt, 201)",
        "str": "return args.prompt.upper()",
        "int": "return len(args.prompt)",
        "none": "args.prompt.upper()",
        "model": "return Output(text=args.prompt)",
        "same-model": "return args",
        "model-dumped": "return Output(text=args.prompt).model_dump()",
        "model-json": "return Output(text=args.prompt).model_dump_json()",
        "model-inside": 'return {"out": Output(text=args.prompt)}',
        "models-in-list": "return [Output(text=args.prompt)]",
        "model-variable": "out = Output(text=args.prompt)\nreturn out",
        "set": "return {args.prompt}",
        "set-inside": 'return {"words": set(args.prompt.split())}',
        "bytes": "return args.prompt.encode()",
        "bytes-literal": 'return b"png"',
        "bytes-inside": 'return {"data": args.prompt.encode()}',
        "bytearray": "return bytearray(8)",
        "datetime": 'import datetime\nreturn {"now": datetime.datetime.now()}',
        "uuid": 'import uuid\nreturn {"id": uuid.uuid4()}',
        "decimal": 'import decimal\nreturn {"n": decimal.Decimal("1.5")}',
        "path": 'import pathlib\nreturn {"at": pathlib.Path("x")}',
        "enum": 'import enum\n\nclass Colour(enum.Enum):\n    RED = "red"\n\n'
                'return {"c": Colour.RED}',
        "dataclass": "import dataclasses\n\n@dataclasses.dataclass\nclass Out:\n    text: str\n\n"
                     "return Out(args.prompt)",
        "integer-keys": 'return {1: args.prompt}',
        "tuple-keys": 'return {(1, 2): args.prompt}',
        "object": "return object()",
        "range": 'return {"n": range(3)}',
        "generator-expression": "return (each for each in args.prompt)",
        "map": "return map(str, args.prompt)",
        "nan": 'return {"n": float("nan"), "p": args.prompt}',
        "response": 'return Response(content=args.prompt, media_type="text/plain")',
        "response-status": 'return Response(content=args.prompt, status_code=404)',
        "json-response": 'return JSONResponse({"p": args.prompt})',
        "json-response-status": 'return JSONResponse({"p": args.prompt}, status_code=422)',
        "plain-text": "return PlainTextResponse(args.prompt)",
        "streaming-response": "return StreamingResponse(iter([args.prompt]))",
        "file-response": 'return FileResponse("app.py")',
        "own-response": "class Png(Response):\n    media_type = 'image/png'\n\n"
                        "return Png(args.prompt.encode())",
        "conditional": "return Output(text=args.prompt) if args.prompt else {}",
    }.items()
}  # fmt: skip

STREAMS: Shapes = {
    "async-generator": (STREAM, one(MODEL, f'{GUARDED}\nyield "data: x"'), ()),
    "async-generator-not-declared": (PUBLIC, one(MODEL, f'{GUARDED}\nyield "x"'), ()),
    "sync-generator": (STREAM, plain(MODEL, f'{GUARDED}\nyield "x"'), ()),
    "sync-generator-not-declared": (
        PUBLIC, plain(MODEL, f'{GUARDED}\nyield "x"'), ()),
    "returns-dict": (STREAM, one(MODEL, 'return {"p": args.prompt}'), ()),
    "returns-list-sync": (
        STREAM, plain(MODEL, 'return ["a", "b"]'), ()),
    "returns-dict-sync": (
        STREAM, plain(MODEL, 'return {"p": args.prompt}'), ()),
    "returns-str-sync": (STREAM, plain(MODEL, "return args.prompt"), ()),
    "returns-none-sync": (STREAM, plain(MODEL, "pass"), ()),
    "returns-int-sync": (STREAM, plain(MODEL, "return 1"), ()),
    "returns-generator": (
        STREAM, one(MODEL, "async def inner():\n    yield args.prompt\nreturn inner()"), ()),
    "returns-generator-sync": (
        STREAM, plain(MODEL, "def inner():\n    yield args.prompt\nreturn inner()"
                    ), ()),
    "returns-async-generator-sync": (
        STREAM, plain(MODEL, "async def inner():\n    yield args.prompt\nreturn inner()"
                    ), ()),
    "returns-streaming-response": (
        STREAM, one(MODEL, 'return StreamingResponse(iter(["a"]))'), ()),
    "yields-dict": (STREAM, one(MODEL, 'yield {"p": args.prompt}'), ()),
    "yields-model": (STREAM, one(MODEL, "yield Output(text=args.prompt)"), ()),
    "yields-int": (STREAM, one(MODEL, "yield 1"), ()),
    "yields-bytes": (STREAM, one(MODEL, "yield args.prompt.encode()"), ()),
    "yields-nothing": (STREAM, one(MODEL, "if False:\n    yield 'x'"), ()),
    "yields-from": (
        STREAM, plain(MODEL, 'yield from ["a", "b"]'), ()),
    "nested-yield": (
        PUBLIC, one(MODEL, "def inner():\n    yield 1\nreturn list(inner())"), ()),
    "lambda-yield": (PUBLIC, one(MODEL, "f = lambda: (yield)\nreturn {'p': args.prompt}"), ()),
    "stream-one": ('public_api_path="/generate", stream=1',
                   one(MODEL, 'return {"p": args.prompt}'), ()),
    "stream-false-generator": (f"{PUBLIC}, stream=False", one(MODEL, "yield 'x'"), ()),
    "field-named-stream": (PUBLIC, one(MODEL, ECHO), ()),
}  # fmt: skip

ATTRIBUTES: Shapes = {
    name: (PUBLIC, one(MODEL, f"{GUARDED}\n{body}"), ())
    for name, body in {
        "self-app": 'return {"p": self.app.title}',
        "self-run": 'self.run()\nreturn {"p": args.prompt}',
        "self-never-set": 'return {"p": self.model(args.prompt)}',
        "self-name": 'return {"p": self.name, "q": args.prompt}',
        "self-state": 'self.state.n = len(args.prompt)\nreturn {"n": self.state.n}',
        "self-title": 'return {"p": self.title, "q": args.prompt}',
        "hasattr": 'return {"ready": hasattr(self, "model"), "p": args.prompt}',
        "getattr": 'return {"p": getattr(self, "model", None), "q": args.prompt}',
        "set-then-read": 'self.last = args.prompt\nreturn {"p": self.last}',
        "node-selector": 'return {"n": self.node_selector.gpu_count, "p": args.prompt}',
        "chute-pack": 'return {"n": self.chute.name, "p": args.prompt}',
    }.items()
}


def _methods() -> Iterator[Case]:
    """Yield cords by public method; GET and HEAD bring no body."""
    for method in ("GET", "DELETE", "HEAD", "PUT", "PATCH", "POST"):
        bodies = ({},) if method in ("GET", "DELETE", "HEAD") else (BODY,)
        given = f'public_api_path="/generate", public_api_method="{method}"'
        for name, (signature, body) in {
            "none": ("self", 'return {"ready": hasattr(self, "model")}'),
            "required": ("self, args: Input", ECHO),
            "required-dict": ("self, args: dict", 'return {"n": len(args)}'),
            "default": ("self, args: dict = None", 'return {"n": len(args or {})}'),
            "default-model": ("self, args: Optional[Input] = None", 'return {"given": bool(args)}'),
            "bare-model-default": ("self, args: Input = None", 'return {"given": bool(args)}'),
            "rest": ("self, *args", 'return {"n": len(args)}'),
        }.items():
            sent = ({},) if name == "none" else bodies
            yield shape(f"cord-method/{method}/{name}", given, one(signature, body), *sent,
                        method=method)  # fmt: skip
    yield shape("cord-method/upstream-only", 'public_api_path="/generate", method="GET"',
                one("self", 'return {"ready": hasattr(self, "model")}'), {},
                method="GET")  # fmt: skip
    yield shape("cord-method/no-public-path", "", one(MODEL, ECHO))
    yield shape("cord-method/no-public-path-but-method", 'public_api_method="POST"',
                one(MODEL, ECHO))  # fmt: skip
    yield shape("cord-method/path-only", 'path="/generate"', one(MODEL, ECHO))


OTHER = one(MODEL, ECHO)


def _several() -> Iterator[Case]:
    """Yield chutes with two cords, and names the SDK refuses."""
    first = f"@chute.cord({PUBLIC})\n{OTHER}"

    def case(name: str, second: str, path: str = "/generate") -> Case:
        source = module(HEAD, CHUTE, MODELS, first, second)
        return Case(f"cord-several/{name}", source, calls=(("POST", path, BODY),))

    other = 'public_api_path="/other", public_api_method="POST"'
    renamed = OTHER.replace("generate", "other")
    yield case("two", f"@chute.cord({other})\n{renamed}")
    yield case("same-function-name", f"@chute.cord({other})\n{OTHER}")
    yield case("same-public-path", f"@chute.cord({PUBLIC})\n{renamed}")
    health = 'async def other(self):\n    return {"ready": hasattr(self, "model")}\n'
    yield case(
        "same-public-path-other-method", f"@chute.cord({PUBLIC.replace('POST', 'GET')})\n{health}"
    )
    yield case("same-path", f'@chute.cord({other}, path="/generate")\n{renamed}')
    yield case("same-path-other-spelling", f'@chute.cord({other}, path="generate/")\n{renamed}')
    yield case("own-path-same-name", f'@chute.cord({other}, path="/second")\n{OTHER}')
    calling = one(MODEL, f"{GUARDED}\nreturn await generate(self, args)")
    calling = calling.replace("def generate", "def other")
    yield case("calls-a-cord", f"@chute.cord({other})\n{calling}", "/other")
    for name in ("Generate", "gen2D", "_hidden", "generate_2", "generate2", "erzähle"):
        function = OTHER.replace("generate", name)
        yield Case(
            f"cord-name/{name.encode('ascii', 'replace').decode()}",
            module(HEAD, CHUTE, MODELS, f"@chute.cord({PUBLIC})\n{function}"),
            calls=(("POST", f"/{name}", BODY),),
        )
        yield Case(
            f"cord-name/{name.encode('ascii', 'replace').decode()}-with-path",
            module(HEAD, CHUTE, MODELS, f'@chute.cord({PUBLIC}, path="/x")\n{function}'),
            calls=(("POST", "/x", BODY),),
        )
    capital = OTHER.replace("generate", "Generate")
    yield Case(
        "cord-name/Generate-with-passthrough-path",
        module(HEAD, CHUTE, MODELS,
               f'@chute.cord({PUBLIC}, path="/x", passthrough_path="/x")\n{capital}'),
        calls=(("POST", "/x", BODY),),
    )  # fmt: skip


def _registered() -> Iterator[Case]:
    """Yield cords that are registered otherwise than by a plain decorator."""
    for kind, path in (("good", "/generate"), ("bad", "/users/{id}")):
        options = f'public_api_path="{path}", public_api_method="POST"'
        ways = {
            "called": f"{OTHER}\n\nchute.cord({options})(generate)\n",
            "loop": f"{OTHER}\n\nfor path in ({path!r},):\n"
                    '    chute.cord(public_api_path=path, public_api_method="POST")(generate)\n',
            "dictionary": f"{OTHER}\n\nROUTES = {{{path!r}: generate}}\n"
                    "for path, function in ROUTES.items():\n"
                    '    chute.cord(public_api_path=path, public_api_method="POST")(function)\n',
            "options": f"{OTHER}\n\nROUTES = [dict(public_api_path={path!r})]\n"
                    "for each in ROUTES:\n"
                    '    chute.cord(public_api_method="POST", **each)(generate)\n',
            "parameter": f"{OTHER}\n\ndef register(path):\n"
                    '    chute.cord(public_api_path=path, public_api_method="POST")(generate)\n'
                    f"\n\nregister({path!r})\n",
            "typed-function": f"def register(chute: Chute):\n    @chute.cord({options})\n"
                        + "".join(f"    {line}\n" for line in OTHER.splitlines())
                        + "\n\nregister(chute)\n",
            "function": f"def register(chute):\n    @chute.cord({options})\n"
                        + "".join(f"    {line}\n" for line in OTHER.splitlines())
                        + "\n\nregister(chute)\n",
            "stacked": "import functools\n\n\ndef logged(function):\n"
                       "    @functools.wraps(function)\n    async def inner(self, args):\n"
                       "        return await function(self, args)\n"
                       f"    return inner\n\n\n@chute.cord({options})\n@logged\n{OTHER}",
            "annotations": None,
        }  # fmt: skip
        for way, text in ways.items():
            source = (
                module("from __future__ import annotations\n" + HEAD, CHUTE, MODELS,
                       f"@chute.cord({options})\n{OTHER}")
                if text is None
                else module(HEAD, CHUTE, MODELS, text)
            )  # fmt: skip
            yield Case(
                f"cord-registered/{way}/{kind}", source, calls=(("POST", "/generate", BODY),)
            )
    for name, loop in {
        "twice": "for path in ('/a', '/b'):\n    {}(generate)\n",
        "twice-with-paths": "for path in ('/a', '/b'):\n"
        "    chute.cord(public_api_path=path, path=path)(generate)\n",
        "one-turn-chosen": "for path in ('/a', '/b'):\n    if path == '/a':\n"
        "        {}(generate)\n",
        "one-turn-left-out": "for path in ('/a', '/b'):\n    if path == '/a':\n        continue\n"
        "    {}(generate)\n",
        "nested": "for first in ('/a',):\n    for second in ('/b', '/c'):\n"
        "        path = first + second\n        {}(generate)\n",
        "enumerated": "for number, path in enumerate(('/a', '/b')):\n"
        "    chute.cord(public_api_path=path, path=f'/{{number}}')(generate)\n",
        "stopped": "for path in ('/a', '/b'):\n    {}(generate)\n    break\n",
        "over-nothing": "for path in ():\n    {}(generate)\n",
    }.items():
        registered = loop.format("chute.cord(public_api_path=path)")
        source = module(HEAD, CHUTE, MODELS, f"{OTHER}\n\n{registered}")
        yield Case(f"cord-loop/{name}", source)
    passing = "async def generate(data): ...\n"
    for name, options in {
        "plain": f'{PUBLIC}, passthrough=True, passthrough_path="/v1/x", passthrough_port=10101',
        "no-path": f"{PUBLIC}, passthrough=True",
        "no-port": f'{PUBLIC}, passthrough=True, passthrough_path="/v1/x"',
        "bad-path": f'{PUBLIC}, passthrough=True, passthrough_path="/v1/{{id}}"',
        "stream": f'{STREAM}, passthrough=True, passthrough_path="/v1/x"',
        "bad-method": f'{PUBLIC}, passthrough=True, passthrough_path="/v1/x", method="BANANA"',
    }.items():
        source = module(HEAD, CHUTE, MODELS, f"@chute.cord({options})\n{passing}")
        yield Case(f"cord-passthrough/{name}", source)
