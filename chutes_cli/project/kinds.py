"""Which files beside the chute are read, by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath


class Kind(StrEnum):
    """What a file beside the chute is."""

    GITHUB = "GitHub workflow"
    GITLAB = "GitLab CI file"
    CIRCLECI = "CircleCI file"
    AZURE = "Azure pipeline"
    BITBUCKET = "Bitbucket pipeline"
    JENKINS = "Jenkinsfile"
    COMPOSE = "compose file"
    CONTAINER = "Dockerfile"
    MAKE = "Makefile"
    JUST = "justfile"
    PROCFILE = "Procfile"
    SHELL = "shell script"
    SETTINGS = "settings file"


PIPELINE_FOLDERS = frozenset({".github", ".circleci"})
"""Hidden folders that are entered, for these files only."""

_NAMES: Mapping[str, Kind] = {
    ".gitlab-ci.yml": Kind.GITLAB,
    "azure-pipelines.yml": Kind.AZURE,
    "azure-pipelines.yaml": Kind.AZURE,
    "bitbucket-pipelines.yml": Kind.BITBUCKET,
    "Jenkinsfile": Kind.JENKINS,
    "Makefile": Kind.MAKE,
    "makefile": Kind.MAKE,
    "GNUmakefile": Kind.MAKE,
    "justfile": Kind.JUST,
    "Justfile": Kind.JUST,
    "Procfile": Kind.PROCFILE,
}
_SUFFIXES: Mapping[str, Kind] = {
    ".mk": Kind.MAKE,
    ".sh": Kind.SHELL,
    ".bash": Kind.SHELL,
    ".dockerfile": Kind.CONTAINER,
}
_SETTINGS = frozenset({".yml", ".yaml", ".toml", ".ini", ".cfg", ".env"})
_ENVIRONMENT = re.compile(r"\.env(?:\.[\w.-]+)?")
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml")
_CONTAINER = re.compile(r"(?:Docker|Container)file(?:[.-][\w.-]+)?")
_TEXTS = (".md", ".rst", ".txt", ".dockerignore")


def kind_of(path: PurePath) -> Kind | None:
    """Return what a file is by its name and folder, None for any other file."""
    name, folders = path.name, path.parts[-3:-1]
    if path.suffix in (".yml", ".yaml"):
        if folders == (".github", "workflows"):
            return Kind.GITHUB
        if folders[-1:] == (".circleci",) and path.stem == "config":
            return Kind.CIRCLECI
        if _COMPOSE.fullmatch(name):
            return Kind.COMPOSE
    if _CONTAINER.fullmatch(name) and path.suffix not in _TEXTS:
        return Kind.CONTAINER
    found = _NAMES.get(name) or _SUFFIXES.get(path.suffix)
    if found is not None or PIPELINE_FOLDERS & set(path.parts):
        return found
    is_settings = path.suffix in _SETTINGS or _ENVIRONMENT.fullmatch(name)
    return Kind.SETTINGS if is_settings else None
