from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "pipeline-trusts-exit-status"
CHUTE = "from chutes.chute import Chute\n\nchute = Chute('u', 'my-service', 'i')\n"


def workflow(script: str, extra: str = "") -> dict[str, str]:
    """A GitHub workflow with one step that runs a script, beside a chute."""
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    text = f"jobs:\n  release:\n    steps:\n      - name: go{extra}\n        run: |\n{lines}"
    return {"app.py": CHUTE, ".github/workflows/ci.yml": text}


TRUSTED = [
    "chutes deploy app:chute",
    "echo y | chutes deploy app:chute --accept-fee",
    "chutes build app:chute --wait",
    "if chutes deploy app:chute; then echo ok; fi",
    "chutes deploy app:chute || exit 1",
    "chutes deploy app:chute && echo deployed",
    "chutes deploy app:chute --debug 2>&1",
    "(cd svc && chutes deploy app:chute)",
    "bash -c 'chutes deploy app:chute'",
    "uv run chutes deploy app:chute",
    "poetry run -- chutes deploy app:chute",
    "python -m chutes.cli deploy app:chute",
    "sudo -E chutes deploy app:chute",
    "timeout 600 .venv/bin/chutes deploy app:chute",
    "CHUTES=.venv/bin/chutes\n$CHUTES deploy app:chute",
    'CHUTES="poetry run chutes"\n${CHUTES} deploy app:chute',
    "BIN=.venv/bin\n$BIN/chutes deploy app:chute",
    "docker exec box chutes deploy app:chute",
    "nohup chutes deploy app:chute",
    "nice chutes deploy app:chute",
    "stdbuf -oL chutes deploy app:chute",
    "command chutes deploy app:chute",
    "python .venv/bin/chutes deploy app:chute",
    "python3 .venv/bin/chutes deploy app:chute",
    "python3.11 -m chutes.cli deploy app:chute",
    "dotenv -- chutes deploy app:chute",
    "exec chutes deploy app:chute",
    "time chutes deploy app:chute",
    "env A=b chutes deploy app:chute",
    "python3 -m chutes.cli deploy app:chute",
    "$SUDO chutes deploy app:chute",
    "chutes build app:chute $LOCAL",
    "if [ $X ]; then FLAG=--local; fi\nchutes build app:chute $FLAG",
    'ARGS=("$(chutes deploy app:chute)")',
    "CHUTES_CONFIG_PATH=c.ini chutes deploy app:chute",
    "for one in a b; do chutes deploy $one:chute; done",
    "deploy() {\n  chutes deploy app:chute\n}\ndeploy",
    "echo $(chutes deploy app:chute)",
    # Shown, copied or kept, and looked at by nobody.
    "chutes deploy app:chute | cat",
    "chutes deploy app:chute | tee deploy.log",
    "chutes deploy app:chute | /usr/bin/tee deploy.log | tail -n 5",
    "chutes deploy app:chute > deploy.log",
    "chutes deploy app:chute > deploy.log\ncat deploy.log",
    "chutes deploy app:chute > deploy.log\nhead deploy.log | sed s/a/b/",
    "chutes deploy app:chute > /dev/null\ngrep x y > /dev/null",
    "chutes deploy app:chute >&2\ngrep 2 two.txt",
    "{ chutes deploy app:chute; } > deploy.log",
    "while read -r line; do chutes deploy app:chute; done < deploy.log > deploy.log",
    "chutes deploy app:chute < answers.txt\ngrep -q y answers.txt",
    "chutes deploy app:chute 2> errors.log\ngrep -q ERROR errors.log",
    "chutes deploy app:chute | tee -a deploy.log\ngrep -a x other.log",
    "OUT=$(chutes deploy app:chute)",
    "export OUT=$(chutes deploy app:chute)",
    "local OUT=$(chutes deploy app:chute)",
    "declare OUT=$(chutes deploy app:chute)",
    "readonly OUT=$(chutes deploy app:chute)",
    "OUT=$(chutes deploy app:chute)\necho $OUT",
    'OUT=$(chutes deploy app:chute)\nprintf "%s" "${OUT}"',
    "OUT=$(chutes deploy app:chute)\ntest $OUTER = x",
    "IN=x OUT=$(chutes deploy app:chute)\ntest $IN = x",
    "grep -q x deploy.log\nchutes deploy app:chute | tee deploy.log",
    # The test decides over nothing.
    "chutes deploy app:chute | grep -q 'Successfully deployed' || true",
    "chutes deploy app:chute | grep -q 'Successfully deployed' || :",
    "chutes deploy app:chute | grep -q 'Successfully deployed' || echo failed",
    "chutes deploy app:chute | tee d.log\ngrep -q Successfully d.log || true",
    'OUT=$(chutes deploy app:chute)\n[ -n "$OUT" ] || true',
    "[[ $(chutes deploy app:chute) == *Success* ]] || true",
]
JUDGED = [
    "chutes deploy app:chute | grep -q 'Successfully deployed'",
    "chutes deploy app:chute 2>&1 | tee /dev/stderr | grep -q 'Successfully deployed'",
    "chutes deploy app:chute | grep -q 'Successfully deployed' || exit 1",
    "chutes deploy app:chute | grep -q Successfully || { echo failed; exit 1; }",
    "chutes deploy app:chute | grep -q Successfully || echo failed && exit 1",
    'chutes deploy app:chute | while read -r line; do check "$line"; done',
    'while read -r line; do check "$line"; done < <(chutes deploy app:chute)',
    "if chutes deploy app:chute | grep -q Successfully; then echo ok; fi",
    "chutes deploy app:chute | tee deploy.log\ngrep -q Successfully deploy.log",
    "chutes deploy app:chute | tee deploy.log\nfalse || grep -q Successfully deploy.log",
    "chutes deploy app:chute &> deploy.log\n./verify.py deploy.log",
    "chutes deploy app:chute >> deploy.log 2>&1\nif ! grep -q Successfully ./deploy.log; then\n"
    "  exit 1\nfi",
    "chutes deploy app:chute >| deploy.log\ncat deploy.log | grep -q Successfully",
    'chutes deploy app:chute > deploy.log\nwhile read -r line; do check "$line"; done < deploy.log',
    "{ chutes deploy app:chute; } | tee deploy.log\ngrep -q Successfully deploy.log",
    "{ chutes deploy app:chute; } > deploy.log\ngrep -q Successfully < deploy.log",
    "bash -c 'chutes deploy app:chute' | grep -q Successfully",
    'OUT=$(chutes deploy app:chute)\n[[ "$OUT" == *Successfully* ]]',
    'OUT=`chutes deploy app:chute`\ncase "$OUT" in *Successfully*) ;; *) exit 1;; esac',
    'OUT=$(chutes deploy app:chute)\necho "$OUT" | grep -q Successfully',
    'OUT=$(chutes deploy app:chute)\ngrep -q Successfully <<< "${OUT}"',
    'export OUT=$(chutes deploy app:chute | tee x.log)\ntest "$OUT"',
    "local OUT=$(chutes deploy app:chute)\ntest $OUT",
    "declare OUT=$(chutes deploy app:chute)\ntest $OUT",
    "readonly OUT=$(chutes deploy app:chute)\ntest $OUT",
    "OUT=$(chutes deploy app:chute)\nSEEN=$OUT",
    'OUT+=$(chutes deploy app:chute)\ntest "$OUT"',
    '[[ "$(chutes deploy app:chute)" == *Successfully* ]]',
    'echo "$(chutes deploy app:chute)" | grep -q Successfully',
    "export $(chutes deploy app:chute)",
    "chutes deploy app:chute | grep -q Successfully ||",  # cut short
    'echo "said=$(chutes deploy app:chute)" >> "$GITHUB_OUTPUT"',
    "chutes deploy app:chute >> $GITHUB_ENV",
    "grep -q Successfully <(chutes deploy app:chute)",
    # These say by themselves how they ended.
    "chutes build app:chute --local",
    "chutes deploy --help",
]
OTHER = [
    "chutes run app:chute --dev",
    "pip install chutes build",
    "echo chutes deploy app:chute",
    "git commit -m 'chutes deploy app:chute'",
    "chutes",
    "# chutes deploy app:chute",
    "my-chutes deploy app:chute",
    "cat <<EOF\nchutes deploy app:chute\nEOF",
    "A=chutes\nA=other\n$A deploy app:chute",
    "$B deploy app:chute",
    "A=(chutes deploy app:chute)",
]


