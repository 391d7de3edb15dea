"""Late interaction as a torch module, and its export. `assistant/late.py` runs what `export_late` writes.

Needs the `build` extra.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from assistant.late import INPUTS, LATE_FILE

_OPSET = 17
_SHARPNESS = 20.0  # of cosines, which a softmax could hardly tell apart
_OUT = -1e4


class LateGraph(nn.Module):
    """States of a question's and of passages' word pieces in; a score a passage out, above 0 if it is likelier than none.

    Each word piece of the question is compared with the passage's that is most like it, and with the mean of those that
    are like it; a small network weighs what it found, and the sum is taken by how much each word piece counts.
    """

    def __init__(self, dimensions: int = 384, width: int = 128, hidden: int = 96, dropout: float = 0.1) -> None:
        super().__init__()
        self.norm, self.asked, self.told = (
            nn.LayerNorm(2 * dimensions),
            nn.Linear(dimensions, width),
            nn.Linear(2 * dimensions, width),
        )
        self.counts = nn.Linear(dimensions, 1)
        self.closeness = nn.Parameter(torch.tensor(10.0))
        self.weighed = nn.Sequential(nn.Linear(3 * width + 1, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, 1))
        self.null, self.scale = nn.Parameter(torch.tensor(0.0)), nn.Parameter(torch.tensor(1.0))
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():  # starts as the plain sum of cosines of the encoder's last layers
            shared = nn.init.orthogonal_(torch.empty(width, dimensions))
            self.asked.weight.copy_(shared)
            self.told.weight.zero_()
            self.told.weight[:, dimensions:].copy_(shared)
            for zero in (self.asked.bias, self.told.bias, self.counts.weight, *self.weighed[3].parameters()):
                zero.zero_()

    def forward(self, question: Tensor, passages: Tensor, real: Tensor, asked_real: Tensor, owners: Tensor) -> Tensor:
        """Shapes: (questions, tokens, width), (passages, tokens, 2 width), (passages, tokens), (questions, tokens), (passages,).

        `owners` says which question a passage is held against.
        """
        asked = F.normalize(self.asked(self.dropout(question)), dim=-1)[owners]
        told = F.normalize(self.told(self.dropout(self.norm(passages))), dim=-1)
        share = torch.softmax(self.counts(question)[..., 0].masked_fill(~asked_real, _OUT), 1)[owners]
        near = torch.bmm(asked, told.transpose(1, 2)).masked_fill(~real[:, None, :], -2.0)
        best = near.amax(2)
        looked_at = torch.bmm(torch.softmax(near * self.closeness, 2), told)
        weighed = self.weighed(torch.cat([asked, looked_at, asked * looked_at, best[..., None]], -1))[..., 0]
        total: Tensor = ((best + weighed) * share).sum(1)
        return _SHARPNESS * (self.scale * total - self.null)


class _Served(nn.Module):
    """The graph for one question, none of whose word pieces is padding."""

    def __init__(self, graph: LateGraph) -> None:
        super().__init__()
        self.graph = graph

    def forward(self, question: Tensor, passages: Tensor, real: Tensor) -> Tensor:
        all_real = torch.ones_like(question[..., 0], dtype=torch.bool)
        scores: Tensor = self.graph.forward(
            question, passages, real, all_real, torch.zeros_like(passages[:, 0, 0], dtype=torch.int64)
        )
        return scores


def export_late(graph: LateGraph, folder: Path, dimensions: int = 384) -> None:
    """Write the graph into the question encoder's `folder`."""
    example = (torch.rand((1, 5, dimensions)), torch.rand((2, 9, 2 * dimensions)), torch.ones((2, 9), dtype=torch.bool))
    axes = {
        "question": {1: "asked"},
        "passages": {0: "batch", 1: "told"},
        "real": {0: "batch", 1: "told"},
        "scores": {0: "batch"},
    }
    with torch.no_grad():
        torch.onnx.export(
            _Served(graph).eval(), example, str(folder / LATE_FILE),
            input_names=list(INPUTS), output_names=["scores"], dynamic_axes=axes, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
