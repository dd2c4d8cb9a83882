"""The documentation says what is so: generated pages, links, commands, options, fields."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.output.audit import formats
from chutes_cli.registry import checks

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "generate_docs.py"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
MODULE = ("python", "-P", "-m", "chutes_cli")
SHELL_STOPS = {"|", ">", ">>", "2>", "&&", "||", ";", "&"}


# What is generated


def generate(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", str(SCRIPT), "--root", str(root), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pages, up to date, to spoil."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "README.md", tmp_path)
    assert generate(tmp_path).returncode == 0
    return tmp_path


def test_generated_pages_are_what_the_code_gives() -> None:
    result = generate(ROOT, "--check")
    assert result.returncode == 0, f"run `make docs`\n{result.stdout}{result.stderr}"


def test_what_differs_is_named_and_put_right(copy: Path) -> None:
    readme = copy / "README.md"
    sound = readme.read_text(encoding="utf-8")
    readme.write_text(sound.replace("| platform cord |", "| platform cards |"), "utf-8")
    (copy / "docs" / "checks" / "syntax-error.md").unlink()
    (copy / "docs" / "checks" / "gone.md").write_text("# a check that is no more\n")
    result = generate(copy, "--check")
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "differs: README.md",
        "differs: docs/checks/gone.md",
        "differs: docs/checks/syntax-error.md",
    ]
    assert generate(copy).returncode == 0
    assert readme.read_text(encoding="utf-8") == sound
    assert generate(copy, "--check").stdout == ""


def test_a_page_without_its_markers_is_refused(copy: Path) -> None:
    page = copy / "docs" / "cli.md"
    page.write_text(page.read_text(encoding="utf-8").replace("end generated", "finish"), "utf-8")
    result = generate(copy)
    assert result.returncode == 2
    assert "docs/cli.md" in result.stderr


# Links and paths


def anchors(text: str) -> set[str]:
    """Return the names of a page's headings, as links use them."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        assert "://" not in target, f"no links out of the repository: {target}"
        path, _, anchor = target.partition("#")
        aimed = (page.parent / path).resolve() if path else page
        assert aimed.exists(), target
        assert not anchor or anchor in anchors(aimed.read_text(encoding="utf-8")), target


def test_the_rooms_of_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tops = {"chutes_cli", "checks", "templates", "scripts", "benchmarks", "tests"}
    for span in INLINE.findall(FENCE.sub("", text)):
        if "/" in span and span.split("/")[0] in tops and "<" not in span:
            assert (ROOT / span).exists(), span
    for row in re.findall(r"^\| `(chutes_cli/\w+/)` .*\|$", text, re.MULTILINE):
        line = next(line for line in text.splitlines() if line.startswith(f"| `{row}`"))
        for name in re.findall(r"`([\w.-]+\.(?:py|json))`", line):
            assert (ROOT / row / name).exists(), f"{row}{name}"
    reader = text.partition("| module of `chutes_cli/project/` |")[2].partition("\n\n")[0]
    for name in re.findall(r"`([\w/]+\.py)`", reader):
        assert (ROOT / "chutes_cli" / "project" / name).exists(), name


# Commands and options


class Invocation(NamedTuple):
    """A command line of chutes-prod found in a page.

    Attributes:
        words: The words after the program's name.
        line: The whole text, for messages.
    """

    words: tuple[str, ...]
    line: str


