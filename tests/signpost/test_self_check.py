"""A service does not start with a model that reads otherwise than when its thresholds were fitted."""

from __future__ import annotations

import pytest

from assistant.cross_encoder import CrossEncoder
from assistant.harm_judge import HarmJudge
from knowledge.errors import KnowledgeError
from signpost.health import findings
from signpost.self_check import misreadings
from signpost.service import make_service
from signpost.settings import Settings
from signpost.wiring import Workshop
from tests.conftest import DATA


class Overflowing(CrossEncoder):
    """Reads as the cross-encoder did on processors without VNNI: everything is an answer."""

    def rate(self, question: str, passage: str) -> float:
        return 9.2 + super().rate(question, passage) / 100


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop(Settings(data=DATA))


def test_the_models_that_ship_read_here_as_they_should(workshop: Workshop) -> None:
    assert list(misreadings(workshop.cross_encoder, workshop.harm_judge)) == []


def test_a_model_that_reads_otherwise_stops_the_service(workshop: Workshop) -> None:
    wrong = Workshop(workshop.settings)
    wrong.__dict__["cross_encoder"] = Overflowing(workshop.settings.cross_encoder_folder)
    with pytest.raises(KnowledgeError, match="can't start: the cross-encoder reads known texts wrongly on this machine"):
        make_service(wrong)
    found = findings(wrong, thorough=True)
    assert [each.text.split(" (")[0] for each in found if each.serious] == [
        "the cross-encoder reads known texts wrongly on this machine"
    ]


def test_the_readings_are_those_of_the_models_that_ship(workshop: Workshop) -> None:
    judge = HarmJudge(workshop.settings.harm_judge_folder)
    judge.digest = "another"
    assert list(misreadings(workshop.cross_encoder, judge)) == [
        "the known readings are of another judge of disclosures: run 'python -m signpost.self_check'"
    ]
