from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
BOTH = "chute-cords-and-jobs"
NOTHING = "chute-serves-nothing"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
CORD = "@chute.cord()\nasync def c(self): ...\n"
JOB = "@chute.job()\nasync def j(self, **data): ...\n"
VLLM = (
    "from chutes.chute.template.vllm import build_vllm_chute\n"
    "chute = build_vllm_chute('u', 'm', None).chute\n"
)


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (HEAD + CORD + JOB, 5),
        (HEAD + JOB + CORD, 3),
        (HEAD + CORD + JOB + JOB.replace("def j", "def k"), 5),
        (HEAD + "for p in ('/a', '/b'):\n    chute.cord(path=p)(print)\n" + JOB, 5),
        (HEAD + f"try:\n{indented(CORD + JOB)}except ValueError:\n    raise\n", 6),
        (HEAD + f"def register():\n{indented(CORD + JOB)}register()\n", 6),
        (VLLM + JOB, 3),
    ],
)
def test_cords_and_jobs(source: str, line: int, findings: Findings) -> None:
    (found,) = findings(source, BOTH)
    assert found.location.line == line
    assert "2025-10" in found.message
    assert "A chute can have jobs or cords not both." in found.message


@pytest.mark.parametrize(
    "source",
    [
        HEAD + CORD,
        HEAD + JOB,
        VLLM,
        # Which of the two is registered is decided when the module is imported.
        f"{HEAD}import os\nif os.getenv('TRAIN'):\n{indented(JOB)}else:\n{indented(CORD)}",
        f"{HEAD}import os\nif os.getenv('TRAIN'):\n{indented(JOB)}{CORD}",
        f"{HEAD}import os\nif os.getenv('SERVE'):\n{indented(CORD)}{JOB}",
        # One of two functions is called.
        f"{HEAD}def cords():\n{indented(CORD)}def jobs():\n{indented(JOB)}",
        # Two chutes.
        HEAD + CORD + "other = Chute('u', 'm', 'i')\n" + JOB.replace("chute", "other"),
        VLLM + f"import os\nif os.getenv('TRAIN'):\n{indented(JOB)}",
    ],
)
def test_cords_or_jobs(source: str, findings: Findings) -> None:
    assert findings(source, BOTH) == []


def test_cords_and_jobs_of_two_modules(findings: Findings) -> None:
    files = {"app.py": HEAD + CORD, "jobs.py": "from app import chute\n" + JOB}
    assert findings(files, BOTH) == []


@pytest.mark.parametrize(
    ("source", "routes"),
    [
        (HEAD, False),
        (HEAD + "@chute.get('/x')\nasync def x(): ...\n", True),
        (HEAD + "@chute.on_startup()\nasync def x(self): ...\n", False),
        ("from chutes.chute import Chute\ndef make():\n    return Chute('u', 'n', 'i')\n"
         "chute = make()\n", False),
        ("from chutes.chute import Chute\nclass Mine(Chute):\n    pass\n"
         "chute = Mine('u', 'n', 'i')\n", False),
    ],
)  # fmt: skip
def test_serves_nothing(source: str, routes: bool, findings: Findings) -> None:
    (found,) = findings(source, NOTHING)
    assert ("plain routes" in found.message) is routes
    assert "2025-10" in found.message


@pytest.mark.parametrize(
    "source",
    [
        HEAD + CORD,
        HEAD + JOB,
        HEAD + "chute.cord()(lambda self: 1)\n",
        VLLM,
        # Not deployable by a name: another check's matter, or none.
        "from chutes.chute import Chute\ndef make():\n    return Chute('u', 'n', 'i')\n",
        # Filled where it is handed to.
        HEAD + "from elsewhere import register\nregister(chute)\n",
        "from chutes.chute import Chute\nclass Mine(Chute):\n    def __init__(self):\n"
        "        super().__init__('u', 'n', 'i')\n        self.cord()(print)\nchute = Mine()\n",
        "from chutes.chute import Chute\nfrom elsewhere import register\n"
        "class Mine(Chute):\n    def add(self):\n        register(self)\nchute = Mine('u', 'n')\n",
    ],
)
def test_serves_something(source: str, findings: Findings) -> None:
    assert findings(source, NOTHING) == []


def test_cords_in_a_module_that_does_not_name_the_sdk(findings: Findings) -> None:
    files = {"base.py": HEAD, "app.py": "from base import chute\n" + CORD}
    assert findings(files, NOTHING) == []


def test_a_chute_in_a_test_need_not_serve(findings: Findings) -> None:
    assert findings({"test_x.py": HEAD, "app.py": HEAD + CORD}, NOTHING) == []


@pytest.mark.sdk
def test_plain_routes_are_not_sent_when_a_chute_is_deployed() -> None:
    """The platform sees the SDK's own lists, and nothing that FastAPI keeps."""
    from chutes.chute import Chute

    chute = Chute("u", "n", "i")
    chute.get("/x")(print)
    assert (chute._cords, chute._jobs) == ([], [])
    chute.job(timeout=60)(print)
    chute.cord(path="/y")(print)
    assert (len(chute._cords), len(chute._jobs)) == (1, 1)