@pytest.mark.parametrize("script", TRUSTED)
def test_an_exit_status_is_trusted(script: str, findings: Findings) -> None:
    (found,) = findings(workflow(script), ID)
    assert found.severity is Severity.ERROR
    assert found.location.path == ".github/workflows/ci.yml"
    assert found.symbol == "release"


@pytest.mark.parametrize("script", [*JUDGED, *OTHER])
def test_output_is_judged(script: str, findings: Findings) -> None:
    assert findings(workflow(script), ID) == []


def test_the_place_the_words_and_the_way_out(findings: Findings) -> None:
    (found,) = findings(workflow("set -e\necho y | chutes build app:chute  | tee x"), ID)
    place = found.location
    assert (place.line, place.column, place.end_line, place.end_column) == (7, 20, 7, 42)
    assert found.snippet == "chutes build app:chute"
    assert found.message.startswith("`chutes build` exits 0 also when the platform refuses")
    assert found.help == (
        "append `| tee build.log`, and `grep -q 'Uploaded image package' build.log` as the "
        "next command"
    )


def test_a_later_step_may_test_the_file(findings: Findings) -> None:
    files = workflow("chutes deploy app:chute > d.log")
    files[".github/workflows/ci.yml"] += "      - run: grep -q Successfully d.log\n"
    assert findings(files, ID) == []


