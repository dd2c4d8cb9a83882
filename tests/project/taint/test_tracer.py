"""Values are followed from where they are used to what the caller sent."""

from __future__ import annotations

import pytest

from chutes_cli.project.taint.threats import Threat
from tests.project.taint.conftest import Asks

REACHES = {
    "field": "sink(args.name)",
    "name": "name = args.name\nsink(name)",
    "f-string": "sink(f'ls {args.name}')",
    "plus": "sink('ls ' + args.name)",
    "percent": "sink('ls %s' % args.name)",
    "format": "sink('ls {}'.format(args.name))",
    "join": "sink(' '.join(['ls', args.name]))",
    "method": "sink(args.name.strip().lower())",
    "entry of a dump": "sink(args.model_dump()['name'])",
    "entry of a dump by get": "sink(args.model_dump().get('name'))",
    "whole": "sink(str(args))",
    "list": "sink(['ls', args.name])",
    "dictionary": "sink({'a': args.name})",
    "unpacked": "a, b = 1, args.name\nsink(b)",
    "unpacked call": "a, b = args.name.split(':')\nsink(a)",
    "loop": "for each in args.names:\n    sink(each)",
    "loop of models": "for each in args.inners:\n    sink(each.path)",
    "nested model": "sink(args.inner.path)",
    "comprehension": "sink([each.strip() for each in args.names])",
    "inside a comprehension": "return [sink(each) for each in args.names]",
    "inside an inner comprehension": "return [[sink(b) for b in a.split()] for a in args.names]",
    "conditional": "sink(args.name if args.count else 'x')",
    "or": "sink(args.name or 'x')",
    "walrus": "if (name := args.name):\n    sink(name)",
    "augmented": "command = 'ls'\ncommand += args.name\nsink(command)",
    "either branch": "command = 'ls'\nif args.count:\n    command = args.name\nsink(command)",
    "later in a loop": "command = 'ls'\nfor each in range(3):\n    sink(command)\n"
    "    command = args.name",
    "await": "sink(await asyncio.wait_for(args.name, 3))",
    "decoded": "sink(base64.b64decode(args.name).decode())",
    "json": "sink(json.loads(args.name)['a'])",
    "basename is a path's": "sink(os.path.basename(args.name))",
    "sliced": "sink(args.name[3:])",
    "getattr": "sink(getattr(args, 'name'))",
    "copy of the model": "sink(args.model_copy().name)",
    "appended": "parts = ['ls']\nparts.append(args.name)\nsink(' '.join(parts))",
    "put under a key": "options = {}\noptions['name'] = args.name\nsink(options['name'])",
    "written": "import io\nbuffer = io.BytesIO()\nbuffer.write(args.name)\nsink(buffer)",
    "appended later in a loop": "parts = []\nfor each in args.names:\n    sink(parts)\n"
    "    parts.append(each)",
    "nothing leaves": "if not args.name:\n    pass\nsink(args.name)",
    "caught and kept": "name = args.name\ntry:\n    name = shlex.quote(name)\n"
    "except Exception:\n    pass\nsink(name)",
}

CLEAN = {
    "constant": "sink('ls')",
    "number": "sink(args.count)",
    "number in text": "sink(f'ls {args.count}')",
    "choice": "sink(args.kind)",
    "pattern": "sink(args.safe)",
    "inner number": "sink(args.inner.count)",
    "numbers": "for each in args.numbers:\n    sink(each)",
    "number of a model in a loop": "for each in args.inners:\n    sink(each.count)",
    "converted": "sink(int(args.name))",
    "length": "sink(len(args.name))",
    "quoted": "sink('ls ' + shlex.quote(args.name))",
    "quoted and kept": "name = shlex.quote(args.name)\nsink(name)",
    "replaced": "name = args.name\nname = 'x'\nsink(name)",
    "replaced on both sides": "name = args.name\nif args.count:\n    name = 'x'\nelse:\n"
    "    name = 'y'\nsink(name)",
    "looked up": "TABLE = {'a': 1}\nsink(TABLE[args.name])",
    "looked up by get": "TABLE = {'a': 1}\nsink(TABLE.get(args.name))",
    "compared": "sink(args.name == 'x')",
    "a model's answer": "sink(self.model.generate(args.name))",
    "an unknown function's": "sink(helper_of_nobody(args.name))",
    "hash": "import hashlib\nsink(hashlib.sha256(args.name.encode()).hexdigest())",
    "entry of a dump": "sink(args.model_dump()['count'])",
    "caught and left": "name = args.name\ntry:\n    name = shlex.quote(name)\n"
    "except Exception:\n    return {}\nsink(name)",
    "enum": "class Kind(enum.Enum):\n    A = 'a'\nsink(Kind(args.name))",
    "unpacked beside": "a, b = 1, args.name\nsink(a)",
    "uuid": "sink(uuid.UUID(args.name))",
    "lambda": "sink(lambda args: args.name)",
    "appended after": "parts = []\nsink(parts)\nparts.append(args.name)",
    "appended to another": "parts, others = [], []\nothers.append(args.name)\nsink(parts)",
    "itself": "name = name\nsink(name)",
}


