"""The service: a model, its statistics, and the answers made from them.

Each call runs in a thread of its own, so what they share is either never changed
(the model) or behind a lock (the statistics).
"""

from __future__ import annotations

import codecs
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import torch
from loguru import logger

from .config import Settings
from .gate import Gate
from .health import HealthReport, judge
from .model import ByteModel
from .schemas import LARGEST_SEED, GenerateRequest, GenerateResponse

WEIGHTS = Path(__file__).with_name("weights.safetensors")

MOST_CHUNKS = 32
"""Chunks per streamed answer. The SDK buffers 64; a producer that has more to send to
a caller who left would block its worker thread for good."""


class Statistics:
    """Counts of generations, and how long the last one took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.completed = 0
        self.failed = 0
        self.last_ms: float | None = None

    @contextmanager
    def generation(self) -> Iterator[None]:
        """Count what happens inside: an exception as failed, anything else as completed."""
        started = time.perf_counter()
        try:
            yield
        except Exception:
            with self._lock:
                self.failed += 1
            raise
        with self._lock:
            self.completed += 1
            self.last_ms = (time.perf_counter() - started) * 1000


class TextService:
    """Generates text and reports on itself."""

    def __init__(self, model: ByteModel, settings: Settings) -> None:
        self._model = model
        self._settings = settings
        self._started = time.monotonic()
        self._process = psutil.Process()
        self._statistics = Statistics()

    @classmethod
    def load(cls, settings: Settings) -> TextService:
        """Load the model, and answer once so that the first caller does not pay for it."""
        torch.set_num_threads(settings.threads)
        service = cls(ByteModel.load(WEIGHTS, settings.device), settings)
        if not service._model_answers():
            raise RuntimeError(f"the model in {WEIGHTS.name} does not answer")
        return service

    def generate(self, request: GenerateRequest) -> GenerateResponse:
        """Return the whole continuation of a prompt."""
        seed = _seed_of(request)
        with self._statistics.generation():
            answer = bytes(self._bytes(request, seed))
        text = answer.decode(errors="replace")
        return GenerateResponse(text=text, tokens=len(answer), seed=seed)

    def stream(self, request: GenerateRequest) -> Iterator[str]:
        """Yield the continuation as server-sent events, numbered from 1.

        Events are `text` (a piece), then `done` (the totals) or `error`. A failure
        before the first event is raised instead, so that the platform can try another
        instance.
        """
        seed, sent = _seed_of(request), 0
        try:
            with self._statistics.generation():
                for piece in self._pieces(request, seed):
                    sent += 1
                    yield _event(sent, "text", {"text": piece})
        except RuntimeError:
            if not sent:
                raise
            logger.exception("Generation failed in mid-stream")
            yield _event(sent + 1, "error", {"code": "generation_failed"})
        else:
            yield _event(sent + 1, "done", {"tokens": request.max_tokens, "seed": seed})

    def health(self, gate: Gate) -> HealthReport:
        """Measure and judge the service as it is now."""
        traffic, answers = gate.traffic(), self._model_answers()
        memory_mb = self._process.memory_info().rss / 2**20
        status, reasons = judge(
            traffic,
            model_answers=answers,
            memory_mb=memory_mb,
            memory_limit_mb=self._settings.memory_limit_mb,
        )
        return HealthReport(
            overall_status=status,
            reasons=reasons,
            model_answers=answers,
            model_parameters=self._model.parameters,
            device=str(self._model.device),
            in_flight=traffic.in_flight,
            limit=traffic.limit,
            refused=traffic.refused,
            completed=self._statistics.completed,
            failed=self._statistics.failed,
            last_generation_ms=self._statistics.last_ms,
            memory_mb=round(memory_mb, 1),
            uptime_seconds=round(time.monotonic() - self._started, 3),
        )

    def _bytes(self, request: GenerateRequest, seed: int) -> Iterator[int]:
        return self._model.stream(
            request.prompt.encode(),
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=seed,
        )

    def _pieces(self, request: GenerateRequest, seed: int) -> Iterator[str]:
        """Yield at most `MOST_CHUNKS` pieces of whole characters, none of them empty."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        size = -(-request.max_tokens // MOST_CHUNKS)
        waiting = b""
        for count, byte in enumerate(self._bytes(request, seed), start=1):
            waiting += bytes([byte])
            last = count == request.max_tokens
            if len(waiting) == size or last:
                piece, waiting = decoder.decode(waiting, final=last), b""
                if piece:
                    yield piece

    def _model_answers(self) -> bool:
        """Ask the model for one byte: the only honest sign that it is there."""
        try:
            return len(list(self._model.stream(b"The ", max_tokens=1, temperature=0, seed=0))) == 1
        except RuntimeError:
            logger.exception("The model does not answer")
            return False


def _seed_of(request: GenerateRequest) -> int:
    return secrets.randbelow(LARGEST_SEED + 1) if request.seed is None else request.seed


def _event(number: int, kind: str, data: dict[str, object]) -> str:
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