DEPLOY = "chutes deploy app:chute"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".github/workflows/x.yaml", f"jobs:\n  a:\n    steps:\n      - run: {DEPLOY}\n"),
        (".gitlab-ci.yml", f"a:\n  script:\n    - {DEPLOY}\n"),
        (".gitlab-ci.yml", f"a:\n  before_script: {DEPLOY}\n"),
        (".gitlab-ci.yml", f"a:\n  after_script: [{DEPLOY}]\n"),
        (".gitlab-ci.yml", f".d: &d\n  - {DEPLOY}\na:\n  script: *d\nb:\n  script: [*d]\n"),
        (".circleci/config.yml", f"jobs:\n  a:\n    steps:\n      - run: {DEPLOY}\n"),
        (
            ".circleci/config.yml",
            f"jobs:\n  a:\n    steps:\n      - run:\n          command: {DEPLOY}\n",
        ),
        ("azure-pipelines.yml", f"steps:\n  - script: {DEPLOY}\n"),
        ("azure-pipelines.yml", f"steps:\n  - bash: |\n      {DEPLOY}\n"),
        ("bitbucket-pipelines.yml", f"pipelines:\n  default:\n    - step:\n        script:\n"
                                    f"          - {DEPLOY}\n"),
        ("bitbucket-pipelines.yml", f"a:\n  after-script: {DEPLOY}\n"),
        ("Jenkinsfile", f"pipeline {{ stage('a') {{ steps {{ sh '{DEPLOY}' }} }} }}\n"),
    ],
)  # fmt: skip
def test_every_ci_file_is_an_error(name: str, text: str, findings: Findings) -> None:
    (found,) = findings({"app.py": CHUTE, name: text}, ID)
    assert (found.location.path, found.severity) == (name, Severity.ERROR)
    assert found.snippet == DEPLOY


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", f"deploy:\n\t@{DEPLOY}\n"),
        ("build/../release.mk", f"deploy:\n\t-{DEPLOY}\n"),
        ("justfile", f"deploy:\n    {DEPLOY}\n"),
        ("deploy.sh", f"#!/bin/sh\n{DEPLOY}\n"),
        ("deploy.bash", f"{DEPLOY}\n"),
    ],
)
def test_what_is_run_by_hand_is_a_warning(name: str, text: str, findings: Findings) -> None:
    (found,) = findings({"app.py": CHUTE, name: text}, ID)
    assert found.severity is Severity.WARNING
    assert found.snippet == DEPLOY


def test_jenkins_may_take_the_output(findings: Findings) -> None:
    text = f"def said = sh(script: '{DEPLOY}', returnStdout: true)\n"
    assert findings({"app.py": CHUTE, "Jenkinsfile": text}, ID) == []


# Python

