"""The command as users run it: exit codes, streams, reports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("chutes-prod")
FAST = ("--rate", "20", "--duration", "1s")


def test_pass(loadtest, service, tmp_path):
    report = tmp_path / "out.json"
    done = loadtest(
        service.url,
        *("--request", 'POST /ok {"prompt": "hi"}', *FAST),
        *("--slo", "p95<5s", "--slo", "error_rate<1%", "--slo", "achieved>0.8"),
        *("--format", "text", "--format", f"json={report}"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PASS  3 of 3 objectives met")
    assert "\x1b" not in done.stdout
    result = json.loads(report.read_text())
    assert (result["schema_version"], result["verdict"], result["valid"]) == (1, "pass", True)
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


def test_a_violated_objective_is_exit_1_and_json_on_stdout_is_clean(loadtest, service):
    done = loadtest(service.url, "--request", "GET /429", *FAST, "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    result = json.loads(done.stdout, parse_constant=pytest.fail)
    assert result["slos"] == [{"expression": "error_rate<1%", "observed": 1.0, "met": False}]
    assert result["endpoints"][0]["by_outcome"] == {"http_429": 20}


def test_a_report_may_go_into_a_pipe_or_through_a_link(loadtest, service, tmp_path):
    pipe, link, real = tmp_path / "pipe", tmp_path / "link.json", tmp_path / "real.json"
    os.mkfifo(pipe)
    link.symlink_to(real)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    done = loadtest(
        service.url,
        *("--request", "GET /ok", *FAST),
        *("--format", f"json={pipe}", "--format", f"json={link}"),
    )
    reader.join(10)
    assert (done.returncode, done.stdout) == (0, "")
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert json.loads(read[0]) == json.loads(real.read_text())


def test_progress_is_shown_on_a_terminal_only(service):
    """Under a terminal of its own, stdout still a pipe."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [str(SCRIPT), "loadtest", service.url, "--request", "GET /ok", *FAST, "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env=os.environ | {"TERM": "xterm"},
    ) as process:
        os.close(theirs)
        output, _ = process.communicate(timeout=60)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert process.returncode == 0
    assert json.loads(output)["verdict"] == "pass"
    assert "in flight" in shown


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes through /proc")
def test_a_generator_that_was_held_up_gives_no_verdict(start, service, eventually):
    run = start(service.url, "--request", "GET /ok", "--rate", "20", "--duration", "4s")
    assert eventually(lambda: service.loaded() > 10)
    locust = [
        pid
        for pid in run.descendants()
        if b"locust\0-f" in Path(f"/proc/{pid}/cmdline").read_bytes()
        and b"guard.py" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(locust) == 1
    os.kill(locust[0], signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(locust[0], signal.SIGCONT)
    output, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 3
    assert output.startswith("INVALID")
    assert "ms late or more" in output
    # Held up, not excused: every arrival was still sent.
    assert service.loaded() == 80


def test_max_requests(loadtest, service):
    done = loadtest(service.url, "--request", "GET /ok", *FAST, "--max-requests", "5")
    assert (done.returncode, service.loaded()) == (0, 5)


def test_nobody_there_is_exit_3(loadtest, free_port):
    done = loadtest(f"http://127.0.0.1:{free_port}", "--request", "GET /ok", *FAST)
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_key_goes_to_the_service_and_nowhere_else(loadtest, service, tmp_path):
    report = tmp_path / "out.json"
    done = loadtest(
        service.url,
        *("--request", "GET /ok", *FAST, "--api-key-env", "MY_KEY"),
        *("--header", "Authorization: overruled"),
        *("--format", "text", "--format", f"json={report}"),
        MY_KEY="s3cret-key",
    )
    assert done.returncode == 0
    loaded = [headers for path, headers in service.hits if path == "/ok"]
    assert {headers["Authorization"] for headers in loaded} == {"Bearer s3cret-key"}
    assert "s3cret" not in done.stdout + done.stderr + report.read_text()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "exactly one target"),
        (("http://127.0.0.1:1", "--serve", "."), "exactly one target"),
        (("http://127.0.0.1:1",), "nothing to send to the URL"),
        (("--serve", "/no/such/folder"), "does not exist"),
        (("http://127.0.0.1:1", "--request", "/x"), "is not an HTTP method"),
        (("http://127.0.0.1:1", "--request", "GET /", "--slo", "p95<500"), "needs a unit"),
        (("http://127.0.0.1:1", "--request", "GET /", "--rate", "0"), "--rate"),
        (("http://127.0.0.1:1", "--request", "GET /", "--rate", "nan"), "--rate"),
        (("http://127.0.0.1:1", "--request", "GET /", "--duration", "10"), "--duration"),
        (("http://127.0.0.1:1", "--request", "GET /", "--format", "yaml"), "'yaml' is not one of"),
        (("http://127.0.0.1:1", "--request", "GET /", "--format", "json="), "is not one of"),
        (("http://127.0.0.1:1", "--request", "GET /", "--api-key-env", "NO_SUCH"), "NO_SUCH"),
        (("https://example.com", "--request", "GET /"), "--i-own-this example.com"),
        (("--serve", "/no/such/folder", "--request", "GET /"), "does not exist"),
        (
            ("http://127.0.0.1:1", "--request", "GET /", "--format", "json=/no/such/dir/x.json"),
            "cannot be written",
        ),
        (("http://127.0.0.1:1", "--request", "GET /", "--format", "json=/"), "cannot be written"),
        (
            ("http://127.0.0.1:1", "--request", "GET /", "--format", "text", "--format", "json"),
            "only one format",
        ),
    ],
)
def test_wrong_usage_is_exit_2_and_says_what_to_do(loadtest, arguments, problem):
    done = loadtest(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("locust", ["http://127.0.0.1:1"], "loadtest"),
        ("hdrh", ["http://127.0.0.1:1"], "loadtest"),
        ("chutes", ["--serve", "."], "sdk"),
    ],
)
def test_a_missing_extra_names_the_line_that_installs_it(tmp_path, missing, arguments, extra):
    (tmp_path / "app.py").write_text(
        "from chutes.chute import Chute\nchute = Chute('u', 'name', 'i')\n"
    )
    code = (
        f"import sys; sys.modules[{missing!r}] = None; from chutes_cli.cli.app import main;"
        f" main(['loadtest', *{arguments!r}, '--request', 'GET /'])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"pip install 'chutes-prod[{extra}]'" in done.stderr


def test_help_keeps_its_examples_in_lines(loadtest):
    done = loadtest("--help", COLUMNS="100")
    assert done.returncode == 0
    assert "\n    chutes-prod loadtest --serve .\n" in done.stdout
    assert "\n    chutes-prod loadtest --serve . --request" in done.stdout
    assert "error_rate<1%" in done.stdout


def test_importing_the_command_is_light():
    code = (
        "import sys, chutes_cli.cli.loadtest;"
        "heavy = {'locust', 'gevent', 'httpx', 'pydantic', 'rich.table', 'hdrh', 'chutes'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
