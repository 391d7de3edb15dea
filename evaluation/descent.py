"""How the changes of a `CrossEncoderGraph` are trained: one way for the cross-encoder and the harm judge."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from evaluation.cross_encoder_graph import CrossEncoderGraph


def descend(graph: CrossEncoderGraph, loss_of_next: Callable[[], Tensor], steps: int, learning_rate: float, warm_up: int) -> None:
    """Take `steps` steps down `loss_of_next()`, with AdamW: a rate that rises over `warm_up` steps, and falls to the end."""
    heads, changes = graph.trained()
    rates = [{"params": changes, "lr": learning_rate}, {"params": heads, "lr": learning_rate / 2}]
    optimiser = torch.optim.AdamW(rates, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1.0, (n + 1) / warm_up) * max(0.02, 1 - n / max(1, steps))
    )
    began = time.monotonic()
    for step in range(1, steps + 1):
        loss = loss_of_next()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_([*heads, *changes], 1.0)
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            print(f"step {step}/{steps} loss {loss.item():.3f} {time.monotonic() - began:.0f} s", flush=True)


def digest_of(graph: CrossEncoderGraph) -> str:
    """Names what was trained."""
    trained = (each.detach().numpy().tobytes() for kind in graph.trained() for each in kind)
    return hashlib.sha256(b"".join(trained)).hexdigest()[:16]
