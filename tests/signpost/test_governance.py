"""`signpost governance`: each document has its parts, says what is configured and measured, and can be read."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from pydantic import SecretStr
from sqlalchemy import Column, Engine, Integer, MetaData, Table, inspect
from typer.testing import CliRunner

from assistant.reading_level import reading_age
from knowledge.errors import KnowledgeError
from knowledge.pack import read_pack
from knowledge.types import Area
from signpost.commands import governance
from signpost.governance.facts import Facts, browser_storage, gather_facts, service_facts, variables
from signpost.governance.figures import Measured, measure
from signpost.governance.journeys import JOURNEYS, Check, read_journeys
from signpost.governance.render import DOCUMENTS, render, write_pack
from signpost.governance.retention import kept_tables, read_lines
from signpost.settings import Mode, Settings
from signpost.wiring import Workshop
from store.database import migrate, open_database, sqlite_url
from store.records import KEPT_DAYS
from store.tables import Base
from tests.conftest import link_models

TODAY = date(2026, 11, 24)
NOTHING = Measured(None, None)
APP = typer.Typer()
governance.register(APP)
STEPS = [
    "Step 1: the need", "Step 2: the processing", "Step 3: consultation", "Step 4: necessity and proportionality",
    "Steps 5 and 6: risks and measures", "Step 7: sign-off", "Annex: every setting now",
]  # fmt: skip
ATRS = [
    *(f"**1.{n} " for n in range(1, 5)), *(f"**2.1.{n} " for n in range(1, 5)), *(f"**2.2.{n} " for n in range(1, 6)),
    *(f"**2.3.{n} " for n in range(1, 7)), *(f"**2.4.1.{n} " for n in range(1, 5)), *(f"| 2.4.2.{n} " for n in range(1, 10)),
    *(f"**2.4.3.{n} " for n in range(1, 12)), "**2.5.1 ", "**2.5.2 ",
]  # fmt: skip
PARTS = {
    "impact-assessment.md": STEPS,
    "transparency-record.md": ["Tier 1", "Tier 2", *ATRS],
    "privacy-notice.md": [
        "data protection officer", "Article 6(1)(e)", "What we keep, and for how long", "Who sees it", "You can object",
        "complain", "Information Commissioner", "within 30 days",
    ],
    "privacy-notice-young-people.md": ["What do you keep?", "Who can see it?", "not safe", "999", "Information Commissioner"],
    "accessibility-statement.md": [
        "partially compliant", "2.2 AA", "Feedback and contact", "send@larkmere.example", "EHRC", "EASS", "No. 2",
        "How it was tested", "Preparation of this accessibility statement",
    ],
    "retention.md": ["`unanswered`", "`conversations`", "How it is deleted", "What is kept elsewhere", "| One hour. |"],
}  # fmt: skip


@APP.callback()
def common() -> None:
    """A group, as `signpost` is."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("governance") / "data"
    folder.mkdir()
    link_models(folder)
    Workshop(Settings(data=folder)).ingester().ingest_pack(read_pack(Path("samples/larkmere")))
    return folder


@pytest.fixture(scope="module")
def area(data: Path) -> Area:
    return Workshop(Settings(data=data)).store.areas()[0]


@pytest.fixture(scope="module")
def measured(data: Path) -> Measured:
    return measure(Workshop(Settings(data=data)))


@pytest.fixture(scope="module")
def facts(data: Path, area: Area, measured: Measured) -> Facts:
    return gather_facts(Workshop(Settings(data=data)), area, TODAY, measured)


