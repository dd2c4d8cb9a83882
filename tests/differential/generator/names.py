"""Names that exist in the SDK and names that do not, and chutes that hang together badly."""

from __future__ import annotations

from collections.abc import Iterator

from .case import BODY, CALLS, CHUTE, CORD, IMPORTS, INPUT, Case, module

IMPORTED = {
    "good": (
        "from chutes.chute import Chute as Other", "from chutes.chute.base import ChutePack",
        "from chutes.chute.cord import Cord", "from chutes.chute.job import Job, Port",
        "from chutes.image import Image", "import chutes.chute.node_selector",
        "from chutes.chute.template import build_vllm_chute", "import chutes",
        "from chutes.chute.template.diffusion import build_diffusion_chute",
        "from chutes.image.standard.vllm import VLLM", "from chutes.image.directive.apt import APT",
        "from chutes.exception import InvalidPath", "from chutes import chute as package",
        "import chutes.image.directive.add as add", "from chutes import image, metrics",
        "from chutes.chute.node_selector import BaseModel",
    ),
    "bad": (
        "from chutes import Chute", "from chutes.chute import Image",
        "from chutes.chute import Port",
        "from chutes.chute import ChutePackage", "from chutes.client import ChuteClient",
        "from chutes.chute.template.tei import build_tei_chute", "import chutes.templates",
        "from chutes.chute.template import build_sglang_chute", "from chutes.templates import x",
        "from chutes.image import Img", "from chutes.chute.base import chute",
        "from chutes.util import nothing", "from chutes.chute.nodeselector import NodeSelector",
        "from chutes.image.standard import SGLANGS", "import chutes.chute.Chute",
        "from chutes.secrets import Secret", "from chutes.chute import deploy",
    ),
}  # fmt: skip

