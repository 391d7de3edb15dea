"""Trains one reader a fold, each without the areas of its fold; `signpost calibrate --folds` uses them.

    python -m evaluation.cross_fit --readers DIR PACK [PACK ...]

Needs the `build` extra. A fold whose reader is there already is not trained again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from evaluation.pairs import groups_of_pack
from evaluation.train_reader import OFFERED, Training, export, train
from knowledge.encoder import OnnxEncoder
from knowledge.export import DEFAULT_MODEL, find_model


def folds_of(packs: Sequence[Path], number: int) -> list[list[Path]]:
    """Whole packs dealt out in turn."""
    return [list(packs[start::number]) for start in range(number)]


def main() -> None:
    """Train the fold readers."""
    parser = argparse.ArgumentParser(description="Train the fold readers.")
    parser.add_argument("packs", nargs="+", type=Path)
    parser.add_argument("--encoder", type=Path, default=Path("data/encoder"))
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=Training.epochs)
    parser.add_argument("--readers", type=Path, required=True, help="folder for the fold readers")
    given = parser.parse_args()
    encoder, source = OnnxEncoder(given.encoder), find_model(DEFAULT_MODEL)
    for number, held_out in enumerate(folds_of(given.packs, given.folds)):
        folder = given.readers / f"fold{number}"
        if not (folder / "reader.onnx").exists():
            others = [pack for pack in given.packs if pack not in held_out]
            groups = [g for pack in others for g in groups_of_pack(pack, pack / "questions.jsonl", encoder, OFFERED)]
            export(train(groups, source, Training(epochs=given.epochs)), source, folder)
        (folder / "held_out.json").write_text(json.dumps([pack.name for pack in held_out]), encoding="utf-8")


if __name__ == "__main__":
    main()
