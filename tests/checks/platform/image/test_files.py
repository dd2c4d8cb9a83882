from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
Findings = Callable[..., list[Finding]]
FILES = {"data/one.json": "{}", "data/two.txt": "", "my file.txt": "", "empty/x/y": ""}

# arguments -> what the message says
BAD = {
    "'missing.json', '/app/'": "nothing matches 'missing.json'",
    "'data/*.csv', '/app/'": "nothing matches",
    "'~/x', '/app/'": "nothing matches",
    "'data', '/app/', exclude=['data']": "nothing matches",
    "'data/*', '/app/', exclude=['data/one*', 'data/two.txt']": "nothing matches",
    "'../other.json', '/app/'": "outside the folder",
    "'data/../../other.json', '/app/'": "outside the folder",
    "'..', '/app/'": "outside the folder",
}
BUILD_FAILS = {
    "'/etc/hostname', '/app/'": "absolute path",
    "'my file.txt', '/app/'": "a blank",
    "'data', '/app/my data'": "a blank",
    "'my file.txt', os.environ['X']": "a blank",
}
GOOD = [
    "'app.py', '/app/'",
    "'data', '/app/data'",
    "'./data/', '/app/data'",
    "'data/*.json', '/app/'",
    "'**/*.txt', '/app/'",
    "'data/../app.py', '/app/'",
    "'data/*', '/app/', exclude=['data/one.json']",
    "'data', '/app/', exclude=['data/one.json']",
    "'data', '/app/', exclude=None",
    "'data', '/app/', exclude=[]",
    "'https://example.com/x.tar', '/app/'",
    "'https://example.com/my file', '/app/'",
]
UNKNOWN = [
    "os.environ['X'], '/app/'",
    "'app.py', os.environ['X']",
    "os.environ.get('X', 'missing'), '/app/'",
    "'one.json', '/app/', build_dir='data'",
    "'missing', '/app/', build_dir=os.environ['X']",
    "'.env', '/app/'",  # another check speaks of it
    "['missing'], '/app/'",
    "'data', '/app/', exclude=[5]",
    "'data', '/app/', exclude='data'",
    "'data', '/app/', exclude=os.environ['X']",
]


@pytest.mark.parametrize("arguments", [*BAD, *BUILD_FAILS])
def test_fires(arguments: str, chain: Chain, findings: Findings) -> None:
    (found,) = findings({"app.py": chain(f"add({arguments})"), **FILES}, "image-add-source")
    assert {**BAD, **BUILD_FAILS}[arguments] in found.message
    assert found.snippet == "add"


@pytest.mark.parametrize("arguments", GOOD + UNKNOWN)
def test_stays_silent(arguments: str, chain: Chain, findings: Findings) -> None:
    assert findings({"app.py": chain(f"add({arguments})"), **FILES}, "image-add-source") == []


@pytest.mark.sdk
def test_the_sdk_agrees(chain: Chain, judge: Any) -> None:
    for arguments in BAD:
        files = {"app.py": chain(f"add({arguments})"), **FILES}
        answer = judge.imports(files, context="LOCAL") or ""
        assert answer.startswith("AssertionError: No (accessible) source"), (arguments, answer)
        assert judge.imports(files) is None
    for arguments in GOOD:
        files = {"app.py": chain(f"add({arguments})"), **FILES}
        assert judge.imports(files, context="LOCAL") is None, arguments


CHUTE = """\
from chutes.chute import Chute
from common.images import image
chute = Chute('you', 'nnn', image)
"""
SHARED = """\
from chutes.image import Image
image = Image('you', 'nnn', 'tt').add('data.json', '/app/')
"""


@pytest.mark.parametrize(
    ("place", "count"),
    [("data.json", 0), ("common/data.json", 0), ("other/data.json", 1), ("svc/data.json", 0)],
)
def test_an_image_of_its_own_module_is_built_beside_the_chutes(
    place: str, count: int, findings: Findings
) -> None:
    files = {"app.py": CHUTE, "svc/second.py": CHUTE, "common/images.py": SHARED, place: "{}"}
    assert len(findings(files, "image-add-source")) == count


def test_beside_its_own_chute_no_other_folder_counts(chain: Chain, findings: Findings) -> None:
    files = {"a/app.py": chain("add('data.json', '/app/')"), "b/app.py": chain(), "b/data.json": ""}
    assert len(findings(files, "image-add-source")) == 1


BAD_OPTIONS = [
    "chmod='0755'", "chmod='u+x'", "chmod='799'", "chown='a b'", "chown='root:'", "chown='-x'",
]  # fmt: skip
GOOD_OPTIONS = ["chmod='755'", "chown='root'", "chown='0:0'", "chown='a-b:c_d'", "chmod=''"]
URL = "'https://example.com/x', '/app/'"
REAL = "'sha256:" + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" + "'"


@pytest.mark.parametrize("option", BAD_OPTIONS)
def test_options_the_sdk_refuses(option: str, fired: Fired) -> None:
    (found,) = fired("image-add-option", f"add('app.py', '/app/', {option})")
    assert f"add refuses {option}" in found.message
    assert found.snippet == option
    assert ("octal" in found.help) == option.startswith("chmod")


def test_every_real_checksum_is_refused(fired: Fired) -> None:
    for check in (REAL, "'md5:abc'", "7", "['a']", "True"):
        (found,) = fired("image-add-option", f"add({URL}, checksum={check})")
        assert "sha256sum -c" in found.help
    assert fired("image-add-option", f"add({URL}, checksum='sha256:abcdef00')") == []
    assert fired("image-add-option", f"add('app.py', '/app/', checksum={REAL})") == []
    assert fired("image-add-option", f"add(os.environ['X'], '/app/', checksum={REAL})") == []


@pytest.mark.parametrize("option", [*GOOD_OPTIONS, "chmod=os.environ['X']", "chmod=755"])
def test_fine_options(option: str, fired: Fired) -> None:
    assert fired("image-add-option", f"add('app.py', '/app/', {option})") == []


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("'app.py', '/app/', build_dir='sub'", 1), ("'app.py', '/app/', build_dir=''", 0),
        ("'app.py', '/app/', build_dir='/srv'", 0), (f"{URL}, build_dir='sub'", 0),
        ("'app.py', '/app/', build_dir=os.environ['X']", 0),
    ],
)  # fmt: skip
def test_a_relative_build_dir_holds_nothing(arguments: str, count: int, fired: Fired) -> None:
    found = fired("image-add-option", f"add({arguments})")
    assert [each.message.split(",")[0] for each in found] == [
        "add finds nothing below build_dir='sub'"
    ] * count


@pytest.mark.sdk
def test_the_sdk_agrees_on_options(chain: Chain, judge: Any) -> None:
    def answer(arguments: str) -> Any:
        return judge.imports(chain(f"add({arguments})"), context="LOCAL")

    for option in BAD_OPTIONS:
        assert answer(f"'app.py', '/app/', {option}").startswith("AssertionError: Invalid ch")
    for option in (*GOOD_OPTIONS, f"checksum={REAL}"):
        assert answer(f"'app.py', '/app/', {option}") is None
    assert answer("'app.py', '/app/', build_dir='sub'").startswith("AssertionError: No ")
    assert answer(f"{URL}, checksum=7").startswith("TypeError")
    assert answer(f"{URL}, checksum={REAL}").startswith("AssertionError: Invalid checksum")
    assert answer(f"{URL}, checksum='sha256:abcdef00'") is None
