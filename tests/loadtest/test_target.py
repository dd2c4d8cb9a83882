"""Which URLs and chutes may be loaded, and finding the chute in a project."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from chutes_cli.core.errors import TargetError, UsageError
from chutes_cli.loadtest import target
from chutes_cli.loadtest.chute_ref import chutes_in, find_chute, read_chutes
from chutes_cli.loadtest.deaths import startup_error


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://127.1.2.3/base/", "http://127.1.2.3/base"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://LOCALHOST:1", "https://LOCALHOST:1"),
    ],
)
def test_loopback_is_free(url, base):
    assert target.check_url(url, owned_host=None) == base


@pytest.mark.parametrize("host", [None, "other.example", "example.com.evil"])
def test_other_hosts_must_be_claimed_by_name(host):
    with pytest.raises(UsageError, match="is not this machine") as caught:
        target.check_url("https://example.com", owned_host=host)
    assert "--i-own-this example.com" in (caught.value.hint or "")


def test_a_claimed_host_is_accepted():
    assert target.check_url("https://Example.com/", owned_host="example.COM")


@pytest.mark.parametrize("url", ["http://127.0.0.1.evil.test", "http://0.0.0.0", "http://10.0.0.1"])
def test_almost_loopback_is_not_loopback(url):
    with pytest.raises(UsageError, match="is not this machine"):
        target.check_url(url, owned_host=None)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("127.0.0.1:8000", "not an http"),
        ("ftp://127.0.0.1", "not an http"),
        ("http://", "not an http"),
        ("http://127.0.0.1:99999", "cannot be read"),
        ("http://127.0.0.1:http", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("http://me:s3cret@127.0.0.1", "credentials"),
        ("http://127.0.0.1/?a=1", "query"),
        ("http://127.0.0.1/#a", "fragment"),
        ("http://127.0.0.1/a b", "spaces"),
        ("http://127.0.0.1/\r\nX: 1", "spaces"),
        ("http://127.0.0.1/caf\u00e9", "beyond ASCII"),
    ],
)
def test_bad_urls(url, problem):
    with pytest.raises(UsageError, match=problem) as caught:
        target.check_url(url, owned_host=None)
    assert "s3cret" not in str(vars(caught.value))


def test_preflight(service, free_port, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert target.preflight(service.url, timeout_s=5.0).kind == "url"
    # Any answer means that somebody is there; redirects are not followed.
    assert target.preflight(f"{service.url}/redirect", timeout_s=5.0).kind == "url"
    assert [path for path, _ in service.hits] == ["/", "/redirect"]
    with pytest.raises(TargetError, match="cannot be reached"):
        target.preflight(f"http://127.0.0.1:{free_port}", timeout_s=5.0)
    with pytest.raises(TargetError, match=r"did not answer within 0\.3 s"):
        target.preflight(f"{service.url}/slow", timeout_s=0.3)
    with pytest.raises(TargetError, match="cannot be reached"):
        target.preflight(service.url.replace("http", "https", 1), timeout_s=5.0)


CHUTE = "chute = Chute(username='u', name='n', image='i')\n"
SDK = "from chutes.chute import Chute\n"


VLLM = "from chutes.chute.template.vllm import build_vllm_chute\n"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (SDK + CHUTE, ["chute"]),
        ("from chutes.chute import Chute as C\nmine: object = C(name='n')\n", ["mine"]),
        ("import chutes.chute\nmine = chutes.chute.Chute(name='n')\n", ["mine"]),
        ("import chutes.chute as cc\nmine = cc.Chute(name='n')\n", ["mine"]),
        (VLLM + "pack = build_vllm_chute(model_name='m')\n", ["pack"]),
        (VLLM + "chute = build_vllm_chute(model_name='m').chute\n", ["chute"]),
        (VLLM + "pack = build_vllm_chute(model_name='m')\nchute = pack.chute\n", ["pack"]),
        (SDK + "def make():\n    made = Chute()\n    return made\nchute = make()\n", ["chute"]),
        (SDK + "def make() -> Chute: ...\nchute = make()\n", ["chute"]),
        (SDK + "def make():\n    chute = Chute()\n    return chute\n", []),
        (SDK + "if X:\n    chute = Chute()\nelse:\n    chute = Chute(tee=True)\n", ["chute"]),
        (SDK + "try:\n    chute = Chute()\nexcept Exception:\n    raise\n", ["chute"]),
        (SDK + "one = Chute()\ntwo = Chute()\n", ["one", "two"]),
        (SDK + "chute = Chute()\napp = chute\n", ["chute"]),
        (SDK + "_c = Chute()\nchute = _c\n", ["chute"]),
        ("class Chute: ...\nchute = Chute()\n", []),
        ("from elsewhere import Chute\nchute = Chute()\n", []),
        ("import x\npack = x.build_sglang_chute()\n", []),
        (SDK + "chute = 'Chute()'\n", []),
    ],
)
def test_chutes_in_a_file(tmp_path, source, names):
    file = tmp_path / "app.py"
    file.write_text(source)
    found, problems = chutes_in([file])
    assert [ref.chute for ref in found] == names
    assert problems == ()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"x = 1\ndef broken(:\n", "app.py:2: "),
        (b"x = '\0'\n", "app.py:1: contains null bytes"),
        (b"\xff\xfe\x00 Chute(", "app.py:1: not UTF-8"),
        (b"#" * 1_000_001, "app.py: larger than 1 MB"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_guessed(tmp_path, data, problem):
    (tmp_path / "app.py").write_bytes(data)
    (tmp_path / "old.py").write_text(SDK + CHUTE)
    assert chutes_in([tmp_path / "app.py"])[0] == []
    with pytest.raises(UsageError, match="no chute was found") as caught:
        find_chute(str(tmp_path))
    assert problem in (caught.value.detail or "")


def test_a_chute_that_is_imported_belongs_to_the_file_that_makes_it(tmp_path):
    (tmp_path / "first.py").write_text("from second import chute\n")
    (tmp_path / "second.py").write_text(SDK + CHUTE)
    assert find_chute(str(tmp_path)).reference == "second:chute"
    # The usual file is asked alone, and the SDK runs what it imports.
    (tmp_path / "chute.py").write_text("from second import chute\n")
    assert find_chute(str(tmp_path)).reference == "chute:chute"


def test_a_chute_made_by_a_package_is_found(tmp_path):
    package = tmp_path / "service"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "making.py").write_text(SDK + "def make():\n    return Chute(name='n')\n")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text("from service.making import make\nchute = make()\n")
    ref = find_chute(str(tmp_path))
    assert ref.reference == "app:chute"
    _, chutes = read_chutes(ref)
    assert [chute.site.module.path for chute in chutes] == ["service/making.py"]


@pytest.mark.parametrize("name", ["chute.py", "app.py", "service.py"])
def test_the_chute_of_a_folder_is_found(tmp_path, name):
    (tmp_path / "helper.py").write_text("x = 1\n")
    (tmp_path / "directory.py").mkdir()
    (tmp_path / name).write_text(SDK + CHUTE)
    for spec in (str(tmp_path), str(tmp_path / name), f"{tmp_path}:{name[:-3]}:chute"):
        found = find_chute(spec)
        assert (found.folder, found.reference) == (tmp_path.resolve(), f"{name[:-3]}:chute")


def test_the_usual_file_wins_over_others(tmp_path):
    (tmp_path / "chute.py").write_text(SDK + CHUTE)
    (tmp_path / "old.py").write_text(SDK + CHUTE)
    assert find_chute(str(tmp_path)).module == "chute"


def test_several_chutes_are_listed(tmp_path):
    (tmp_path / "one.py").write_text(SDK + CHUTE)
    (tmp_path / "two.py").write_text(SDK + CHUTE.replace("chute =", "other ="))
    with pytest.raises(UsageError, match="one:chute, two:other") as caught:
        find_chute(str(tmp_path))
    assert f"{tmp_path}:one:chute" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("{folder}/nothing", "does not exist"),
        ("{folder}", "no chute was found"),
        ("{folder}:app:chute", "there is no app.py"),
        ("{folder}/nothing:app:chute", "does not exist"),
        ("{folder}:helper:c", "the SDK cannot run 'helper:c'"),
        ("{folder}:_helper:chute", "the SDK cannot run"),
    ],
)
def test_bad_specs(tmp_path, spec, problem):
    (tmp_path / "helper.py").write_text("x = 1\n")
    (tmp_path / "_helper.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match=problem):
        find_chute(spec.format(folder=tmp_path))


def test_a_taken_port_is_said_at_once(tmp_path, monkeypatch):
    (tmp_path / "app.py").write_text(SDK + CHUTE)
    monkeypatch.setattr(target, "require_sdk", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(TargetError, match=f"port {port} of 127.0.0.1 is taken"),
            target.serve(str(tmp_path), port=port),
        ):
            pass


LOG = """\
2026-01-01 | INFO | loading
Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/chutes/entrypoint/run.py", line 2620, in _logged_run
    await _run_chute()
  File "/home/ada/demo/app.py", line 7, in start
    self.model = load()
  File "/home/ada/demo/svc/model.py", line 3, in load
    raise LookupError("the weights are gone")
LookupError: the weights are gone
2026-01-01 | INFO | sleeping
"""


def test_a_death_is_told_by_the_frames_of_the_users_own_code():
    error = startup_error(LOG, Path("/home/ada/demo"), "demo")
    assert error.what == "the chute died at start-up: LookupError: the weights are gone"
    assert (error.detail or "").splitlines() == [
        "app.py:7 in start: self.model = load()",
        'svc/model.py:3 in load: raise LookupError("the weights are gone")',
    ]


def test_a_death_elsewhere_is_told_by_the_end_of_the_log():
    error = startup_error(LOG, Path("/elsewhere"), "demo")
    assert (error.detail or "").splitlines() == [
        "2026-01-01 | INFO | loading",
        "LookupError: the weights are gone",
        "2026-01-01 | INFO | sleeping",
    ]
    assert startup_error("killed\n", Path("/x"), "demo").what == "the chute died at start-up"
