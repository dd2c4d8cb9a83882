"""Calls that a value from outside must not reach unchecked, by threat.

Sources: the documentation of Python's standard library and of the libraries named; most say
so in a warning of their own (`pickle`, `subprocess`, `eval`, `yaml`, `torch.load`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RECEIVER = -1
"""The position of the object a method is called on."""


@dataclass(frozen=True, slots=True)
class Sink:
    """An argument that a caller must not choose.

    Attributes:
        position: Its position, `RECEIVER` for the object a method is called on.
        keywords: Its names.
    """

    position: int = 0
    keywords: tuple[str, ...] = ()


def _first(*keywords: str) -> Sink:
    return Sink(0, keywords)


def _of(module: str, names: str, sink: Sink) -> dict[str, Sink]:
    return {f"{module}.{name}": sink for name in names.split()}


_file = _first("file", "path", "src", "name", "fp", "filename")

SHELL: Mapping[str, Sink] = {
    "os.system": _first("command"),
    "os.popen": _first("cmd"),
    "subprocess.getoutput": _first("cmd"),
    "subprocess.getstatusoutput": _first("cmd"),
    "asyncio.create_subprocess_shell": _first("cmd"),
    "asyncio.subprocess.create_subprocess_shell": _first("cmd"),
    "paramiko.SSHClient.exec_command": _first("command"),
    "paramiko.client.SSHClient.exec_command": _first("command"),
    "invoke.run": _first("command"),
    "invoke.Context.run": _first("command"),
    "fabric.Connection.run": _first("command"),
    **{f"asyncio.{loop}.subprocess_shell": Sink(1, ("cmd",))
       for loop in ("get_running_loop", "get_event_loop", "new_event_loop")},
    "pexpect.spawn": _first("command"),
    "pexpect.run": _first("command"),
}  # fmt: skip
"""Functions that hand a text to a shell."""

PROGRAMS: Mapping[str, Sink] = {
    **{f"subprocess.{name}": _first("args")
       for name in ("run", "call", "check_call", "check_output", "Popen")},
    "asyncio.create_subprocess_exec": _first("program"),
    "asyncio.subprocess.create_subprocess_exec": _first("program"),
    **{f"os.{name}": _first("file", "path")
       for name in ("execv", "execve", "execvp", "execvpe", "execl", "execle", "execlp",
                    "posix_spawn", "posix_spawnp")},
    **{f"os.{name}": Sink(1, ("file", "path"))
       for name in ("spawnl", "spawnle", "spawnlp", "spawnv", "spawnve", "spawnvp")},
    "pty.spawn": _first("argv"),
    **{f"asyncio.{loop}.subprocess_exec": Sink(1)
       for loop in ("get_running_loop", "get_event_loop", "new_event_loop")},
    "anyio.run_process": _first("command"),
    "anyio.open_process": _first("command"),
    "trio.run_process": _first("command"),
}  # fmt: skip
"""Functions that start a program; the first item of a list is the program."""

INTERPRETERS = frozenset(
    {"sh", "bash", "zsh", "dash", "ksh", "cmd", "cmd.exe", "powershell", "pwsh", "python",
     "python3", "perl", "ruby", "node"}
)  # fmt: skip
"""Programs that run a text they are given as an argument."""

STARTERS = frozenset(
    {"env", "timeout", "nice", "nohup", "setsid", "stdbuf", "sudo", "ionice", "xvfb-run", "time"}
)
"""Programs that start the one named after them."""

CODE_FLAGS = frozenset({"-c", "-lc", "-ec", "-e", "/c", "/C", "-Command"})
"""The flags before that text."""

CODE: Mapping[str, Sink] = {
    "builtins.eval": _first("source", "expression"),
    "builtins.exec": _first("source", "object"),
    "builtins.compile": _first("source"),
    "builtins.__import__": _first("name"),
    "importlib.import_module": _first("name"),
    "runpy.run_module": _first("mod_name"),
    "runpy.run_path": _first("path_name"),
    "code.InteractiveInterpreter.runsource": _first("source"),
    "code.InteractiveConsole.runsource": _first("source"),
    "code.InteractiveConsole.push": _first("line"),
    "jinja2.Template": _first("source"),
    "jinja2.Environment.from_string": _first("source"),
    "mako.template.Template": _first("text"),
    "sympy.sympify": _first("a"),
    "sympy.S": _first("a"),
    "sympy.lambdify": Sink(1, ("expr",)),
    "sympy.parse_expr": _first("s"),
    "sympy.parsing.sympy_parser.parse_expr": _first("s"),
    "pandas.eval": _first("expr"),
    "numexpr.evaluate": _first("ex"),
    "torch.hub.load": _first("repo_or_dir"),
}
"""Functions that run a text as code, templates included: Jinja reaches every object."""

CODE_METHODS = frozenset({"query", "eval"})
"""Methods that run a text as code."""

CODE_OWNERS = ("pandas.",)
"""Libraries whose tables they are methods of."""

IMPORTING = frozenset({"builtins.__import__", "importlib.import_module", "runpy.run_module"})
"""Those of them that are given the name of a module."""

PATH: Mapping[str, Sink] = {
    **_of("builtins", "open", _file),
    **_of("io", "open", _file),
    **_of("codecs", "open", _file),
    **_of("aiofiles", "open", _file),
    **_of("anyio", "open_file", _file),
    **_of("os", "open remove unlink rename replace mkdir makedirs rmdir removedirs listdir", _file),
    **_of("os", "scandir walk chmod symlink link truncate", _file),
    **_of("shutil", "copy copy2 copyfile copytree move rmtree unpack_archive make_archive", _file),
    **_of("gzip", "open", _file),
    **_of("bz2", "open", _file),
    **_of("lzma", "open", _file),
    **_of("sqlite3", "connect", _file),
    **_of("zipfile", "ZipFile", _file),
    **_of("tarfile", "open TarFile", _file),
    **_of("numpy", "load save loadtxt fromfile savez savez_compressed savetxt memmap", _file),
    **_of("PIL.Image", "open", _file),
    **_of("cv2", "imread imwrite", _file),
    **_of("soundfile", "read write", _file),
    **_of("librosa", "load", _file),
    **_of("torchaudio", "load save", _file),
    **_of("pandas", "read_csv read_json read_parquet read_excel", _file),
    **_of("safetensors", "safe_open", _file),
    **_of("safetensors.torch", "load_file", _file),
    **_of("imageio", "imread imwrite", _file),
    **_of("glob", "glob iglob", _file),
    **_of("starlette.responses", "FileResponse", _file),
    **_of("fastapi.responses", "FileResponse", _file),
    "torch.load": _first("f"),
    "torch.save": Sink(1, ("f",)),
    **_of("tempfile", "mkdtemp mkstemp TemporaryDirectory NamedTemporaryFile", Sink(-2, ("dir",))),
    "safetensors.torch.save_file": Sink(1, ("filename",)),
}
"""Functions that open, change or remove the file that an argument names."""

SECOND_PATH: Mapping[str, Sink] = {
    **_of("os", "rename replace symlink link", Sink(1, ("dst",))),
    **_of("shutil", "copy copy2 copyfile copytree move", Sink(1, ("dst",))),
}
"""Those that name a second file."""

PATH_METHODS = frozenset(
    {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "open", "mkdir", "rmdir",
     "touch", "rename", "replace", "iterdir", "glob", "rglob", "symlink_to", "hardlink_to", "chmod"}
)  # fmt: skip
"""Methods of a path that go to the disk."""

PATH_CLASSES = ("pathlib.Path.", "pathlib.PosixPath.", "anyio.Path.", "upath.UPath.")
"""What they are methods of."""

SAVES = frozenset({"save", "to_csv", "to_parquet", "to_json", "to_pickle", "to_excel"})
"""Methods of pictures and tables that write the file that they are given the name of."""

SAVERS = ("PIL.", "pandas.")
"""What they are methods of."""

SQL_METHODS = frozenset(
    {"execute", "executemany", "executescript", "fetch", "fetchrow", "fetchval", "fetch_all",
     "fetch_one", "raw", "exec_driver_sql", "query", "sql", "execute_fetchall", "execute_insert"}
)  # fmt: skip
"""Methods of connections and cursors that are given a query."""

SQL: Mapping[str, Sink] = {
    "sqlalchemy.text": _first("text"),
    "sqlalchemy.sql.text": _first("text"),
    "sqlalchemy.literal_column": _first("text"),
    "psycopg.sql.SQL": _first("string", "obj"),
    "psycopg2.sql.SQL": _first("string"),
    "pandas.read_sql": _first("sql"),
    "pandas.read_sql_query": _first("sql"),
}
"""Functions that are given a query."""

SQL_CLIENTS = (
    "sqlite3.", "psycopg.", "psycopg2.", "asyncpg.", "aiosqlite.", "sqlalchemy.", "pymysql.",
    "MySQLdb.", "mysql.", "aiomysql.", "aiopg.", "databases.", "duckdb.", "clickhouse_driver.",
    "snowflake.", "pyodbc.", "cx_Oracle.", "oracledb.",
)  # fmt: skip
"""Libraries whose objects take SQL; of other objects a query must look like one."""

_CLIENTS = (
    "requests", "requests.Session", "requests.sessions.Session", "httpx", "httpx.Client",
    "httpx.AsyncClient", "aiohttp.ClientSession", "urllib3", "urllib3.PoolManager",
)  # fmt: skip

URL: Mapping[str, Sink] = {
    **{name: sink
       for client in _CLIENTS
       for name, sink in (
           *_of(client, "get post put patch delete head options ws_connect", _first("url")).items(),
           *_of(client, "request stream urlopen build_request", Sink(1, ("url",))).items())},
    **{f"{client}": Sink(-2, ("base_url",))
       for client in ("httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "openai.OpenAI",
                      "openai.AsyncOpenAI")},
    "socket.socket.connect": _first("address"),
    "aiohttp.request": Sink(1, ("url",)),
    "urllib.request.urlopen": _first("url"),
    "urllib.request.urlretrieve": _first("url"),
    "urllib.request.Request": _first("url"),
    "urllib.request.build_opener.open": _first("fullurl"),
    "requests.Request": Sink(1, ("url",)),
    "httpx.Request": Sink(1, ("url",)),
    "http.client.HTTPConnection": _first("host"),
    "http.client.HTTPSConnection": _first("host"),
    "socket.create_connection": _first("address"),
    "asyncio.open_connection": _first("host"),
    "websockets.connect": _first("uri"),
    "websocket.create_connection": _first("url"),
    "wget.download": _first("url"),
    "transformers.image_utils.load_image": _first("image"),
    "diffusers.utils.load_image": _first("image"),
    "diffusers.utils.load_video": _first("video"),
    "cv2.VideoCapture": _first("filename"),
    "gdown.download": _first("url"),
    "yt_dlp.YoutubeDL.download": _first("url_list"),
    "imageio.imread": _first("uri"),
}  # fmt: skip
"""Functions that call the host that an argument names."""

_decoded = _first("data", "file", "f", "s", "filename")

_loaders = "Loader UnsafeLoader FullLoader CLoader CUnsafeLoader CFullLoader"

LOADERS: Mapping[str, Sink] = {
    **_of("yaml", _loaders, _first("stream")),
    **_of("yaml.loader", _loaders, _first("stream")),
    **_of("yaml.cyaml", _loaders, _first("stream")),
}
"""Loaders of YAML that make more than plain values, and what they are given."""

UNPICKLERS: Mapping[str, Sink] = {
    **_of("pickle", "Unpickler _Unpickler", _first("file")),
    **_of("_pickle", "Unpickler", _first("file")),
    **_of("dill", "Unpickler", _first("file")),
}
"""Decoders that look up what they decode by `find_class`, which a class of their own may limit."""

YAML: Mapping[str, Sink] = {
    **_of("yaml", "load load_all", _first("stream")),
}
"""Functions that are given one of the loaders, or a safe one."""

TORCH: Mapping[str, Sink] = {"torch.load": _first("f")}
"""Safe with ``weights_only=True``, which is the default from torch 2.6 on."""

NUMPY: Mapping[str, Sink] = {"numpy.load": _first("file")}
"""Safe without ``allow_pickle=True``."""

DATA: Mapping[str, Sink] = {
    **UNPICKLERS,
    **LOADERS,
    **_of("pickle", "loads load", _decoded),
    **_of("_pickle", "loads load", _decoded),
    **_of("cloudpickle", "loads load", _decoded),
    **_of("dill", "loads load", _decoded),
    **_of("marshal", "loads load", _decoded),
    **_of("jsonpickle", "decode loads", _decoded),
    **_of("shelve", "open", _decoded),
    "joblib.load": _first("filename"),
    "pandas.read_pickle": _first("filepath_or_buffer"),
    "yaml.unsafe_load": _first("stream"),
    "yaml.unsafe_load_all": _first("stream"),
    "yaml.full_load": _first("stream"),
    "keras.models.load_model": _first("filepath"),
    "tensorflow.keras.models.load_model": _first("filepath"),
}  # fmt: skip
"""Decoders that run what they decode."""

_encoded = (
    "b64decode urlsafe_b64decode standard_b64decode b32decode b16decode decodebytes b85decode"
)

UNPACKING = frozenset({"extractall", "extract"})
"""Methods of an archive that write files by the names in it."""

TRUSTING = "fully_trusted"
"""The filter that is none (tarfile, "Extraction filters")."""

TRUSTING_FILTER = "tarfile.fully_trusted_filter"
"""The same as a function."""

ARCHIVES = ("tarfile.",)
"""Modules whose archives keep ``..`` and absolute names, up to Python 3.13 (zipfile's do not)."""

BASE64: Mapping[str, Sink] = {
    **_of("base64", f"{_encoded} a85decode", _first("s")),
    "binascii.a2b_base64": _first("data"),
    "binascii.unhexlify": _first("hexstr"),
    "builtins.bytes.fromhex": _first(),
    "pybase64.b64decode": _first("s"),
    "pybase64.b64decode_as_bytearray": _first("s"),
}  # fmt: skip
"""Decoders whose result is nearly as large as what they are given."""

CODECS: Mapping[str, Sink] = {"codecs.decode": _first("obj")}
"""Functions that are given such a decoder's name."""

BINARY_CODECS = frozenset({"base64", "base64_codec", "base_64", "hex", "hex_codec"})
"""The names (codecs, "Binary Transforms")."""
