"""Cords that download from hubs where the network is locked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.models import FOLDERS, HUB_LOADERS, HUB_METHODS, HUB_NAME
from chutes_cli.contract.libraries.network import HUB_DOWNLOADS, OFFLINE_ARGUMENT
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.targets import External, Function
from chutes_cli.project.values import Known, Value

from ..loading import is_kept
from ..ways import Step, calls, external
from .egress import locked

_FIRST = ("repo_id",)


class DownloadInCord(Check):
    """A cord downloads from a hub although the chute's network is locked.

    ## What it does
    Follows the code a cord runs to downloads from hubs (`snapshot_download`,
    `hf_hub_download`, `nltk.download`, …), and to models that the first call loads and keeps
    by the name they have on the hub (`from_pretrained("owner/name")`), where neither start-up
    nor the image loads them. Downloads with `local_files_only=True`, chutes with
    `allow_external_egress` and start-up hooks are left alone. Models that every call loads
    anew are for `model-loaded-per-request`.

    ## Why it matters
    Once the instance is active the platform locks its network. What start-up has not put
    into the cache cannot be fetched any more, and what is there is found only after every
    attempt to ask the hub about it has failed.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from huggingface_hub import hf_hub_download

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/labels", public_api_method="GET")
    async def labels(self) -> dict:
        path = hf_hub_download("you/my-model", "labels.txt", revision="a" * 40)
        with open(path, encoding="utf-8") as file:
            return {"labels": file.read().splitlines()}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from huggingface_hub import hf_hub_download

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def fetch(self):
        path = hf_hub_download("you/my-model", "labels.txt", revision="a" * 40)
        with open(path, encoding="utf-8") as file:
            self.labels = file.read().splitlines()


    @chute.cord(public_api_path="/labels", public_api_method="GET")
    async def labels(self) -> dict:
        return {"labels": self.labels}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py, `_do_activation`: `aegis.lock_network()` after the
    activation, unless `allow_external_egress` (PLATFORM F77).
    """

    id = "download-in-cord"
    category = "runtime"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per download from a hub."""
        hub = HubModels(project)
        for step in locked(project, circumstances):
            for site, targets in calls(project, step):
                name = external(targets)
                if project.knowledge.binder.bind(site).value(OFFLINE_ARGUMENT) is not None:
                    continue
                short = ".".join(name.split(".")[-2:])
                if name in HUB_DOWNLOADS:
                    what, severity = f"downloads with {name.rpartition('.')[2]}", None
                elif (model := hub.fetched(step, site, name)) is not None:
                    what = f"is the first to load {model!r} ({short})"
                    severity = Severity.WARNING
                else:
                    continue
                yield self.at(
                    site,
                    f"{step.arrival.entry.label} {what}, and the network is locked once the "
                    "instance is active",
                    "download in an @chute.on_startup() hook, or pass "
                    "allow_external_egress=True to Chute()",
                    trace=step.trace,
                    severity=severity,
                )


class HubModels:
    """Answers which models only cords fetch from the hub."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def fetched(self, step: Step, site: Site, loader: str) -> str | None:
        """Return the name on the hub of the model that a call of a cord loads and keeps.

        Returns:
            None for a folder, for what start-up or the image may have put into the cache,
            and for what every call loads anew.
        """
        match self._given(site, loader):
            case Known(value=str(name)) if self._is_of_the_hub(name):
                kept = is_kept(self._project, step)
                return name if kept and not self._may_be_there(name) else None
            case _:
                return None

    def _given(self, site: Site, loader: str) -> Value | None:
        """Return what a loader is given for a model, None where it is no loader of models."""
        order = HUB_LOADERS.get(loader) or HUB_METHODS.get(loader.rpartition(".")[2])
        if order is None:
            return None
        return self._project.knowledge.binder.bind(site, order).value(order[-1])

    def _is_of_the_hub(self, name: str) -> bool:
        folder = name.partition("/")[0]
        is_here = (self._project.root / folder).is_dir()
        return HUB_NAME.fullmatch(name) is not None and folder not in FOLDERS and not is_here

    def _may_be_there(self, name: str) -> bool:
        """Say whether something else than a cord may have put a model into the cache."""
        return (
            name in self._loaded_before
            or None in self._loaded_before
            or any(name in text for text in self._of_images)
        )

    @cached_property
    def _of_images(self) -> tuple[str, ...]:
        """What images are told, as text."""
        return tuple(
            str(each.value.value)
            for directive in self._project.directives
            for each in directive.arguments
            if isinstance(each.value, Known)
        )

    @cached_property
    def _loaded_before(self) -> frozenset[str | None]:
        """What is loaded elsewhere than in cords alone; None for what is not known."""
        found: set[str | None] = set()
        for site, targets in self._project.knowledge.calls:
            if site.module.is_test or self._is_of_cords(site):
                continue
            for target in targets:
                name = target.name if isinstance(target, External) else ""
                given = self._given(site, name)
                if name in HUB_DOWNLOADS:
                    given = self._project.knowledge.binder.bind(site, _FIRST).value(_FIRST[0])
                if given is not None:
                    found.add(str(given.value) if isinstance(given, Known) else None)
        return frozenset(found)

    def _is_of_cords(self, site: Site) -> bool:
        index = site.module.enclosing_function(site.scope)
        arrivals = self._project.reach.arrivals(Function(site.module, max(index, 0)))
        return {each.entry.kind for each in arrivals} == {"cord"}
