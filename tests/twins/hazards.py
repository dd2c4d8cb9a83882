"""Which checks are to find which hazard of the twins."""

from __future__ import annotations


def _by(*ids: str) -> frozenset[str]:
    return frozenset(ids)


HAZARDS = {
    "asyncio-primitive-shared": _by("loop-bound-object-shared"),
    "async-client-shared": _by("async-client-shared"),
    "object-used-directly-and-bridged": _by("loop-object-mixed-use"),
    "task-started-in-cord": _by("task-started-in-cord"),
    "context-variable-leaks": _by("context-variable-leaks"),
    "stop-iteration-escapes": _by("stop-iteration-escapes"),
    "exit-in-cord": _by("exit-in-cord"),
    "on-shutdown-hook": _by("on-shutdown-never-runs"),
    "no-sigterm-handling": _by("no-sigterm-handling"),
    "signal-handler-exits": _by("signal-handler-exits"),
    "blocking-call-on-main-loop": _by("blocking-call-on-main-loop"),
    "sync-job": _by("job-sync-function"),
    "model-loaded-per-request": _by("model-loaded-per-request"),
    "outbound-call-without-egress": _by("egress-in-cord"),
    "download-in-cord": _by("download-in-cord", "egress-in-cord"),
    "header-logic-on-gateway": _by("gateway-drops-credentials", "gateway-drops-request-metadata"),
    "cookie-or-client-ip-on-gateway": _by(
        "gateway-drops-request-metadata", "gateway-drops-credentials"
    ),
    "cors-on-gateway": _by("gateway-drops-response-headers"),
    "query-string-on-gateway": _by("gateway-drops-request-metadata", "gateway-drops-credentials"),
    "middleware-compares-public-path": _by("middleware-compares-public-path"),
    "middleware-added-in-cord": _by("middleware-added-in-cord"),
    "stream-worker-leak": _by("stream-worker-leak"),
    "stream-chunk-type": _by("stream-chunk-type"),
    "stream-without-error-event": _by("stream-without-error-event"),
    "work-past-gateway-limit": _by("work-past-gateway-limit"),
    "proxy-variable": _by("image-env-name"),
    "shared-counter-race": _by("shared-counter-race"),
    "client-per-call": _by("client-per-call"),
    "shell-injection": _by("shell-injection"),
    "code-injection": _by("code-injection"),
    "path-traversal": _by("path-traversal", "archive-traversal"),
    "sql-injection": _by("sql-injection"),
    "request-forgery": _by("request-forgery"),
    "unsafe-deserialisation": _by("unsafe-deserialisation", "pickle-from-shared-store"),
    "unbounded-base64": _by("unbounded-base64", "unbounded-input-field"),
    "unbounded-field": _by("unbounded-input-field"),
    "hardcoded-secret": _by("hardcoded-secret", "image-secret-literal", "default-secret"),
    "tls-verification-off": _by("tls-verification-off"),
    "weak-hash": _by("weak-hash", "weak-hash-for-secret"),
    "non-constant-time-comparison": _by("non-constant-time-comparison"),
    "jwt-unpinned-algorithm": _by("jwt-not-verified"),
    "jwt-without-expiry": _by("jwt-without-expiry"),
    "api-key-in-query": _by("api-key-in-query"),
    "cors-wildcard-with-credentials": _by("cors-wildcard"),
    "exception-text-returned": _by("exception-text-returned"),
    "trust-remote-code": _by("trust-remote-code"),
    "prompt-or-secret-logged": _by("secret-or-prompt-logged"),
    "print-as-logging": _by("print-as-logging"),
    "outbound-call-without-timeout": _by("no-outbound-timeout"),
    "unbounded-module-growth": _by("unbounded-module-growth"),
}
"""By the names that the twins' authors were given."""
