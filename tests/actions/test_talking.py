"""The actions run by rasa-sdk's own executor over the sample area."""

import asyncio
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.talking import ACTIONS
from assistant.talk import Talk
from assistant.turn import Assistant
from assistant.types import Context
from signpost.settings import Settings
from signpost.wiring import Workshop
from store.records import NoRecorder
from tests.conftest import DATA


class Broken:
    """Fails, as a part may, and says in its error what was typed."""

    def encode(self, texts: list[str]) -> NoReturn:
        raise TypeError(str(texts))

    def screen(self, text: str) -> NoReturn:
        raise KeyError(text)


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Workshop(Settings(data=DATA)).assistant(NoRecorder())


@pytest.fixture(scope="module")
def executor(assistant: Assistant) -> ActionExecutor:
    return executing(Talk(assistant))


def executing(talk: Talk) -> ActionExecutor:
    executor = ActionExecutor()
    for kind in ACTIONS:
        executor.register_action(kind(talk, "larkmere"))
    return executor


def run(executor: ActionExecutor, text: str, action: str = "action_answer", intent: str = "", **slots: object) -> dict[str, Any]:
    tracker = {
        "sender_id": "test", "slots": {"area": "larkmere", **slots}, "events": [],
        "latest_message": {"text": text, "intent": {"name": intent}},
        "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": None,
    }  # fmt: skip
    call = {"next_action": action, "sender_id": "test", "tracker": tracker, "domain": {"version": "3.1"}}
    result = asyncio.run(executor.run(call))
    assert result is not None
    return {
        "responses": result.responses,
        "slots": {each["name"]: each["value"] for each in result.events if each["event"] == "slot"},
    }


def test_a_channel_gets_text_with_its_source(executor: ActionExecutor) -> None:
    result = run(executor, "How much is a session at the Otters Saturday club?")
    message = result["responses"][0]
    assert "£6" in message["text"]
    assert "From: Otters Saturday club" in message["text"]
    assert message["custom"]["kind"] == "answer"
    assert message["custom"]["citations"][0]["document"] == "lo-saturday-club"
    assert result["slots"]["last_kind"] == "answer"


def test_a_young_person_gets_their_own_card(executor: ActionExecutor) -> None:
    message = run(executor, "i want to die", audience="young_person")["responses"][0]
    assert message["custom"]["kind"] == "safeguarding"
    assert "0800 1111" in message["text"]


def test_slots_keep_redacted_words_only(executor: ActionExecutor) -> None:
    slots = run(executor, "who is the senco, my number is 07700 900123 and my son is Bartholomew")["slots"]
    assert slots["last_question"]
    assert "07700" not in str(slots)


def test_a_disclosure_leaves_nothing_in_the_slots(executor: ActionExecutor) -> None:
    slots = run(executor, "my dad hits me", "action_safeguarding", last_question="how much is the club", pending="x")["slots"]
    assert slots["last_question"] is None
    assert slots["pending"] is None


def test_metadata_says_where_until_a_slot_does(executor: ActionExecutor) -> None:
    tracker = {
        "sender_id": "test", "slots": {}, "events": [], "paused": False, "followup_action": None, "active_loop": {},
        "latest_message": {"text": "how long do the groups go on", "metadata": {"area": "larkmere", "setting": "millbrook"}},
        "latest_action_name": None,
    }  # fmt: skip
    call = {"next_action": "action_answer", "sender_id": "t", "tracker": tracker, "domain": {"version": "3.1"}}
    result = asyncio.run(executor.run(call))
    assert result is not None
    assert result.responses[0]["custom"]["citations"][0]["document"] == "millbrook-sen-report"


