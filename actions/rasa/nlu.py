"""Rasa's NLU step: asks Signpost what a message means, as Rasa asks Duckling about dates.

It needs `SIGNPOST_URL` and `SIGNPOST_SHARED_SECRET` in the environment. If Signpost can't be reached, the message is
taken for a question, whose action then says who can help.
"""

from __future__ import annotations

import logging
import os
from typing import Any

import requests
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

log = logging.getLogger(__name__)
_SECONDS = 3.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SignpostNLU(GraphComponent):
    """Sets intent, ranking and entities of each message from `POST /nlu/parse`."""

    def __init__(self) -> None:
        self._url = os.environ.get("SIGNPOST_URL", "http://127.0.0.1:8000").rstrip("/") + "/nlu/parse"
        self._secret = os.environ.get("SIGNPOST_SHARED_SECRET", "")

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SignpostNLU:
        """Rasa's way of making a component; it has no settings."""
        del config, model_storage, resource, execution_context
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Each message with what it means."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not text.startswith("/"):
                self._understand(message, text)
        return messages

    def process_training_data(self, training_data: Any) -> Any:
        """Nothing is trained."""
        return training_data

    def _understand(self, message: Message, text: str) -> None:
        asked = {"text": text, "metadata": message.get(METADATA) or {}}
        headers = {"X-Signpost-Secret": self._secret}
        try:
            response = requests.post(self._url, json=asked, headers=headers, timeout=_SECONDS)
            response.raise_for_status()
            parsed = response.json()
        except (requests.RequestException, ValueError) as error:
            log.error("signpost did not answer (%s); the message is taken for a question", type(error).__name__)
            parsed = {"intent": {"name": "faq", "confidence": 1.0}, "entities": [], "intent_ranking": []}
        message.set(INTENT, parsed["intent"], add_to_output=True)
        message.set(INTENT_RANKING_KEY, parsed["intent_ranking"], add_to_output=True)
        message.set(ENTITIES, parsed["entities"], add_to_output=True)
