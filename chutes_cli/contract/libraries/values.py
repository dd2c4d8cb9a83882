"""What becomes of a value in a function: which results are made of it, and what they lost.

Sources: the documentation of Python's standard library and of the libraries named. Threats
go by the names of `chutes_cli.project.taint.threats.Threat`.
"""

from __future__ import annotations

from collections.abc import Mapping

CARRIES = frozenset(
    {
        *(f"builtins.{name}" for name in (
            "str", "bytes", "bytearray", "memoryview", "list", "tuple", "set", "frozenset", "dict",
            "sorted", "reversed", "iter", "next", "enumerate", "zip", "map", "filter", "min",
            "max", "format", "getattr", "vars", "sum", "repr", "ascii", "anext", "aiter")),
        "copy.copy", "copy.deepcopy", "typing.cast", "unicodedata.normalize",
        "os.fspath", "os.fsencode", "os.fsdecode", "string.Template",
        "json.loads", "json.dumps", "orjson.loads", "orjson.dumps", "ujson.loads", "ujson.dumps",
        "yaml.safe_load", "yaml.load", "tomllib.loads", "ast.literal_eval", "ast.parse",
        "binascii.unhexlify", "binascii.a2b_base64", "quopri.decodestring",
        "io.BytesIO", "io.StringIO", "io.BufferedReader", "io.TextIOWrapper",
        "gzip.decompress", "zlib.decompress", "bz2.decompress", "lzma.decompress",
        "codecs.decode", "codecs.encode", "html.escape", "html.unescape",
        "re.split", "re.findall", "re.finditer", "re.escape", "shlex.split", "bleach.clean",
        "asyncio.wait_for", "asyncio.shield", "asyncio.gather", "asyncio.wrap_future",
        "asyncio.run", "asyncio.run_coroutine_threadsafe", "asyncio.create_task",
        "asyncio.ensure_future", "types.SimpleNamespace", "collections.deque",
        "collections.OrderedDict", "collections.ChainMap", "tarfile.open", "tarfile.TarFile",
        "zipfile.ZipFile", "gzip.open", "gzip.GzipFile", "bz2.open", "bz2.BZ2File", "lzma.open",
        "lzma.LZMAFile", "dataclasses.asdict", "dataclasses.astuple", "dataclasses.replace",
        "functools.reduce",
    }
)  # fmt: skip
"""Functions whose result holds their arguments, or text made of them."""

MEMBER_LISTS = frozenset({"namelist", "getnames"})
"""Methods of archives that give the names in them."""

MEMBERS = frozenset({"infolist", "filelist", "getmembers", "getinfo", "getmember"})
"""Methods and attributes of archives that give what describes their members."""

MEMBER_NAMES = frozenset({"filename", "orig_filename", "name", "path", "linkname", "linkpath"})
"""Attributes of that in which the archive names files."""

TARS = frozenset({"tarfile.open", "tarfile.TarFile", "tarfile.TarFile.open"})
"""What makes archives that loops go over, member by member."""

FILES = frozenset(
    {"tempfile.NamedTemporaryFile", "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile",
     "aiofiles.tempfile.NamedTemporaryFile"}
)  # fmt: skip
"""What makes files whose name is not of what is written to them."""

CARRIES_BELOW = (
    "os.path.", "pathlib.", "urllib.parse.", "base64.", "textwrap.", "itertools.",
    "posixpath.", "anyio.Path", "yarl.URL", "httpx.URL", "builtins.bytes.", "builtins.str.",
)  # fmt: skip
"""Modules and classes of which all do."""

CLEARS: Mapping[str, frozenset[str]] = {
    "shell": frozenset({"shlex.quote", "shlex.join", "pipes.quote", "subprocess.list2cmdline"}),
    "code": frozenset({"builtins.repr", "builtins.ascii", "json.dumps", "ast.literal_eval"}),
    "path": frozenset(
        {
            "os.path.basename", "posixpath.basename", "ntpath.basename",
            "werkzeug.utils.secure_filename", "werkzeug.utils.safe_join",
            "pathvalidate.sanitize_filename", "io.BytesIO", "io.StringIO",
            "urllib.parse.quote_plus", "base64.b64encode", "base64.urlsafe_b64encode",
            "base64.b16encode", "base64.b32encode", "slugify.slugify",
        }
    ),
    "url": frozenset(
        {"urllib.parse.quote", "urllib.parse.quote_plus", "urllib.parse.urlencode",
         "os.path.basename", "base64.b64encode", "base64.urlsafe_b64encode"}
    ),
    "sql": frozenset({"psycopg.sql.Identifier", "psycopg2.sql.Identifier", "base64.b64encode",
                      "psycopg.sql.Literal", "psycopg2.sql.Literal"}),
    "data": frozenset({"base64.b64encode"}),
    "size": frozenset(),
}  # fmt: skip
"""Functions whose result can no longer carry a threat."""

