from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Findings = Callable[..., list[Finding]]
FLAGS = "template-engine-args"
TYPES = "template-argument-type"
HEAD = """\
import os
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.diffusion import build_diffusion_chute
from chutes.chute.template.embedding import build_embedding_chute
from chutes.chute.template.sglang import build_sglang_chute
from chutes.chute.template.vllm import build_vllm_chute
HASH = "0123456789abcdef0123456789abcdef01234567"
NODES = NodeSelector(gpu_count=1)
LENGTH = 8192
def given(name): return os.environ.get(name, "7")
"""
VLLM, SGLANG, EMBEDDING = "build_vllm_chute", "build_sglang_chute", "build_embedding_chute"

# No GPU, no network and no engine here: the start-up runs up to the engine's command line.
START = """
import asyncio, subprocess, sys, types
torch = types.ModuleType("torch")
nothing = lambda *args: None
torch.cuda = types.SimpleNamespace(
    init=nothing, empty_cache=nothing, set_device=nothing,
    device_count=lambda: 2, get_device_name=lambda index: "h100",
)
torch.float16 = "float16"
sys.modules["torch"] = torch
class Pipeline:
    def to(self, device): return self
    @classmethod
    def from_pretrained(cls, model, torch_dtype, **rest): return cls()
    @classmethod
    def from_single_file(cls, path, torch_dtype, **rest): return cls()
diffusers = types.ModuleType("diffusers")
diffusers.StableDiffusionPipeline = diffusers.StableDiffusionXLPipeline = Pipeline
sys.modules["diffusers"] = diffusers
import huggingface_hub, chutes.util.hf
huggingface_hub.snapshot_download = lambda repo_id, **rest: repo_id.lower()
async def verify_cache(**rest): ...
chutes.util.hf.verify_cache = verify_cache
class Launched(BaseException): ...
def launch(parts, **rest): raise Launched(" ".join(parts))
subprocess.Popen = launch
for name in ("build_vllm_chute", "build_sglang_chute", "build_embedding_chute"):
    vars(sys.modules[globals()[name].__module__])["set_default_cache_dirs"] = nothing
asyncio.run(chute.chute.initialize())
"""


def llm(builder: str, arguments: str) -> str:
    return f"{HEAD}chute = {builder}('u', 'o/m', NODES, revision=HASH, {arguments})\n"


def diffusion(arguments: str, model: str = "'o/m'") -> str:
    return f"{HEAD}chute = build_diffusion_chute('u', 'n', {model}, NODES, {arguments})\n"


AT_IMPORT = [
    (VLLM, "'--revision main'"), (VLLM, "'--revision=main'"), (VLLM, "'--x 1 --revision'"),
    (VLLM, "f'--max-model-len {given(\"X\")} --revision main'"),
    (SGLANG, "'--revision main'"), (SGLANG, "'--REVISION=main'"),
    (SGLANG, "f'--revision {given(\"X\")}'"), (EMBEDDING, "'--revision main'"),
]  # fmt: skip
AT_START = [
    (VLLM, "'--served-model-name x'"), (VLLM, "'--api-key x'"), (VLLM, "'--tp 2'"),
    (VLLM, "'--tp=2 --max-model-len 8'"), (VLLM, "f'--api-key {given(\"X\")}'"),
    (VLLM, "f'--tp {given(\"X\")}'"), (VLLM, "f'--max-model-len {LENGTH:d} --tp 2'"),
    (VLLM, "'--tensor-parallel-size 2 --tensor-parallel-size 4'"),
    (VLLM, "'--tp 2 --tensor-parallel-size 2'"), (SGLANG, "'--api-key x'"),
    (EMBEDDING, "'--served-model-name x'"), (EMBEDDING, "'--api-key x'"), (EMBEDDING, "'--tp 2'"),
]  # fmt: skip
AT_ANOTHER_PORT = [
    (VLLM, "'--port 8000'"), (SGLANG, "'--tp 2 --port=8000'"), (EMBEDDING, "'--port 8000'"),
]  # fmt: skip
QUOTED = [
    (VLLM, "\"--chat-template '/app/x y.jinja'\""), (VLLM, "'--hf-overrides {\"a\": \"b\"}'"),
    (VLLM, "'--chat-template=\"/app/x.jinja\"'"), (SGLANG, "'\"--x\" 1'"),
]  # fmt: skip
SOUND = [
    (VLLM, "None"), (VLLM, "''"), (VLLM, "'--max-model-len 8192 --tensor-parallel-size 2'"),
    (VLLM, "'--tokenizer-revision x --tp-size 2'"), (VLLM, "'--hf-overrides {\"a\":\"b\"}'"),
    (VLLM, "f'--max-model-len {LENGTH} --port-x 1'"), (VLLM, "'--REVISION x'"),
    (SGLANG, "'--tp 2 --context-length 65536'"), (SGLANG, "'--served-model-name x'"),
    (SGLANG, "'--tp 2 --tp 4'"), (EMBEDDING, "\"--chat-template '/app/x y.jinja'\""),
    (EMBEDDING, "'--max-model-len 512'"), (SGLANG, "'--revision'"),
]  # fmt: skip
FAULTY = [*AT_IMPORT, *AT_START, *AT_ANOTHER_PORT, *QUOTED]