def test_a_message_that_could_not_be_read_is_taken_for_a_question(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    for parts in (replace(assistant.parts, encoder=Broken()), replace(assistant.parts, safety=Broken())):  # type: ignore[arg-type]
        assert Talk(Assistant(parts)).parse("does Tyler get transport", "larkmere").intent == "faq"
    assert "TypeError" in caplog.text
    assert "KeyError" in caplog.text
    assert "Tyler" not in caplog.text


@pytest.mark.parametrize(
    ("part", "action"),
    [
        ("safety", "action_answer"), ("encoder", "action_answer"), ("encoder", "action_contact_person"),
        ("encoder", "action_choose_reading"), ("encoder", "action_feedback"), ("encoder", "action_explain_words"),
    ],
)  # fmt: skip
def test_whatever_fails_the_family_is_told_who_helps(
    assistant: Assistant, caplog: pytest.LogCaptureFixture, part: str, action: str
) -> None:
    broken = executing(Talk(Assistant(replace(assistant.parts, **{part: Broken()}))))  # type: ignore[arg-type]
    result = run(broken, "does Tyler get transport", action, last_question="is there a club for Tyler", last_kind="answer")
    reply = result["responses"][-1]["custom"]
    assert reply["reason"] == "failed"
    assert "ring 999" in reply["text"]
    assert reply["contacts"][0]["phone"]
    assert result["slots"]["last_kind"] == "handoff"
    assert "Error in" in caplog.text
    assert "Tyler" not in caplog.text


def test_the_school_of_the_card_goes_with_the_reply_and_is_forgotten_with_the_next(executor: ActionExecutor) -> None:
    asked = run(executor, "who is the senco at millbrook?", "action_contact_person", setting="kestrel")
    assert asked["slots"]["contact_setting"] == "millbrook"
    assert asked["responses"][0]["custom"]["slots"]["contact_setting"] == "millbrook"
    thanks = run(executor, "thanks", "action_smalltalk", contact_setting="millbrook")
    assert thanks["slots"]["contact_setting"] is None


def test_a_letter_about_a_complaint_names_the_school_that_is_complained_of(executor: ActionExecutor) -> None:
    asked = run(executor, "i want to complain that kestrel never rings me back", "action_complaint", setting="millbrook")
    assert [each["setting"] for each in asked["responses"][-1]["custom"]["contacts"]][:1] == ["kestrel"]


class Spy(NoRecorder):
    """Says what would be counted."""

    def __init__(self) -> None:
        self.counted: list[str] = []

    def disclosure(self, context: Context) -> None:
        self.counted.append("disclosure")

    def feedback(self, context: Context, question: str, *, helpful: bool) -> None:
        self.counted.append(f"feedback on {question}")


def test_the_safety_card_can_be_shown_again_and_is_counted_once(assistant: Assistant) -> None:
    spy = Spy()
    told = executing(Talk(Assistant(replace(assistant.parts, recorder=spy))))
    slots = run(told, "my dad hits me", "action_safeguarding")["slots"]
    slots = run(told, "thanks", "action_smalltalk", "thanks", **slots)["slots"]
    again = run(told, "what did you say", "action_repeat", **slots)
    assert again["responses"][0]["custom"]["kind"] == "safeguarding"
    assert spy.counted == ["disclosure"]
    started_over = run(told, "start again", "action_start_over", **again["slots"])["slots"]
    assert started_over["card"] is None
    assert run(told, "how much is a session at the Otters", **again["slots"])["slots"]["card"] is None


def test_only_an_answer_can_have_been_no_help(assistant: Assistant) -> None:
    spy = Spy()
    told = executing(Talk(Assistant(replace(assistant.parts, recorder=spy))))
    for last in ("handoff", "smalltalk", "answer"):
        shown = run(told, "that's not what I meant", "action_feedback", last_question="what is SEN support", last_kind=last)
        assert shown["responses"][0]["custom"]["choices"]
    assert spy.counted == ["feedback on what is SEN support"]


def test_of_a_long_question_the_end_is_kept(executor: ActionExecutor) -> None:
    story = f"{'He was at the big nursery by the park before that. ' * 20}How much is a session at the Otters Saturday club?"
    slots = run(executor, story, "action_contact_person")["slots"]
    assert slots["last_question"].endswith("How much is a session at the Otters Saturday club?")
    assert 500 < len(slots["last_question"]) <= 600


def test_only_a_part_that_was_shown_is_quoted(executor: ActionExecutor) -> None:
    asked = {"last_question": "how do i complain about the council", "last_kind": "answer"}
    shown = run(executor, "who do i ring then", "action_contact_person", shown=["lo-complaints#About the council"], **asked)
    other = run(executor, "who do i ring then", "action_contact_person", shown=["lo-complaints#About a school"], **asked)
    assert "The page that I showed says" in shown["responses"][0]["text"]
    assert "The page that I showed says" not in other["responses"][0]["text"]


def test_who_do_i_ring_then_leaves_the_question_as_it_was(executor: ActionExecutor) -> None:
    slots = run(executor, "who do i ring then", "action_contact_person", last_question="how do i apply for transport")["slots"]
    assert slots["last_question"] == "how do i apply for transport"


def test_a_question_that_waits_for_a_school_still_waits_after_words_that_are_no_question(executor: ActionExecutor) -> None:
    assert "pending" not in run(executor, "what day are my bins collected", pending="what clubs are there")["slots"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hi 😊", "greet"), ("👋 hi", "greet"), ("thanks 👍", "thanks"), ("thank you ❤️❤️", "thanks"), ("ok :)", "affirm"),
        ("yes 👍🏽", "affirm"), ("👍", "unreadable"), (":D", "unreadable"), ("my dad hits me 😊", "disclosure"),
    ],
)  # fmt: skip
def test_smileys_are_not_read_but_by_the_safety_screen(assistant: Assistant, text: str, intent: str) -> None:
    assert Talk(assistant).parse(text, "larkmere").intent == intent


