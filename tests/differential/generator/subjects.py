"""What takes arguments: each constructor, builder and decorator of the SDK, in a sound chute.

The parameters come from the contract, so that a new one gets its cases by itself; what is
sound and what is out of range for each is written here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chutes_cli.contract.sdk import CHUTE as CHUTE_NAME
from chutes_cli.contract.sdk import CORD as CORD_NAME
from chutes_cli.contract.sdk import IMAGE as IMAGE_NAME
from chutes_cli.contract.sdk import JOB, NODE_SELECTOR, PORT

from .case import CALLS, CHUTE, CORD, GUARD, IMPORTS, INPUT, Request, module

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Subject:
    """Something of the SDK that takes arguments.

    Attributes:
        id: How cases call it.
        signature: Its canonical name in the contract.
        callee: What is written before the parenthesis.
        sound: The arguments of a sound call, keyword to text.
        text: The module; ``<<call>>`` stands for the call.
        target: The variable the call is assigned to, where the call can be wrapped.
        imported: The import that brings the callee, where it can be written otherwise.
        good: Further sound values, by parameter.
        bad: Values out of range, by parameter.
        calls: Requests, as in `Case`.
        types: The parameters that every wrong type is tried on; None for all.
    uncalled: Parameters whose cases are not called: the call would need an upstream.
    """

    id: str
    signature: str
    callee: str
    sound: dict[str, str]
    text: str
    target: str = ""
    imported: str = ""
    good: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bad: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calls: tuple[Request, ...] | None = None
    drive: str = ""
    files: dict[str, str] = field(default_factory=dict)
    types: tuple[str, ...] | None = None
    uncalled: tuple[str, ...] = ()


FIELDS = IMPORTS.replace("from chutes.chute import Chute, NodeSelector\n", "")

SELECTOR = Subject(
    id="node-selector",
    signature=NODE_SELECTOR,
    callee="NodeSelector",
    sound={"gpu_count": "1", "include": '["h100", "h200"]'},
    text=module(
        "<<imports>>" + "from chutes.chute import Chute\n" + FIELDS,
        "<<call>>",
        CHUTE.replace('NodeSelector(gpu_count=1, include=["h100", "h200"])', "<<target>>"),
        INPUT,
        CORD,
    ),
    target="selector",
    imported="from chutes.chute import NodeSelector",
    good={
        "gpu_count": ("1", "8", '"8"', "2.0"),
        "min_vram_gb_per_gpu": ("16", "80", '"48"'),
        "max_hourly_price_per_gpu": ("9.99", "2", "None"),
        "include": ('["h100", "h200"]', '("pro_6000",)'),
        "exclude": ('["h100"]', "[]"),
    },
    bad={
        "gpu_count": ("0", "9", "-1", "100", '"9"', '"four"', "10_000_000_000"),
        "min_vram_gb_per_gpu": ("15", "141", "0", "-16", '"8"'),
        "max_hourly_price_per_gpu": ("0", "10", "-0.5", '"free"', "1e9", 'float("inf")'),
        "include": ('"h100"', '["h100", 7]', "[None]", '{"h100"}'),
        "exclude": ('"h100"', "[5090]"),
    },
)

CHUTE_SUBJECT = Subject(
    id="chute",
    signature=CHUTE_NAME,
    callee="Chute",
    sound={
        "username": '"you"',
        "name": '"my-service"',
        "image": '"you/my-service:1.0"',
        "node_selector": 'NodeSelector(gpu_count=1, include=["h100", "h200"])',
        "tee": "True",
    },
    text=module(
        "<<imports>>" + "from chutes.chute import NodeSelector\n" + FIELDS, "<<call>>", INPUT, CORD
    ),
    target="chute",
    imported="from chutes.chute import Chute",
    good={
        "name": ('"org/model-1"',),
        "concurrency": ("8", "256"),
        "max_instances": ("4", "100"),
        "scaling_threshold": ("0.5", "1"),
        "shutdown_after_seconds": ("60", "604800"),
        "revision": (f'"{COMMIT}"',),
        "standard_template": ('"diffusion"',),
        "passthrough_headers": ('{"X-A": "b"}',),
        "allow_external_egress": ("True",),
        "encrypted_fs": ("True",),
        "lock_modules": ("True", "False"),
        "tagline": ('"What it does"',),
        "readme": ('"# Read me"',),
    },
    bad={
        "username": ('""', '"a b"'),
        "name": ('""', '"a"', '"a b"', '"x" * 200'),
        "image": ('"no-slash"', '"you/my-service:latest"', '""'),
        "concurrency": ("0", "-5", "1000", '"8"'),
        "max_instances": ("0", "1000"),
        "scaling_threshold": ("7", "-1"),
        "shutdown_after_seconds": ("1", "10**9"),
        "revision": ('"main"', '""'),
        "standard_template": ('"llm"',),
        "tagline": ('"x" * 2000',),
        "readme": ('"x" * 20000',),
        "node_selector": ('{"gpu_count": 1}',),
        "passthrough_headers": ('[("X-A", "b")]',),
    },
    calls=CALLS,
)

IMAGE_SUBJECT = Subject(
    id="image",
    signature=IMAGE_NAME,
    callee="Image",
    sound={"username": '"you"', "name": '"my-service"', "tag": '"1.0"'},
    text=module(
        "<<imports>>" + IMPORTS,
        "<<call>>",
        CHUTE.replace(
            '"you/my-service:1.0"',
            '<<target>>.from_base("parachutes/python:3.12").set_user("chutes")',
        ),
        INPUT,
        CORD,
    ),
    target="image",
    imported="from chutes.image import Image",
    good={
        "username": ('"some_user"',),
        "name": ('"a.b_c-d"', '"0name"'),
        "tag": ('"0.1.0-rc.1"', '"2025"'),
        "readme": ('"# Read me"',),
    },
    bad={
        "username": ('""', '"a b"'),
        "name": ('""', '"-x"', '"a b"', '"a/b"', '"naïve"', '"a:b"', '"_x"', '"Name"', '"x" * 80'),
        "tag": ('""', '"-1"', '"1 0"', '"a/b"', '"a+b"', '"latest"', '"V1"', '"1"', '"x" * 80'),
        "readme": ('"x" * 20000',),
    },
)

CORD_SUBJECT = Subject(
    id="cord",
    signature=CORD_NAME,
    callee="@chute.cord",
    sound={"public_api_path": '"/generate"', "public_api_method": '"POST"'},
    text=module(
        "<<imports>>" + IMPORTS,
        CHUTE,
        INPUT,
        "<<call>>\nasync def generate(self, args: Input) -> dict:\n"
        f'{GUARD}    return {{"prompt": args.prompt.upper()}}\n',
    ),
    good={
        "path": ('"/generate"', '"generate"', '"/generate/"'),
        "stream": ("False",),
        "passthrough": ("False",),
        "public_api_path": ('"generate"', '"/generate/"', '"/v1/generate"', '"/gen-1"'),
        "public_api_method": ('"POST"', '"PUT"'),
        "method": ('"POST"',),
        "provision_timeout": ("300",),
        "input_schema": ("Input",),
        "minimal_input_schema": ("Input",),
        "output_content_type": ('"application/json"',),
        "output_schema": ("Input", '{"type": "object"}'),
        "passthrough_path": ('"/generate"',),
        "passthrough_port": ("8000",),
    },
    bad={
        "path": (
            '"/Generate"', '"/a//b"', '"/{id}"', '"/a b"', '"/v1.0"', '"/-x"', '"/"', '"//"',
            '"/é"', '"/a/:id"', '"http://x/y"', '""',
        ),
        "public_api_path": (
            '"/Generate"', '"/a//b"', '"/users/{id}"', '"/a b"', '"/v1.0"', '"/-x"', '"/"', '""',
            '"/_hidden"', '"/2d"', '"/v1/2d"', '"/a?b=1"', '"/evidence"', '"/ping"',
        ),
        "passthrough_path": ('"/Generate"', '"/a//b"', '"/{id}"', '"/v1.0"', '""'),
        "public_api_method": ('"post"', '"BANANA"', '"OPTIONS"', '""'),
        "method": ('"GET"', '"BANANA"'),
        "input_schema": ("Input(prompt='x')", "dict", "str"),
        "minimal_input_schema": ("dict",),
        "output_schema": ("dict", "str"),
        "stream": ("True",),
        "provision_timeout": ("-1",),
        "passthrough_port": ("0", "99999"),
    },
    calls=CALLS,
    uncalled=("passthrough",),
)  # fmt: skip

JOB_CHUTE = module(
    "<<imports>>from chutes.chute import Chute, NodeSelector\nfrom chutes.chute.job import Port\n",
    CHUTE,
)
JOB_DRIVE = """
import asyncio
_result = asyncio.run(chute.jobs[0].run(prompt="hi"))
assert _result["status"] == "complete", _result["detail"]
"""

JOB_SUBJECT = Subject(
    id="job",
    signature=JOB,
    callee="@chute.job",
    sound={"timeout": "3600", "upload": "True"},
    text=JOB_CHUTE
    + "\n<<call>>\nasync def train(self, **job_data) -> dict:\n"
    + '    return {"given": list(job_data)}\n',
    good={
        "ports": ('[Port(name="web", port=8080, proto="tcp")]', "[]",
                  '[{"name": "web", "port": 8080, "proto": "http"}]',
                  "[Port(name='ssh', port=2202)]"),
        "timeout": ("None", "30", "86400"),
        "upload": ("False",),
        "ssh": ("True",),
    },
    bad={
        "timeout": ("0", "29", "86401", "-1"),
        "ports": ('[Port(name="web", port=80, proto="tcp")]', "[8080]", '[{"port": 80}]',
                  '[Port(name="a", port=8080), Port(name="b", port=8080)]', '[{"name": "web"}]',
                  '(Port(name="a", port=8080),)'),
        "ssh": ('"yes"',),
    },
    drive=JOB_DRIVE,
)  # fmt: skip

PORT_SUBJECT = Subject(
    id="port",
    signature=PORT,
    callee="Port",
    sound={"name": '"web"', "port": "8080", "proto": '"tcp"'},
    text=module(
        "<<imports>>from chutes.chute import Chute, NodeSelector\n",
        CHUTE,
        "<<call>>",
        "@chute.job(ports=[<<target>>], timeout=3600)\nasync def train(self, **job_data) -> dict:\n"
        '    return {"given": list(job_data)}\n',
    ),
    target="web",
    imported="from chutes.chute.job import Port",
    good={"port": ("2202", "8002", "65535", '"8080"', "8080.0"), "proto": ('"udp"', '"http"')},
    bad={
        "port": ("0", "80", "443", "8001", "65536", "-1", '"web"', '"80"'),
        "name": ('"BAD NAME"',),
        "proto": ('"icmp"',),
    },
)


def hook(kind: str) -> Subject:
    """Return the subject of a start-up or shutdown hook."""
    return Subject(
        id=kind.replace("_", "-"),
        signature=f"{CHUTE_NAME}.{kind}",
        callee=f"@chute.{kind}",
        sound={},
        text=module(
            "<<imports>>" + IMPORTS, CHUTE, INPUT,
            "<<call>>\nasync def prepare(self) -> None:\n    self.ready = True\n", CORD,
        ),
        good={"priority": ("10", "90", "0", "-1", "1.5")},
        bad={},
        calls=CALLS if kind == "on_startup" else None,
    )  # fmt: skip


def template(kind: str, model: str) -> Subject:
    """Return the subject of a template builder."""
    builder = f"build_{kind}_chute"
    sound = {
        "username": '"you"',
        model: '"org/model"' if kind != "diffusion" else '"my-model"',
        **({"model_name_or_url": '"org/model"'} if kind == "diffusion" else {}),
        "node_selector": 'NodeSelector(gpu_count=1, include=["h100", "h200"])',
        "revision": f'"{COMMIT}"',
        "tee": "True",
    }
    return Subject(
        id=f"template-{kind}",
        signature=f"chutes.chute.template.{kind}.{builder}",
        callee=builder,
        sound=sound,
        text=module(
            "<<imports>>from chutes.chute import NodeSelector\n",
            "<<call>>",
            "chute = <<target>>.chute\n",
        ),
        target="pack",
        imported=f"from chutes.chute.template.{kind} import {builder}",
        good={
            "engine_args": ('"--max-model-len 8192"', "None", '""'),
            "concurrency": ("16",),
            "pooling_type": ('"MEAN"',),
            "pipeline_args": ('{"use_safetensors": True}',),
            "image": ('"you/engine:1.0"',),
        },
        bad={
            "revision": ('"main"', '""', "None"),
            "engine_args": (
                '"--revision main"', '"--revision=abc --max-model-len 10"',
                '{"max_model_len": 8192}', '["--max-model-len", "8192"]',
                '{"--revision": "main"}', '["--revision", "main"]',
                '"--api-key secret"', '"--served-model-name x"',
            ),
            "concurrency": ("0", "1000"),
            "node_selector": ("None", '{"gpu_count": 1}', '"h100"'),
        },
        types=("node_selector", "revision", "engine_args", model),
    )  # fmt: skip


SUBJECTS = (
    CHUTE_SUBJECT, SELECTOR, IMAGE_SUBJECT, CORD_SUBJECT, JOB_SUBJECT, PORT_SUBJECT,
    hook("on_startup"), hook("on_shutdown"), template("vllm", "model_name"),
    template("sglang", "model_name"), template("embedding", "model_name"),
    template("diffusion", "name"),
)  # fmt: skip
