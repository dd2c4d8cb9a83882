"""Files beside the chute: which are read, what runs in them, and where it stands."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

import pytest

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.errors import NothingToAudit
from chutes_cli.core.report import Report
from chutes_cli.project.kinds import Kind, kind_of
from chutes_cli.project.runs import Role, UnreadableScript
from chutes_cli.project.scripts import Script
from chutes_cli.project.source import MAX_BYTES, collect

CHUTE = "from chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("x/.github/workflows/ci.yml", Kind.GITHUB),
        ("x/.github/workflows/ci.yaml", Kind.GITHUB),
        ("x/.github/dependabot.yml", None),
        ("x/workflows/ci.yml", Kind.SETTINGS),
        (".gitlab-ci.yml", Kind.GITLAB),
        ("x/.circleci/config.yml", Kind.CIRCLECI),
        ("x/.circleci/other.yml", None),
        ("config.yml", Kind.SETTINGS),
        ("azure-pipelines.yml", Kind.AZURE),
        ("azure-pipelines.yaml", Kind.AZURE),
        ("bitbucket-pipelines.yml", Kind.BITBUCKET),
        ("Jenkinsfile", Kind.JENKINS),
        ("Makefile", Kind.MAKE),
        ("makefile", Kind.MAKE),
        ("GNUmakefile", Kind.MAKE),
        ("rules.mk", Kind.MAKE),
        ("justfile", Kind.JUST),
        ("Justfile", Kind.JUST),
        ("Procfile", Kind.PROCFILE),
        ("a.sh", Kind.SHELL),
        ("a.bash", Kind.SHELL),
        ("Dockerfile", Kind.CONTAINER),
        ("Dockerfile.prod", Kind.CONTAINER),
        ("a.dockerfile", Kind.CONTAINER),
        ("Containerfile", Kind.CONTAINER),
        ("Dockerfile.md", None),
        ("Dockerfile.rst", None),
        ("Dockerfile.txt", None),
        ("Dockerfile.dockerignore", None),
        ("Dockerfiles", None),
        ("compose.yml", Kind.COMPOSE),
        ("compose.prod.yaml", Kind.COMPOSE),
        ("docker-compose.yml", Kind.COMPOSE),
        ("docker-compose-gpu.yml", Kind.COMPOSE),
        ("decompose.yml", Kind.SETTINGS),
        ("config.yaml", Kind.SETTINGS),
        ("pyproject.toml", Kind.SETTINGS),
        ("setup.cfg", Kind.SETTINGS),
        ("app.ini", Kind.SETTINGS),
        (".env", Kind.SETTINGS),
        (".env.production", Kind.SETTINGS),
        ("prod.env", Kind.SETTINGS),
        (".envrc", None),
        ("env", None),
        ("app.py", None),
        ("sh", None),
    ],
)
def test_kinds(path: str, kind: Kind | None) -> None:
    assert kind_of(PurePath(path)) is kind


def runs(kind: Kind, text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return role, name and command texts, joined, of every run."""
    return [
        (run.role.value, run.name, tuple(" ".join(each.texts) for each in run.commands))
        for run in Script("x", kind, text).runs
    ]


def snippets(kind: Kind, text: str) -> list[str]:
    script = Script("x", kind, text)
    return [
        script.snippet(script.span(each.start, each.end))
        for run in script.runs
        for each in run.commands
    ]


# YAML

BLOCKS = """\
# héllo
jobs:
  a:
    steps:
      - run: |
          one é "x"   # comment

          two
      - run: |2-
            three
      - run: >-
          four
          five
      - run: six 'it''s'
      - run: 'seven ''it'''
      - run: "eight \\"x\\"\\nnine \\u00e9"
      - run: ten
          eleven
      - {run: twelve, shell: bash}
      - name: none
      - run:
"""


def test_every_style_of_yaml_text_and_its_place() -> None:
    assert snippets(Kind.GITHUB, BLOCKS) == [
        'one é "x"',
        "two",
        "three",
        "four five",
        "six 'it''s'",
        "seven ''it'",
        'eight \\"x\\"',
        "nine \\u00e9",
        "ten eleven",
        "twelve",
    ]
    script = Script("x", Kind.GITHUB, BLOCKS)
    places = [script.span(each.start, each.end) for run in script.runs for each in run.commands]
    assert [place[:2] for place in places[:5]] == [(6, 11), (8, 11), (10, 13), (12, 11), (14, 14)]


def test_lists_anchors_and_documents() -> None:
    text = (
        "spec: {}\n---\n.d: &d\n  - one\n  - [two, three]\na:\n  script: [*d, four]\n"
        "b:\n  script: *d\n  before_script: five\nc: &c {script: six}\nd: *c\ne: *missing_\n"
    ).replace("e: *missing_\n", "")
    assert runs(Kind.GITLAB, text) == [
        ("ci", "a", ("one", "two", "three", "four")),
        ("ci", "b", ("one", "two", "three")),
        ("ci", "b", ("five",)),
        ("ci", "c", ("six",)),
    ]