USES = {
    "good": (
        "print(chute.name, chute.uid, chute.concurrency)", "print(chute.cords, chute.image)",
        "chute.title = 'mine'", "print(chute.state, chute.routes)", "chute.anything = 1",
        "print(getattr(chute, 'missing', None))", "if hasattr(chute, 'run'):\n    chute.run()",
        "try:\n    chute.run()\nexcept AttributeError:\n    pass",
        "def later():\n    chute.run()",
        "if __name__ == '__main__':\n    chute.run()",
        "@chute.middleware('http')\nasync def plain(request, call_next):\n"
        "    return await call_next(request)",
        "@chute.get('/plain')\nasync def plain():\n    return {}",
        "import chutes.chute\nprint(chutes.chute.Chute)",
        "chute.extra = 2\nprint(chute.extra)",
        "setattr(chute, 'later', 3)\nprint(chute.later)",
        "from chutes.image import Image\nprint(Image.default_base_image)",
    ),
    "bad": (
        "chute.run()", "chute.deploy()", "print(chute.app)", "chute.from_huggingface('x')",
        "chute.submit_job('x')", "print(chute.cord_list)", "print(chute.max_instance)",
        "import chutes\nprint(chutes.Chute)", "import chutes.chute\nprint(chutes.chute.Image)",
        "chute.name = 'other'", "del chute.nothing",
        "from chutes.image import Image\nImage.from_dockerfile('Dockerfile')",
        "NodeSelector.from_dict({})", "Chute.create('x')", "chute.node_selector = None",
        "chute.cord('/x')", "chute.on_startup('x', 'y')",
        "@chute.cord\nasync def bare(self):\n    return {}",
        "@chute.job\nasync def bare_job(self, **data):\n    return {}",
        "@chute.on_startup\nasync def bare_hook(self):\n    pass",
        "@chute.on_event\nasync def bare_event():\n    pass",
        "@chute.on_start()\nasync def hook(self):\n    pass",
    ),
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield the cases of names and of whole chutes."""
    sound = module(IMPORTS, CHUTE, INPUT, CORD)
    for kind, statements in IMPORTED.items():
        for number, statement in enumerate(statements, 1):
            yield Case(f"import/{kind}/{number}", f"{statement}\n{sound}")
    guarded = IMPORTED["bad"][4]
    yield Case(
        "import/guarded/caught", f"try:\n    {guarded}\nexcept ImportError:\n    pass\n{sound}"
    )
    yield Case(
        "import/guarded/raised", f"try:\n    {guarded}\nexcept ImportError:\n    raise\n{sound}"
    )
    yield Case("import/guarded/suppressed",
               "import contextlib\nwith contextlib.suppress(ImportError):\n"
               f"    {guarded}\n{sound}")  # fmt: skip
    yield Case("import/guarded/typing",
               "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
               f"    {guarded}\n{sound}")  # fmt: skip
    yield Case("import/in-function/never-called", f"def never():\n    {guarded}\n\n\n{sound}")
    for kind, statements in USES.items():
        for number, statement in enumerate(statements, 1):
            yield Case(f"use/{kind}/{number}", f"{sound}\n\n{statement}\n")
    yield from _whole()


def _whole() -> Iterator[Case]:
    sound = module(IMPORTS, CHUTE, INPUT, CORD)
    job = "@chute.job(timeout=3600)\nasync def train(self, **job_data) -> dict:\n    return {}\n"
    head = module(IMPORTS, CHUTE)
    yield Case("whole/serves-nothing", head)
    yield Case("whole/cords-and-jobs", f"{sound}\n\n{job}")
    yield Case("whole/two-chutes", f"{sound}\n\n" + CHUTE.replace("chute =", "second =").replace(
        "my-service", "second-service") + "\n" + CORD.replace("@chute.", "@second.").replace(
        "generate", "second_generate"))  # fmt: skip
    yield Case("whole/no-node-selector", sound.replace(
        '    node_selector=NodeSelector(gpu_count=1, include=["h100", "h200"]),\n', ""),
        calls=CALLS)  # fmt: skip
    yield Case("whole/variable-upper", sound.replace("chute =", "MyChute =").replace(
        "@chute.", "@MyChute."), variable="MyChute")  # fmt: skip
    yield Case(
        "whole/lifespan", sound.replace("    tee=True,", "    tee=True,\n    lifespan=None,")
    )
    yield Case("whole/title", sound.replace("    tee=True,", '    tee=True,\n    title="x",'),
               calls=CALLS)  # fmt: skip
    yield Case(
        "whole/missing-local-import", f"from service.core import thing\n{sound}", knowable=False
    )
    yield Case("whole/missing-file", f'TEXT = open("README.md").read()\n{sound}')
    yield Case("whole/present-file", f'TEXT = open("README.md").read()\n{sound}',
               files={"README.md": "hi"}, shipped=False)  # fmt: skip
    yield Case("whole/patched", f"import chutes.chute.cord\n{sound}\n\n"
               "chutes.chute.cord.Cord._run_in_thread = lambda *args: None\n")  # fmt: skip
    yield Case("whole/job-only", f"{head}\n\n{job}")
    for name, function in {
        "job-sync": "def train(self, **job_data) -> dict:\n    return {}\n",
        "job-without-data": "async def train(self) -> dict:\n    return {}\n",
        "job-named-data": "async def train(self, prompt, output_dir) -> dict:\n    return {}\n",
        "job-one-dict": "async def train(self, job_data: dict) -> dict:\n    return {}\n",
        "job-without-output-dir": "async def train(self, prompt: str) -> dict:\n    return {}\n",
        "job-no-self": "async def train(**job_data) -> dict:\n    return {}\n",
        "job-defaults": "async def train(self, prompt='a', **rest) -> dict:\n    return {}\n",
        "job-generator": "async def train(self, **job_data):\n    yield 1\n",
    }.items():
        yield Case(
            f"whole/{name}", f"{head}\n\n@chute.job(timeout=3600)\n{function}",
            drive="\nimport asyncio\n_result = asyncio.run(chute.jobs[0].run(prompt='hi'))\n"
            "assert _result['status'] == 'complete', _result['detail']\n",
        )  # fmt: skip
    for name, function in {
        "hook-sync": "def prepare(self):\n    self.ready = True\n",
        "hook-none": "async def prepare():\n    pass\n",
        "hook-two": "async def prepare(self, config):\n    pass\n",
        "hook-default": "async def prepare(self, config=None):\n    pass\n",
        "hook-app": "async def prepare(self):\n    self.app.state.x = 1\n",
        "hook-generator": "async def prepare(self):\n    yield\n",
        "hook-keyword-only": "async def prepare(self, *, config):\n    pass\n",
    }.items():
        yield Case(
            f"whole/{name}",
            module(IMPORTS, CHUTE, INPUT, f"@chute.on_startup()\n{function}", CORD),
            calls=(("POST", "/generate", BODY),),
        )
    for name, text in {
        "syntax-colon": "def x()\n    pass\n",
        "syntax-bracket": "x = (1\n",
        "syntax-indent": "if True:\nx = 1\n",
        "syntax-print": "print 'x'\n",
        "syntax-return": "return 1\n",
        "syntax-await": "await thing\n",
        "syntax-yield": "yield 1\n",
        "syntax-break": "break\n",
        "syntax-nonlocal": "def f():\n    nonlocal x\n",
        "syntax-star": "*a = 1\n",
        "syntax-default": "def f(a=1, b): pass\n",
        "syntax-duplicate": "def f(a, a): pass\n",
        "syntax-assign": "1 = x\n",
        "syntax-walrus": "x := 1\n",
        "syntax-tab": "if True:\n\tx = 1\n        y = 2\n",
        "syntax-future": "x = 1\nfrom __future__ import annotations\n",
        "syntax-future-unknown": "from __future__ import braces\n",
        "syntax-global": "def f():\n    x = 1\n    global x\n",
        "syntax-escape-warning": "x = '\\d'\n",
    }.items():
        yield Case(f"whole/{name}", f"{sound}\n\n{text}")