HEAD = "import asyncio, os, subprocess, sys\nfrom subprocess import run, PIPE\n" + CHUTE
PYTHON_TRUSTED = [
    "subprocess.run(['chutes', 'deploy', 'app:chute'], check=True)",
    "run('chutes deploy app:chute', shell=True)",
    "run('chutes deploy app:chute | tee x.log', shell=True)",
    "os.system('yes | chutes build app:chute')",
    "subprocess.check_call([sys.executable, '-m', 'chutes.cli', 'deploy', NAME])",
    "subprocess.call('chutes deploy app:chute'.split())",
    "subprocess.Popen(['chutes', 'deploy', 'app:chute'])",
    "import shlex\nrun(shlex.split('chutes deploy app:chute'))",
    "run(f'chutes deploy {NAME}', shell=True)",
    "run(['chutes', 'deploy'] + ARGS)",
    "CMD = ['chutes', 'deploy', 'app:chute']\nrun(CMD)",
    "run(['chutes', 'deploy', 'app:chute'], capture_output=True, check=True)",
    "run(['chutes', 'deploy', 'app:chute'], stdout=subprocess.DEVNULL)",
    "subprocess.check_output(['chutes', 'deploy', 'app:chute'])",
    "subprocess.getoutput('chutes deploy app:chute')",
    "subprocess.getstatusoutput('chutes deploy app:chute')",
    "os.popen('chutes deploy app:chute')",
    "run(['chutes', 'deploy', 'app:chute'], stdout=PIPE)",
    "done = run(['chutes', 'deploy', 'app:chute'], capture_output=True)\n"
    "if done.returncode:\n    sys.exit(1)",
    "done = run(['chutes', 'deploy', 'app:chute'], stdout=subprocess.PIPE)\n"
    "done.check_returncode()",
    "if run(['chutes', 'deploy', 'app:chute'], capture_output=True).returncode:\n    sys.exit(1)",
    "done = run(['chutes', 'deploy', 'app:chute'], check=True)\nprint(done)",
    "async def go():\n    await asyncio.create_subprocess_exec('chutes', 'deploy', 'app:chute')",
    "async def go():\n    await asyncio.create_subprocess_shell('chutes deploy app:chute')",
    "async def go():\n"
    "    await asyncio.create_subprocess_exec('chutes', 'deploy', 'a:b', stdout=subprocess.PIPE)",
]
PYTHON_READ = [
    "done = run(['chutes', 'deploy', 'app:chute'], capture_output=True)\n"
    "assert b'Successfully' in done.stdout",
    "done = run(['chutes', 'deploy', 'app:chute'], capture_output=True)\n"
    "done.check_returncode()\nverify(done)",
    "done = run(['chutes', 'deploy', 'a:b'], capture_output=True, check=first.returncode)\n"
    "verify(done)",
    "done = run(['chutes', 'deploy', 'app:chute'], capture_output=True)\nverify(done)\n"
    "sys.exit(other.returncode)",
    "said = subprocess.check_output(['chutes', 'deploy', 'app:chute'])\nverify(said)",
    "if b'Successfully' not in subprocess.check_output(['chutes', 'deploy', 'a:b']):\n    pass",
    "said = os.popen('chutes deploy app:chute').read()\nverify(said)",
    "said = subprocess.getoutput('chutes deploy app:chute')\nverify(said)",
    "status, said = subprocess.getstatusoutput('chutes deploy app:chute')\nverify(said)",
    "run(['chutes', 'deploy', 'app:chute'], stdout=open('x.log', 'w'))",
    "run(['chutes', 'deploy', 'app:chute'], **OPTIONS)",
    "run('chutes deploy app:chute | grep -q Successfully', shell=True)",
    "with subprocess.Popen(['chutes', 'deploy', 'a:b'], stdout=PIPE) as p:\n    p.communicate()",
    "async def go():\n"
    "    p = await asyncio.create_subprocess_exec('chutes', 'deploy', 'a:b', stdout=PIPE)\n"
    "    print(await p.communicate())",
    "run(['chutes', 'build', 'app:chute', '--local'])",
    "run(['echo', 'chutes', 'deploy'])",
    "run(NAME)",
    "run([*ARGS])",
    "run()",
    "x = x + 'chutes deploy a:b'\nrun(x)",
    "other.run(['chutes', 'deploy', 'app:chute'])",
]  # fmt: skip


@pytest.mark.parametrize("code", PYTHON_TRUSTED)
def test_python_trusts(code: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code + "\n", ID)
    assert found.severity is Severity.WARNING
    assert found.location.path == "app.py"
    assert "capture its output" in found.help


@pytest.mark.parametrize("code", PYTHON_READ)
def test_python_reads(code: str, findings: Findings) -> None:
    assert findings(HEAD + code + "\n", ID) == []
