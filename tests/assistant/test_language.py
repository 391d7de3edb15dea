"""Which messages are taken for another language, and what is said to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.emergency import language_reply
from assistant.language import Languages
from assistant.replies import Replies
from assistant.types import Audience, Kind
from tests.assistant.helpers import area

LANGUAGES = Languages.load(Path("assistant/data/languages.yml"))
OTHERS = """
Mi hijo tiene autismo y necesito ayuda con la escuela|Hola, necesito ayuda|ayuda|mi padre me pega|tengo miedo de ir a casa
¿Cómo puedo pedir una evaluación para mi hija?|Mój syn ma autyzm i potrzebuje pomocy w szkole|Potrzebuję pomocy
mój ojciec mnie bije|Jak mogę złożyć wniosek o plan EHCP?|میرے بیٹے کو اسکول میں مدد چاہیے|مجھے مدد کی ضرورت ہے
mujhe apne bete ke school ke liye madad chahiye|mera beta bol nahi sakta, kya karna hai|Mae angen cymorth ar fy mab yn yr ysgol
Sut ydw i'n gwneud cais am gynllun EHC?|mae dad yn fy nharo|Je cherche une école pour mon fils autiste|Djali im ka nevoje per ndihme
Fiul meu are autism și am nevoie de ajutor la școală|Meu filho tem autismo e preciso de ajuda na escola|আমার ছেলের স্কুলে সাহায্য দরকার
ਮੇਰੇ ਪੁੱਤਰ ਨੂੰ ਮਦਦ ਦੀ ਲੋੜ ਹੈ|ابني يحتاج إلى مساعدة في المدرسة|Мій син потребує допомоги в школі|我儿子有自闭症，需要学校帮助
Wiilkaygu wuxuu u baahan yahay caawimaad dugsiga|Oğlumun okulda yardıma ihtiyacı var|Mano sūnui reikia pagalbos mokykloje
Mein Sohn hat Autismus und wir brauchen Hilfe in der Schule|Mio figlio ha bisogno di aiuto a scuola|Ang anak ko ay may autism
A fiamnak segítség kell az iskolában|Môj syn potrebuje pomoc v škole|Mijn zoon heeft hulp nodig op school|Con tôi cần giúp đỡ ở trường
"""
ENGLISH = """
who is the SENCO at Kestrel|EHCP|senco millbrook|SEND Local Offer Larkmere|DLA PIP|hlp me plz|can i get an EHCP 4 my son
my mum speaks Polish, can she get an interpreter|is there a French or Spanish club|mi son is autstic|EOTAS provision||???|2
la petite nursery phone|je ne sais quoi what is SEND|i want to die|dad hits me|my daughter loves dans la maison in her french class
"""


def each(text: str) -> list[str]:
    return [part for line in text.strip().split("\n") for part in line.split("|")]


@pytest.mark.parametrize("text", each(OTHERS))
def test_another_language_is_told(text: str) -> None:
    assert LANGUAGES.other(text)


@pytest.mark.parametrize("text", each(ENGLISH))
def test_english_is_english(text: str) -> None:
    assert not LANGUAGES.other(text)


def test_no_labelled_question_is_taken_for_another_language() -> None:
    files = [*Path("evaluation").glob("*/*/questions.jsonl"), *Path("samples").glob("*/questions.jsonl")]
    files += [*Path("evaluation/safety").glob("*.jsonl"), *Path("evaluation/redaction").glob("*.jsonl")]
    texts = [json.loads(line)["text"] for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(texts) > 10_000
    assert [text for text in texts if LANGUAGES.other(text)] == []


@pytest.mark.parametrize("audience", list(Audience))
def test_it_is_told_whom_to_ring_and_the_numbers_for_danger(audience: Audience) -> None:
    reply = language_reply(area(), Replies.load(Path("assistant/data/replies.yml")), audience)
    assert reply.kind is Kind.OUT_OF_SCOPE
    assert "I can only read English so far" in reply.text
    assert f"{area().contacts['sendiass'].name} on {area().contacts['sendiass'].phone}" in reply.text
    assert {"parent": "0808 800 5000", "young_person": "0800 1111"}[audience.value] in reply.text
    assert "999" in reply.text
    assert [card.key for card in reply.contacts] == ["sendiass"]
