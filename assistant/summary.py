"""The summary that a person may send with a hand-over: what was asked, about whom, in which words."""

from __future__ import annotations

from assistant.replies import Replies
from assistant.types import Audience
from knowledge.types import Setting


def summary(question: str, setting: Setting | None, replies: Replies, audience: Audience) -> str:
    """A short letter to start from; the person edits it. `question` is redacted."""
    about = replies.say("summary.about", audience, setting=setting.name) if setting else ""
    return replies.say("summary.letter", audience, question=question or "...", about=about).strip()
