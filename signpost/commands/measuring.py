"""Commands that measure: evaluate, calibrate."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.data_files import DATA
from evaluation.bars import load_bars
from evaluation.cases import KeptFound, cases_of, taught_by
from evaluation.questions import EVERY, Question, QuestionsError, is_training_half, questions_of, read_questions
from evaluation.report import broken_bars, draw, failed, figures, lines
from evaluation.run import compare, read_results, run, write_results
from knowledge.pack import read_pack
from signpost.output import Output, progress_bar
from signpost.settings import REPOSITORY
from signpost.wiring import Workshop
from store.records import NoRecorder

BARS = REPOSITORY / "evaluation" / "bars.yml"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (evaluate, calibrate):
        app.command()(command)


def evaluate(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(help="Labelled questions (JSON Lines, evaluation/README.md).")],
    pack: Annotated[list[Path] | None, typer.Option(help="Area pack to take in first; may be given again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a question.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Folder for the two pictures.")] = None,
    compare_with: Annotated[Path | None, typer.Option("--compare", help="Results of an earlier run.")] = None,
    cards: Annotated[
        bool, typer.Option(help="Let statutory cards answer too. Labels are about an area's own pages, so they are off.")
    ] = False,
    half: Annotated[bool, typer.Option("--half", help="Only the half that was held out from training.")] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Write JSON: the lines of the report, broken bars, turns that failed, changes and pictures."),
    ] = False,
) -> None:
    """Run labelled questions through the code that serves; status 1 if a stored bar does not hold, or if a turn failed."""
    workshop: Workshop = context.obj
    asked = [question for question in read_questions(questions) if not (half and is_training_half(question))]
    if not asked:
        raise QuestionsError(f"no questions in {questions}{' that were held out' if half else ''}: there is nothing to measure")
    before = read_results(compare_with) if compare_with else {}  # now: `out` may be the same file
    bars = load_bars(BARS, list(figures([])))
    _take_in(workshop, pack or [])
    rows = run(workshop.assistant(recorder=NoRecorder(), national=cards), progress_bar(asked, len(asked), "questions"))
    if out:
        write_results(rows, out)
    found = {
        "report": list(lines(rows, bars)),
        "broken": broken_bars(rows, bars),
        "failed": failed(rows),
        "compared": compare(rows, before),
        "pictures": draw(rows, plots) if plots else [],
    }
    if as_json:
        Output.json(found)
    else:
        _say(found)
    if found["broken"] or found["failed"]:
        raise typer.Exit(1)


def _say(found: Mapping[str, Any]) -> None:
    for key, before in (("report", ""), ("pictures", "picture: "), ("compared", ""), ("broken", "BROKEN: ")):
        for line in found[key]:
            Output.line(f"{before}{line}")


def calibrate(
    context: typer.Context,
    packs: Annotated[list[Path], typer.Argument(help="Area packs that the encoder was not trained on, with questions.jsonl.")],
    half: Annotated[list[Path] | None, typer.Option(help="A pack of which only the held-out half is used.")] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(help="A pack that the encoder was tuned on: teaches only what asks for a person or is off topic."),
    ] = None,
    bound: Annotated[float, typer.Option(help="Largest share of wrong answers, for answerable and for other questions.")] = 0.05,
    sure_bound: Annotated[
        float | None, typer.Option(help="The same for answers that are not said to be uncertain; default: all are sure.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Policy file to write; default: the one in use.")] = None,
) -> None:
    """Fit the decision policy on labelled questions, and choose when to answer. Stopped, it goes on where it was."""
    from evaluation.calibrate import Bounds, undecided
    from evaluation.calibrate import calibrate as fit
    from evaluation.reached import in_plain_words

    workshop: Workshop = context.obj
    _take_in(workshop, [*packs, *(half or [])])
    for pack in also or []:
        workshop.store.save_area(read_pack(pack).area)
    assistant = workshop.assistant(NoRecorder(), undecided(workshop.models_digest, workshop.encoder.dimensions), national=False)
    asked = [question for pack in packs for question in questions_of(pack, EVERY)]
    asked += [each for pack in half or [] for each in questions_of(pack) if not is_training_half(each)]
    content = _content_digest(workshop, asked)
    kept = KeptFound(workshop.settings.data / "found", _digest([workshop.models_digest, content, *_program()]))
    at_once = os.cpu_count() or 1
    cases = cases_of(assistant, asked, kept, at_once=at_once, progress=progress_bar)
    taught = [question for pack in also or [] for question in questions_of(pack)]
    others = taught_by(assistant, taught, at_once=at_once, progress=progress_bar)
    bounds = Bounds(bound, bound if sure_bound is None else sure_bound)
    policy = fit(cases, workshop.models_digest, bounds, content, others, doubt=workshop.dialogue.story.doubt)
    policy.save(out or workshop.settings.policy_file)
    Output.line(in_plain_words(policy.reached))
    Output.json(dict(policy.reached))


def _take_in(workshop: Workshop, packs: list[Path]) -> None:
    if packs and not workshop.settings.encoder_folder.exists():
        workshop.prepare_encoder()
    workshop.prepare_larger_models()
    for pack in packs:
        report = workshop.ingester(progress_bar).ingest_pack(read_pack(pack))
        for item in report.skipped:
            Output.line(f"skipped {item.where}: {item.why}")


def _content_digest(workshop: Workshop, asked: list[Question]) -> str:
    areas = sorted({question.area for question in asked})
    scopes = sorted(f"{scope.key}={version}" for scope, version in workshop.store.scopes().items() if scope.area in areas)
    return _digest(scopes)


def _program() -> list[str]:
    """Names the code and the data that finding rests on. The policy is left out: it is made of what is found."""
    folders = [REPOSITORY / name for name in ("assistant", "knowledge", "intents")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    read = [*sorted(set(files) - {DATA / "policy.json"}), REPOSITORY / "evaluation" / "scoring.py"]
    return [f"{path.relative_to(REPOSITORY)}={hashlib.sha256(path.read_bytes()).hexdigest()}" for path in read]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