@cache
def help_of(*command: str) -> str:
    result = subprocess.run(
        [sys.executable, "-P", "-m", "chutes_cli", *command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"there is no command {' '.join(command)}"
    return result.stdout


def options_of(*command: str) -> set[str]:
    listed = help_of(*command).partition("\nOptions:\n")[2]
    return set(re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]*)", listed, re.MULTILINE))


def code_lines(text: str) -> Iterator[str]:
    """Yield every line of the code blocks, continued lines joined, and inline code."""
    for language, block in FENCE.findall(text):
        if language != "python":
            for line in block.replace("\\\n", " ").splitlines():
                yield line.strip().removeprefix("$ ")
    yield from INLINE.findall(FENCE.sub("", text))


def invocations(text: str) -> Iterator[Invocation]:
    for line in code_lines(text):
        if not line.startswith(("chutes-prod ", "python -P -m chutes_cli ")):
            continue
        words = shlex.split(line, comments=True)
        if tuple(words[:4]) == MODULE:
            words[:4] = ["chutes-prod"]
        ends = (index for index, word in enumerate(words) if word in SHELL_STOPS)
        yield Invocation(tuple(words[1 : next(ends, len(words))]), line)


def complaint(found: Invocation) -> str | None:
    """Say what a command line names that does not exist."""
    allowed, command = options_of(), None
    for word in found.words:
        if word.startswith("--"):
            if word.partition("=")[0] not in allowed:
                return f"no option {word} in: {found.line}"
        elif command is None:
            command = word
            if not re.search(rf"^  {re.escape(word)}\s", help_of(), re.MULTILINE):
                return f"no command {word} in: {found.line}"
            allowed = options_of(word)
    return None


@every_page
def test_commands_and_options_exist(page: Path) -> None:
    found = invocations(page.read_text(encoding="utf-8"))
    assert [wrong for each in found if (wrong := complaint(each))] == []


def test_a_command_or_option_that_is_none_is_caught() -> None:
    text = (
        "```sh\nchutes-prod audit . \\\n  --frobnicate\n```\n"
        "`chutes-prod frob` and `chutes-prod --verbose audit`\n"
        "```console\n$ chutes-prod audit --format json | jq --raw .\n```\n"
    )
    assert [complaint(each) for each in invocations(text)] == [
        "no option --frobnicate in: chutes-prod audit .    --frobnicate",
        None,
        "no command frob in: chutes-prod frob",
        "no option --verbose in: chutes-prod --verbose audit",
    ]


@pytest.mark.parametrize("command", ["new", "audit", "loadtest"])
def test_the_table_of_options_is_complete(command: str) -> None:
    text = (ROOT / "docs" / f"{command}.md").read_text(encoding="utf-8")
    section = re.split(r"^##", text.partition("\n## Options\n")[2], flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| `(--[a-z][a-z-]*)", section, re.MULTILINE)
    assert sorted(rows) == sorted(options_of(command) - {"--help"})


def make_targets(text: str) -> Iterator[str]:
    """Yield the targets of `make TARGET` in inline code and at the start of lines of blocks."""
    for line in (*INLINE.findall(FENCE.sub("", text)), *"\n".join(
        block for _, block in FENCE.findall(text)
    ).splitlines()):  # fmt: skip
        match = re.match(r"(?:\$ )?make ([a-z][a-z-]*)", line)
        if match:
            yield match.group(1)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    for name in ("README.md", "CHANGELOG.md", "docs/architecture.md"):
        named = set(make_targets((ROOT / name).read_text(encoding="utf-8")))
        assert named <= targets, name
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"demo", "test", "lint", "docs"} <= set(make_targets(readme))


# What the examples show


def block(text: str, language: str, containing: str) -> str:
    fences = FENCE.findall(text)
    (found,) = [body for kind, body in fences if kind == language and containing in body]
    return str(found)


def audited(folder: Path, format_: str, *only: str) -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (folder / "chute.py").write_text(block(readme, "python", "summaries"), encoding="utf-8")
    chosen = [each for each in checks() if not only or each.id in only]
    report = engine.audit([folder / "chute.py"], chosen, Circumstances())
    return formats()[format_].render(report)


def test_the_readme_shows_what_audit_prints(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = block(readme, "console", "$ chutes-prod audit\n")
    assert shown == f"$ chutes-prod audit\n{audited(tmp_path, 'text')}"


def test_the_audit_page_shows_what_audit_prints(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    check_id = "loop-bound-object-shared"
    command = f"$ chutes-prod audit chute.py --select {check_id}\n"
    assert block(page, "console", command) == command + audited(tmp_path, "text", check_id)


def keys(document: Any) -> set[str]:
    """Return the keys of every object in a JSON document."""
    if isinstance(document, dict):
        return set(document).union(*map(keys, document.values()))
    return set().union(*map(keys, document)) if isinstance(document, list) else set()


def test_every_field_of_the_json_report_is_documented(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    documented = set(INLINE.findall(page.partition("\n## JSON\n")[2]))
    found = keys(json.loads(audited(tmp_path, "json")))
    assert {"trace", "cords", "fingerprint", "note"} <= found
    assert found <= documented


def test_every_check_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [each.id for each in checks() if f"`{each.id}`" not in changelog] == []


@every_page
def test_no_page_names_this_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.~])/(?:work|tmp|home|root)/", text)
    assert str(ROOT) not in text
