"""Python and templates that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "code-injection"
FIRES = [
    "exec(f'x = {args.name!s}')",
    "exec(f'{args.name}' f'x = {args.name!r}')",
    "exec(f'{args.count!r:>{args.name}}')",
    "exec('x = %s %r' % (args.name, 1))",
    "exec('x = {} {!r}'.format(args.name, 1))",
    "exec('x = {!r}'.replace('x', args.name))",
    "import pandas\ntable = pandas.read_csv('a')\ntable.query(args.name)",
    "import pandas\npandas.DataFrame().eval(args.name)",
    "import sympy\nsympy.S(args.name)",
    "import sympy\nsympy.lambdify('x', args.name)",
    "import code\ncode.InteractiveConsole().push(args.name)",
    "eval(args.name)",
    "exec(args.name)",
    "exec(compile(args.name, 'x', 'exec'))",
    "importlib.import_module(args.name)",
    "__import__(args.name)",
    "importlib.import_module('plugins' + args.name)",
    "importlib.import_module(f'{args.name}.plugins')",
    "name = args.name + '.a'\nimportlib.import_module(name)",
    "eval('math.' + args.name)",
    "jinja2.Template(args.name).render()",
    "jinja2.Environment().from_string(args.name)",
    "sympify(args.name)",
]
SILENT = [
    "exec(f'x = {args.name!r}')",
    "exec(f'x = {args.name!a}')",
    "exec(f'{args.count!r}' f'x = {args.name!r}')",
    "exec('x = %r' % args.name)",
    "exec('x = %(a)r, %d%%' % {'a': args.name})",
    "exec('x = {!r}'.format(args.name))",
    "exec('{{}} = {a!a}'.format(a=args.name))",
    "model = torch.nn.Linear(1, 1)\nmodel.eval(args.name)",
    "self.db.query(args.name)",
    "eval('1 + 1')",
    "eval(f'{args.count} + 1')",
    "self.model.eval()",
    "self.engine.exec(args.name)",
    "importlib.import_module('plugins.' + args.name)",
    "importlib.import_module(f'plugins.{args.name}')",
    "name = f'.{args.name}'\nimportlib.import_module(name, 'plugins')",
    "__import__('plugins.' + args.name)",
    "jinja2.Template('{{ a }}').render(a=args.name)",
]


@pytest.mark.parametrize("body", FIRES)
def test_fires(findings: Findings, body: str) -> None:
    found = findings(source(body), ID)
    assert [each.check for each in found] == [ID]
    assert "the caller of cord x" in found[0].message
    assert found[0].trace[0].note == "cord x receives 'args'"


@pytest.mark.parametrize("body", SILENT)
def test_stays_silent(findings: Findings, body: str) -> None:
    assert findings(source(body), ID) == []


def test_stays_silent_where_no_caller_is(findings: Findings) -> None:
    unreached = f"async def other(args):\n    {FIRES[0]}\n"
    assert findings(source("return 1", before=unreached), ID) == []
    start = (
        f"@chute.on_startup()\nasync def start(self):\n    args = Input(name='a')\n    {FIRES[0]}\n"
    )
    assert findings(source("return 1", before=start), ID) == []
