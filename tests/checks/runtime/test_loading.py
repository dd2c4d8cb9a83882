from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.contract.libraries.models import LOADERS, WEIGHT_LOADERS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure
from chutes_cli.registry import check

Findings = Callable[..., list[Finding]]
ID = "model-loaded-per-request"
HEAD = """\
import asyncio
import functools
import os
import threading
import torch
from chutes.chute import Chute
from transformers import AutoConfig, AutoModel, pipeline

chute = Chute("u", "my-service", "i")
MODELS = {}
MODEL = None
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
LOAD = "AutoModel.from_pretrained('m')"


def app(cord: str, more: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return f"{HEAD}{more}\n{CORD}{body}"


HELPER = f"def load():\n    return {LOAD}\n"
KEEPER = f"def load():\n    chute.model = {LOAD}\n"
ENGINE = f"class Engine:\n    def __init__(self):\n        self.model = {LOAD}\n"
CACHED = """\
class Engine:
    def __init__(self):
        self.name = "m"

    @functools.cached_property
    def model(self):
        return AutoModel.from_pretrained(self.name)

"""
MAKER = "def make():\n    return Engine()\n"
LAZY = f"""\
class Engine:
    def __init__(self):
        self.model = None

    def get(self):
        if self.model is None:
            self.model = {LOAD}
        return self.model