@pytest.mark.parametrize("body", REACHES.values(), ids=REACHES)
def test_reaches(asks: Asks, body: str) -> None:
    found = asks(body)
    assert found is not None
    assert found.label == "cord x"
    assert found.trace[0].note == "cord x receives 'args'"


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_does_not_reach(asks: Asks, body: str) -> None:
    assert asks(body) is None


@pytest.mark.parametrize(
    "parameter",
    ["args: dict", "args", "args: Optional[Input] = None", "args: Input | None = None", "*args",
     "args: dict = None"],
)  # fmt: skip
def test_what_nothing_validates_carries_everything(asks: Asks, parameter: str) -> None:
    assert asks("sink(args['count'])", parameter=parameter) is not None
    assert asks("sink(args.get('count'))", parameter=parameter) is not None


def test_a_loose_pattern_stops_nothing(asks: Asks) -> None:
    assert asks("sink(args.loose)") is not None


HELPERS = {
    "function": ("def run(name):\n    sink(name)", "run(args.name)"),
    "keyword": ("def run(*, name):\n    sink(name)", "run(name=args.name)"),
    "two calls away": (
        "def run(a):\n    inner(a)\ndef inner(b):\n    sink(b)", "run(args.name)"),
    "star": ("def run(*parts):\n    sink(parts[1])", "run(1, args.name)"),
    "double star": ("def run(**parts):\n    sink(parts['a'])", "run(a=args.name)"),
    "spread": ("def run(a, b):\n    sink(b)", "run(*args.names)"),
    "spread dictionary": ("def run(a, b):\n    sink(b)", "run(**args.model_dump())"),
    "the whole body": ("def run(body):\n    sink(body.name)", "run(args)"),
    "returned": ("def command(name):\n    return 'ls ' + name", "sink(command(args.name))"),
    "returned by one of two": (
        "def command(name):\n    if not name:\n        return 'x'\n    return name",
        "sink(command(args.name))"),
    "generated": (
        "def parts(name):\n    yield 1\n    yield name",
        "for each in parts(args.name):\n    sink(each)"),
    "awaited": ("async def command(name):\n    return name", "sink(await command(args.name))"),
    "in a thread": ("def run(name):\n    sink(name)", "await asyncio.to_thread(run, args.name)"),
    "in an executor": (
        "def run(name):\n    sink(name)",
        "await asyncio.get_running_loop().run_in_executor(None, run, args.name)"),
    "threading": (
        "import threading\ndef run(name):\n    sink(name)",
        "threading.Thread(target=run, args=(args.name,)).start()"),
    "partial": (
        "import functools\ndef run(name):\n    sink(name)", "functools.partial(run, args.name)()"),
    "partial that is given more": (
        "import functools\ndef run(place, name, *, quick):\n    sink(name)",
        "functools.partial(run, 'here', quick=True)(args.name)"),
    "object that is called": (
        "class Runner:\n    def __call__(self, name):\n        sink(name)",
        "Runner()(args.name)"),
    "closure": ("", "def run():\n    sink(args.name)\nrun()"),
    "constructor": (
        "class Runner:\n    def __init__(self, name):\n        self.name = name\n"
        "    def run(self):\n        sink(self.name)",
        "Runner(args.name).run()"),
    "dataclass": (
        "@dataclass\nclass Job:\n    name: str\n",
        "job = Job(name=args.name)\nsink(job.name)"),
    "method of an object on self": (
        "class Runner:\n    def run(self, name):\n        sink(name)\n"
        "@chute.on_startup()\nasync def start(self):\n    self.runner = Runner()",
        "self.runner.run(args.name)"),
    "static method": (
        "class Runner:\n    @staticmethod\n    def run(name):\n        sink(name)",
        "Runner.run(args.name)"),
    "class method": (
        "class Runner:\n    @classmethod\n    def run(cls, name):\n        sink(name)",
        "Runner.run(args.name)"),
    "model made of a dictionary": (
        "", "sink(Input(**args.model_dump()).name)"),
    "model validated": ("", "sink(Input.model_validate(args).name)"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "body"), HELPERS.values(), ids=HELPERS)
