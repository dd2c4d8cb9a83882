"""The platform's dated rules."""

from __future__ import annotations

import re

import pytest

from chutes_cli.contract.platform import Rule, platform
from chutes_cli.contract.sdk import CHUTE, contract


def test_every_rule_has_words_a_date_and_a_source() -> None:
    for rule in platform().rules.values():
        assert rule.message, rule.id
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?|SDK \d+\.\d+\.\d+", rule.as_of), rule.id
        assert re.search(r"\[(RAN|READ|SRV|SRV26|FORK26)", rule.source), rule.id
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)


def test_ids_are_unique_in_the_file() -> None:
    from chutes_cli.contract.bounds import read_contract

    assert len(read_contract("platform.json")["rules"]) == len(platform().rules)


def test_parameter_rules_speak_of_real_parameters() -> None:
    chute = contract().signature(CHUTE)
    assert chute is not None
    named = {rule.parameter for rule in platform().rules.values()} - {None}
    assert named <= set(chute.keywords)
    rule = platform().for_parameter("concurrency")
    assert rule is not None
    assert rule.id == "concurrency"
    assert platform().for_parameter("username") is None


@pytest.mark.parametrize(
    ("rule_id", "good", "bad"),
    [
        ("chute-name", ["demo", "my_model-7b.v2", "org/model"], ["ab", "a b", "-x-"]),
        ("chute-name", ["a" * 127], ["a" * 128]),
        ("chute-name-reserved", ["demo"], ["my-affine", "GLYPH-1"]),
        ("chute-name-tee", ["steel", "teeth"], ["my-TEE-chute", "committee"]),
        ("chute-tagline", ["", "x" * 1024], ["x" * 1025]),
        ("chute-readme", ["x" * 16384], ["x" * 16385]),
        ("code-size", ["x" * 150000], ["x" * 150001]),
        ("filename", ["chute.py", "app_2.py"], ["Chute.py", "2.py", "a-b.py", "a.txt"]),
        ("chute-reference", ["chute:chute", "a:b"], ["Chute:chute", "pkg.m:chute"]),
        ("concurrency", [1, 256], [257]),
        ("max-instances", [1, 100], [0, 101]),
        ("scaling-threshold", [0, 0.75, 1], [-0.1, 1.1, 7]),
        ("shutdown-after-seconds", [60, 604800], [59, 604801]),
        ("revision", ["a" * 40, None], ["main", "a" * 39, "g" * 40]),
        ("revision-required", ["diffusion", None], ["vllm"]),
        ("standard-template", ["vllm", "tei", None], ["sglang", ""]),
        ("exclude-entries", [["a"] * 5, None], [["a"] * 6]),
        ("gpu-name", ["h100", "pro_6000", "b300"], ["H100", "rtx4090", "a100_80gb"]),
        ("gpu-restricted", ["h100"], ["b200", "mi300x"]),
        ("cord-path", ["/generate", "/v1/chat"], ["/a-b", "/_x", "/v1/2d", "generate"]),
        ("public-path", ["/v1/chat-completions"], ["/v1/2d", "/_ping"]),
        ("public-path-reserved", ["/generate"], ["/evidence", "/HF_Info"]),
        ("public-path-shadowed", ["/pings"], ["/ping"]),
        ("public-method", ["GET", "DELETE"], ["get", "BANANA", "OPTIONS"]),
        ("job-timeout", [30, 86400, None], [29, 86401]),
        ("job-port", [2202, 8002, 65535], [80, 8001, 65536]),
        ("job-port-name", ["web", "a1"], ["BAD NAME", "1a", ""]),
        ("job-port-proto", ["tcp", "http"], ["icmp", "TCP"]),
        ("job-disk-gb", [10, 1000], [9, 1001]),
        ("image-name", ["abc", "Abc", "a" * 65], ["ab", "a b", "a" * 66]),
        ("image-tag", ["v1", "V1", "0.1"], ["1", "a b", "a" * 34]),
        ("image-reference", ["me/a:1", "a:1", "Me/A:V1"], ["me/a", "docker.io/me/a:1", "a:1@b"]),
        ("image-reference", ["00000000-0000-5000-8000-000000000000"], ["00000000-0000-5000"]),
        ("instance-environment", ["NO_PROXY"], ["HTTP_PROXY", "https_proxy"]),
        ("ordinary-tee", [True], [False, 1]),
        ("ordinary-gpu-count", [1], [2, True]),
        ("ordinary-include", ["pro_6000"], ["PRO_6000", "h100"]),
        ("ordinary-min-vram", [96], [97]),
        ("ordinary-max-price", [1.8], [1.79]),
        ("secret-name", ["API_KEY"], ["PYTHONPATH", "ld_preload", "SGL_X", "HTTP_PROXY"]),
        ("secret-name", ["PYTHONUNBUFFERED"], ["MY_SGLANG_KEY"]),
        ("gateway-status", [400, 429], [401, 404, 500]),
        ("call-seconds", [600], [601]),
        ("gateway-body-bytes", [134217728], [134217729]),
        ("plain-cord-field", ["streaming", "text"], ["stream"]),
    ],
)  # fmt: skip
def test_the_rules(rule_id: str, good: list[object], bad: list[object]) -> None:
    rule = platform().rule(rule_id)
    assert [value for value in good if rule.violation(value)] == []
    assert [value for value in bad if not rule.violation(value)] == []


def test_a_rule_without_data_only_speaks() -> None:
    rule = platform().rule("cords-or-jobs")
    assert rule.violation("anything") is None
    assert rule.message == "A chute can have jobs or cords not both."


def test_violations_read_well() -> None:
    rules = platform().rules
    assert rules["concurrency"].violation(300) == "must be at most 256, not 300"
    assert rules["ordinary-tee"].violation(False) == "must be True, not False"
    assert rules["gateway-status"].violation(404) == "must be one of 400, 429, not 404"
    assert rules["chute-name"].violation("ab") == "must have at least 3 characters, not 2"
    assert rules["exclude-entries"].violation(["x"] * 6) == "must have at most 5 entries, not 6"
    assert rules["plain-cord-field"].violation("stream") == "must not be or contain 'stream'"


def test_the_policy_for_ordinary_accounts_is_dated() -> None:
    policy = platform().for_account("ordinary")
    assert {rule.id for rule in policy} >= {
        "ordinary-tee",
        "ordinary-gpu-count",
        "ordinary-include",
    }
    assert {rule.as_of for rule in policy} == {"2026-05-12"}


def test_an_unknown_rule_is_a_mistake_in_the_caller() -> None:
    with pytest.raises(KeyError):
        platform().rule("no-such-rule")


def test_gpus() -> None:
    gpus = platform().gpus
    assert (gpus["pro_6000"].memory_gb, gpus["pro_6000"].dollars_per_hour) == (96, 1.8)
    assert gpus["b300"].memory_gb is None
    assert platform().gpus_as_of == "2025-10"
    assert len(gpus) == 27


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("H100", "h100"),
        ("rtx4090", "4090"),
        ("RTX_A6000", "a6000"),
        ("a100-80gb", "a100"),
        ("h100_80gb", "h100"),
        ("pro6000", "pro_6000"),
        ("nothing-like-it", None),
    ],
)
def test_the_gpu_that_was_meant(written: str, meant: str | None) -> None:
    assert platform().nearest_gpu(written) == meant


def test_rules_are_plain_values() -> None:
    rule = Rule("x", "m", "2025-10", "[SRV]", allowed=(1,))
    assert rule.violation(True) == "must be 1, not True"
    assert rule == Rule("x", "m", "2025-10", "[SRV]", allowed=(1,))
