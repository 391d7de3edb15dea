"""Tunes one encoder a fold, each without the areas of its fold, and keeps what it makes of them.

    python -m evaluation.cross_fit --work DIR --out evaluation/held_out_cases.jsonl.gz PACK [PACK ...]

The encoder that ships was tuned on all packs, so its scores on them are too good to calibrate with.
Needs the `build` extra. A fold that is done is not done again.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from evaluation.calibrate import Case, cases_of, save_cases, undecided
from evaluation.pairs import groups_of_pack
from evaluation.questions import read_questions
from evaluation.train_encoder import OFFERED, Training, train
from knowledge.encoder import OnnxEncoder
from knowledge.export import DEFAULT_MODEL, export_encoder, find_model
from knowledge.pack import read_pack
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder


def folds_of(packs: Sequence[Path], number: int) -> list[list[Path]]:
    """Whole packs dealt out in turn."""
    return [list(packs[start::number]) for start in range(number)]


def held_out_cases(packs: Sequence[Path], data: Path) -> list[Case]:
    """The packs' questions as the encoder in `data` sees them."""
    workshop = Workshop(Settings(data=data))
    for pack in packs:
        workshop.ingester().ingest_pack(read_pack(pack))
    assistant = workshop.assistant(NoRecorder(), undecided(workshop.encoder), national=False)
    return cases_of(assistant, [q for pack in packs for q in read_questions(pack / "questions.jsonl")])


def main() -> None:
    """Tune the fold encoders and write the cases."""
    parser = argparse.ArgumentParser(description="Keep what encoders make of areas that they were not tuned on.")
    parser.add_argument("packs", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for the fold encoders")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=Training.epochs)
    given = parser.parse_args()
    base, source = given.work / "base", find_model(DEFAULT_MODEL)
    export_encoder(base)
    encoder = OnnxEncoder(base)
    cases: list[Case] = []
    for number, held_out in enumerate(folds_of(given.packs, given.folds)):
        data = given.work / f"fold{number}"
        if not (data / "encoder").exists():
            others = [pack for pack in given.packs if pack not in held_out]
            groups = [g for pack in others for g in groups_of_pack(pack, pack / "questions.jsonl", encoder, OFFERED)]
            train(groups, source, Training(epochs=given.epochs)).encoder.save(str(data / "tuned"))
            export_encoder(data / "encoder", str(data / "tuned"))
        cases += held_out_cases(held_out, data)
    save_cases(cases, given.out)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