def test_a_goodbye_in_tears_is_no_mere_goodbye(assistant: Assistant) -> None:
    assert Talk(assistant).parse("goodbye", "larkmere").intent == "bye"
    assert Talk(assistant).parse("goodbye 😭", "larkmere").intent != "bye"


@pytest.mark.parametrize("text", ["i dont know", "I don’t know.", "dont know", "idk", "not sure", "i'm not sure", "no idea"])
def test_who_does_not_know_gets_no_safety_card(assistant: Assistant, text: str) -> None:
    assert Talk(assistant).parse(text, "larkmere").intent == "dont_know"


@pytest.mark.parametrize("text", ["i dont know why im alive", "i dont know anymore", "not sure im safe", "idk if im safe"])
def test_who_does_not_know_and_may_not_be_safe_gets_it(assistant: Assistant, text: str) -> None:
    assert Talk(assistant).parse(text, "larkmere").intent == "disclosure"


def test_an_answer_that_was_just_shown_says_so(executor: ActionExecutor) -> None:
    first = run(executor, "how much is transport to college")
    line = "I showed you this just now, and I found nothing nearer. If it does not tell you, Larkmere SEND Team can help."
    slots = {name: first["slots"][name] for name in ("last_question", "last_kind", "shown")}
    assert first["responses"][0]["custom"]["notice"] == ""
    assert run(executor, "can it be monthly", **slots)["responses"][0]["custom"]["notice"] == line
    assert run(executor, "", "action_repeat", **slots)["responses"][0]["custom"]["notice"] == ""
    other = run(executor, "how much is a session at the Otters Saturday club?", **slots)
    assert other["responses"][0]["custom"]["notice"] == ""


def test_words_that_name_no_known_school_get_the_answer_without_one(executor: ActionExecutor) -> None:
    result = run(executor, "st peters", pending="who is the senco", last_kind="handoff")
    reply = result["responses"][0]["custom"]
    assert reply["notice"] == "I do not know which school you mean. This is what I found without it."
    assert reply["contacts"][0]["key"] == "sendiass"
    assert result["slots"]["pending"] == "who is the senco"
    assert run(executor, "transport", pending="who is the senco", last_kind="handoff")["responses"][0]["custom"]["notice"] == ""


def test_which_school_is_not_asked_twice_in_a_row(executor: ActionExecutor) -> None:
    first = run(executor, "who is the senco", "action_contact_person")
    assert first["slots"]["clarified"]
    assert first["responses"][0]["custom"]["choices"]
    slots = {name: first["slots"][name] for name in ("last_question", "last_kind", "clarified")}
    assert not run(executor, "the church one", "action_contact_person", **slots)["responses"][0]["custom"]["choices"]


def test_who_was_answered_without_a_school_is_not_asked_for_one(executor: ActionExecutor) -> None:
    slots = {"last_question": "who can i talk to about my worries", "last_kind": "answer"}
    assert run(executor, "who do i ring", "action_contact_person", **slots)["responses"][0]["custom"]["choices"]
    slots["shown"] = ["lo-portage#Portage"]
    assert not run(executor, "who do i ring", "action_contact_person", **slots)["responses"][0]["custom"]["choices"]


@pytest.mark.parametrize("action", ["action_answer", "action_contact_person", "action_complaint"])
def test_who_asks_what_to_do_after_the_card_sees_it_again(executor: ActionExecutor, action: str) -> None:
    for text in ("what do i do", "who do i tell", "who do i report it to"):
        assert run(executor, text, action, card=True)["slots"]["last_kind"] == "safeguarding"
        assert run(executor, text, action)["slots"]["last_kind"] != "safeguarding"


def test_after_the_card_nobody_is_told_that_it_is_not_about_send(executor: ActionExecutor) -> None:
    reply = run(executor, "it was a joke", card=True)["responses"][0]["custom"]
    assert reply["kind"] == "smalltalk"
    assert "999" in reply["notice"]
    assert run(executor, "it was a joke")["responses"][0]["custom"]["kind"] == "out_of_scope"


def test_a_badly_typed_school_is_looked_up_by_its_name(assistant: Assistant) -> None:
    understanding, _ = assistant.understand("does speech therapy come to millbrok", Context("larkmere"))
    assert understanding.query == "does speech therapy come to millbrook"
    assert understanding.settings == ("millbrook",)


def test_what_is_asked_of_another_school_in_one_breath_leans_on_what_was_asked_before(assistant: Assistant) -> None:
    context = Context("larkmere", "willow-bank", previous="does willow bank do music therapy")
    understanding, _ = assistant.understand("my son is at kestrel what about him", context)
    assert (understanding.query, understanding.setting) == ("does Kestrel Academy do music therapy - what about him", "kestrel")
