from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "task-started-in-cord"

WORK = "async def work(): ...\n"
SPAWN = "def spawn():\n    return asyncio.create_task(work())\n"
BACKGROUND = "from fastapi import BackgroundTasks\nfrom fastapi.responses import Response\n"
FIRES = {
    "by_another_name": (
        "spawn = asyncio.get_running_loop().create_task\nspawn(work())", WORK,
    ),
    "counted": ("tasks = [asyncio.create_task(work()) for _ in args]\nreturn len(tasks)", WORK),
    "create_task": ("asyncio.create_task(work())", WORK),
    "ensure_future": ("asyncio.ensure_future(work())", WORK),
    "gather": ("asyncio.gather(work(), work())", WORK),
    "of_the_loop": ("asyncio.get_running_loop().create_task(work())", WORK),
    "of_a_loop_by_name": ("loop = args['loop']\nloop.create_task(work())", WORK),
    "kept_on_the_chute": ("self.task = asyncio.create_task(work())", WORK),
    "ended_by_another_cord": (
        "self.task = asyncio.create_task(work())",
        WORK + "@chute.cord()\nasync def end(self, args: dict):\n    self.task.cancel()\n",
    ),
    "kept_in_a_set": (
        "task = asyncio.create_task(work())\nself.tasks.add(task)\n"
        "task.add_done_callback(self.tasks.discard)\nreturn 1",
        WORK,
    ),
    "named_only": ("task = asyncio.create_task(work())\nreturn {}", WORK),
    "helper": ("await spawn()", WORK + "async def spawn():\n    asyncio.create_task(work())\n"),
    "returned_and_dropped": ("spawn()", WORK + SPAWN),
    "returned_and_awaited_once": ("await spawn()\nspawn()", WORK + SPAWN),
    "returned_by_a_coroutine": ("await spawn()", WORK + f"async {SPAWN}"),
    "method": (
        "self.service.spawn()",
        WORK + "class Service:\n    def spawn(self):\n        asyncio.create_task(work())\n"
        "chute.service = Service()\n",
    ),
    "kept_by_an_object_that_never_ends_it": (
        "self.service.spawn()",
        WORK + "class Service:\n    def spawn(self):\n"
        "        self.task = asyncio.create_task(work())\nchute.service = Service()\n",
    ),
    "ended_by_another_class": (
        "Beat().start()",
        WORK + "class Beat:\n    def start(self):\n"
        "        self.task = asyncio.create_task(work())\n"
        "class Other:\n    async def stop(self):\n        await self.task\n",
    ),
    "ended_by_an_object_of_several_calls": (
        "await self.beat.start()",
        WORK + "class Beat:\n    async def start(self):\n"
        "        self.task = asyncio.create_task(work())\n"
        "    async def stop(self):\n        self.task.cancel()\nchute.beat = Beat()\n",
    ),
    "named_by_an_object": (
        "await Beat().start()",
        WORK + "class Beat:\n    async def start(self):\n"
        "        task = asyncio.create_task(work())\n",
    ),
    "another_is_awaited": (
        "one = asyncio.create_task(work())\ntwo = asyncio.create_task(work())\nawait two", WORK,
    ),
    "background": ("tasks = BackgroundTasks()\ntasks.add_task(work)\nreturn {}", WORK + BACKGROUND),
    "background_of_another_response": (
        "tasks = BackgroundTasks()\ntasks.add_task(work)\nother = 1\n"
        "return Response(content='x', background=other)",
        WORK + BACKGROUND,
    ),
}  # fmt: skip
SILENT = {
    "result_taken_once_it_has_ended": (
        "task = asyncio.create_task(work())\nwhile not task.done():\n    await asyncio.sleep(0)\n"
        "return task.result()", WORK,
    ),
    "counted_and_awaited": (
        "tasks = [asyncio.create_task(work())]\nreturn len(await asyncio.gather(*tasks))", WORK,
    ),
    "a_groups_by_another_name": (
        "async with asyncio.TaskGroup() as group:\n    spawn = group.create_task\n"
        "    spawn(work())", WORK,
    ),
    "awaited": ("await asyncio.create_task(work())", WORK),
    "awaited_later": ("task = asyncio.create_task(work())\nawait task", WORK),
    "gathered": ("await asyncio.gather(work(), work())", WORK),
    "gathered_later": (
        "tasks = [asyncio.create_task(work()) for _ in range(3)]\nawait asyncio.gather(*tasks)",
        WORK,
    ),
    "appended": (
        "tasks = []\nfor _ in range(3):\n    tasks.append(asyncio.create_task(work()))\n"
        "await asyncio.gather(*tasks)",
        WORK,
    ),
    "named_and_appended": (
        "tasks = []\ntask = asyncio.create_task(work())\ntasks.append(task)\n"
        "for each in tasks:\n    await each",
        WORK,
    ),
    "in_a_dictionary": (
        "tasks = {}\ntasks['a'] = asyncio.create_task(work())\nawait tasks['a']", WORK,
    ),
    "waited_for": (
        "task = asyncio.create_task(work())\ndone, pending = await asyncio.wait({task})", WORK,
    ),
    "as_completed": (
        "tasks = [asyncio.create_task(work())]\n"
        "for each in asyncio.as_completed(tasks):\n    await each",
        WORK,
    ),
    "group": ("async with asyncio.TaskGroup() as g:\n    g.create_task(work())", WORK),
    "cancelled": ("beat = asyncio.create_task(work())\nbeat.cancel()", WORK),
    "returned": ("task = asyncio.create_task(work())\nreturn task", WORK),
    "returned_at_once": ("return await spawn()", WORK + "def spawn():\n"
                         "    return asyncio.create_task(work())\n"),
    "returned_and_used": ("task = spawn()\nawait task", WORK + SPAWN),
    "returned_to_start_up": (
        "await spawn()",
        WORK + SPAWN + "@chute.on_startup()\nasync def begin(self):\n    spawn()\n",
    ),
    "awaited_and_returned": (
        "await spawn()",
        WORK + "async def spawn():\n    return await asyncio.create_task(work())\n",
    ),
    "awaited_by_its_name": (
        "await spawn()",
        WORK + "async def spawn():\n    task = asyncio.create_task(work())\n    await task\n",
    ),
    "returned_to_the_main_loop": (
        "await spawn()\nasyncio.run_coroutine_threadsafe(begin(), self.loop)",
        WORK + SPAWN + "async def begin():\n    spawn()\n",
    ),
    "returned_to_another_call": (
        "keep(spawn())", WORK + SPAWN + "def keep(task):\n    chute.task = task\n",
    ),
    "returned_by_a_coroutine_that_never_runs": ("spawn()", WORK + f"async {SPAWN}"),
    "returned_in_an_expression": ("spawn() and 1", WORK + SPAWN),
    "bridged": ("asyncio.run_coroutine_threadsafe(work(), self.loop)", WORK),
    "started_on_the_main_loop": (
        "asyncio.run_coroutine_threadsafe(spawn(), self.loop)",
        WORK + "async def spawn():\n    asyncio.create_task(work())\n",
    ),
    "ended_by_its_object": (
        "async with Beat():\n    return 1",
        WORK + "class Beat:\n    async def __aenter__(self):\n"
        "        self.task = asyncio.create_task(work())\n"
        "    async def __aexit__(self, *error):\n        self.task.cancel()\n",
    ),
    "walrus": ("if (task := asyncio.create_task(work())):\n    await task", WORK),
    "unpacked": (
        "one, two = asyncio.create_task(work()), asyncio.create_task(work())\nawait one\nawait two",
        WORK,
    ),
    "someone_elses": ("self.queue.create_task('x')", ""),
    "in_an_inner_function": (
        "task = asyncio.create_task(work())\nasync def end():\n    await task\nawait end()", WORK,
    ),
    "background_with_its_response": (
        "tasks = BackgroundTasks()\ntasks.add_task(work)\n"
        "return Response(content='x', background=tasks)",
        WORK + BACKGROUND,
    ),
    "background_of_a_named_response": (
        "tasks = BackgroundTasks()\ntasks.add_task(work)\n"
        "answer = Response(content='x', background=tasks)\nreturn answer",
        WORK + BACKGROUND,
    ),
    "background_handed_to_the_caller": (
        "return Response(content='x', background=collected())",
        WORK + BACKGROUND + "def collected():\n    tasks = BackgroundTasks()\n"
        "    tasks.add_task(work)\n    return tasks\n",
    ),
    "background_kept_elsewhere": ("self.tasks.add_task(work)", WORK),
    "background_on_self": (
        "self.tasks.add_task(work)", WORK + BACKGROUND + "chute.tasks = BackgroundTasks()\n",
    ),
    "lambda": ("self.later = lambda: asyncio.create_task(work())", WORK),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    found = findings(app(*FIRES[name], is_async=True), ID)
    assert [each.check for each in found] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name], is_async=True), ID) == []