DROPS: Mapping[str, frozenset[str]] = {
    "path": frozenset({"name", "stem", "suffix", "suffixes"}),
    "url": frozenset({"scheme", "port", "path", "query", "fragment", "params", "username"}),
}
"""Attributes of a path or of a parsed address that name no folder and no host."""

CLEAN_METHODS = frozenset(
    {
        "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower",
        "isnumeric", "isprintable", "isspace", "istitle", "isupper", "startswith", "endswith",
        "count", "find", "index", "rfind", "rindex", "hexdigest", "digest", "timestamp", "exists",
        "is_file", "is_dir", "is_absolute", "is_relative_to", "stat", "keys_count", "bit_length",
        "total_seconds", "fullmatch", "issubset", "issuperset", "isdisjoint", "tell", "getbuffer",
        "model_fields_set", "qsize", "wait", "add_done_callback",
    }
)  # fmt: skip
"""Methods whose result holds nothing of the object."""

JOINS = frozenset(
    {"join", "format", "format_map", "joinpath", "replace", "with_name", "union", "substitute",
     "safe_substitute", "with_suffix", "zfill", "render"}
)  # fmt: skip
"""Methods whose result holds their arguments."""

FILLS = frozenset(
    {"append", "appendleft", "extend", "insert", "add", "update", "setdefault", "write",
     "writelines", "put", "put_nowait", "push"}
)  # fmt: skip
"""Methods that put their arguments into the object."""

WRITES = frozenset({"write_bytes", "write_text"})
"""Methods of a path that put their arguments into the file."""

LOOKS_UP = frozenset({"get", "pop", "setdefault"})
"""Methods whose result is an entry, or the second argument."""

ENTRIES = frozenset({"items", "values", "popitem"})
"""Methods whose result holds the entries."""

WEAK: Mapping[str, frozenset[str]] = {
    "path": frozenset({"suffix", "suffixes", "os.path.splitext", "builtins.len", "endswith",
                       "mimetypes.guess_type", "content_type"}),
    "url": frozenset({"scheme", "port", "path", "query", "fragment", "builtins.len",
                      "builtins.type"}),
    "shell": frozenset({"builtins.len", "builtins.type"}),
    "code": frozenset({"builtins.len", "builtins.type"}),
    "sql": frozenset({"builtins.len", "builtins.type"}),
    "data": frozenset({"builtins.len", "builtins.type"}),
    "size": frozenset(),
}  # fmt: skip
"""Parts of a value that say nothing about the threat, however they are checked."""

REFUSES: Mapping[str, frozenset[str]] = {
    "path": frozenset({"relative_to", "pathvalidate.validate_filename", "uuid.UUID",
                       "builtins.int", "fastapi.encoders.validate"}),
    "url": frozenset({"builtins.int", "uuid.UUID"}),
    "shell": frozenset({"builtins.int", "builtins.float", "uuid.UUID"}),
    "code": frozenset({"builtins.int", "builtins.float", "uuid.UUID"}),
    "sql": frozenset({"builtins.int", "builtins.float", "uuid.UUID"}),
    "data": frozenset({"hmac.verify"}),
    "size": frozenset(),
}  # fmt: skip
"""Functions and methods that raise when a value carries a threat."""

ASKS_NOTHING = frozenset(
    {"builtins.len", "builtins.isinstance", "builtins.bool", "builtins.hasattr", "builtins.str",
     "builtins.callable", "builtins.type", "builtins.print", "os.path.exists", "os.path.isfile",
     "os.path.isdir", "validators.url", "builtins.any", "builtins.all", "builtins.id"}
)  # fmt: skip
"""Functions whose answer says nothing about what a value can do."""

VALIDATES_MODEL = frozenset(
    {"model_validate", "parse_obj", "model_construct", "model_validate_json", "parse_raw"}
)
"""Methods of a pydantic model that make one of what they are given."""