def with_settings(data: Path, area: Area, **settings: object) -> Facts:
    return gather_facts(Workshop(Settings.model_validate({"data": data, **settings})), area, TODAY, NOTHING)


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_document_has_its_parts(facts: Facts, name: str) -> None:
    text = render(name, facts)
    assert text.startswith(f"# {DOCUMENTS[name]}: Larkmere Council (fictional)\n")
    assert "Draft made by Signpost on 24 November 2026 from the configuration of Larkmere Council (fictional)." in text
    assert [part for part in PARTS[name] if part not in text] == []
    last = text.split("\n## ")[-1]
    assert last.startswith("What a person must still check\n")
    assert last.count("- [ ] ") == len(last.strip().split("\n")) - 2 >= 4
    assert "[U]" not in text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_tables_are_whole(facts: Facts, name: str) -> None:
    odd = replace(facts, area=replace(facts.area, name="Upper | Lower\nDale <b>Council</b>"))
    for text in (render(name, facts), render(name, odd)):
        assert "<b>" not in text
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_figures_are_those_of_the_policy_in_use(facts: Facts, data: Path, area: Area, tmp_path: Path) -> None:
    settings = Settings(data=data)
    policy = json.loads(settings.policy_file.read_text(encoding="utf-8"))
    reached = policy["reached"]
    record = render("transparency-record.md", facts)
    for name in ("coverage_of_answerable", "right_among_answered", "false_answers", "bound"):
        assert f"{100 * reached[name]:.1f} %" in record
    for name in ("coverage_of_answerable_areas", "right_among_answered_areas", "false_answers_areas"):
        assert f"by area {100 * reached[name][0]:.1f} % to {100 * reached[name][1]:.1f} %)" in record
    assert f"On {reached['questions']} questions" in record
    assert f"From {policy['answer_at']:.2f} upwards" in record
    assert f"{100 * reached['right_among_answered']:.1f} % of the answers were right" in render("impact-assessment.md", facts)

    reached.update(right_among_answered=0.8123, fitted_on="2027-01-02", areas=["elsewhere"])
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    other = render("transparency-record.md", with_settings(data, area, policy=tmp_path / "policy.json"))
    assert "81.2 % of those answers are right" in other
    assert "fitted on 2 January 2027" in other
    assert "about 1 areas: elsewhere" in in_one_line(other)
    assert "figures of the policy are of fictional areas" in record
    assert "figures of the policy are of fictional areas" not in other


def test_a_policy_without_figures_is_said_to_have_none(data: Path, area: Area, tmp_path: Path) -> None:
    policy = json.loads(Settings(data=data).policy_file.read_text(encoding="utf-8")) | {"reached": {}}
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    bare = with_settings(data, area, policy=tmp_path / "policy.json")
    assert "The policy in use carries no figures" in render("transparency-record.md", bare)
    assert "When the decision policy was fitted" not in render("impact-assessment.md", bare)


def test_what_was_measured_is_what_the_reference_pages_say(facts: Facts, measured: Measured) -> None:
    redaction, safety = measured.redaction, measured.safety
    assert redaction and safety
    pages = Path("docs/reference")
    for page, share in [("redaction.md", redaction.caught), ("redaction.md", redaction.names), ("safety.md", safety.missed)]:
        assert str(share) in in_one_line((pages / page).read_text(encoding="utf-8")), (page, str(share))
    record = render("transparency-record.md", facts)
    for share in (redaction.caught, *redaction.kinds.values(), safety.missed, safety.unmarked, safety.false_alarms):
        assert str(share) in record
    labels = [json.loads(line)["label"] for line in Path("evaluation/safety/blind.jsonl").read_text("utf-8").splitlines()]
    assert (safety.missed.total, safety.messages) == (labels.count("disclosure"), len(labels))


def test_what_was_not_measured_is_not_claimed(data: Path, area: Area) -> None:
    bare = with_settings(data, area)
    record = in_one_line(render("transparency-record.md", bare))
    assert record.count("not on this machine, so it was not measured here") == 2
    assert "in 100 personal details" not in render("privacy-notice.md", bare)


CHANGES = [
    ({"conversation_minutes": 17}, "privacy-notice.md", "gone 17 minutes after"),
    ({"conversation_minutes": 17}, "privacy-notice-young-people.md", "gone 17 minutes after"),
    ({"conversation_minutes": 17}, "retention.md", "17 minutes after the last message"),
    ({"conversation_minutes": 17}, "impact-assessment.md", "redacted, for 17 minutes"),
    ({"messages_a_minute": 7}, "impact-assessment.md", "At most 7 messages a minute"),
    ({"mode": Mode.LIVE}, "transparency-record.md", "Production (live mode)"),
    ({"mode": Mode.LIVE}, "impact-assessment.md", "| Mode of the service | live |"),
    ({"rasa_url": "http://rasa.larkmere.example:5005"}, "privacy-notice.md", "pass through a second computer"),
    ({"rasa_url": "http://rasa.larkmere.example:5005"}, "retention.md", "Rasa server at rasa.larkmere.example"),
    ({"oidc_issuer": "https://login.larkmere.example/v2"}, "impact-assessment.md", "by login.larkmere.example or by password"),
    ({"smtp_host": "mail.larkmere.example"}, "privacy-notice.md", "If you ask us to send a message"),
    ({"smtp_host": "mail.larkmere.example"}, "privacy-notice-young-people.md", "we use it one time"),
    ({"smtp_host": "mail.larkmere.example"}, "impact-assessment.md", "A message that a person asks to have sent goes astray"),
    ({"smtp_host": "mail.larkmere.example", "smtp_starttls": False}, "impact-assessment.md", "WITHOUT encryption"),
    ({"extra_sites": "https://www.elm.example"}, "accessibility-statement.md", "https://www.elm.example"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "name", "says"), CHANGES, ids=lambda value: str(value)[:40])