@pytest.mark.parametrize(("builder", "given"), FAULTY)
def test_one_flag(builder: str, given: str, findings: Findings) -> None:
    (found,) = findings(llm(builder, f"engine_args={given}"), FLAGS)
    assert builder in found.message
    assert found.snippet.startswith("engine_args=")


@pytest.mark.parametrize(
    ("group", "message", "severity", "confidence"),
    [
        (AT_IMPORT, "--revision is refused, ValueError at import", "error", "high"),
        (AT_START, "ValueError at start", "error", "high"),
        (AT_ANOTHER_PORT, "10101", "error", "medium"),
        (QUOTED, "split at white space", "warning", "medium"),
    ],
)
def test_how_bad_it_is(
    group: list[tuple[str, str]],
    message: str,
    severity: str,
    confidence: str,
    findings: Findings,
) -> None:
    for builder, given in group:
        (found,) = findings(llm(builder, f"engine_args={given}"), FLAGS)
        assert message in found.message
        assert found.severity is Severity(severity)
        assert found.confidence is Confidence(confidence)


def test_every_flag_is_told(findings: Findings) -> None:
    given = "engine_args='--revision x --api-key y --tp 2 --port 1'"
    assert len(findings(llm(VLLM, given), FLAGS)) == 4


@pytest.mark.parametrize(("builder", "given"), SOUND)
def test_sound(builder: str, given: str, findings: Findings) -> None:
    assert findings(llm(builder, f"engine_args={given}"), FLAGS) == []


@pytest.mark.parametrize(
    "arguments",
    [
        "", "**load()", "engine_args=given('X')", "engine_args=os.getenv('X', '--api-key x')",
        "tagline='--revision'", "engine_args=['--revision']", "engine_args={'--api-key': 1}",
    ],
)  # fmt: skip
def test_says_nothing_of_the_rest(arguments: str, findings: Findings) -> None:
    assert findings(llm(VLLM, arguments), FLAGS) == []


def test_diffusion_has_no_engine(findings: Findings) -> None:
    assert findings(diffusion("engine_args='--revision x'"), FLAGS) == []


@pytest.mark.sdk
@pytest.mark.parametrize(("builder", "given"), AT_IMPORT)
def test_the_sdk_refuses_it_at_import(builder: str, given: str, judge: Any) -> None:
    error = judge.imports(llm(builder, f"engine_args={given}"))
    assert error.startswith("ValueError: Revision is now a top-level argument")


@pytest.mark.sdk
@pytest.mark.parametrize(("builder", "given"), AT_START)
def test_the_sdk_refuses_it_at_start(builder: str, given: str, judge: Any) -> None:
    source = llm(builder, f"engine_args={given}")
    assert judge.imports(source) is None
    error = judge.imports(source + START)
    assert error.startswith(("ValueError: You may not", "ValueError: Please use only"))


@pytest.mark.sdk
@pytest.mark.parametrize(("builder", "given"), [*AT_ANOTHER_PORT, *QUOTED, *SOUND])
def test_the_sdk_launches_the_engine(builder: str, given: str, judge: Any) -> None:
    error = judge.imports(llm(builder, f"engine_args={given}") + START)
    assert error.startswith("Launched: ")
    if (builder, given) in AT_ANOTHER_PORT:
        assert error.index("--port 10101") < error.rindex("8000")
    if (builder, given) in QUOTED:
        assert '"' in error or "'/app" in error
    if (builder, given) == (EMBEDDING, "\"--chat-template '/app/x y.jinja'\""):
        assert "'" not in error


