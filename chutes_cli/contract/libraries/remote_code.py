"""How libraries are told to run the code that comes with a model.

Sources: transformers (``AutoModel.from_pretrained``: ``trust_remote_code``, ``revision``,
``code_revision``), vLLM and SGLang (engine arguments of the same names), datasets.
"""

from __future__ import annotations

import re

SWITCH = "trust_remote_code"
OPTION = "--trust-remote-code"
REVISIONS = frozenset({"revision", "code_revision"})
"""Arguments that say which code; only a commit's hash stays the same."""
REVISION_OPTION = re.compile(r"--(?:code-)?revision[=\s]+[\"']?([^\s\"']+)")
COMMIT = re.compile(r"[0-9a-f]{40}")
MODELS = frozenset({"pretrained_model_name_or_path", "model", "model_name", "model_path", "path",
                    "tokenizer", "repo_id"})  # fmt: skip
"""Arguments that name the model."""
