"""The `text` template: what it generates holds, by itself and under the SDK."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chutes_cli.scaffold.answers import gather
from chutes_cli.scaffold.naming import check_name
from chutes_cli.scaffold.render import RenderedTree, render
from chutes_cli.scaffold.template import template_named
from chutes_cli.scaffold.write import write

ODD_ANSWERS = [
    "username=a_b-c",
    "description=It's {{ odd }}, 100 % 'quoted' & <tagged> ünïcode",
    "concurrency=256",
    "max_instances=100",
]


def text_tree(name: str = "my-service", settings: list[str] | None = None) -> RenderedTree:
    template = template_named("text")
    return render(template, gather(template, check_name(name), settings=settings or []), "0")


@pytest.fixture(params=[None, ODD_ANSWERS], ids=["defaults", "odd answers"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A generated project, with default answers and with awkward ones."""
    return write(text_tree(settings=request.param), tmp_path / "my-service").root


def tool(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this interpreter in a project, with no settings of the tester's."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("APP_")}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_module_compiles(project: Path) -> None:
    modules = list(project.rglob("*.py"))
    assert len(modules) > 8
    for module in modules:
        compile(module.read_text(encoding="utf-8"), str(module), "exec")


def test_nothing_is_left_to_do_or_to_render() -> None:
    for path, file in text_tree().items():
        if path.endswith(".safetensors"):
            continue
        text = file.content.decode()
        for mark in ("TODO", "FIXME", "XXX", "{{", "{%", "@NETWORK@", "@NGRAM@"):
            assert mark not in text, path
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
@pytest.mark.parametrize("words", [("check",), ("format", "--check")])
def test_the_project_passes_ruff(project: Path, words: tuple[str, ...]) -> None:
    result = tool(project, "ruff", *words, "--no-cache", ".")
    assert result.returncode == 0, result.stdout


def test_what_the_platform_wants_of_the_chute() -> None:
    """The constants of PLATFORM F65 and F86; the audit has the whole list."""
    source = text_tree()["chute.py"].content.decode()
    calls = {
        node.func.id: node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    chute = {word.arg: word.value for word in calls["Chute"].keywords}
    assert ast.literal_eval(chute["tee"]) is True
    assert {word.arg: ast.literal_eval(word.value) for word in calls["NodeSelector"].keywords} == {
        "gpu_count": 1,
        "include": ["pro_6000"],
    }
    assert 60 <= ast.literal_eval(chute["shutdown_after_seconds"]) <= 604800
    assert 2 <= ast.literal_eval(chute["max_instances"]) <= 100
    assert "on_shutdown" not in source
    assert "lifespan" not in source


def test_the_readme_quotes_what_the_training_measured() -> None:
    """The numbers stand in the weights, so the README cannot say others."""
    tree = text_tree()
    weights = tree["my_service/weights.safetensors"].content
    assert len(weights) <= 1_000_000
    length = int.from_bytes(weights[:8], "little")
    metadata = json.loads(weights[8 : 8 + length])["__metadata__"]
    facts = json.loads(metadata["training"])
    readme = " ".join(tree["README.md"].content.decode().split())
    ours, theirs = facts["held_out_bits_per_byte"], facts["order_3_bits_per_byte"]
    assert float(ours) < float(theirs)
    assert f"it needs {ours} bits per byte, where an order-3 n-gram" in readme
    assert f"of the same text needs {theirs}." in readme


def needs_sdk() -> None:
    for module in ("chutes", "torch", "safetensors"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")


@pytest.mark.sdk
def test_the_project_passes_its_own_tests(tmp_path: Path) -> None:
    needs_sdk()
    project = write(text_tree(), tmp_path / "my-service").root
    result = tool(project, "pytest", "-q", "-p", "no:cacheprovider")
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr
    assert "skipped" not in result.stdout


@pytest.mark.sdk
@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
def test_the_project_passes_mypy(tmp_path: Path) -> None:
    """With torch's types, hence under the SDK's mark."""
    needs_sdk()
    project = write(text_tree(), tmp_path / "my-service").root
    result = tool(project, "mypy")
    assert result.returncode == 0, result.stdout


@pytest.mark.sdk
def test_building_and_deploying_need_no_torch(project: Path) -> None:
    """`chutes build` and `deploy` import chute.py on a machine that may not have torch."""
    needs_sdk()
    script = """\
import sys
sys.modules["torch"] = sys.modules["safetensors"] = None  # an import of these fails now
import chute
print([(cord.public_api_path, cord._public_api_method, cord._stream) for cord in chute.chute.cords])
print(str(chute.image))
"""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    cords, *dockerfile = result.stdout.splitlines()
    assert ast.literal_eval(cords) == [
        ("/generate", "POST", False),
        ("/stream", "POST", True),
        ("/health", "GET", False),
    ]
    assert "ADD my_service /app/my_service" in dockerfile
    assert dockerfile[-1] == "USER chutes"


@pytest.mark.sdk
def test_the_production_path_answers_rightly(tmp_path: Path) -> None:
    """What dev mode cannot show: the SDK's production middleware in front of the cords."""
    needs_sdk()
    good = '{"prompt": "The ", "max_tokens": 8, "seed": 1}'
    refused = ["{}", "[]", "null", "0", "false", '""', "[1, 2]", "5", '"text"', f"[{good}]"]
    refused += ['{"prompt": NaN}', '{"prompt": "a", "prompt": 5}', '{"prompt":', '{"x": 1}']
    refused += [json.dumps({"prompt": "x" * 10_000_000}), '{"prompt": "\\ud800"}']
    paths = ["/generate", "/stream"]
    slow = ["/generate", '{"prompt": "The ", "max_tokens": 256}']
    steps: list[object] = [[path, body] for path in paths for body in refused]
    steps += [[path, good] for path in paths]
    steps += [["/health", "{}"], [slow] * 6, ["/health", "{}"]]
    project = write(text_tree(settings=["concurrency=4"]), tmp_path / "my-service").root
    result = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("production_path.py"))],
        cwd=project,
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("ANSWERS "))
    *bad, whole, stream, before, burst, after = json.loads(line.removeprefix("ANSWERS "))
    for step, (status, text) in zip(steps, bad, strict=False):
        assert (status, list(json.loads(text))) == (400, ["detail"]), str(step)[:80]
    assert (whole[0], stream[0]) == (200, 200)
    pieces = [json.loads(line[6:]) for line in stream[1].split("\n") if line.startswith("data: ")]
    assert "".join(piece.get("text", "") for piece in pieces) == json.loads(whole[1])["text"]
    assert sorted(status for status, _ in burst) == [200] * 4 + [429] * 2
    counts = [json.loads(text)["completed"] for _, text in (before, after)]
    assert counts == [2, 6]
