"""What a chute serves: cords or jobs, one of the two, and not nothing."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import CHUTE
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Chute, Cord, Job, Project
from chutes_cli.project.running import is_conditional

from .following import Following


class ChuteCordsAndJobs(Check):
    """A chute has cords and jobs.

    ## What it does
    Looks for chutes on which both `cord` and `job` are registered, unconditionally and in
    one place, and for jobs on the chute of a template builder, which brings its own cords.

    ## Why it matters
    The platform refuses to deploy such a chute. The SDK accepts it, so it works in dev mode
    and its image is built before anybody notices.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from loguru import logger

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}


    @chute.job(timeout=3600)
    async def train(self, **job_data) -> None:
        logger.info("working with {}", sorted(job_data))
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from loguru import logger

    chute = Chute(
        username="you",
        name="my-training",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.job(timeout=3600)
    async def train(self, **job_data) -> None:
        logger.info("working with {}", sorted(job_data))
    ```

    ## Source
    The platform's rule `cords-or-jobs` (PLATFORM section 7).
    """

    id = "chute-cords-and-jobs"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute with both, at its first job."""
        rule = platform().rule("cords-or-jobs")
        for chute in project.chutes:
            job = _beside_cords(chute)
            if job is not None:
                yield self.at(
                    job.site,
                    "this chute has cords as well, and the platform refuses a chute with both "
                    f"(as of {rule.as_of}): {rule.message!r}",
                    "move the job to a chute of its own, in a module of its own",
                )


def _beside_cords(chute: Chute) -> Job | None:
    """Return the first job that certainly stands beside a cord."""
    cords = {_place(cord) for cord in chute.cords if _certain(cord)}
    for job in chute.jobs:
        if _certain(job) and (chute.from_template or _place(job) in cords):
            return job
    return None


def _certain(registration: Cord | Job) -> bool:
    return not is_conditional(registration.site.module, registration.site.statement.guards)


def _place(registration: Cord | Job) -> tuple[str, int]:
    """Two registrations in one scope are made together or not at all."""
    return registration.site.module.path, registration.site.scope


class ChuteServesNothing(Check):
    """A chute has neither cords nor jobs.

    ## What it does
    Looks for `Chute(...)` objects at the top level of a module on which nothing is
    registered. Chutes of template builders bring their own cords, and a chute that is
    handed to a function or kept in a container may be filled there: both are left alone.

    ## Why it matters
    The platform refuses to deploy a chute without cords and jobs. Plain FastAPI routes
    such as `@chute.get` are not counted, and the gateway never calls them.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.get("/health")
    async def health() -> dict:
        return {"title": chute.title}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"title": self.title}
    ```

    ## Source
    The platform's rule `cords-or-jobs` (PLATFORM section 7); SDK 0.6.9
    chutes/entrypoint/deploy.py sends cords and jobs, and no other route.
    """

    id = "chute-serves-nothing"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute that certainly stays empty."""
        rule = platform().rule("cords-or-jobs")
        following = Following(project)
        for chute in project.chutes:
            if chute.callee != CHUTE or chute.cords or chute.jobs:
                continue
            if not project.references.of(chute.instance) or following.handed_on(chute):
                continue
            unserved = " (plain routes are not served)" if chute.routes else ""
            yield self.at(
                chute.site,
                f"this chute has neither cords nor jobs{unserved}, and the platform refuses it "
                f"(as of {rule.as_of})",
                "register at least one function with @chute.cord(...)",
            )
