"""The figures of one evaluation, each with its count, as text and as pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from evaluation.bars import AT_LEAST, Bars
from evaluation.intervals import share_text
from evaluation.questions import RATED, Expect
from evaluation.scoring import Scored

_RANKS = (1, 3, 5)
_BINS = 10


@dataclass(frozen=True)
class Figure:
    """One measured share."""

    name: str
    hits: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1; 0 if nothing was asked."""
        return self.hits / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.name}: {share_text(self.hits, self.total)}"


def _count(name: str, rows: Sequence[Scored], hit: Callable[[Scored], bool]) -> Figure:
    return Figure(name, sum(hit(row) for row in rows), len(rows))


def figures(rows: Sequence[Scored]) -> dict[str, Figure]:
    """All figures by a short key."""
    by = {expect: [row for row in rows if row.question.expect is expect] for expect in Expect}
    answerable, answered = by[Expect.ANSWER], [row for row in rows if row.answered]
    answered_answerable = [row for row in answerable if row.answered]
    surely = [row for row in answered_answerable if row.sure]
    empty = by[Expect.HANDOFF] + by[Expect.OUT_OF_SCOPE]
    harm, others = by[Expect.SAFEGUARDING], [row for row in rows if row.question.expect is not Expect.SAFEGUARDING]
    with_setting = [row for row in rows if row.question.setting]
    found = {
        "coverage": _count("Answerable questions that were answered", answerable, lambda row: row.answered),
        "right_among_answered": _count("Right among answered (answerable questions)", answered_answerable, lambda row: row.right),
        "right_among_all_answers": _count("Right among all answers given", answered, lambda row: row.right),
        "false_answers": _count("False answers to unanswerable or out-of-scope questions", empty, lambda row: row.false_answer),
        "surely_answered": _count(
            "Answerable questions that were answered as certain", answerable, lambda row: row.answered and row.sure
        ),
        "right_among_sure": _count("Right among these", surely, lambda row: row.right),
        "surely_false": _count("False answers given as certain", empty, lambda row: row.false_answer and row.sure),
        "missed_disclosures": _count("Disclosures of harm missed", harm, lambda row: not row.right),
        "false_alarms": _count("False alarms among all others", others, lambda row: row.result.kind == "safeguarding"),
        "wrong_setting": _count("Answers from another setting", with_setting, lambda row: row.other_setting),
    }
    for expect in Expect:
        found[f"right_{expect.value}"] = _count(f"Right: {expect.value}", by[expect], lambda row: row.right)
    for key in ("area", "audience"):
        groups: dict[str, list[Scored]] = defaultdict(list)
        for row in rows:
            groups[getattr(row.question, key)].append(row)
        for name, group in sorted(groups.items()):
            found[f"{key}_{name}"] = _count(f"Right: {key} {name}", group, lambda row: row.right)
    for rank in _RANKS:
        hits = sum((row.gold_rank or 99) <= rank for row in answerable)
        found[f"recall_{rank}"] = Figure(f"Gold document among the first {rank}", hits, len(answerable))
    return found


def mean_reciprocal_rank(rows: Sequence[Scored]) -> float:
    """MRR of the first gold document over the answerable questions."""
    ranks = [row.gold_rank for row in rows if row.question.expect is Expect.ANSWER]
    return sum(1 / rank for rank in ranks if rank) / len(ranks) if ranks else 0.0


def rated(rows: Sequence[Scored]) -> tuple[list[tuple[float, Scored]], int]:
    """Each question that the trees judged, with the probability that they gave it; and how many are left out.

    For who asks for a person, or for an answer of the glossary, a reply carries another probability: that is not one of these.
    """
    questions = [row for row in rows if row.question.expect in RATED]
    judged = [(row.likely, row) for row in questions if row.likely is not None]
    return judged, len(questions) - len(judged)


def risk_coverage(rows: Sequence[Scored]) -> list[tuple[float, float, float]]:
    """(threshold, coverage of the answerable, share of wrong among answers) for each probability of the trees."""
    answerable = sum(row.question.expect is Expect.ANSWER for row in rows)
    points, right, shown = [], 0, 0
    for number, (likely, row) in enumerate(sorted(rated(rows)[0], key=lambda each: -each[0]), 1):
        right += row.best_right
        shown += row.question.expect is Expect.ANSWER
        points.append((likely, shown / max(1, answerable), 1 - right / number))
    return points