@pytest.mark.parametrize("module", ["fastapi", "fastapi.background", "starlette.background"])
def test_every_name_of_background_tasks(module: str, findings: Findings, app: App) -> None:
    source = app(FIRES["background"][0], f"{WORK}from {module} import BackgroundTasks\n")
    assert len(findings(source, ID)) == 1


def test_at_startup_and_in_tests_it_is_right(findings: Findings, app: App) -> None:
    source = app("return 1", WORK, startup="asyncio.create_task(work())")
    assert findings(source, ID) == []
    assert findings({"tests/app.py": app(*FIRES["create_task"])}, ID) == []


def test_says_what_becomes_of_it(findings: Findings, app: App) -> None:
    (found,) = findings(app(*FIRES["helper"], is_async=True), ID)
    assert found.message.startswith("this task is cancelled")
    assert [step.note for step in found.trace] == ["cord x", "x runs spawn"]
    (found,) = findings(app(*FIRES["background"], is_async=True), ID)
    assert found.message.startswith("nothing runs these background tasks")


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    for module in (f"{WORK}def spawn():\n    asyncio.create_task(work())\n", WORK + SPAWN):
        source = app("if self.exposure == 'direct':\n    spawn()", module, is_async=True)
        assert findings(source, ID) == []
        assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_a_task_dropped_under_one_exposure_only(findings: Findings, app: App) -> None:
    body = "await spawn()\nif self.exposure == 'direct':\n    spawn()"
    source = app(body, WORK + SPAWN, is_async=True)
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
