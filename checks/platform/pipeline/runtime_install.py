"""Packages that are installed while the service runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Literal, Name, Operation
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.processes import CommandReader
from chutes_cli.project.reach import Arrival
from chutes_cli.project.runs import Role, Run
from chutes_cli.project.scripts import Script
from chutes_cli.project.shell import Command, commands
from chutes_cli.project.targets import Function
from chutes_cli.project.values import Known

from .commands import called, is_entry_point, leads_to_program, program

_INSTALLERS: Mapping[str, frozenset[str]] = {
    "pip": frozenset({"install"}),
    "pip3": frozenset({"install"}),
    "uv": frozenset({"add", "sync"}),
    "apt": frozenset({"install"}),
    "apt-get": frozenset({"install"}),
    "apk": frozenset({"add"}),
    "conda": frozenset({"install"}),
    "mamba": frozenset({"install"}),
}
_PIP = ("pip.main", "pip._internal.main", "pip._internal.cli.main.main")
_KINDS = ("cord", "on_startup", "job", "route")


class RuntimeInstall(Check):
    """Packages are installed while the service starts or runs.

    ## What it does
    Reports `pip`, `uv`, `apt`, `apk` and `conda` installing from code that cords, hooks and
    jobs reach or that the import of a chute's module runs, from `Image.with_entrypoint`,
    and from the commands and entry scripts that start `chutes run` in a container. In a
    cord of a chute without `allow_external_egress=True` it is an error.

    ## Why it matters
    Every cold start waits for the download, takes whatever version is newest that day, and
    fails when the index does. Cords have no network at all: it is locked once the instance
    is active. The standard templates lock the modules as well, which forbids installing
    during start-up.

    ## Example
    ```python
    import time
    import subprocess

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self) -> None:
        subprocess.run(["pip", "install", "httpx==0.28.1"], check=True)


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Use instead
    ```python
    import time

    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .run_command("pip install --no-cache-dir 'httpx==0.28.1'")
        .set_user("chutes")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: `lock_modules` before the hooks, `lock_network`
    after activation unless `allow_external_egress`.
    """

    id = "runtime-install"
    category = "platform"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per installation at run time."""
        yield from self._python(project)
        for script in project.scripts:
            for run in script.runs:
                yield from self._started(project, script, run)
        reader = CommandReader(project.knowledge)
        for directive in (each for image in project.images for each in image.directives):
            for argument in directive.arguments if directive.method == "with_entrypoint" else ():
                here = (argument.module, argument.scope, argument.expression)
                for tool in map(installer, commands(reader.pipelines(*here))):
                    if tool:
                        yield self.finding(
                            argument.module,
                            argument.span,
                            argument.scope,
                            f"{tool} installs packages at every start of the container",
                            _help(tool),
                        )

    def _python(self, project: Project) -> Iterator[Finding]:
        for site, tool in _installations(project):
            module = site.module
            if _is_for_script(module, site.statement.guards):
                continue
            function = Function(module, max(module.enclosing_function(site.scope), 0))
            offline, arrival = _arrival(project, function)
            if arrival is None:
                continue
            where = arrival.entry.label
            yield self.finding(
                module,
                site.span,
                site.scope,
                f"{tool} installs packages in a call, where the network is locked ({where})"
                if offline
                else f"{tool} installs packages at run time, anew on every instance ({where})",
                _help(tool),
                trace=arrival.trace if len(arrival.trace) > 1 else (),
                severity=Severity.ERROR if offline else None,
            )

    def _started(self, project: Project, script: Script, run: Run) -> Iterator[Finding]:
        if run.role is not Role.START and not is_entry_point(script, project):
            return
        calls = [each for each in map(called, run.commands) if each]
        if not any(each.verb == "run" for each in calls):
            return
        for command in run.commands:
            tool = installer(command)
            if tool:
                yield self.within(
                    script,
                    script.span(command.start, command.end),
                    run.name,
                    f"{tool} installs packages at every start of the container",
                    _help(tool),
                )


def installer(command: Command) -> str | None:
    """Return the tool with which a command installs packages."""
    texts = command.texts
    for index, word in enumerate(texts):
        name = program(word)
        follows = texts[index - 1] == "uv" or leads_to_program(texts[:index])
        if name in _INSTALLERS and follows:
            verb = next((each for each in texts[index + 1 :] if not each.startswith("-")), "")
            if verb in _INSTALLERS[name]:
                return name
    return None


def _help(tool: str) -> str:
    if tool in ("apt", "apt-get"):
        return "install it in the image: `Image.apt_install`"
    return "install it in the image, pinned: `Image.run_command(\"pip install 'name==1.2.3'\")`"


def _installations(project: Project) -> Iterator[tuple[Site, str]]:
    for process in project.processes:
        for tool in map(installer, process.commands):
            if tool:
                yield process.site, tool
    for site, _ in project.knowledge.calls_to(*_PIP):
        yield site, "pip"


def _is_for_script(module: Module, guards: int) -> bool:
    """Say whether code runs only when its module is run as a script."""
    for index in module.guards_of(guards):
        match module.facts.guards[index].test:
            case Operation(operator="==", operands=(Name(id="__name__"), Literal())):
                return True
    return False


def _arrival(project: Project, function: Function) -> tuple[bool, Arrival | None]:
    """Return the worst way into a function at run time, and whether it has no network."""
    arrivals = project.reach.arrivals(function, *_KINDS)
    for arrival in arrivals:
        for chute in project.chutes:
            cords = [cord.function for cord in chute.cords]
            if arrival.entry.function in cords and _is_offline(chute):
                return True, arrival
    imported = _imported(project)
    arrivals += tuple(
        each
        for each in project.reach.arrivals(function, "import")
        if each.entry.function.module in imported
        and not any(_is_for_script(at.module, by.guards) for at, by in each.path)
    )
    return False, next(iter(arrivals), None)


def _is_offline(chute: Chute) -> bool:
    value = chute.arguments.value("allow_external_egress")
    return value is None or (isinstance(value, Known) and not value.value)


def _imported(project: Project) -> set[Module]:
    """Return the modules that run when a chute is imported."""
    pending = [chute.site.module for chute in project.chutes]
    found: set[Module] = set()
    while pending:
        module = pending.pop()
        if module not in found:
            found.add(module)
            for each in module.facts.imports:
                find = project.knowledge.resolver.find_module
                inner = f"{each.module}.{each.name}".removeprefix(".")
                targets = (
                    find(module, each.module, each.level),
                    find(module, inner, each.level),
                )
                pending += [target for target in targets if target is not None]
    return found
