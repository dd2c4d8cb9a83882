"""The language model: one small GRU that predicts the next byte.

It knows nothing of requests, settings or the SDK, so replacing it means replacing
this file: keep `ByteModel.load` and `ByteModel.stream` and the service goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

VOCABULARY = 256
"""One token is one byte, so there is no tokenizer to ship or to keep in step."""

CONTEXT = 256
"""How many of the prompt's last bytes are read; the state carries what follows."""


class ByteGRU(nn.Module):
    """Embedding, one GRU layer, one linear layer onto the 256 bytes."""

    def __init__(self, *, embedding: int, hidden: int, dropout: float = 0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)  # in training only
        self.embed = nn.Embedding(VOCABULARY, embedding)
        self.gru = nn.GRU(embedding, hidden, batch_first=True)
        self.head = nn.Linear(hidden, VOCABULARY)

    def forward(self, tokens: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the logits after each token, and the state after the last one."""
        outputs, state = self.gru(self.dropout(self.embed(tokens)), state)
        return self.head(self.dropout(outputs)), state

    def step(self, token: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Do the same for one token, faster: there is no sequence to set up."""
        cell = torch.gru_cell(self.embed.weight[token], state[0], *self.gru.all_weights[0])
        return self.head(cell), cell[None]


class ByteModel:
    """A loaded network that many threads may use at once: no call changes it."""

    def __init__(self, network: ByteGRU, device: torch.device) -> None:
        self._network = network.to(device).eval()
        self.device = device
        self.parameters = sum(tensor.numel() for tensor in network.parameters())

    @classmethod
    def load(cls, weights: Path, device: str = "auto") -> ByteModel:
        """Read the weights; their shapes are the network's.

        Args:
            weights: A safetensors file written by the training script.
            device: A torch device, or ``auto`` for the GPU if there is one.

        Raises:
            OSError: The file is missing or cannot be read.
            KeyError: A tensor of the network is missing.
            RuntimeError: The tensors do not fit the network.
        """
        tensors = load_file(weights)
        network = ByteGRU(
            embedding=tensors["embed.weight"].shape[1], hidden=tensors["gru.weight_hh_l0"].shape[1]
        )
        network.load_state_dict(tensors)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(network, torch.device(device))

    def stream(
        self, prompt: bytes, *, max_tokens: int, temperature: float, seed: int | None
    ) -> Iterator[int]:
        """Yield the bytes that continue a prompt, one by one.

        Args:
            prompt: What to continue; only its last `CONTEXT` bytes count.
            max_tokens: How many bytes to produce.
            temperature: 0 takes the likeliest byte, larger is more surprising.
            seed: The same seed gives the same answer; None takes a fresh one.
        """
        # A generator per call: the global one would couple parallel requests.
        random = torch.Generator()
        if seed is None:
            random.seed()
        else:
            random.manual_seed(seed)
        tokens = list(prompt[-CONTEXT:])
        state: Tensor | None = None
        for _ in range(max_tokens):
            token, state = self._next(tokens, state, temperature, random)
            yield token
            tokens = [token]

    # Entered for each byte, not around the loop above: a generator that waits for its
    # reader must not leave its thread in inference mode.
    @torch.inference_mode()
    def _next(
        self, tokens: list[int], state: Tensor | None, temperature: float, random: torch.Generator
    ) -> tuple[int, Tensor]:
        """Read tokens and return the next byte with the new state."""
        read = torch.tensor(tokens, device=self.device)
        if state is None:
            logits, state = self._network(read[None])
            logits = logits[0]
        else:
            logits, state = self._network.step(read, state)
        scores = logits[-1].float().cpu()
        if temperature == 0:
            return int(scores.argmax()), state
        odds = torch.softmax(scores / temperature, dim=0)
        return int(torch.multinomial(odds, 1, generator=random)), state
