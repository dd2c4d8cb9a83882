"""The SDK contract's interface, and the facts that checks rest on."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from chutes_cli.contract import sdk
from chutes_cli.contract.sdk import Bound, Parameter, Signature, contract


def test_reading_it_needs_no_sdk() -> None:
    code = (
        "import json, sys; from chutes_cli.contract import platform, sdk;"
        "sdk.contract(); platform.platform(); print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(
        subprocess.run(
            [sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True
        ).stdout
    )
    assert not {"chutes", "pydantic", "fastapi", "libcst"} & set(loaded)


def test_it_is_read_once() -> None:
    assert contract() is contract()


@pytest.mark.parametrize(
    ("dotted", "home"),
    [
        ("chutes.chute.Chute", "chutes.chute.base.Chute"),
        ("chutes.chute.base.Chute", "chutes.chute.base.Chute"),
        ("chutes.chute.cord.Chute", "chutes.chute.base.Chute"),
        ("chutes.chute.Chute.cord", "chutes.chute.base.Chute.cord"),
        ("chutes.chute.Chute.get", "chutes.chute.base.Chute.get"),
        ("chutes.chute.NodeSelector", "chutes.chute.node_selector.NodeSelector"),
        ("chutes.chute.ChutePack", "chutes.chute.base.ChutePack"),
        ("chutes.chute.Cord", "chutes.chute.cord.Cord"),
        ("chutes.chute.Job", "chutes.chute.job.Job"),
        ("chutes.chute.job.Port", "chutes.chute.job.Port"),
        ("chutes.chute.base.Image", "chutes.image.Image"),
        ("chutes.image.Image.add", "chutes.image.Image.add"),
        (
            "chutes.chute.template.build_vllm_chute",
            "chutes.chute.template.vllm.build_vllm_chute",
        ),
        (
            "chutes.chute.template.sglang.build_sglang_chute",
            "chutes.chute.template.sglang.build_sglang_chute",
        ),
        ("chutes.chute", "chutes.chute"),
    ],
)
def test_every_alias_leads_home(dotted: str, home: str) -> None:
    assert contract().canonical(dotted) == home


@pytest.mark.parametrize(
    "dotted",
    [
        "PIL.Image",
        "chutes.chute.Chute.run",
        "chutes.client.ChuteClient",
        "chutes.image.Image.env",
        "",
    ],
)
def test_what_is_not_there_has_no_canonical_name(dotted: str) -> None:
    assert contract().canonical(dotted) is None
    assert contract().signature(dotted) is None


def test_a_signature_is_found_by_any_of_its_names() -> None:
    by_alias = contract().signature("chutes.chute.Chute")
    assert by_alias is contract().signature(sdk.CHUTE)
    assert by_alias is not None
    assert by_alias.name == sdk.CHUTE


def signature(name: str) -> Signature:
    found = contract().signature(name)
    assert found is not None
    return found


def test_chute_takes_its_own_arguments_and_fastapis() -> None:
    chute = signature(sdk.CHUTE)
    assert chute.required == ("username", "name", "image")
    assert chute.keywords[:4] == ("username", "name", "image", "tagline")
    assert chute.accepts("tee")
    assert chute.accepts("title")
    assert "docs_url" in contract().fastapi_parameters
    assert contract().library_versions["fastapi.FastAPI"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("max_instance", "max_instances"),
        ("min_instances", "max_instances"),
        ("concurency", "concurrency"),
    ],
)
def test_a_misspelt_chute_argument_is_named(wrong: str, right: str) -> None:
    chute = signature(sdk.CHUTE)
    assert not chute.accepts(wrong)
    assert chute.nearest(wrong) == right


def test_nothing_is_near_to_nonsense() -> None:
    assert signature(sdk.CHUTE).nearest("zzzzzz") is None


def test_unknown_keywords_are_loud_or_silent_as_the_sdk_has_it() -> None:
    # PLATFORM F68.
    assert signature(sdk.CHUTE).unknown_keyword == "refused"
    assert signature(sdk.CORD).unknown_keyword == "ignored"
    assert signature(sdk.NODE_SELECTOR).unknown_keyword == "ignored"
    assert signature(sdk.JOB).unknown_keyword == "refused"
    assert not signature(sdk.NODE_SELECTOR).accepts("min_memory_gb")
    assert not signature(sdk.NODE_SELECTOR).accepts("max_vram_gb_per_gpu")


def test_cords_and_jobs_take_keywords_only() -> None:
    assert signature(sdk.CORD).positional == ()
    assert signature(sdk.JOB).keywords == ("ports", "timeout", "upload", "ssh")
    assert {"public_api_path", "public_api_method", "method", "stream"} <= set(
        signature(sdk.CORD).keywords
    )
    assert "app" not in signature(sdk.CORD).keywords


def test_a_cords_other_keywords_go_to_the_callers_session() -> None:
    cord = signature(sdk.CORD)
    assert cord.var_keyword == "session_kwargs"
    assert cord.forwards_to == "aiohttp.ClientSession"
    assert cord.accepts("timeout")
    assert not cord.accepts("timeout_seconds")


def test_add_has_the_parameters_of_its_directive() -> None:
    # PLATFORM F60.
    assert signature("chutes.image.Image.add").keywords == (
        "source", "dest", "keep_git_dir", "checksum", "chown", "chmod", "exclude", "build_dir",
    )  # fmt: skip
    assert signature("chutes.image.Image.add").required == ("source", "dest")


def test_an_entrypoint_is_one_positional_argument() -> None:
    # PLATFORM F59.
    entrypoint = signature("chutes.image.Image.with_entrypoint")
    assert len(entrypoint.positional) == 1
    assert entrypoint.keywords == ()


def test_the_image_has_exactly_the_methods_of_the_sdk() -> None:
    # PLATFORM F58.
    methods = {
        name.rpartition(".")[2]
        for name in contract().signatures
        if name.startswith(f"{sdk.IMAGE}.")
    }
    assert methods == {
        "add", "apt_install", "apt_remove", "from_base", "run_command", "set_user", "set_workdir",
        "with_entrypoint", "with_env", "with_maintainer", "with_python",
    }  # fmt: skip
    assert methods < contract().attributes("chutes.image.Image")


def test_template_builders() -> None:
    # PLATFORM F70.
    by_name = {name.rpartition(".")[2]: found for name, found in contract().templates.items()}
    assert set(by_name) == {
        "build_vllm_chute", "build_sglang_chute", "build_embedding_chute", "build_diffusion_chute",
    }  # fmt: skip
    vllm = by_name["build_vllm_chute"]
    assert vllm.required == ("username", "model_name", "node_selector")
    assert vllm.parameter("concurrency") == Parameter(
        "concurrency", "positional_or_keyword", "int", required=False, default=32
    )
    assert vllm.keywords == by_name["build_sglang_chute"].keywords
    assert set(by_name["build_embedding_chute"].keywords) - set(vllm.keywords) == {
        "pooling_type", "max_embed_len", "enable_chunked_processing",
    }  # fmt: skip
    diffusion = by_name["build_diffusion_chute"]
    assert not diffusion.accepts("engine_args")
    assert not diffusion.accepts("allow_external_egress")
    assert diffusion.required == ("username", "name", "model_name_or_url", "node_selector")


def test_missing_arguments() -> None:
    chute = signature(sdk.CHUTE)
    assert chute.missing() == ("username", "name", "image")
    assert chute.missing(1, ["image"]) == ("name",)
    assert chute.missing(3) == ()
    assert signature(sdk.CORD).missing() == ()


def test_node_selector_bounds() -> None:
    bounds = contract().field_bounds("chutes.chute.NodeSelector")
    assert bounds == {
        "gpu_count": Bound(ge=1, le=8),
        "min_vram_gb_per_gpu": Bound(ge=16, le=140),
        "max_hourly_price_per_gpu": Bound(gt=0, lt=10),
    }
    assert bounds["gpu_count"].violation(9) == "must be between 1 and 8, not 9"
    assert contract().field_bounds("chutes.image.Image") == {}


@pytest.mark.parametrize(
    ("bound", "value", "text"),
    [
        (Bound(ge=1, le=8), 1, None),
        (Bound(ge=1, le=8), 8, None),
        (Bound(ge=1, le=8), 0, "must be between 1 and 8, not 0"),
        (Bound(gt=0, lt=10), 0, "must be greater than 0 and less than 10, not 0"),
        (Bound(gt=0, lt=10), 10.0, "must be greater than 0 and less than 10, not 10.0"),
        (Bound(gt=0, lt=10), 9.99, None),
        (Bound(le=256), 257, "must be at most 256, not 257"),
        (Bound(ge=30), 29, "must be at least 30, not 29"),
        (Bound(ge=1), float("nan"), "must be at least 1, not nan"),
        (Bound(ge=1), "0", None),
        (Bound(ge=1), None, None),
    ],
)
def test_bounds(bound: Bound, value: object, text: str | None) -> None:
    assert bound.violation(value) == text


def test_chute_attributes() -> None:
    attributes = contract().chute_attributes
    assert {"cord", "on_startup", "add_middleware", "concurrency", "state"} <= attributes
    assert not {"app", "run", "deploy", "from_huggingface"} & attributes
    assert "chute" in contract().attributes("chutes.chute.ChutePack")
    assert "cord" not in contract().attributes("chutes.chute.ChutePack")


def test_attributes_of_something_unknown() -> None:
    with pytest.raises(KeyError):
        contract().attributes("chutes.chute.job.Port")


def test_names_that_exist() -> None:
    known = contract()
    assert known.exists("chutes.chute.template.sglang")
    assert known.exists("chutes.chute.base.FastAPI"), "imported names can be imported again"
    assert known.exists("chutes.envdump.envdump.anything"), "compiled modules cannot be read"
    assert not known.exists("chutes.chute.template.tei")
    assert not known.exists("chutes.client.ChuteClient")
    assert not known.exists("chutes.chute.Image")
    assert not known.exists("torch.nn")


def test_nearest_names() -> None:
    assert contract().nearest_name("chutes.chute.NodeSelektor") == "chutes.chute.NodeSelector"
    assert contract().nearest_name("chutes.images") == "chutes.image"


def test_patterns_of_the_sdk() -> None:
    # PLATFORM F59, F65, F66.
    path = contract().pattern("chutes.chute.cord.PATH_RE")
    assert path.match("/v1/2d")
    assert path.match("/_ping")
    assert not path.match("/Generate")
    package = contract().pattern("chutes.image.directive.apt.PACKAGE_RE")
    assert package.match("build-essential")
    assert not package.match("g++")
    assert contract().pattern("chutes.image.Image.tag").match("V1")
    assert contract().pattern("chutes.entrypoint._shared.CHUTE_REF_RE").match("app:chute")
