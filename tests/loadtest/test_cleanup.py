"""Whatever ends chutes-prod, nothing that it started lives on."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from chutes_cli.loadtest.process import GuardedProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes through /proc")


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9), (signal.SIGHUP, 129)],
)
def test_no_process_is_left(start, service, eventually, number, status):
    run = start(service.url, "--request", "GET /ok", "--duration", "1m")
    assert eventually(lambda: service.loaded() > 2)
    assert len(run.descendants()) >= 3, "script, guard, locust"
    run.process.send_signal(number)
    output, errors = run.process.communicate(timeout=20)
    assert run.gone_within(20)
    assert run.process.returncode == status
    assert (output, "Traceback" in errors) == ("", False)
    sent = service.loaded()
    assert not eventually(lambda: service.loaded() > sent, 0.5)


def test_ctrl_c_leaves_nothing_and_says_so(start, service, eventually, tmp_path):
    report = tmp_path / "out.json"
    run = start(
        service.url, "--request", "GET /slow", "--duration", "1m", "--format", f"json={report}"
    )
    assert eventually(lambda: service.loaded() > 2)
    run.process.send_signal(signal.SIGINT)
    _, errors = run.process.communicate(timeout=20)
    assert "interrupted: everything was stopped" in errors
    assert list(tmp_path.iterdir()) == []


def guarded(tmp_path, code, grace_s=0.5):
    return GuardedProcess(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        environment={},
        log=tmp_path / "log",
        grace_s=grace_s,
    )


def test_a_child_that_ignores_sigterm_is_killed(tmp_path, eventually):
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    with guarded(tmp_path, code) as process:
        assert eventually(lambda: "deaf" in process.log_text())
    assert process.status() == 128 + signal.SIGKILL


def test_a_child_may_say_goodbye(tmp_path, eventually):
    code = (
        "import signal, sys, time\n"
        "def bye(*_): print('bye', flush=True); sys.exit(5)\n"
        "signal.signal(signal.SIGTERM, bye); print('up', flush=True); time.sleep(60)"
    )
    with guarded(tmp_path, code, grace_s=10.0) as process:
        assert eventually(lambda: "up" in process.log_text())
    assert process.status() == 5
    assert process.log_tail(1) == "bye"


def test_grandchildren_go_too_even_when_the_child_ends_first(tmp_path, eventually):
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)"
    )
    with guarded(tmp_path, code) as process:
        assert process.wait(20) == 0
    pid = process.log_text().strip()
    alive = ["ps", "-o", "stat=", "-p", pid]

    def gone():
        shown = subprocess.run(alive, capture_output=True, text=True, check=False).stdout.strip()
        return shown in {"", "Z"}

    assert eventually(gone, 10)


def test_the_child_dies_with_its_guard(tmp_path, eventually):
    with guarded(tmp_path, "import os, time; print(os.getpid(), flush=True); time.sleep(60)") as p:
        assert eventually(lambda: p.log_text().strip())
        pid = p.log_text().strip()
        p._guard.kill()
        shown = ["ps", "-o", "stat=", "-p", pid]
        assert eventually(
            lambda: (
                subprocess.run(shown, capture_output=True, text=True, check=False).stdout.strip()
                in {"", "Z"}
            ),
            10,
        )