WRONG_AT_IMPORT = [
    *(llm(SGLANG, f"engine_args={given}") for given in ("{'a': 1}", "['--x']", "('--x',)", "5")),
    *(llm(VLLM, f"engine_args={given}") for given in ("5", "True", "b'--x'", "1.5")),
    *(llm(EMBEDDING, f"engine_args={given}") for given in ("5", "b'--x'")),
    f"{HEAD}chute = build_embedding_chute('u', None, NODES, revision=HASH)\n",
    f"{HEAD}chute = build_embedding_chute('u', 5, NODES, revision=HASH, pooling_type='auto')\n",
]
WRONG_AT_START = [
    *(llm(VLLM, f"engine_args={given}") for given in ("{'a': 1}", "['--x']", "('--x',)")),
    *(llm(EMBEDDING, f"engine_args={given}") for given in ("{'a': 1}", "['--x']", "('--x',)")),
    llm(VLLM, "engine_args={'a': given('X')}"), llm(VLLM, "engine_args=dict(max_model_len=8)"),
    llm(VLLM, "engine_args=['--x', given('X')]"), llm(VLLM, "**{'engine_args': {'a': 1}}"),
    diffusion("pipeline_args=None"), diffusion("pipeline_args='x'"), diffusion("pipeline_args=5"),
    diffusion("pipeline_args={'torch_dtype': 1}"), diffusion("", model="None"),
    diffusion("pipeline_args={'torch_dtype': given('X')}"), diffusion("", model="5"),
]  # fmt: skip
RIGHT = [
    *(llm(VLLM, f"engine_args={given}") for given in ("None", "''", "{}", "[]", "0", "'--x'")),
    *(llm(SGLANG, f"engine_args={given}") for given in ("None", "{}", "'--x'")),
    llm(EMBEDDING, "engine_args={}, pooling_type='auto'"), llm(EMBEDDING, "concurrency=4"),
    f"{HEAD}chute = build_embedding_chute('u', 'm', NODES, revision=HASH, pooling_type='CLS')\n",
    diffusion(""), diffusion("pipeline_args={}"), diffusion("pipeline_args={'variant': 'fp16'}"),
    diffusion("pipeline_args=dict(variant=given('X'))"), diffusion("tagline='x', revision=HASH"),
]  # fmt: skip


@pytest.mark.parametrize("source", [*WRONG_AT_IMPORT, *WRONG_AT_START])
def test_a_wrong_type(source: str, findings: Findings) -> None:
    (found,) = findings(source, TYPES)
    assert "Error" in found.message or "the start fails" in found.message


@pytest.mark.parametrize(
    "source",
    [
        *RIGHT,
        # A model of one file is loaded without pipeline_args.
        diffusion("pipeline_args=None", model="'https://civitai.com/models/1'"),
        diffusion("pipeline_args=None", model="'HTTPS://CIVITAI.com/models/1'"),
        # What only a run can tell.
        diffusion("pipeline_args=None", model="given('X')"),
        diffusion("pipeline_args=None", model="5").replace("'n', 5", "'n', given('X')"),
        diffusion("pipeline_args=load()"), diffusion("", model="os.getenv('X', 5)"),
        llm(VLLM, "engine_args=given('X')"), llm(VLLM, "engine_args={**load()}"[:12] + "load()"),
        llm(VLLM, "engine_args=os.getenv('X', {'a': 1})"),
        f"{HEAD}chute = build_embedding_chute('u', 5, NODES, revision=HASH, pooling_type='CLS')\n",
        f"{HEAD}chute = build_embedding_chute('u', 5, NODES, HASH, pooling_type=given('X'))\n",
        # Names are other checks' matter.
        diffusion("engine_args={'a': 1}"),
        f"{HEAD}chute = build_vllm_chute('u', 5, NODES, revision=HASH)\n",
        f"{HEAD}chute = Chute('u', 'n', 'i', engine_args={{'a': 1}}, model_name_or_url=5)\n",
    ],
)  # fmt: skip
def test_a_right_type(source: str, findings: Findings) -> None:
    assert findings(source, TYPES) == []


def test_a_model_that_is_no_text_is_one_fault(findings: Findings) -> None:
    (found,) = findings(diffusion("pipeline_args=None", model="5"), TYPES)
    assert "model_name_or_url" in found.message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (llm(VLLM, "engine_args={'api_key': 'hidden'}"), "must be one text, not dict"),
        (llm(VLLM, "engine_args={'a': given('X')}"), "must be one text, not dict"),
        (llm(VLLM, "engine_args=['--x', given('X')]"), "must be one text, not list"),
        (diffusion("pipeline_args='x'"), "must be a dictionary, not 'x'"),
    ],
)
def test_says_what_is_given(source: str, message: str, findings: Findings) -> None:
    (found,) = findings(source, TYPES)
    assert message in found.message
    assert "hidden" not in found.message


@pytest.mark.sdk
@pytest.mark.parametrize("source", WRONG_AT_IMPORT)
def test_the_sdk_fails_at_import(source: str, judge: Any) -> None:
    assert judge.imports(source).startswith(("TypeError", "AttributeError"))


@pytest.mark.sdk
@pytest.mark.parametrize("source", WRONG_AT_START)
def test_the_sdk_fails_at_start(source: str, judge: Any) -> None:
    assert judge.imports(source) is None
    # Python 3.11 says KeyError where a keyword comes twice inside an except block.
    errors = ("TypeError", "AttributeError", "KeyError: 'torch_dtype'")
    assert judge.imports(source + START).startswith(errors)


@pytest.mark.sdk
@pytest.mark.parametrize("source", RIGHT)
def test_the_sdk_starts(source: str, judge: Any) -> None:
    error = judge.imports(source + START)
    assert error is None or error.startswith("Launched: ")
