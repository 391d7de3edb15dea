"""Commands that run one step each of a turn: understand, search, ask."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.retrieve import scopes_for
from assistant.turn import Assistant, Explained
from assistant.types import Audience, Context, Reply
from knowledge.errors import KnowledgeError
from knowledge.search import search
from signpost.output import Output, plain
from signpost.wiring import Workshop
from store.records import NoRecorder

Text = Annotated[str, typer.Argument(help="What a family might type.")]
AreaOption = Annotated[str, typer.Option(help="Slug of the area.")]
SettingOption = Annotated[str, typer.Option(help="Slug of the nursery, school or college, if it is known.")]
AudienceOption = Annotated[Audience, typer.Option(help="Who is asking.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (ask, search_passages, understand):
        app.command(name={"search_passages": "search"}.get(command.__name__))(command)


def ask(
    context: typer.Context,
    text: Text,
    area: AreaOption = "",
    setting: SettingOption = "",
    audience: AudienceOption = Audience.PARENT,
    explain: Annotated[bool, typer.Option("--explain", help="Show how the reply came about.")] = False,
    as_json: Json = False,
) -> None:
    """Answer one question with its source, or say who can help. Nothing is recorded."""
    assistant, where = _assistant(context, area, setting, audience)
    explained = assistant.explain(text, where)
    if as_json:
        shown = _explained(explained) if explain else explained.reply
        Output.json(shown)
        return
    _say(explained.reply)
    if explain:
        Output.json(_explained(explained))


def search_passages(
    context: typer.Context,
    text: Text,
    area: AreaOption = "",
    setting: SettingOption = "",
    count: Annotated[int, typer.Option(help="How many passages to show.")] = 5,
    as_json: Json = False,
) -> None:
    """Show the passages that a query finds, with their scores."""
    assistant, where = _assistant(context, area, setting, Audience.PARENT)
    parts = assistant.parts
    understanding, vector = assistant.understand(text, where)
    query = assistant.search_query(understanding, vector)
    hits = search(parts.library, scopes_for(where, understanding.setting), query, count, parts.weights)
    if as_json:
        Output.json(hits)
        return
    for hit in hits:
        Output.line(f"{hit.rank}. {hit.score:.3f}  {' > '.join(hit.passage.headings)}  [{hit.document.id}]")
        Output.line("   " + " ".join(hit.passage.text.split())[:160])


def understand(
    context: typer.Context,
    text: Text,
    area: AreaOption = "",
    setting: SettingOption = "",
    audience: AudienceOption = Audience.PARENT,
    as_json: Json = False,
) -> None:
    """Show what a message is taken to mean: intent, topics, settings named, and the safety screening."""
    assistant, where = _assistant(context, area, setting, audience)
    understanding, _ = assistant.understand(text, where)
    screening = assistant.parts.safety.screen(text)
    if as_json:
        Output.json({"understanding": understanding, "screening": screening})
        return
    Output.line(f"intent {understanding.intent} ({understanding.confidence:.2f}), subject {understanding.subject or '-'}")
    Output.line(f"settings named: {', '.join(understanding.settings) or '-'}; safety: {screening.level.value}")
    Output.line("topics: " + ", ".join(f"{name} {score:.2f}" for name, score in understanding.topics.items()))


def _assistant(context: typer.Context, area: str, setting: str, audience: Audience) -> tuple[Assistant, Context]:
    workshop: Workshop = context.obj
    assistant = workshop.assistant(recorder=NoRecorder())
    known = [each.slug for each in assistant.parts.areas()]
    chosen = area or (known[0] if len(known) == 1 else "")
    assistant.area(chosen)
    slugs = {each.slug for each in assistant.area(chosen).settings}
    if setting and setting not in slugs:
        raise KnowledgeError(
            f"setting '{setting}' is not in area '{chosen}': give one of {', '.join(sorted(slugs)) or '(it has none)'}"
        )
    return assistant, Context(chosen, setting or None, audience)


def _explained(explained: Explained) -> dict[str, object]:
    readings = [
        {
            "document": reading.hit.document.id, "headings": reading.hit.passage.headings, "score": reading.score,
            "whole": reading.hit.whole, "sentences": reading.evidence, "lexical": reading.hit.lexical, "topic": reading.hit.topic,
            "rank": reading.hit.rank, "text": reading.hit.passage.text,
        }
        for reading in explained.readings
    ]  # fmt: skip
    decision = plain(explained.decision) or {}
    for key in ("reading", "rivals"):
        decision.pop(key, None)
    return {
        "reply": plain(explained.reply), "screening": plain(explained.screening),
        "understanding": plain(explained.understanding), "readings": readings, "decision": decision,
    }  # fmt: skip


def _say(reply: Reply) -> None:
    if reply.notice:
        Output.line(reply.notice + "\n")
    Output.line(reply.text)
    for cited in reply.citations:
        dated = f", {cited.date.day} {cited.date:%B %Y}" if cited.date else ""
        Output.line(f"\nSource: {cited.title} ({cited.owner}{dated}) {cited.url}".rstrip())
        if cited.stale:
            Output.line(cited.stale)
    for page in reply.see_also:
        Output.line(f"\nOn the same thing, but it may not answer this: {page.title} ({page.owner}) {page.url}".rstrip())
    for choice in reply.choices:
        Output.line(f"- {choice.label}")
    for card in reply.contacts:
        facts = (card.contact.name, card.contact.role, card.contact.phone, card.contact.email, card.contact.hours)
        Output.line("\nContact: " + ", ".join(fact for fact in facts if fact))
