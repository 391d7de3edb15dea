"""What each part of retrieval earns, with everything else as it is, over packs that training did not see.

make ablation      # prints the table of docs/reference/ablation.md

Ordinary questions are those of a pack and of the sample area's held-out half; those in families' own words are of a pack of long
documents, and share few words with what answers them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from assistant.read import Readers
from assistant.reader import Marks
from assistant.turn import Assistant, Parts
from assistant.understand import Abbreviations
from evaluation.calibrate import undecided
from evaluation.intervals import share_text
from evaluation.questions import FAMILIES, Expect, Question, is_training_half, questions_of, read_questions
from evaluation.run import run
from evaluation.scoring import Scored
from knowledge.export import DEFAULT_MODEL, export_encoder
from knowledge.pack import read_pack
from knowledge.types import Level, SearchHit
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder

PACK, HALF, LONG = Path("evaluation/packs/tarnmouth"), Path("samples/larkmere"), Path("evaluation/packs/larchminster")


class Unread:
    """A reader that has no opinion: the order is that of search."""

    def score(self, question: str, hits: Sequence[SearchHit]) -> list[float]:
        """Nothing for any."""
        return [0.0 for _ in hits]

    def read(self, question: str, hits: Sequence[SearchHit]) -> list[Marks]:
        """No marks."""
        return [Marks(0.0, ()) for _ in hits]


UNREAD = Readers(Unread(), Unread(), Unread())


def variants(parts: Parts) -> Iterator[tuple[str, Parts]]:
    """Each part of retrieval taken out, one at a time."""
    weights = parts.weights
    yield "as served", parts
    readers = parts.readers
    yield "not read (search alone)", replace(parts, readers=UNREAD)
    yield "no late interaction", replace(parts, readers=replace(readers, late=Unread()))
    yield "no reader", replace(parts, readers=replace(readers, reader=Unread()))
    yield "no cross-encoder", replace(parts, readers=replace(readers, cross=Unread()))
    yield "12 passages found, not 32", replace(parts, candidates=12)
    yield "no question encoder", replace(parts, question_encoder=parts.encoder, readers=replace(readers, late=Unread()))
    yield "no words (BM25)", replace(parts, weights=replace(weights, lexical=0.0))
    yield "no single sentences", replace(parts, weights=replace(weights, sentence=0.0))
    yield "no topics", replace(parts, weights=replace(weights, topic=0.0))
    yield "setting not preferred", replace(parts, weights=replace(weights, scope=dict.fromkeys(Level, 0.0)))
    yield "no abbreviations", replace(parts, abbreviations=Abbreviations({}))


def row(name: str, rows: Sequence[Scored]) -> str:
    """One line of the table: the best passage right, recall of the gold document, MRR, milliseconds."""
    asked = [each for each in rows if each.question.expect is Expect.ANSWER]
    ranks = [each.gold_rank or 99 for each in asked]
    recalls = " | ".join(f"{mean(rank <= k for rank in ranks):.3f}" for k in (1, 3, 5))
    reciprocal = mean(1 / rank if rank < 99 else 0 for rank in ranks)
    right = " | ".join(_right([each for each in asked if (each.question.area == LONG.name) == own]) for own in (False, True))
    return f"| {name} | {right} | {recalls} | {reciprocal:.3f} | {mean(each.result.milliseconds for each in rows):.0f} |"


def _right(asked: Sequence[Scored]) -> str:
    return share_text(sum(each.best_right for each in asked), len(asked))


def questions(every: int) -> list[Question]:
    """Every n-th ordinary one, and all in families' words; neither the encoders nor the readers were trained on them."""
    held_out = [question for question in read_questions(HALF / "questions.jsonl") if not is_training_half(question)]
    ordinary = [*read_questions(PACK / "questions.jsonl"), *held_out]
    return [*ordinary[::every], *questions_of(LONG, [FAMILIES])]


def workshop(data: Path, model: str) -> Workshop:
    """A data folder with the packs, for one encoder."""
    made = Workshop(Settings(data=data, encoder_model=model))
    export_encoder(made.settings.encoder_folder, model)
    made.prepare_larger_models()
    for pack in (PACK, HALF, LONG):
        made.ingester().ingest_pack(read_pack(pack))
    return made


def assistant(made: Workshop, shipped: Workshop) -> Assistant:
    """An assistant that does not decide, so that only retrieval counts; the safety screen is the one that ships."""
    vars(made)["safety"] = shipped.safety
    vars(made)["subjects"], vars(made)["follow_ups"] = shipped.subjects, shipped.follow_ups
    if made.encoder.digest != shipped.encoder.digest:
        vars(made)["readers"], vars(made)["question_encoder"] = UNREAD, made.encoder
    return made.assistant(NoRecorder(), undecided(made.models_digest, made.encoder.dimensions), national=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure what each part of retrieval earns.")
    parser.add_argument("--every", type=int, default=1, help="ask only every n-th of the ordinary questions")
    asked = questions(parser.parse_args().every)
    print(f"{len(asked)} questions of {PACK.name}, of the held-out half of {HALF.name}, and in families' words of {LONG.name}\n")
    print("| variant | ordinary: best passage answers | in families' words | recall@1 | @3 | @5 | MRR | ms |")
    print("|---|---|---|---|---|---|---|---|")
    models: Mapping[str, str] = {"": Settings().encoder_model, "packaged MiniLM, not tuned": DEFAULT_MODEL}
    with tempfile.TemporaryDirectory() as scratch:
        shipped = workshop(Path(scratch) / "shipped", Settings().encoder_model)
        for number, (label, model) in enumerate(models.items()):
            made = assistant(workshop(Path(scratch) / str(number), model), shipped)
            for name, parts in variants(made.parts):
                print(row(label or name, run(Assistant(parts), asked)), flush=True)
                if label:
                    break


if __name__ == "__main__":
    main()
