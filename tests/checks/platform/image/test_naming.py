from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
Findings = Callable[..., list[Finding]]

SDK_REFUSES = ["my service", "-my-service", "mine/my-service", "", "my:service", "my+service"]
PLATFORM_REFUSES_NAME = ["ab", "a" * 66]
PLATFORM_REFUSES_TAG = ["1", "a" * 34]
FINE_NAME = ["abc", "a" * 65, "my_service-2.0", "0ab"]
FINE_TAG = ["12", "a" * 33, "v1.0.1"]


def image(name: str = "my-service", tag: str = "1.0") -> str:
    return f"Image('you', {name!r}, {tag!r})"


@pytest.mark.parametrize("text", SDK_REFUSES)
def test_names_the_sdk_refuses(text: str, fired: Fired) -> None:
    for source in (image(name=text), image(tag=text)):
        (found,) = fired("image-name", image=source)
        assert "ValueError at import" in found.message
        assert "letter or digit first" in found.help
        assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.HIGH)


def test_names_the_platform_refuses(fired: Fired) -> None:
    for text in PLATFORM_REFUSES_NAME:
        (found,) = fired("image-name", image=image(name=text))
        assert "the platform refuses name" in found.message
        assert "as of 2025-10" in found.message
        assert "3 to 65" in found.help
    for text in PLATFORM_REFUSES_TAG:
        (found,) = fired("image-name", image=image(tag=text))
        assert "2 to 33" in found.help
        assert found.severity is Severity.ERROR


def test_upper_case_is_doubtful(fired: Fired) -> None:
    (found,) = fired("image-name", image=image(name="My-Service"))
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.LOW)
    assert found.help == "write 'my-service'"


def test_fine_names(fired: Fired) -> None:
    sources = [image(name=each) for each in FINE_NAME] + [image(tag=each) for each in FINE_TAG]
    sources += [
        "Image('you')",
        "Image('you', os.environ['N'], os.environ.get('T', '-'))",
        "Image('you', 5, 1.0)",
    ]
    for source in sources:
        assert fired("image-name", image=source) == [], source


@pytest.mark.sdk
def test_the_sdk_agrees_on_names(chain: Chain, judge: Any) -> None:
    for text in SDK_REFUSES:
        for source in (image(name=text), image(tag=text)):
            assert judge.imports(chain(image=source)).startswith("ValueError: Invalid image")
    for text in (*PLATFORM_REFUSES_NAME, "My-Service", *FINE_NAME):
        assert judge.imports(chain(image=image(name=text))) is None
    for text in (*PLATFORM_REFUSES_TAG, *FINE_TAG):
        assert judge.imports(chain(image=image(tag=text))) is None


CHUTE = "from chutes.chute import Chute\nfrom chutes.chute.template.vllm import build_vllm_chute\n"


@pytest.mark.parametrize(
    ("image", "fires"),
    [
        ("'latest'", True),
        ("'LATEST'", True),
        ("'latest-1'", False),
        ("'1.0'", False),
        ("os.environ.get('T', 'latest')", False),
        ("1", False),
    ],
)
def test_a_tag_called_latest(image: str, fires: bool, fired: Fired) -> None:
    found = fired("image-tag-latest", image=f"Image('you', 'my-service', {image})")
    assert [each.item for each in found] == ["zero-downtime"] * fires


@pytest.mark.parametrize(
    ("image", "fires"),
    [
        ("'you/x:latest'", True),
        ("'you/latest:1'", False),
        ("'you/x'", False),
        ("None", False),
    ],
)
def test_a_chute_on_latest(image: str, fires: bool, findings: Findings) -> None:
    found = findings(
        f"{CHUTE}chute = Chute('you', 'my-service', image={image})\n", "image-tag-latest"
    )
    assert len(found) == fires


@pytest.mark.parametrize(
    ("image", "fires"),
    [
        ("'you/my-service'", True),
        ("'docker.io/you/my-service:1.0'", True),
        ("'you/my-service:1.0@sha256:abc'", True),
        ("'https://hub/x:1'", True),
        ("''", True),
        ("5", False),  # chute-argument-type
        ("None", False),
        ("'you/my-service:1.0'", False),
        ("'my-service:1.0'", False),
        ("'/my-service:1.0'", False),
        ("'e6a1c6b2-5f0f-5d7e-9d3d-0d4f6f1f2a3b'", False),
        ("Image('you', 'my-service', '1.0')", False),
        ("load()", False),
    ],
)
def test_references(image: str, fires: bool, findings: Findings) -> None:
    source = f"from chutes.image import Image\n{CHUTE}chute = Chute('you', 'nnn', image={image})\n"
    found = findings(source, "image-reference")
    assert len(found) == fires
    if found:
        assert "user/name:tag" in found[0].help


def test_templates_have_images_of_their_own(findings: Findings) -> None:
    made = f"{CHUTE}chute = build_vllm_chute('you', 'a/b', None, "
    assert findings(made + "image=None)\n", "image-reference") == []
    assert findings(made + "concurrency=1)\n", "image-reference") == []
    assert len(findings(made + "image='you/x')\n", "image-reference")) == 1
