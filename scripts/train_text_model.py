"""Train the byte-level model that the `text` template ships.

    python scripts/train_text_model.py            # trains, reports, writes the weights
    python scripts/train_text_model.py --report   # only measures the shipped weights

The text is the standard library's own documentation (`pydoc_data.topics`), so no
download and no licence question arises. Every tenth topic is held out whole: no
sentence of it is seen in training. The yardstick is an order-3 n-gram model (three
bytes of context, Witten-Bell smoothing) trained on the same text.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
import platform
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

import torch
from safetensors import TensorSpec, serialize

PACKAGE = Path(__file__).parents[1] / "templates" / "text" / "project" / "{{package}}"
WEIGHTS = PACKAGE / "weights.safetensors"
SEED = 20240601
EMBEDDING, HIDDEN, DROPOUT = 24, 208, 0.1
STEPS, BATCH, LENGTH, PEAK_RATE = 1400, 32, 96, 8e-3
THREADS = 1  # more change the sums, and wait for each other on a busy machine


def template_model() -> Any:
    """Import the template's own `model.py`: what is trained is what is served."""
    spec = importlib.util.spec_from_file_location("template_model", PACKAGE / "model.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(PACKAGE / "model.py")
    sys.dont_write_bytecode = True  # nothing may be added to the template's folder
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def corpus() -> tuple[list[bytes], list[bytes]]:
    """Return the training topics and the held-out ones."""
    texts = [topics[name].encode() for name in sorted(topics)]
    held_out = texts[::10]
    return [text for index, text in enumerate(texts) if index % 10], held_out


def ngram_bits_per_byte(train: list[bytes], test: list[bytes], order: int = 3) -> float:
    """Return the held-out bits per byte of a Witten-Bell n-gram model.

    Args:
        train: The texts to count.
        test: The texts to measure.
        order: How many bytes of context the longest n-gram has.
    """
    counts: list[defaultdict[bytes, Counter[int]]] = [
        defaultdict(Counter) for _ in range(order + 1)
    ]
    for text in train:
        for position, byte in enumerate(text):
            for size in range(min(order, position) + 1):
                counts[size][text[position - size : position]][byte] += 1
    bits = 0.0
    for text in test:
        for position, byte in enumerate(text):
            probability = 1 / 256
            for size in range(min(order, position) + 1):
                seen = counts[size].get(text[position - size : position])
                if seen:
                    total, kinds = seen.total(), len(seen)
                    probability = (seen[byte] + kinds * probability) / (total + kinds)
            bits -= math.log2(probability)
    return bits / sum(map(len, test))


@torch.inference_mode()
def network_bits_per_byte(network: Any, test: list[bytes]) -> float:
    """Return the held-out bits per byte of the network, reading each text from its start."""
    network.eval()
    bits, count = 0.0, 0
    for text in test:
        tokens = torch.tensor([list(text)])
        logits, _ = network(tokens[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits[0], tokens[0, 1:], reduction="sum")
        bits += float(loss) / math.log(2)
        count += len(text) - 1
    return bits / count


def train_network(network: Any, train: list[bytes]) -> None:
    """Train in place on random windows of the text, with a one-cycle learning rate."""
    text = torch.tensor(list(b"\n\n".join(train)))
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, STEPS, pct_start=0.1)
    window = torch.arange(LENGTH + 1)
    started = time.perf_counter()
    for step in range(1, STEPS + 1):
        starts = torch.randint(len(text) - LENGTH - 1, (BATCH, 1))
        batch = text[starts + window]
        logits, _ = network(batch[:, :-1])
        loss: Any = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            bits, seconds = float(loss.detach()) / math.log(2), time.perf_counter() - started
            print(f"step {step}/{STEPS}: {bits:.3f} bits per byte in training, {seconds:.0f} s")


def save(network: Any, facts: dict[str, object]) -> None:
    """Write the weights with what is known of them.

    Not with `save_file`, which needs numpy, and torch and the template do not. The facts
    are one text, for safetensors writes several in another order each time.
    """
    weights = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    specs = {
        name: TensorSpec(
            dtype="float32",
            shape=tensor.shape,
            data_ptr=tensor.data_ptr(),
            data_len=tensor.numel() * tensor.element_size(),
        )
        for name, tensor in weights.items()
    }
    WEIGHTS.write_bytes(serialize(specs, {"training": json.dumps(facts)}))


def main() -> int:
    """Train or measure; exit 1 when the network does not beat the n-gram model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--report", action="store_true", help="measure the shipped weights only")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    train, test = corpus()
    model = template_model()
    if arguments.report:
        network = model.ByteModel.load(WEIGHTS, "cpu")._network
    else:
        network = model.ByteGRU(embedding=EMBEDDING, hidden=HIDDEN, dropout=DROPOUT)
        train_network(network, train)
    ours, theirs = network_bits_per_byte(network, test), ngram_bits_per_byte(train, test)
    if not arguments.report:
        digest = hashlib.sha256(b"".join(train)).hexdigest()
        facts = {
            "corpus": f"pydoc_data.topics of Python {platform.python_version()}, sha256 {digest}",
            "held_out_bits_per_byte": f"{ours:.3f}",
            "order_3_bits_per_byte": f"{theirs:.3f}",
            "seed": SEED,
        }
        save(network, facts)
    count = sum(tensor.numel() for tensor in network.parameters())
    print(f"parameters {count}, file {WEIGHTS.stat().st_size} bytes")
    print(f"text: {sum(map(len, train))} bytes to train on, {sum(map(len, test))} held out")
    print(f"held-out bits per byte: network {ours:.3f}, order-3 n-gram {theirs:.3f}")
    return 0 if ours < theirs else 1


if __name__ == "__main__":
    sys.exit(main())
