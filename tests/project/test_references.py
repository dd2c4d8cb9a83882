from __future__ import annotations

from collections.abc import Callable

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = "from chutes.chute import Chute\n"


def named(project: Project) -> list[tuple[str, str, bool]]:
    (chute,) = project.chutes
    found = project.references.of(chute.instance)
    return [(each.module.path, each.name, each.imported) for each in found]


def test_variables_of_a_chute(project: ReadTree) -> None:
    found = project(
        {
            "b.py": f"{HEAD}chute = Chute('u', 'n', 'i')\nalias = chute\nother = 1\n"
            "def f():\n    inner = chute\n",
            "a.py": "import chutes\nfrom b import chute as imported\n",
            "test_b.py": "import chutes\nfrom b import chute\n",
            "c.py.j2": "import chutes\nfrom b import chute\n",
        }
    )
    assert named(found) == [("b.py", "chute", False), ("b.py", "alias", False),
                            ("a.py", "imported", True)]  # fmt: skip
    assert [each.path for each in found.references.entries(found.chutes[0].instance)] == ["b.py"]


def test_a_chute_made_in_a_function(project: ReadTree) -> None:
    maker = f"{HEAD}def make():\n    return Chute('u', 'n', 'i')\n"
    app = "import chutes\nfrom make import make\nchute = make()\n"
    found = project({"make.py": maker, "app.py": app})
    assert named(found) == [("app.py", "chute", False)]
    assert [each.path for each in found.references.entries(found.chutes[0].instance)] == ["app.py"]


def test_a_chute_of_a_script(project: ReadTree) -> None:
    found = project(f"{HEAD}if __name__ == '__main__':\n    chute = Chute('u', 'n', 'i')\n")
    assert named(found) == []
    assert found.references.entries(found.chutes[0].instance) == ()