ENGINE = Engine()
"""
FIRES = {
    "model": app(f"model = {LOAD}"),
    "pipeline": app("return pipeline('text-generation')('a')"),
    "local_import": app("from sentence_transformers import SentenceTransformer as S\nS('m')"),
    "helper": app("model = load()", HELPER),
    "constructor": app("engine = Engine()", ENGINE),
    "thread": app("model = await asyncio.to_thread(load)", HELPER),
    "handed_to_a_thread": app("model = await asyncio.to_thread(AutoModel.from_pretrained, 'm')"),
    "kept_for_nobody": app(f"self.model = {LOAD}"),
    "after_a_refusal": app(f"if not isinstance(args, dict):\n    raise ValueError\nm = {LOAD}"),
    "after_another_refusal": app(f"if self.busy:\n    raise ValueError\nm = {LOAD}"),
    "after_a_function_says_no": app(f"if full():\n    raise ValueError\nm = {LOAD}", "full = 1"),
    "where_a_function_says_yes": app(f"if self.full():\n    m = {LOAD}"),
    "while_something_is_there": app(f"if self.model:\n    self.model = {LOAD}"),
    "while_something_is_there_2": app(f"if self.model is not None:\n    self.model = {LOAD}"),
    "after_something_was_missing": app(
        f"if self.model is None:\n    raise ValueError\nself.model = {LOAD}"
    ),
    "after_something_was_missing_2": app(
        f"if not self.model:\n    raise ValueError\nself.model = {LOAD}"
    ),
    "after_something_was_missing_3": app(
        f"if not self.there():\n    raise ValueError\nself.model = {LOAD}"
    ),
    "where_the_input_says_so": app(f"model = None\nif args.model is None:\n    model = {LOAD}"),
    "where_the_input_lacks_it": app(f"if 'model' not in args:\n    model = {LOAD}"),
    "where_a_number_says_so": app(f"if self.model > 3:\n    self.model = {LOAD}"),
    "where_the_type_says_so": app(f"if not isinstance(self.model, int):\n    m = {LOAD}"),
    "where_it_can_be_called": app(f"if not callable(self.model):\n    self.model = {LOAD}"),
    "where_a_default_says_so": app(
        "model = load()",
        f"def load(a=1, model=None):\n    if model is None:\n        model = {LOAD}\n",
    ),
    "another_thing_was_missing": app(f"if self.tokenizer is None:\n    self.model = {LOAD}"),
    "computed": app(f"if (1 + 2) is None:\n    self.model = {LOAD}"),
    "of_an_item": app(f"if make().model is None:\n    model = {LOAD}"),
    "another_failure": app(f"try:\n    self.run()\nexcept ValueError:\n    self.model = {LOAD}"),
    "any_failure": app(f"try:\n    self.run()\nexcept:\n    self.model = {LOAD}"),
    "with_a_lock": app(f"with self.lock:\n    self.model = {LOAD}"),
    "in_a_loop_over_it": app(f"for part in self.model:\n    self.model = {LOAD}"),
    "in_a_context_of_it": app(f"with self.model:\n    self.model = {LOAD}"),
    "another_entry_was_missing": app(f"if not self.config.get('m'):\n    self.model = {LOAD}"),
    "another_attribute_was_missing": app(
        f"if not hasattr(self, 'tokenizer'):\n    self.model = {LOAD}"
    ),
    "after_an_entry_was_missing": app(
        f"if not MODELS.get('m'):\n    raise ValueError\nMODELS['m'] = {LOAD}"
    ),
    "decorated_otherwise": app(
        "model = load()",
        f"@functools.wraps(print)\n@torch.no_grad()\ndef load():\n    return {LOAD}\n",
    ),
    "cached_on_an_object_of_one_call": app("Engine().model", CACHED),
    "cached_on_an_object_made_by_a_helper": app("make().model", CACHED + MAKER),
}
SILENT = {
    "cached_on_an_object_that_stays": app("ENGINE.model", CACHED + "ENGINE = Engine()\n"),
    "cached_on_an_object_made_in_both": app(
        "Engine().model", CACHED + "@chute.on_startup()\nasync def start(self):\n    Engine()\n"
    ),
    "cached_on_a_class_without_init": app(
        "Engine().model",
        "class Engine:\n    @functools.cached_property\n    def model(self):\n"
        f"        return {LOAD}\n",
    ),
    "cached_on_a_class_of_a_library": app(
        "Engine().model",
        "class Engine(torch.nn.Module):\n    @functools.cached_property\n    def model(self):\n"
        f"        return {LOAD}\n",
    ),
    "cached_for_all_objects": app(
        "Engine().model()", CACHED.replace("cached_property", "cache")
    ),
    "sent_by_the_caller": app("torch.load(args['weights'])"),
    "startup": HEAD + f"@chute.on_startup()\nasync def start(self):\n    self.model = {LOAD}\n"
    + CORD + "    return self.model(args)\n",
    "import": app("return MODEL_2(args)", f"MODEL_2 = {LOAD}"),
    "nobody_calls_it": app("return 1", HELPER),
    "config": app("AutoConfig.from_pretrained('m')"),
    "another_method": app("AutoModel.from_config('m')"),
    "of_the_tree": app("Own.from_pretrained('m')", "class Own:\n    pass\n"),
    "cached": app("load()", f"@functools.lru_cache(maxsize=1)\n{HELPER}"),
    "cached_bare": app("load()", f"@functools.cache\n{HELPER}"),
    "cached_further_out": app("get()", "@functools.cache\ndef get():\n    load()\n" + HELPER),
    "if_none": app(f"if self.model is None:\n    self.model = {LOAD}"),
    "if_not": app(f"if not self.model:\n    self.model = {LOAD}"),
    "if_equal_none": app(f"if self.model == None:\n    self.model = {LOAD}"),
    "if_not_hasattr": app(f"if not hasattr(self, 'model'):\n    self.model = {LOAD}"),
    "if_getattr": app(f"if getattr(self, 'model', None) is None:\n    self.model = {LOAD}"),
    "if_not_hasattr_of_some_name": app(
        f"if not hasattr(self, args['m']):\n    setattr(self, args['m'], {LOAD})"
    ),
    "if_not_asked": app(f"if not self.is_loaded():\n    self.model = {LOAD}"),
    "if_not_asked_of_a_function": app(f"if not is_loaded():\n    self.model = {LOAD}"),
    "and": app(f"if args and self.model is None:\n    self.model = {LOAD}"),
    "another_one_wanted": app(
        f"if self.name != args['name']:\n    self.model = {LOAD}\n    self.name = args['name']"
    ),
    "dictionary": app(f"if args['m'] not in MODELS:\n    MODELS[args['m']] = {LOAD}"),
    "dictionary_get": app(f"if MODELS.get('m') is None:\n    MODELS['m'] = {LOAD}"),
    "dictionary_entry": app(f"if self.models['m'] is None:\n    self.models['m'] = {LOAD}"),
    "got_before": app(
        f"model = MODELS.get('m')\nif model is None:\n    model = {LOAD}\n    MODELS['m'] = model"
    ),
    "global": app(f"global MODEL\nif MODEL is None:\n    MODEL = {LOAD}"),
    "returned_before": app(
        f"if self.model is not None:\n    return self.model\nself.model = {LOAD}"
    ),
    "returned_before_2": app(f"if self.model:\n    return self.model\nself.model = {LOAD}"),
    "returned_before_3": app(
        f"if hasattr(self, 'model'):\n    return self.model\nself.model = {LOAD}"
    ),
    "returned_before_4": app(f"if 'm' in MODELS:\n    return MODELS['m']\nMODELS['m'] = {LOAD}"),
    "returned_before_5": app(
        f"if self.name == args['m']:\n    return self.model\nself.name = args['m']\n{LOAD}"
    ),
    "returned_before_6": app(
        f"if self.model != None:\n    return self.model\nself.model = {LOAD}"
    ),
    "kept_further_down": app(f"if self.engine.model is None:\n    self.engine.model = {LOAD}"),
    "name_error": app(f"try:\n    MODEL\nexcept NameError:\n    MODEL = {LOAD}"),
    "lookup_error": app(f"try:\n    MODELS['m']\nexcept LookupError:\n    MODELS['m'] = {LOAD}"),
    "asked_of_a_method": app("ENGINE.get()", LAZY),
    "asked_by_the_caller": app("if not self.model:\n    load()", KEEPER),
    "attribute_error": app(
        f"try:\n    self.model\nexcept AttributeError:\n    self.model = {LOAD}"
    ),
    "key_error": app(
        f"try:\n    MODELS['m']\nexcept (KeyError, ValueError):\n    MODELS['m'] = {LOAD}"
    ),
    "locked": app(
        f"if not self.model:\n    with self.lock:\n        if not self.model:\n"
        f"            self.model = {LOAD}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("loader", sorted(LOADERS | WEIGHT_LOADERS))
def test_every_loader(loader: str, findings: Findings) -> None:
    module = loader.rpartition(".")[0]
    (found,) = findings(app(f"import {module}\n{loader}('m')"), ID)
    assert found.severity is (Severity.WARNING if loader in WEIGHT_LOADERS else Severity.ERROR)


@pytest.mark.parametrize("method", ["from_pretrained", "from_single_file", "from_ckpt", "from_hub"])
def test_class_methods_of_any_library(method: str, findings: Findings) -> None:
    (found,) = findings(app(f"from diffusers import FluxPipeline\nFluxPipeline.{method}('m')"), ID)
    assert found.message.startswith(f"FluxPipeline.{method} runs for every call of cord x")


def test_under_a_condition_it_is_a_warning(findings: Findings) -> None:
    (found,) = findings(app(f"if args:\n    model = {LOAD}"), ID)
    assert found.severity is Severity.WARNING


def test_shows_the_way(findings: Findings) -> None:
    files = {"app.py": app("load()", "from helper import load"), "helper.py": HEAD + HELPER}
    (found,) = findings(files, ID)
    assert found.location.path == "helper.py"
    assert [each.note for each in found.trace] == ["cord x", "x runs load"]


def test_judged_for_the_exposure_it_runs_under(findings: Findings) -> None:
    source = app(f"if self.exposure == 'direct':\n    model = {LOAD}")
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
    assert len(findings(source, ID, exposure=Exposure.BOTH)) == 1
    never = app(
        f"if self.exposure == 'direct':\n    if self.exposure == 'gateway':\n        {LOAD}"
    )
    assert findings(never, ID, exposure=Exposure.BOTH) == []


TRANSFORMERS = """\
LOADED = []


def pipeline(task, model):
    LOADED.append(model)
    return lambda text: [{"label": f"loaded {len(LOADED)} times"}]
"""


@pytest.mark.sdk
def test_each_call_loads_again(judge: Any) -> None:
    def answers(source: str) -> list[str]:
        requests = [("POST", "/classify", {"text": "a"})] * 3
        files = {"app.py": source, "transformers.py": TRANSFORMERS}
        return [text for _, text in judge.calls(files, *requests)]

    docs = check(ID).docs
    assert answers(docs.example) == [f'{{"label":"loaded {n} times"}}' for n in (1, 2, 3)]
    assert answers(docs.instead) == ['{"label":"loaded 1 times"}'] * 3