def test_a_setting_changes_the_text(
    facts: Facts, data: Path, area: Area, settings: dict[str, object], name: str, says: str
) -> None:
    assert says not in in_one_line(render(name, facts))
    assert says in in_one_line(render(name, with_settings(data, area, **settings)))


def test_demo_mode_and_missing_contacts_are_on_the_list(data: Path, area: Area) -> None:
    live = with_settings(data, replace(area, contacts={**area.contacts}), mode=Mode.LIVE)
    assert "demo mode" not in render("impact-assessment.md", live).split("What a person must still check")[1]
    lost = replace(area, contacts={key: each for key, each in area.contacts.items() if key == "safeguarding"})
    text = render("accessibility-statement.md", with_settings(data, lost))
    assert "The service runs in demo mode" in text
    assert "cannot be reached: sendiass, send_team" in text
    assert "**[Council to fill in: who to contact, with phone and e-mail]**" in text


def test_no_secret_is_ever_shown(data: Path, area: Area, tmp_path: Path) -> None:
    secrets = {name for name, field in Settings.model_fields.items() if field.annotation is SecretStr}
    assert secrets >= {"oidc_client_secret", "cookie_secret", "smtp_password", "shared_secret"}
    told = with_settings(
        data, area, rasa_url="http://rasa:hunter22@rasa.example/?token=hunter22", **dict.fromkeys(secrets, "hunter22")
    )
    written = write_pack(told, tmp_path / "pack")
    assert sorted(path.name for path in written) == sorted(DOCUMENTS)
    assert [path.name for path in written if "hunter22" in path.read_text(encoding="utf-8")] == []
    assert {each.value for each in told.variables if each.name.lower().removeprefix("signpost_") in secrets} == {"set"}

    remote = Settings(data=data, database="postgresql+psycopg://signpost:hunter22@db.example/signpost")
    assert service_facts(remote, area).database == "PostgreSQL at db.example"
    shown = {each.name: each.value for each in variables(remote)}
    assert shown["SIGNPOST_DATABASE"] == "postgresql+psycopg://signpost:***@db.example/signpost"
    assert len(shown) == len(Settings.model_fields)


def test_every_table_of_the_store_has_a_line(tmp_path: Path) -> None:
    engine: Engine = open_database(sqlite_url(tmp_path))
    migrate(engine)
    lines = read_lines()
    assert set(Base.metadata.tables) | set(inspect(engine).get_table_names()) <= set(lines) | {"alembic_version"}
    engine.dispose()
    for name, table in Base.metadata.tables.items():
        assert set(lines[name]["personal"]) <= set(table.columns.keys()), name


def test_a_table_without_a_line_is_refused_and_one_that_is_not_there_is_not_printed(facts: Facts, data: Path, area: Area) -> None:
    values = {"service": service_facts(Settings(data=data), area)}
    fresh = MetaData()
    Table("counts", fresh, Column("day", Integer))
    assert [(table.name, table.columns) for table in kept_tables(fresh, values)] == [("counts", ("day",))]
    Table("diary", fresh, Column("id", Integer))
    with pytest.raises(KnowledgeError, match="no line for the table 'diary'"):
        kept_tables(fresh, values)
    few = replace(facts, tables=tuple(table for table in facts.tables if table.name != "follow_ups"))
    assert "If you ask us to tell you later" in render("privacy-notice.md", facts)
    assert "If you ask us to tell you later" not in render("privacy-notice.md", few)
    assert "`follow_ups`" not in render("retention.md", few)


def test_every_column_is_in_the_retention_table(facts: Facts) -> None:
    text = render("retention.md", facts)
    for name, table in Base.metadata.tables.items():
        part = text.split(f"### `{name}`")[1].split("\n###")[0]
        assert [column for column in table.columns.keys() if f"`{column}`" not in part] == []  # noqa: SIM118
    assert f"| How long | {KEPT_DAYS} days. |" in text


def plain(notice: str) -> str:
    """The words that a family reads: without the draft's head, its checklist, marks, blanks to fill in, and addresses."""
    body = notice.split("\n", 3)[3].split("## What a person must still check")[0]
    body = re.sub(r"\*\*\[Council to fill in.*?\]\*\*|<https?://\S+>", "", body, flags=re.DOTALL)
    return re.sub(r"[*#>`]", "", body)