def test_reaches_through(asks: Asks, before: str, body: str) -> None:
    assert asks(body, before=before) is not None


CLEAN_HELPERS = {
    "filled by the partial": (
        "import functools\ndef run(place, name):\n    sink(place)",
        "functools.partial(run, 'here')(args.name)"),
    "the object that is called": (
        "class Runner:\n    def __call__(self, name):\n        sink(self)",
        "Runner()(args.name)"),
    "quoted by a helper": (
        "def command(name):\n    return 'ls ' + shlex.quote(name)", "sink(command(args.name))"),
    "another call's argument": (
        "def same(name):\n    return name", "same(args.name)\nsink(same('x'))"),
    "called with a constant": ("def run(name):\n    sink(name)", "run('x')"),
    "another parameter": ("def run(a, b):\n    sink(b)", "run(args.name, 'x')"),
    "a number of the model": ("def run(body):\n    sink(body.count)", "run(args)"),
    "never called": ("def run(name):\n    sink(name)", "return args.name"),
    "default": ("def run(a, b='x'):\n    sink(b)", "run(args.name)"),
    "model made of a dictionary": ("", "sink(Input(**args.model_dump()).count)"),
    "model validated": ("", "sink(Input.model_validate(args).count)"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "body"), CLEAN_HELPERS.values(), ids=CLEAN_HELPERS)
def test_does_not_reach_through(asks: Asks, before: str, body: str) -> None:
    assert asks(body, before=before) is None


def test_reaches_another_module_with_its_way(asks: Asks) -> None:
    found = asks(
        "from tools.shell import Runner\nreturn Runner().run(args.name)",
        files={
            "tools/__init__.py": "",
            "tools/shell.py": "class Runner:\n    def run(self, what):\n"
            "        sink(f'ls {what}')\n",
        },
    )
    assert found is not None
    notes = [(each.path, each.note) for each in found.trace]
    assert notes == [
        ("app.py", "cord x receives 'args'"),
        ("app.py", "handed to Runner.run as 'what'"),
    ]


def test_circles_end(asks: Asks) -> None:
    before = "def a(x):\n    return b(x)\ndef b(x):\n    return a(x)"
    assert asks("sink(a(args.name))", before=before) is None
    looped = "a = args.name\nb = 'x'\nfor each in range(3):\n    b = a\n    a = b\n"
    assert asks(looped + "sink(b)") is not None


def test_a_route_is_a_source_on_direct_exposure(asks: Asks) -> None:
    found = asks("return 1", before="@chute.get('/y')\ndef y(name: str):\n    sink(name)\n")
    assert found is not None
    assert found.exposures == {"direct"}


def test_a_job_is_a_source(asks: Asks) -> None:
    job = "@chute.job()\nasync def y(self, output_dir, **job_data):\n    sink({})\n"
    found = asks("return 1", before=job.format("job_data['name']"))
    assert found is not None
    assert found.label == "job y"
    assert asks("return 1", before=job.format("output_dir")) is None
    for taken in ("job_data['output_dir']", "job_data.pop('output_dir')"):
        assert asks("return 1", before=job.format(taken)) is None
    assert asks("return 1", before=job.format("job_data['name']")) is not None
    assert asks("sink(args['output_dir'])") is not None  # it is a cord's caller who sends this one


def test_guards_narrow_the_exposures(asks: Asks) -> None:
    before = "def run(name):\n    sink(name)"
    found = asks("if settings.exposure == 'gateway':\n    run(args.name)", before=before)
    assert found is not None
    assert found.exposures == {"gateway"}


@pytest.mark.parametrize("threat", list(Threat))
def test_every_threat_travels_by_name(asks: Asks, threat: Threat) -> None:
    assert asks("name = args.name\nsink(name)", threat) is not None
