from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "exception-text-returned"
HEAD = """\
import dataclasses
import json
import logging
import subprocess
import traceback
import httpx
from fastapi import HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from chutes.chute import Chute

log = logging.getLogger(__name__)
chute = Chute("u", "my-service", "i")


class Refused(Exception):
    pass


class Answer(BaseModel):
    error: str

"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"


def app(handler: str, kind: str = "Exception", module: str = "") -> str:
    body = "".join(f"        {line}\n" for line in handler.splitlines())
    return f"{HEAD}{module}\n{CORD}    try:\n        return self.run(args)\n" + (
        f"    except {kind} as e:\n{body}"
    )


SAFELY = (
    "def safely(function):\n    def run(*args):\n        try:\n"
    "            return function(*args)\n        except Exception as e:\n"
    "            {}\n            return {{'error': {}}}\n    return run\n\n\n"
)
WORK = "@safely\ndef work(args): ...\n\n\n"
PASSES_ON = "def run(args):\n    try:\n        return {}\n    except Exception as e:\n        "
OUTCOME = "@dataclasses.dataclass\nclass Outcome:\n    value: int = 0\n    error: str = ''\n"
ROWS = (
    "def row(each):\n    try:\n        return Outcome(each)\n    except Exception as e:\n"
    "        return Outcome(error=str(e))\n"
    "def rows(args):\n    return [row(each) for each in args]\n"
)
KEEPER = (
    "class Keeper:\n    def __init__(self, text=''):\n        self.text = text\n"
    "    def run(self):\n        try:\n            return 1\n        except Exception as e:\n"
    "            self.text = {}\n    @property\n    def told(self):\n        return self.text\n"
    "    def answer(self):\n        return {{'error': self.text}}\n"
)
KEPT = f"{CORD}    keeper = Keeper()\n    keeper.run()\n    return {{}}\n"
FIRES = {
    "field": app("made = Outcome(error=str(e))\nreturn {'error': made.error}", module=OUTCOME),
    "field_by_place": app(
        "made = Outcome(1, str(e))\nreturn {'error': made.error}", module=OUTCOME
    ),
    "field_of_what_a_helper_makes": HEAD
    + OUTCOME
    + PASSES_ON
    + f"return Outcome(error=str(e))\n{CORD}    return run(args).error\n",
    "field_of_each_result": HEAD
    + OUTCOME
    + ROWS
    + f"{CORD}    return [r.error for r in rows(args)]\n",
    "field_of_each_kept_result": HEAD
    + OUTCOME
    + ROWS
    + f"{CORD}    found = rows(args)\n    return {{'e': [{{'x': r.error}} for r in found]}}\n",
    "each_result_whole": HEAD
    + OUTCOME
    + ROWS
    + f"{CORD}    return [dataclasses.asdict(r) for r in rows(args)]\n",
    "each_result_by_a_method": HEAD
    + OUTCOME
    + "    def shown(self):\n        return {'e': self.error}\n"
    + ROWS
    + f"{CORD}    return [r.shown() for r in rows(args)]\n",
    "each_result_in_a_loop": HEAD
    + OUTCOME
    + ROWS
    + f"{CORD}    told = []\n    for r in rows(args):\n        told.append(r.error)\n"
    + "    return told\n",
    "made_in_a_comprehension": app("return [str(e) for _ in args]"),
    "attribute_assigned": HEAD + KEEPER.format("str(e)") + KEPT.format("keeper.text"),
    "attribute_of_itself": HEAD + KEEPER.format("str(e)") + KEPT.format("keeper.answer()"),
    "property": HEAD + KEEPER.format("str(e)") + KEPT.format("keeper.told"),
    "attribute_given_to_init": app("return Keeper(str(e)).text", module=KEEPER.format("''")),
    "attribute_given_to_init_as_it_is": app(
        "return Keeper(e).text", module=KEEPER.replace("= text", "= str(text)", 1).format("''")
    ),
    "own_exception_with_the_text_of_another": app(
        "raise HTTPException(400, str(e))", "Refused", PASSES_ON + "raise Refused(str(e)) from e\n"
    ),
    "own_exception_made_of_another": app(
        "raise HTTPException(400, str(e))", "Refused", PASSES_ON + "raise Refused(e) from e\n"
    ),
    "own_exception_made_before_it_is_raised": app(
        "raise HTTPException(400, str(e))",
        "Refused",
        PASSES_ON + "told = Refused(str(e))\n        raise told from e\n",
    ),
    "arguments": app("return {'why': '; '.join(map(str, e.args))}"),
    "decorated_helper": HEAD
    + SAFELY.format("log.info(1)", "str(e)")
    + WORK
    + CORD
    + "    return work(args)\n",
    "decorated_cord": HEAD
    + SAFELY.format("log.info(1)", "traceback.format_exc()")
    + CORD.replace("async", "@safely\nasync")
    + "    return {}\n",
    "detail": app("raise HTTPException(status_code=400, detail=str(e))"),
    "detail_by_place": app("raise HTTPException(400, str(e)) from e"),
    "detail_formatted": app("raise HTTPException(400, f'failed: {e}')"),
    "detail_repr": app("raise HTTPException(400, repr(e))"),
    "detail_dictionary": app("raise HTTPException(400, {'error': {'message': str(e)}})"),
    "returned": app("return {'error': str(e)}"),
    "returned_args": app("return {'error': e.args[0]}"),
    "percent": app("return {'error': 'failed: %s' % e}"),
    "percent_tuple": app("return {'error': '%s failed: %s' % ('it', e)}"),
    "format": app("return {'error': 'failed: {}'.format(e)}"),
    "added": app("return 'failed: ' + str(e)"),
    "cut": app("return {'error': str(e)[:200]}"),
    "named": app("message = f'failed: {e}'\nlog.error(message)\nreturn {'error': message}"),
    "stripped": app("return {'error': str(e).strip()}"),
    "listed": app("return [str(e)]"),
    "chosen": app("return {'error': str(e) if args else ''}"),
    "chosen_other": app("return {'error': '' if args else str(e)}"),
    "or": app("return {'error': str(e) or 'failed'}"),
    "response": app("return JSONResponse({'error': str(e)}, status_code=400)"),
    "model": app("return Answer(error=str(e))"),
    "dumped": app("return json.dumps({'error': str(e)})"),
    "unpacked_from_a_helper": app(
        "ok, text = described(e)\nreturn {'error': text}",
        module="def described(error):\n    return False, str(error)\n",
    ),
    "unpacked_from_an_awaited_helper": app(
        "ok, text = await described(e)\nreturn {'error': text}",
        module="async def described(error):\n    return False, str(error)\n",
    ),
    "unpacked_from_what_a_helper_splits": app(
        "ok, text = described(e)\nreturn {'error': text}",
        module="def described(error):\n    return str(error).split(':')\n",
    ),
    "helper_returns_several": app(
        "return described(e)", module="def described(error):\n    return False, str(error)\n"
    ),
    "first_line": app("return traceback.format_exception_only(e)[0]"),
    "traceback": app("return {'trace': traceback.format_exc()}"),
    "stderr": app("return {'error': e.stderr}", "subprocess.CalledProcessError"),
    "library": app("return {'error': str(e)}", "httpx.HTTPError"),
    "several": app("return {'error': str(e)}", "(ValueError, OSError)"),
    "helper": app(
        "return failure(e)", module="def failure(error):\n    return {'error': str(error)}\n"
    ),
    "helper_keyword": app(
        "return failure(error=e, a=1)",
        module="def failure(a, error):\n    return {'error': str(error)}\n",
    ),
    "helper_text": app(
        "return failure(str(e))", module="def failure(text):\n    return {'error': text}\n"
    ),
    "helper_method": app(
        "return Errors().failure(e)",
        module="class Errors:\n    def failure(self, error):\n        return {'e': str(error)}\n",
    ),
    "helper_raises": app(
        "fail(e)",
        module="def fail(error: Exception):\n    raise HTTPException(400, str(error))\n",
    ),
    "helper_catches": f"{HEAD}def run():\n    try:\n        return {{}}\n"
    f"    except Exception as e:\n        return {{'error': str(e)}}\n\n\n{CORD}    return run()\n",
    "helper_deeper": f"{HEAD}def deep():\n    try:\n        return {{}}\n"
    "    except Exception as e:\n        raise HTTPException(400, str(e))\n\n\n"
    f"def run():\n    deep()\n\n\n{CORD}    run()\n    return {{}}\n",
    "helper_awaited": app(
        "return await failure(e)",
        module="async def failure(error):\n    return {'error': str(error)}\n",
    ),
    "helper_renames": app(
        "return failure(str(e))",
        module="def failure(text):\n    said = text + '!'\n    return {'error': said}\n",
    ),
    "helper_of_a_helper": app(
        "return failure(e)",
        module="def failure(error):\n    return describe(1, error)\n\n"
        "def describe(code, error):\n    return {'error': repr(error)}\n",
    ),
    "put_into": app("answer = {}\nanswer['error'] = str(e)\nreturn answer"),
    "put_into_one_of_many": f"{HEAD}{CORD}    results = []\n    for each in args:\n"
    "        try:\n            results.append(self.run(each))\n        except Exception as e:\n"
    "            results.append({'error': str(e)})\n    return results\n",
    "added_later": app("text = 'failed: '\ntext += str(e)\nreturn text"),
    "one_of_several_texts": app("for text in [str(e)]:\n    return text"),
    "around": f"{HEAD}def parts():\n    try:\n        pass\n    except Exception as e:\n"
    "        text = str(e)\n    def inner():\n        yield text\n    return inner()\n\n\n"
    f"{CORD}    return parts()\n",
    "of_the_import": f"{HEAD}try:\n    import flash_attn\nexcept ImportError as e:\n"
    f"    FAULT = str(e)\n\n\n{CORD}    return {{'error': FAULT}}\n",
    "handler_of_a_library": f"{HEAD}@chute.exception_handler(httpx.HTTPError)\n"
    "async def handle(request, e: httpx.HTTPError):\n    return JSONResponse({'e': str(e)})\n",
    "long_sum": app("return str(e)" + " + 'a'" * 300),
    "far_away": app(
        "a = str(e)\n"
        + "".join(f"{new} = {old} + '!'\n" for old, new in pairwise("abcdfghij"))
        + "return j"
    ),
    "yielded": f"{HEAD}@chute.cord(public_api_path='/x', stream=True)\nasync def x(self, args):\n"
    "    try:\n        yield 'a'\n    except Exception as e:\n        yield f'data: {e}'\n",
    "yielded_by_a_helper": f"{HEAD}def parts():\n    try:\n        yield 'a'\n"
    "    except Exception as e:\n        yield str(e)\n\n\n"
    "@chute.cord(public_api_path='/x', stream=True)\nasync def x(self, args):\n"
    "    for part in parts():\n        yield part\n",
    "handler_of_the_app": f"{HEAD}@chute.exception_handler(Exception)\n"
    "async def handle(request, error: Exception):\n    return JSONResponse({'e': str(error)})\n",
}
SILENT = {
    "another_field": app("made = Outcome(error=str(e))\nreturn {'n': made.value}", module=OUTCOME),
    "field_of_another_object": app(
        "made = Outcome(error=str(e))\nother = Outcome(error='')\nreturn {'error': other.error}",
        module=OUTCOME,
    ),
    "another_field_of_each_result": HEAD
    + OUTCOME
    + ROWS
    + f"{CORD}    return [r.value for r in rows(args)]\n",
    "each_result_tested": HEAD
    + OUTCOME
    + ROWS
    + f"{CORD}    return [1 for r in rows(args) if r.error]\n",
    "no_field": app("made = Outcome(str(e))\nreturn {'error': made.error}", module=OUTCOME),
    "attribute_assigned_a_code": HEAD + KEEPER.format("'failed'") + KEPT.format("keeper.text"),
    "attribute_that_is_not_kept": app(
        "return Keeper(str(e)).text", module=KEEPER.replace("= text", "= 'failed'", 1).format("''")
    ),
    "attribute_of_another_object": app(
        "log.info(Keeper(str(e)).text)\nreturn Keeper().text", module=KEEPER.format("''")
    ),
    "decorated_helper": HEAD
    + SAFELY.format("log.exception(e)", "'see the log'")
    + WORK
    + CORD
    + "    return work(args)\n",
    "decorated_cord": HEAD
    + SAFELY.format("log.exception(e)", "'see the log'")
    + CORD.replace("async", "@safely\nasync")
    + "    return {}\n",
    "decorated_but_not_answered": HEAD
    + SAFELY.format("log.info(1)", "str(e)")
    + WORK
    + CORD
    + "    work(args)\n    return {}\n",
    "own_text": app("raise HTTPException(400, 'failed')"),
    "number": app("log.exception('failed')\nraise HTTPException(400, detail='see 1') from e"),
    "logged": app("log.error(str(e))\nreturn {'error': 'failed'}"),
    "kind_only": app("return {'error': type(e).__name__}"),
    "own_exception": app("raise HTTPException(400, str(e))", "Refused"),
    "own_exception_raised_again_with_its_text": app(
        "raise HTTPException(400, str(e))",
        "Refused",
        PASSES_ON.replace("Exception", "Refused") + "raise Refused(str(e)) from e\n",
    ),
    "own_exception_that_keeps_another_to_itself": app(
        "raise HTTPException(400, str(e))",
        "Kept",
        "class Kept(Exception):\n    def __init__(self, cause):\n"
        "        super().__init__('failed')\n        self.cause = cause\n"
        + PASSES_ON
        + "raise Kept(e) from e\n",
    ),
    "value_error": app("raise HTTPException(400, str(e))", "ValueError"),
    "json": app("raise HTTPException(400, str(e))", "json.JSONDecodeError"),
    "both": app("raise HTTPException(400, str(e))", "(ValueError, Refused)"),
    "compared": app("return {'oom': 'out of memory' in str(e)}"),
    "tested": app("return {'error': 'oom' if 'memory' in str(e) else 'failed'}"),
    "tested_whole": app("return {'error': 'a' if str(e) else 'b'}"),
    "looked_up": app("return {'error': KNOWN[str(e)]}", module="KNOWN = {}\n"),
    "unpacked": app("ok, text = False, str(e)\nreturn {'ok': ok}"),
    "unpacked_from_a_helper": app(
        "ok, text = described(e)\nreturn {'ok': ok}",
        module="def described(error):\n    return False, str(error)\n",
    ),
    "unpacked_from_an_awaited_helper": app(
        "ok, text = await described(e)\nreturn {'ok': ok}",
        module="async def described(error):\n    return False, str(error)\n",
    ),
    "put_elsewhere": app("answer, seen = {}, {}\nseen['error'] = str(e)\nreturn answer"),
    "appended_elsewhere": app("answer, seen = {}, []\nseen.append(str(e))\nreturn answer"),
    "asked": app("answer = set()\nanswer.isdisjoint(str(e))\nreturn answer"),
    "key": app("answer = {}\nanswer[str(e)] = 1\nreturn answer['a']"),
    "deleted": app("answer = {'a': 1}\ndel answer['a']\nreturn answer"),
    "helper_named_like_a_method": app(
        "return replace(str(e))", module="def replace(text):\n    return 'failed'\n"
    ),
    "item_of_a_loop": f"{HEAD}{CORD}    for e in args:\n        return {{'item': str(e)}}\n",
    "another_parameter": app(
        "fail(e, 3)",
        module="def fail(error: Exception, n: int):\n    raise HTTPException(400, str(n))\n",
    ),
    "handler_of_what_was_sent": f"{HEAD}@chute.exception_handler(ValueError)\n"
    "async def handle(request, e: ValueError):\n    return JSONResponse({'e': str(e)})\n",
    "handler_of_own": f"{HEAD}@chute.exception_handler(Refused)\n"
    "async def handle(request, e: Refused):\n    return JSONResponse({'e': str(e)})\n",
    "handler_of_what_is_no_exception": f"{HEAD}@chute.exception_handler(Exception)\n"
    "async def handle(request: httpx.Request, e):\n    return JSONResponse(str(request))\n",
    "measured": app("return {'length': len(str(e))}"),
    "redacted": app("return {'error': redact(str(e))}", module="from elsewhere import redact\n"),
    "helper_sorts": app(
        "return kind(e)", module="def kind(error):\n    return 'a' if error else 'b'\n"
    ),
    "helper_takes_more": app(
        "return kind(1, 2, str(e))", module="def kind(a):\n    return {'a': a}\n"
    ),
    "helper_returns_its_other": app(
        "return kind(str(e), 'failed')", module="def kind(a, b):\n    return {'b': b}\n"
    ),
    "raised_again": app("raise RuntimeError(str(e))"),
    "another_attribute": app("return {'status': e.status_code}"),
    "other_name": app("return {'error': str(args)}"),
    "bound_by_another_handler": f"{HEAD}{CORD}    try:\n        self.run()\n"
    "    except Exception as e:\n        log.error(str(e))\n"
    "    try:\n        self.run()\n    except ValueError as e:\n        return {'error': str(e)}\n",
    "unreached": f"{HEAD}def f():\n    try:\n        pass\n    except Exception as e:\n"
    "        raise HTTPException(400, str(e))\n",
    "global": f"{HEAD}TEXT = str(chute)\n\n\n{CORD}    return {{'error': TEXT}}\n",
    "start_up": f"{HEAD}@chute.on_startup()\nasync def start(self):\n    try:\n        pass\n"
    "    except Exception as e:\n        raise HTTPException(400, str(e))\n",
    "circle": f"{HEAD}def a(e):\n    return a(e)\n\n\n" + app("return a(e)")[len(HEAD) :],
    "helper_result_unused": f"{HEAD}def run():\n    try:\n        return {{}}\n"
    "    except Exception as e:\n        return {'error': str(e)}\n\n\n"
    f"{CORD}    run()\n    return {{}}\n",
    "bare_yield": f"{HEAD}@chute.cord(public_api_path='/x', stream=True)\nasync def x(self, a):\n"
    "    yield\n",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    found = findings(FIRES[name], ID)
    assert [each.check for each in found] == [ID]
    assert found[0].trace


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def test_once_for_a_text_that_goes_two_ways(findings: Findings) -> None:
    handler = "text = str(e)\nif args:\n    raise HTTPException(400, text)\nreturn {'error': text}"
    (found,) = findings(app(handler), ID)
    assert found.snippet == "str(e)"


def test_a_helper_of_another_module(findings: Findings) -> None:
    files = {
        "app.py": app("return failure(e)", module="from errors import failure\n"),
        "errors.py": "def failure(error):\n    return {'error': repr(error)}\n",
    }
    (found,) = findings(files, ID)
    assert found.location.path == "errors.py"


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">", "<=", ">=", "in", "not in", "is"])
def test_what_is_compared_is_not_told(operator: str, findings: Findings) -> None:
    assert findings(app(f"return {{'known': str(e) {operator} args}}"), ID) == []
    assert findings(app("return {'empty': not str(e), 'same': str(e) is not args}"), ID) == []


def test_a_plain_route_tells_its_caller_too(findings: Findings) -> None:
    source = f"{HEAD}@chute.get('/x')\nasync def x():\n    try:\n        return 1\n" + (
        "    except Exception as e:\n        return str(e)\n"
    )
    assert len(findings(source, ID, exposure=Exposure.BOTH)) == 1


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = f"{HEAD}def run():\n    try:\n        pass\n    except Exception as e:\n" + (
        f"        raise HTTPException(400, str(e))\n\n\n{CORD}"
        "    if self.exposure == 'direct':\n        run()\n    return {}\n"
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_no_production_code(findings: Findings) -> None:
    files = {
        "app.py": app("import tests.helper\nreturn tests.helper.run()"),
        "tests/__init__.py": "",
        "tests/helper.py": "from fastapi import HTTPException\ndef run():\n    try:\n"
        "        pass\n    except Exception as e:\n        raise HTTPException(400, str(e))\n",
    }
    assert findings(files, ID) == []