@pytest.mark.parametrize(
    ("name", "oldest", "most_words"), [("privacy-notice.md", 10, 600), ("privacy-notice-young-people.md", 9, 420)]
)
def test_the_privacy_notices_are_easy_and_short(
    data: Path, area: Area, facts: Facts, name: str, oldest: int, most_words: int
) -> None:
    everything = with_settings(data, area, smtp_host="mail.example", rasa_url="http://rasa.example")
    for each in (facts, everything):
        text = plain(render(name, each))
        age = reading_age(text)
        assert age is not None
        assert age <= oldest
        assert 200 < len(text.split()) <= most_words


@pytest.mark.parametrize("settings", [{}, {"smtp_host": "mail.example"}])
def test_each_part_of_the_privacy_notices_stands_on_its_own(data: Path, area: Area, settings: dict[str, str]) -> None:
    facts = with_settings(data, area, **settings)
    adults, young = (render(name, facts) for name in ("privacy-notice.md", "privacy-notice-young-people.md"))
    assert "\n\nIf the chat sees that someone is in danger" in adults
    assert "\n\n## Who can see it?" in young
    for text in (adults, young):
        assert not re.search(r"\S- \*\*", text)
        assert text.count("\n- **If you ask us to send a message.**") == (1 if settings else 0)


def test_what_is_tested_is_read_from_the_tests(tmp_path: Path, facts: Facts) -> None:
    (tmp_path / "test_door.py").write_text(
        '"""A door in a browser."""\nimport pytest\nSIZES = {"wide": 1, "narrow": 2}\n'
        '@pytest.fixture(params=[True, False], ids=["open", "shut"])\ndef door(request): ...\n'
        '@pytest.mark.parametrize("size", ["tiny", *SIZES])\ndef test_it_can_be_passed(door, size): ...\n'
        "def test_it_closes(): ...\n",
        encoding="utf-8",
    )
    (found,) = read_journeys(tmp_path)
    assert (found.file, found.about) == ("test_door.py", "A door in a browser")
    assert found.checks == (Check("It can be passed", ("open", "shut", "tiny", "wide", "narrow")), Check("It closes"))
    folder = tmp_path / "journeys"
    folder.mkdir()
    (folder / "conftest.py").write_text("@pytest.fixture(params=['wood', 'glass'])\ndef door(request): ...\n", encoding="utf-8")
    (folder / "rooms.py").write_text(
        'UP: dict[str, int] = {"attic": 1}\nALL = (*(f"up: {x}" for x in UP), "hall")\n', encoding="utf-8"
    )
    text = "from house.journeys.rooms import ALL\n@pytest.mark.parametrize('room', ALL)\ndef test_it_shuts(door, room): ...\n"
    (folder / "test_room.py").write_text(text, encoding="utf-8")
    (found,) = read_journeys(folder)
    assert found.checks == (Check("It shuts", ("wood", "glass", "up: attic", "hall")),)
    statement = render("accessibility-statement.md", facts)
    real = {check.says for journey in read_journeys(JOURNEYS) for check in journey.checks}
    assert len(real) >= 8
    assert [says for says in real if f"- {says}" not in statement] == []
    assert "are not on this machine" in render("accessibility-statement.md", replace(facts, journeys=()))


def test_storage_in_a_browser_is_found_in_the_scripts(tmp_path: Path, facts: Facts) -> None:
    (tmp_path / "chat.js").write_text("sessionStorage.setItem('a', 'b'); document.cookie = 'c'", encoding="utf-8")
    assert browser_storage([tmp_path]) == ("document.cookie", "sessionStorage")
    assert facts.browser_storage == ()
    assert "We set no cookies" in render("privacy-notice.md", facts)
    keeps = replace(facts, browser_storage=("sessionStorage",))
    assert "We set no cookies" not in render("privacy-notice.md", keeps)
    assert "What the scripts keep with sessionStorage" in render("retention.md", keeps)


def test_the_command_writes_a_folder_for_each_area(data: Path, tmp_path: Path) -> None:
    workshop = Workshop(Settings(data=data))
    done = CliRunner().invoke(APP, ["governance", "--out", str(tmp_path), "--area", "larkmere"], obj=workshop)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "larkmere").iterdir()) == sorted(DOCUMENTS)
    assert "These are drafts." in done.output
    wrong = CliRunner().invoke(APP, ["governance", "--area", "nowhere"], obj=workshop)
    assert isinstance(wrong.exception, KnowledgeError)
    assert "area 'nowhere' is not known: give one of larkmere" in str(wrong.exception)


def test_without_an_area_the_command_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(APP, ["governance"], obj=Workshop(Settings(data=tmp_path)))
    assert isinstance(done.exception, KnowledgeError)
    assert "run 'signpost ingest PACK' first" in str(done.exception)
