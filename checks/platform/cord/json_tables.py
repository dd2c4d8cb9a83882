"""The names whose results orjson cannot encode, and what to return instead."""

from __future__ import annotations

from .statuses import EXCEPTIONS

DUMP = "return what its .model_dump() gives"
BINARY = "return Response(content=..., media_type=...), or base64 text inside a dict"
LIST = "return a list made of it"
TEXT = "return str(...) of it"
NUMBERS = "return what its .tolist() or .item() gives"
PARTS = "return its parts in a dict"
_BYTES = frozenset(
    {"builtins.bytes", "builtins.bytearray", "builtins.memoryview", "base64.b64encode",
     "base64.urlsafe_b64encode", "orjson.dumps", "json.dumps.encode", "io.BytesIO.getvalue",
     "io.BytesIO.read", "pathlib.Path.read_bytes"}
)  # fmt: skip
_ITERATORS = frozenset(
    {"builtins.map", "builtins.filter", "builtins.zip", "builtins.enumerate", "builtins.reversed",
     "builtins.range", "builtins.iter", "collections.deque"}
)  # fmt: skip
_FILES = frozenset({"io.BytesIO", "io.StringIO", "builtins.open"})
_IMAGES = frozenset({"PIL.Image.open", "PIL.Image.new", "PIL.Image.fromarray"})
_AS_TEXT = frozenset(
    {"decimal.Decimal", "datetime.timedelta", "pathlib.Path", "pydantic.SecretStr"}
)
ARRAYS = frozenset(
    {f"numpy.{name}" for name in (
        "array", "asarray", "zeros", "ones", "full", "arange", "linspace", "concatenate", "stack",
        "float32", "float64", "int32", "int64", "mean", "sum")}
    | {f"torch.{name}" for name in (
        "tensor", "zeros", "ones", "full", "arange", "cat", "stack", "argmax", "softmax")}
)  # fmt: skip
TABLE = (
    (frozenset({"builtins.set", "builtins.frozenset"}), "a set", LIST),
    (_BYTES, "bytes", BINARY),
    (_ITERATORS, "an iterator", LIST),
    (_FILES, "a file object", BINARY),
    (_IMAGES, "a PIL image", BINARY),
    (_AS_TEXT, "an object", TEXT),
    (frozenset({"builtins.object"}), "a bare object", PARTS),
    (ARRAYS, "an array", NUMBERS),
    (EXCEPTIONS, "an HTTPException that is not raised", "raise it"),
)
