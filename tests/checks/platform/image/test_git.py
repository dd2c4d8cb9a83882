from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Fired = Callable[..., list[Finding]]
Findings = Callable[..., list[Finding]]
ID = "image-unpinned-git"
URL = "https://github.com/a/b"
SHA = "985f6a239b1aed0c67158f64bf579875ec292cb2"

LOOSE = [
    ([f"git clone {URL}"], [f"git clone {URL}"]),
    ([f"git clone --depth 1 {URL} /opt/b && cd /opt/b && ls"], [f"git clone {URL}"]),
    ([f"git clone -b main {URL}"], [f"git clone {URL}"]),
    ([f"git clone --branch=dev {URL}"], [f"git clone {URL}"]),
    ([f"git clone --depth=1 {URL}"], [f"git clone {URL}"]),
    ([f"git clone {URL}", "cd b && git checkout main"], [f"git clone {URL}"]),
    ([f"git clone {URL}", "git -C b-1.0 checkout main"], [f"git clone {URL}"]),
    ([f"git clone {URL}", f"echo {SHA}"], [f"git clone {URL}"]),
    ([f"git clone {URL}", f"git log {SHA}"], [f"git clone {URL}"]),
    ([f"git checkout {SHA}", f"git clone {URL}"], [f"git clone {URL}"]),
    ([f"git clone {URL}/1", f"git clone {URL}/2", f"git checkout {SHA}"], [f"git clone {URL}/1"]),
    (["git clone https://me:secret@github.com/a/b"], [f"git clone {URL}"]),
    (["git clone $URL"], ["git clone"]),
    ([f"pip install git+{URL}"], [f"pip install git+{URL}"]),
    ([f"pip install git+{URL}@main"], [f"pip install git+{URL}@main"]),
    (["pip install git+https://${TOKEN}@github.com/a/b"], [f"pip install git+{URL}"]),
    ([f"pip install 'b @ git+{URL}'"], [f"pip install b @ git+{URL}"]),
    ([f"pip install -e git+{URL}#egg=b"], [f"pip install git+{URL}#egg=b"]),
    (["pip install git+ssh://git@github.com/a/b.git"],
     ["pip install git+ssh://github.com/a/b.git"]),
    ([f"pip install git+{URL}", f"pip install git+{URL}@{SHA}"], [f"pip install git+{URL}"]),
    ([f"pip install {URL}/archive/main.zip"], [f"pip install {URL}/archive/main.zip"]),
    ([f"pip install {URL}/archive/master.tar.gz"], [f"pip install {URL}/archive/master.tar.gz"]),
    ([f"pip install {URL}/archive/refs/heads/x.zip"],
     [f"pip install {URL}/archive/refs/heads/x.zip"]),
]  # fmt: skip
FIXED = [
    [f"git clone {URL} && cd b && git checkout {SHA}"],
    [f"git clone {URL}", "ls", f"git -C b checkout {SHA[:7]}"],
    [f"git clone {URL}", f"git -C b reset --hard {SHA}"],
    [f"git clone {URL}", f"git -C b switch --detach {SHA}"],
    [f"git clone {URL}", "git -C b checkout v1.2"],
    [f"git clone {URL}", "git -C b checkout tags/stable"],
    [f"git clone {URL}", "git -C b checkout refs/tags/stable"],
    [f"git clone {URL}", "git -C b checkout v3"],
    [f"git clone {URL}", "git -C b checkout $COMMIT"],
    [f"git clone -b v1.2 {URL}"],
    [f"git clone --branch release-2.0 {URL}"],
    [f"git clone --branch=v1.2 {URL}"],
    [f"git clone --revision {SHA} {URL}"],
    [f"git clone --revision={SHA} {URL}"],
    [f"git clone {URL}/1", f"git clone {URL}/2", f"git -C 2 checkout {SHA}", "git checkout 1.0"],
    [f"pip install git+{URL}@{SHA}", f"pip install -e git+{URL}@v1.2#egg=b"],
    ["pip install git+https://github.com/$WHAT", "pip install git+$WHERE"],
    [f"pip install git+{URL}@$REF", f"pip install git+ssh://git@github.com/a/b@{SHA}"],
    [f"pip install {URL}/archive/v1.2.zip", f"pip install {URL}/archive/refs/tags/x.zip"],
    ["pip install ."],
    ["git --version", "echo git clone x/y", "pip install http://[odd"],
]


@pytest.mark.parametrize(("texts", "shown"), LOOSE)
def test_loose(texts: list[str], shown: list[str], fired: Fired) -> None:
    found = fired(ID, *(f"run_command({text!r})" for text in texts))
    assert [each.message.partition(" takes ")[0] for each in found] == shown


@pytest.mark.parametrize("texts", FIXED)
def test_fixed(texts: list[str], fired: Fired) -> None:
    assert fired(ID, *(f"run_command({text!r})" for text in texts)) == []


def test_what_is_not_known_may_check_it_out(fired: Fired) -> None:
    clone = f"run_command('git clone {URL}')"
    assert fired(ID, clone, "run_command(os.environ['X'])") == []
    assert len(fired(ID, "run_command(os.environ['X'])", clone)) == 1
    assert (
        len(fired(ID, clone, "set_user(os.environ['X'])", "set_workdir('git checkout v1.0')")) == 1
    )


def test_a_call_on_either_of_two_images_is_told_once(findings: Findings) -> None:
    source = (
        "from chutes.chute import Chute\nfrom chutes.image import Image\n"
        "if __name__:\n    image = Image('you', 'nnn', 'tt')\n"
        "else:\n    image = Image('you', 'mmm', 'tt')\n"
        f"image.run_command('git clone {URL} && git clone {URL}/2')\n"
        "chute = Chute('you', 'nnn', image)\n"
    )
    assert len(findings(source, ID)) == 2
