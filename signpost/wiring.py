"""Builds the parts from the settings. Nothing else in the program opens a file, a model or a database."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property

import numpy as np
from sqlalchemy import Engine

from assistant.conflicts import load_checks
from assistant.contacts import load_routes
from assistant.cross_encoder import CrossEncoder
from assistant.data_files import DATA
from assistant.definitions import Definitions
from assistant.dialogue import DialogueRules
from assistant.entities import EntityFinder
from assistant.features import AnswerKind, feature_names, load_answer_kinds
from assistant.follow_up import FollowUps
from assistant.harm_judge import HarmJudge
from assistant.intents import Intent, IntentMatcher, all_examples, load_intents, topic_examples
from assistant.language import Languages
from assistant.late import LateInteraction
from assistant.message_model import MessageModel
from assistant.policy import DecisionPolicy
from assistant.read import Readers
from assistant.reader import Reader, reader_facts
from assistant.recorder import Recorder
from assistant.redact import RedactionRules, Redactor, load_redaction_rules
from assistant.replies import Replies
from assistant.safety import SafetyScreen
from assistant.safety_model import SafetyModel
from assistant.safety_rules import SafetyRules
from assistant.spelling import Spelling, Spellings
from assistant.turn import Assistant, Parts
from assistant.understand import Abbreviations
from knowledge.cards import CARDS_SOURCE, read_cards
from knowledge.encoder import OnnxEncoder, RememberingEncoder, open_question_encoder
from knowledge.export import export_encoder
from knowledge.ingest import Ingester, no_progress
from knowledge.kept_states import KeptStates
from knowledge.library import Library
from knowledge.merged import make_merged, merged_facts
from knowledge.ports import Progress
from knowledge.topics import TopicMapper
from knowledge.types import Area, IngestionReport, Vectors
from knowledge.units import whole_text
from knowledge.words import words
from signpost.area_cache import AreaCache
from signpost.example_vectors import example_vectors
from signpost.settings import Settings
from store.database import migrate, open_database
from store.passages import DatabasePassages
from store.records import DatabaseRecorder

log = logging.getLogger(__name__)


class Workshop:
    """Everything that one data folder needs, each part made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def engine(self) -> Engine:
        """The database, brought to this program's version."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        engine = open_database(self.settings.database_url)
        migrate(engine)
        return engine

    @cached_property
    def store(self) -> DatabasePassages:
        """Areas, documents and passages."""
        return DatabasePassages(self.engine)

    @cached_property
    def encoder(self) -> RememberingEncoder:
        """The exported encoder."""
        return RememberingEncoder(self._bare_encoder)

    @cached_property
    def _bare_encoder(self) -> OnnxEncoder:
        return OnnxEncoder(self.settings.encoder_folder, self.settings.threads)

    @cached_property
    def question_encoder(self) -> RememberingEncoder:
        """What says where the answer to a question should be. Raises EncoderError if it was tuned beside another encoder."""
        return RememberingEncoder(open_question_encoder(DATA / "question_encoder", self.encoder, self.settings.threads))

    @cached_property
    def kept_states(self) -> KeptStates:
        """What the encoder makes of passages, for the reader."""
        return KeptStates(self._bare_encoder, self.settings.states_file, self.settings.states_mb)

    def prepare_encoder(self, *, int8: bool | None = None, again: bool = False) -> bool:
        """Export the encoder into the data folder; False if it is there already."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        chosen = self.settings.int8 if int8 is None else int8
        return export_encoder(self.settings.encoder_folder, self.settings.encoder_model, int8=chosen, again=again)

    @cached_property
    def intents(self) -> tuple[Intent, ...]:
        """What people ask for."""
        return load_intents(self.settings.intents)

    @cached_property
    def library(self) -> Library:
        """The live indexes."""
        return Library(self.store, self.encoder, self.settings.index_folder)

    def prepare_larger_models(self, *, again: bool = False) -> dict[str, bool]:
        """Make the cross-encoder and the judge of disclosures in the data folder; False for one that is there already."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        folders = (self.settings.cross_encoder_folder, self.settings.harm_judge_folder)
        published = self.settings.published_model
        return {folder.name: make_merged(DATA / folder.name, folder, published, again=again) for folder in folders}

    @cached_property
    def readers(self) -> Readers:
        """All that read passages. Raises PolicyError or EncoderError if one is missing, or was trained for another encoder."""
        settings, passages = self.settings, self.kept_states
        return Readers(
            LateInteraction(DATA / "question_encoder", self.question_encoder, passages, settings.threads),
            Reader(DATA / "reader", self.encoder, passages, settings.threads),
            self.cross_encoder,
        )

    def read_ahead(self, progress: Progress = no_progress) -> None:
        """Have what the reader needs of every passage ready, and of no other; what is ready is left alone."""
        stored = [passage for scope in self.store.scopes() for passage in self.store.passages(scope).passages]
        texts = [whole_text(passage.headings, passage.text) for passage in stored]
        for text in progress(texts, len(texts), "reading"):
            self.kept_states.keep(text)
        self.kept_states.keep_only(texts)

    @property
    def models_digest(self) -> str:
        """Names the question encoder, the reader and the cross-encoder: a policy that was fitted with others does not fit."""
        cross = merged_facts(self.settings.cross_encoder_folder)
        return f"{self.question_encoder.digest}+{reader_facts(DATA / 'reader')['digest']}+{cross['digest']}"

    @cached_property
    def kinds(self) -> tuple[AnswerKind, ...]:
        """The kinds of thing that can be asked for."""
        return load_answer_kinds(DATA / "answer_kinds.yml")

    @cached_property
    def replies(self) -> Replies:
        """The fixed sentences."""
        return Replies.load(DATA / "replies.yml")

    @cached_property
    def safety(self) -> SafetyScreen:
        """The screen for disclosures. Raises PolicyError if it was fitted with other models, EncoderError if one is missing."""
        model = SafetyModel.load(DATA / "safety_model.json")
        model.fits(self.encoder.digest, self.harm_judge.digest)
        return SafetyScreen(SafetyRules.load(DATA / "safety.yml"), model, self.encoder, self.harm_judge, self.spelling.mend)

    @cached_property
    def cross_encoder(self) -> CrossEncoder:
        """What reads question and passage together. Raises EncoderError if it was not built."""
        return CrossEncoder(self.settings.cross_encoder_folder, self.settings.threads)

    @cached_property
    def harm_judge(self) -> HarmJudge:
        """The judge of disclosures. Raises EncoderError if it was not built."""
        return HarmJudge(self.settings.harm_judge_folder, self.settings.threads)

    @cached_property
    def subjects(self) -> MessageModel:
        """Says what a message is about."""
        return self._message_model("routing_model.json")

    @cached_property
    def dialogue(self) -> DialogueRules:
        """How a message is steered."""
        return DialogueRules.load(DATA / "dialogue.yml")

    @cached_property
    def follow_ups(self) -> FollowUps:
        """Joins a message to the question before it."""
        return FollowUps(self.dialogue.follow_up, self.dialogue.story, self._message_model("follow_up_model.json"), self.encoder)

    def _message_model(self, name: str) -> MessageModel:
        """Raise PolicyError if it was fitted for another encoder."""
        model = MessageModel.load(DATA / name)
        model.fits(self.encoder.digest)
        return model

    def _example_vectors(self) -> Vectors:
        return example_vectors(all_examples(self.intents), self.encoder, self.settings.data / "examples")

    def ingester(self, progress: Progress = no_progress) -> Ingester:
        """Takes sources into the store."""
        return Ingester(self.store, self.encoder, self.topic_mapper, progress, self.settings.fetched_folder)

    @cached_property
    def topic_mapper(self) -> TopicMapper:
        """Maps passages to topics."""
        examples = topic_examples(self.intents)
        kept = dict(zip(all_examples(self.intents), self._example_vectors(), strict=True))
        return TopicMapper(examples, self.encoder, np.stack([kept[each.text] for each in examples]))

    def ingest_cards(self) -> IngestionReport:
        """Take in the statutory cards that ship with Signpost."""
        return self.ingester().ingest_documents("", CARDS_SOURCE, read_cards(DATA / "statutory_cards.yml"))

    @cached_property
    def redaction_rules(self) -> RedactionRules:
        """What is personal, and what only looks so."""
        return load_redaction_rules(DATA / "redaction.yml")

    def redactor(self, areas: Sequence[Area]) -> Redactor:
        """Takes personal data out of a message, and leaves the names of settings and services in."""
        keep = [name for area in areas for name in _public_names(area)]
        return Redactor(self.redaction_rules, keep)

    @cached_property
    def abbreviations(self) -> Abbreviations:
        """Short forms, with what they stand for."""
        return Abbreviations.load(DATA / "glossary.csv")

    @cached_property
    def spelling(self) -> Spelling:
        """Mends slips, towards the words of the intents and the glossary."""
        counts = Counter(word for text in all_examples(self.intents) for word in words(text))
        glossary = [word for text in self.abbreviations.expansions.values() for word in words(text)]
        return Spelling(
            frozenset(self.encoder.words()) | set(counts) | set(glossary) | self.redaction_rules.ordinary,
            [*(word for word, _ in counts.most_common()), *glossary],
            Spellings.load(DATA / "spelling.yml"),
        )

    def recorder(self) -> DatabaseRecorder:
        """Keeps counts and redacted questions that were not answered, or not for certain."""
        redactor = self.redactor(self.store.areas())
        return DatabaseRecorder(self.engine, lambda text: redactor.redact(text).text, lambda text: self.encoder.encode([text])[0])

    def assistant(
        self,
        recorder: Recorder | None = None,
        policy: DecisionPolicy | None = None,
        today: Callable[[], date] = date.today,
        *,
        national: bool = True,
    ) -> Assistant:
        """The assistant. Raises PolicyError if the policy was fitted for other models or on other features."""
        chosen = policy or DecisionPolicy.load(self.settings.policy_file)
        chosen.fits(self.models_digest, feature_names(self.kinds))
        redactor = self.redactor(self.store.areas())
        parts = Parts(
            encoder=self.encoder,
            question_encoder=self.question_encoder,
            library=self.library,
            readers=self.readers,
            policy=chosen,
            matcher=IntentMatcher(self.intents, self._example_vectors()),
            safety=self.safety,
            replies=self.replies,
            routes=load_routes(DATA / "routing.yml"),
            subjects=self.subjects,
            kinds=self.kinds,
            checks=load_checks(DATA / "statutory_cards.yml"),
            abbreviations=self.abbreviations,
            spelling=self.spelling,
            follow_ups=self.follow_ups,
            entities=EntityFinder(DATA / "entities.yml", self.abbreviations.expansions),
            languages=Languages.load(DATA / "languages.yml"),
            definitions=Definitions.load(DATA / "definitions.yml", DATA / "glossary.csv"),
            dialogue=self.dialogue,
            areas=AreaCache(self.store.areas),
            recorder=recorder or self.recorder(),
            redact=lambda text: redactor.redact(text).text,
            today=today,
            national=national,
        )
        return Assistant(parts)


def _public_names(area: Area) -> list[str]:
    names = [area.name, *(contact.name for contact in area.contacts.values())]
    for setting in area.settings:
        names += [setting.name, *setting.aliases]
    return names