def test_compose_joins_the_entry_point_and_its_arguments() -> None:
    text = (
        "services:\n  a:\n    command: [b, 'c d']\n    entrypoint: [a]\n"
        "  x:\n    entrypoint: sh -c 'y'\n    command: [z]\n"
    )
    assert runs(Kind.COMPOSE, text) == [
        ("start", "a", ("a b c d",)),
        ("start", "x", ("sh -c y", "y")),
        ("start", "x", ("z",)),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("jobs:\n  a:\n    - {run: x, shell: python}\n    - {run: y, shell: pwsh}\n", []),
        ("defaults: {run: {shell: pwsh}}\njobs:\n  a:\n    - {run: x}\n", []),
        ("defaults: {run: {shell: pwsh}}\njobs:\n  a:\n    - {run: x, shell: sh}\n", ["a"]),
        ("runs: {run: [x]}\n", [""]),
        ("- run: x\n", [""]),
        ("just text\n", []),
        ("", []),
    ],
)  # fmt: skip
def test_other_shells_and_shapes(text: str, names: list[str]) -> None:
    assert [run.name for run in Script("x", Kind.GITHUB, text).runs] == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [\n", "not YAML: .* on line 2"),
        ("a: b: c\n", "not YAML: .* on line 1"),
        ("a: *b\n", None),
        ("a: \x07\n", "not YAML"),
        ("[" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_yaml(text: str, reason: str | None) -> None:
    if reason is None:
        assert Script("x", Kind.GITLAB, text).runs == ()
        return
    with pytest.raises(UnreadableScript, match=reason):
        Script("x", Kind.GITLAB, text)


def test_aliases_of_aliases_cost_no_more_than_their_size() -> None:
    lines = ["a0: &a0 [chutes deploy x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    text = "\n".join([*lines, "job:", "  script: [*a0, *a5, *a29]", ""])
    assert runs(Kind.GITLAB, text) == [("ci", "job", ("chutes deploy x",))]


# The others


def test_a_dockerfile() -> None:
    text = (
        "# syntax=x\nFROM a AS b\nCMD old\nfrom c\n"
        "RUN --mount=type=cache,target=/x --network=none one \\\n  # why\n\n  two\n"
        'RUN ["three", "a \\"b\\""]\nRUN <<EOF\nfour\nEOF\nCOPY x y\n'
        "RUN [ -f x ] && five\nENTRYPOINT [\"six\",\\\n  \"seven\"]\nCMD [\"eight\"]"
    )  # fmt: skip
    assert runs(Kind.CONTAINER, text) == [
        ("build", "", ("one two",)),
        ("build", "", ('three a "b"',)),
        ("build", "", ("",)),
        ("build", "", ("[ -f x ]", "five")),
        ("start", "", ("six seven eight",)),
    ]
    assert snippets(Kind.CONTAINER, text)[0] == "one \\ # why two"
    assert snippets(Kind.CONTAINER, text)[-1].startswith('"six"')


def test_a_dockerfile_with_a_shell_form() -> None:
    assert runs(Kind.CONTAINER, 'FROM a\nENTRYPOINT exec one\nCMD ["two"]\n') == [
        ("start", "", ("exec one",)),
        ("start", "", ("two",)),
    ]
    assert runs(Kind.CONTAINER, "FROM a\n") == []


MAKEFILE = """\
BIN ?= .venv/bin
CHUTES := $(BIN)/chutes
TWICE = a
TWICE = b
LOOP = $(LOOP)

.PHONY: deploy
deploy: build
\t@-$(CHUTES) deploy $(REF) \\
\t\t"$$HOME" $(TWICE) ${BIN} $(shell date) $(LOOP)
ifdef X
# comment
\techo $@ > $@.log

else
\tthree
endif
VALUE = x
\tnot a recipe
other:: ; @inline
"""


def test_a_makefile() -> None:
    found = runs(Kind.MAKE, MAKEFILE)
    deploy = ".venv/bin/chutes deploy ${REF} $HOME ${TWICE} .venv/bin ${shell_date} ${LOOP}"
    assert [each[:2] for each in found] == [("hand", "deploy")] * 3
    assert found[0][2] == (deploy,)
    assert [each[2] for each in found[1:]] == [("echo $@",), ("three",)]
    assert snippets(Kind.MAKE, MAKEFILE)[0].startswith("$(CHUTES) deploy $(REF)")


def test_one_shell_for_a_recipe() -> None:
    text = ".ONESHELL:\n.SHELLFLAGS = -eo pipefail -c\na:\n\tif one\n\tthen two\n\tfi\n"
    (run,) = Script("x", Kind.MAKE, text).runs
    assert [each.texts for each in run.commands] == [("one",), ("two",)]
    assert (run.errexit, run.pipefail) == (True, True)


def test_a_justfile() -> None:
    text = (
        'chutes := "uv run chutes"\n\n# x\n@deploy ref="a": build\n    {{chutes}} deploy {{ref}}\n'
        "    @echo {{ chutes }}\n\nscript:\n  #!/usr/bin/env bash\n  if one\n  then two\n  fi\n"
        "other := x\n"
    )
    assert runs(Kind.JUST, text) == [
        ("hand", "deploy", ("uv run chutes deploy ${ref}",)),
        ("hand", "deploy", ("echo uv run chutes",)),
        ("hand", "script", ("one", "two")),
    ]


def test_a_procfile_and_a_jenkinsfile() -> None:
    assert runs(Kind.PROCFILE, "web: a b\n# no\nworker: c\n") == [
        ("start", "web", ("a b",)),
        ("start", "worker", ("c",)),
    ]
    text = (
        "sh 'a'\n// sh 'b'\n * sh 'c'\nsh \"d\"\nsh '''\n e\n f\n'''\nsh(\"\"\"g\"\"\")\n"
        "sh(label: 'x', script: 'h', returnStatus: true)\nsh script: 'i'\npush 'j'\nbash 'k'\n"
        "/* sh 'l' */\nx = sh(returnStdout: true, script: 'm')\n"
        "y = sh(script: 'n', returnStdout: true)\n"
    )  # fmt: skip
    script = Script("x", Kind.JENKINS, text)
    found = [[each.texts[0] for each in run.commands] for run in script.runs]
    assert found == [["a"], ["d"], ["e", "f"], ["g"], ["i"], ["m"], ["n"]]
    assert [run.taken for run in script.runs] == [False] * 5 + [True] * 2


@pytest.mark.parametrize(
    ("first", "errexit", "pipefail"),
    [
        ("", False, False),
        ("#!/bin/sh\n", False, False),
        ("#!/bin/bash -e\n", True, False),
        ("#!/usr/bin/env -S bash -euo pipefail\n", True, True),
    ],
)
def test_a_shell_script(first: str, errexit: bool, pipefail: bool) -> None:
    (run,) = Script("x", Kind.SHELL, f"{first}one\r\ntwo\n").runs
    assert [each.texts for each in run.commands] == [("one",), ("two",)]
    assert (run.role, run.errexit, run.pipefail) == (Role.HAND, errexit, pipefail)


# Collecting


def tree(folder: Path, *names: str) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(CHUTE if name.endswith(".py") else "a:\n\tchutes deploy x\n")
    return folder


def audited(*paths: Path, exclude: tuple[str, ...] = ()) -> Report:
    return engine.audit(paths, (), Circumstances(), exclude)


def test_scripts_beside_python_are_collected(tmp_path: Path) -> None:
    tree(tmp_path, "app.py", "Makefile", "svc/run.sh", ".github/workflows/ci.yml", "notes.yml",
         ".github/actions/x.py", ".hidden/run.sh", ".circleci/config.yml", "venv/run.sh",
         "ignored.sh", "excluded/run.sh", ".github/scripts/d.sh")  # fmt: skip
    (tmp_path / ".gitignore").write_text("ignored.sh\n")
    found = collect([tmp_path], ["excluded"])
    assert [each.path for each in found.files] == ["app.py"]
    assert [each.path for each in found.scripts] == [
        ".circleci/config.yml",
        ".github/scripts/d.sh",
        ".github/workflows/ci.yml",
        "Makefile",
        "notes.yml",
        "svc/run.sh",
    ]


def test_python_below_a_named_pipeline_folder_is_python(tmp_path: Path) -> None:
    tree(tmp_path, ".github/chute/app.py", ".github/chute/run.sh")
    found = collect([tmp_path / ".github" / "chute"])
    assert ([each.path for each in found.files], len(found.scripts)) == (["app.py"], 1)


def test_a_named_script_is_read_as_what_it_is(tmp_path: Path) -> None:
    tree(tmp_path, "Makefile", "other.sh")
    found = collect([tmp_path / "Makefile"])
    assert [(each.path, each.kind) for each in found.scripts] == [("Makefile", Kind.MAKE)]
    report = audited(tmp_path / "Makefile")
    assert (report.files_read, report.findings) == (1, ())


def test_a_python_file_names_no_script(tmp_path: Path) -> None:
    tree(tmp_path, "Dockerfile.py", "Makefile", "app.py")
    assert [each.path for each in collect([tmp_path / "app.py"]).scripts] == []
    assert [each.path for each in collect([tmp_path / "Dockerfile.py"]).scripts] == []


def test_a_folder_with_scripts_alone_has_no_chute(tmp_path: Path) -> None:
    tree(tmp_path, "Makefile", "run.sh")
    with pytest.raises(NothingToAudit, match="no Python files found"):
        audited(tmp_path)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    tree(tmp_path, "app.py")
    (tmp_path / "Makefile").write_bytes(b"a:\n\t\xff\n")
    (tmp_path / "big.sh").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "compose.yml").write_text("a: [")
    (tmp_path / "bom.sh").write_bytes("﻿chutes deploy x\n".encode())
    os.mkfifo(tmp_path / "pipe.sh")
    report = audited(tmp_path)
    assert [(each.path, each.reason) for each in report.skipped] == [
        ("Makefile", "not UTF-8: byte 0xff on line 2"),
        ("big.sh", "larger than 1 MB (1.0 MB)"),
        ("compose.yml", report.skipped[2].reason),
        ("pipe.sh", "not a regular file"),
    ]
    assert report.skipped[2].reason.startswith("not YAML: ")
    assert report.files_read == 2
