"""What was made by a keyed hash, in whatever text it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "non-constant-time-comparison"
HEAD = """\
import base64
import binascii
import hashlib
import hmac
import os
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
K = os.environ["K"].encode()


def ours(data):
    return hmac.new(K, data, "sha256").hexdigest()


"""
# What is compared with what somebody sent.
FIRES = {
    "plain": "ours(data)",
    "digest": "hmac.new(K, data, 'sha256').digest()",
    "object_that_is_given": "given_object(data)",
    "finalised": "finalised(data)",
    "keyed_by_an_argument": "hashlib.blake2b(data, key=K).hexdigest()",
    "keyed_smaller": "hashlib.blake2s(data, key=K).digest()",
    "formatted": "f'sha256={ours(data)}'",
    "joined": "'sha256=' + ours(data)",
    "joined_by_a_method": "'='.join(['sha256', ours(data)])",
    "or": "os.name or ours(data)",
    "conditional": "ours(data) if data else ''",
    "conditional_last": "'' if data else ours(data)",
    "first_half": "ours(data)[:32]",
    "first_sixteen": "ours(data)[:16]",
    "last": "ours(data)[-32:]",
    "all_but_last": "ours(data)[:-1]",
    "as_long_as_sent": "ours(data)[:len(sent)]",
    "upper": "ours(data).upper()",
    "as_hexadecimal": "hmac.digest(K, data, 'sha256').hex()",
    "encoded": "base64.b64encode(hmac.digest(K, data, 'sha256'))",
    "encoded_and_decoded": "base64.b64encode(hmac.digest(K, data, 'sha256')).decode()",
    "written_by_binascii": "binascii.hexlify(hmac.digest(K, data, 'sha256'))",
    "text_of_it": "str(ours(data))",
    "lambda": "short(data)",
    "function_that_writes": "written(data)",
}
SILENT = {
    "hash_without_key": "hashlib.blake2b(data).hexdigest()",
    "hash_of_a_key": "hashlib.blake2b(data, salt=K).hexdigest()",
    "sorted_by_a_key": "sorted(data, key=len)",
    "hash_of_it": "hashlib.sha256(ours(data)).hexdigest()",
    "length": "len(ours(data))",
    "fifteen": "ours(data)[:15]",
    "nothing_of_it": "ours(data)[:0]",
    "one_of_it": "ours(data)[0]",
    "bucket_of_it": "int(ours(data), 16) % 8",
    "taken_by_it": "TABLE[ours(data)]",
    "decided_by_it": "1 if ours(data) else 2",
    "compared": "hmac.compare_digest(ours(data), sent)",
    "counted": "ours(data).count('a')",
    "asked": "data.digest()",
    "encoded_with_it": "base64.b64encode(data, ours(data))",
    "separated_by_it": "ours(data).join(['a', 'b'])",
    "listed_with_it": "data.pick([ours(data)])",
    "joined_of_the_unknown": "'='.join(data)",
    "subtracted": "ours(data) - 1",
    "measured_by_a_lambda": "long(data)",
    "measured_by_a_function": "measured(data)",
    "another_digest": "other(data)",
}
MORE = """\
TABLE = {}
short = lambda data: hmac.new(K, data, "sha256").hexdigest()[:20]
long = lambda data: len(data)


def given_object(data, made: hmac.HMAC = None):
    return made.hexdigest()


def finalised(data):
    made = keyed.HMAC(K, hashes.SHA256())
    made.update(data)
    return made.finalize()


def written(data):
    text = ours(data)
    return f"v1={text}"


def measured(data):
    text = ours(data)
    print(text)
    return len(text)


def other(data):
    made = hashlib.sha256(data)
    return made.hexdigest()


"""


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    source = f"{HEAD}{MORE}def f(data, sent):\n    return sent == ({FIRES[name]})\n"
    assert [each.check for each in findings(source, ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    source = f"{HEAD}{MORE}def f(data, sent):\n    return sent == ({SILENT[name]})\n"
    assert findings(source, ID) == []