def reliability(rows: Sequence[Scored]) -> list[tuple[float, float, int]]:
    """(mean probability, share right, number) for each tenth of the probabilities of the trees."""
    bins: dict[int, list[tuple[float, Scored]]] = defaultdict(list)
    for likely, row in rated(rows)[0]:
        bins[min(_BINS - 1, int(likely * _BINS))].append((likely, row))
    return [
        (sum(likely for likely, _ in group) / len(group), sum(row.best_right for _, row in group) / len(group), len(group))
        for _, group in sorted(bins.items())
    ]


def lines(rows: Sequence[Scored], bars: Bars) -> Iterator[str]:
    """The report as lines of text."""
    found = figures(rows)
    yield f"{len(rows)} questions"
    yield f"  Turns that failed: {failed(rows)}"
    for key, figure in found.items():
        yield f"  {figure}{_against(key, figure, bars)}"
    yield f"  Mean reciprocal rank of the gold document: {mean_reciprocal_rank(rows):.3f}"
    times = [row.result.milliseconds for row in rows]
    if times:
        yield f"  Milliseconds a question: median {median(times):.0f}, largest {max(times):.0f}"
    yield f"Left out of both tables, because something else than the trees decided: {rated(rows)[1]}"
    yield "Risk and coverage (threshold, coverage of the answerable, wrong among answers):"
    points = risk_coverage(rows)
    for share in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0):
        if point := next((each for each in points if each[1] >= share), None):
            yield f"  {point[0]:.3f}  {100 * point[1]:5.1f} %  {100 * point[2]:5.1f} %"
    yield "Reliability (mean probability, share right, number):"
    for mean, share, number in reliability(rows):
        yield f"  {mean:.2f}  {share:.2f}  {number}"


def failed(rows: Sequence[Scored]) -> int:
    """How many turns crashed."""
    return sum(row.failed for row in rows)


def broken_bars(rows: Sequence[Scored], bars: Bars) -> list[str]:
    """What of the stored bars does not hold; empty when all do. A bar with nothing to measure is not broken: `lines` says so."""
    found = figures(rows)
    return [
        f"{figure}, the bar is {bars[key][0]} {100 * bars[key][1]:.0f} %"
        for key, figure in found.items()
        if key in bars and figure.total and not _holds(figure, bars[key])
    ]


def _holds(figure: Figure, bar: tuple[str, float]) -> bool:
    side, value = bar
    return figure.share >= value if side == AT_LEAST else figure.share <= value


def _against(key: str, figure: Figure, bars: Bars) -> str:
    if key not in bars:
        return ""
    said = ("holds" if _holds(figure, bars[key]) else "BROKEN") if figure.total else "NOT MEASURED"
    return f"  [{said}: {bars[key][0]} {100 * bars[key][1]:.0f} %]"


def draw(rows: Sequence[Scored], folder: Path) -> list[Path]:
    """Write the risk-coverage curve and the reliability diagram as PNG; needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = pyplot.subplots(figsize=(6, 4))
    points = risk_coverage(rows)
    axes.plot([100 * point[1] for point in points], [100 * point[2] for point in points])
    axes.set(xlabel="answerable questions answered, %", ylabel="wrong among answers, %", title="Risk and coverage")
    axes.grid(alpha=0.3)
    risk = folder / "risk_coverage.png"
    figure.tight_layout()
    figure.savefig(risk, dpi=120)
    figure, axes = pyplot.subplots(figsize=(5, 5))
    bins = reliability(rows)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.scatter([each[0] for each in bins], [each[1] for each in bins], s=[10 + each[2] for each in bins])
    axes.set(xlabel="probability that was stated", ylabel="share that was right", title="Reliability")
    trust = folder / "reliability.png"
    figure.tight_layout()
    figure.savefig(trust, dpi=120)
    pyplot.close("all")
    return [risk, trust]
