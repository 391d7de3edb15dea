"""A pack's settings are brought up to date from the schools' register; what a pack says stays."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge.errors import PackError
from knowledge.gias import brought_up, schools_of
from knowledge.pack import read_pack
from signpost.cli import app

HEADER = (
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName", "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (name)", "EstablishmentStatus (name)", "CloseDate", "PhaseOfEducation (name)", "Town",
    "SchoolWebsite", "TelephoneNum", "Section41Approved (name)",
)  # fmt: skip
MAINTAINED, ACADEMY = "Local authority maintained schools", "Academies"
SCHOOLS = (
    ("999801", "Millbrook Primary School", "Community school", MAINTAINED, "Open", "", "Primary", "Larkmere", "millbrook.example.org", "01632960132", "Not applicable"),
    ("999802", "Kestrel Academy", "Academy converter", ACADEMY, "Open, but proposed to close", "", "Secondary", "Larkmere", "https://kestrel.example.org", "01632960133", "Not applicable"),
    ("999803", "Willow Bank School", "Community special school", MAINTAINED, "Closed", "31-08-2026", "Not applicable", "Larkmere", "", "", "Not applicable"),
    ("999804", "St Zoë's Infant School", "Voluntary aided school", MAINTAINED, "Open", "", "Primary", "Larkmere", "", "01632960144", "Not applicable"),
    ("999805", "The Limes", "Academy special converter", "Special schools", "Open", "", "Not applicable", "Fenby", "", "", "Not applicable"),
    ("999806", "The Limes", "Pupil referral unit", MAINTAINED, "Open", "", "Not applicable", "Marsh End", "", "", "Not applicable"),
    ("999807", "Fen College", "Further education", "Colleges", "Open", "", "16 plus", "Larkmere", "", "", "Not applicable"),
    ("999808", "Hall Place", "Other independent school", "Independent schools", "Open", "", "Not applicable", "Larkmere", "", "", "Not applicable"),
    ("999809", "Beacon House", "Other independent special school", "Independent schools", "Open", "", "Not applicable", "Larkmere", "", "", "Approved"),
    ("999810", "New Academy", "Free schools", "Free Schools", "Proposed to open", "", "Primary", "Larkmere", "", "", "Not applicable"),
)  # fmt: skip


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """The register's file: Windows-1252, quoted, CRLF, with another authority in it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for urn, name, *rest in SCHOOLS:
        writer.writerow((urn, "990", "Larkmere", urn[-4:], name, *rest))
    writer.writerow(("999899", "991", "Brookshire", "1", "Brook School", *SCHOOLS[0][2:]))
    path = tmp_path / "edubasealldata20260924.csv"
    path.write_bytes(text.getvalue().encode("cp1252"))
    return path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "area.yml").write_text("area: larkmere\n", encoding="utf-8")
    (folder / "settings.csv").write_text(
        "Setting,name,urn,contact_name,contact_role,contact_phone,borough\n"
        "mill,Millbrook Primary,999801,Ruth Abara,SENCO,01632 960199,north\n"
        "kestrel,Kestrel Academy,,Daniel Whitlock,SENDCo,,\n"
        "willow,Willow Bank School,999803,,,,\n"
        "acorn,Acorn Lane Nursery,,,,,\n",
        encoding="utf-8",
    )
    return folder


def test_new_schools_are_added_and_what_the_pack_says_stays(register: Path, pack: Path) -> None:
    done = CliRunner().invoke(app, ["gias", str(register), str(pack), "--authority", "larkmere"])
    assert done.exit_code == 0, done.exception
    assert "9 settings, 5 added, 3 filled in" in done.output
    assert "willow has closed: take it out" in done.output
    assert "acorn is no school of this authority in the register" in done.output
    kept = {each.slug: each for each in read_pack(pack).area.settings}
    mill = kept["mill"]
    assert (mill.name, mill.contact.name, mill.contact.phone) == ("Millbrook Primary", "Ruth Abara", "01632 960199")
    assert (mill.phase, mill.website) == ("primary", "https://millbrook.example.org")
    kestrel = kept["kestrel"]
    assert (kestrel.urn, kestrel.phase, kestrel.contact.phone) == ("999802", "secondary", "01632960133")
    assert {slug: each.phase for slug, each in kept.items() if each.urn > "999803"} == {
        "st-zoes-infant-school": "primary", "the-limes": "special", "the-limes-marsh-end": "other", "fen-college": "college",
        "beacon-house": "special",
    }  # fmt: skip
    new = kept["st-zoes-infant-school"]
    assert (new.name, new.contact.role, new.contact.phone) == ("St Zoë's Infant School", "School office", "01632960144")
    assert "north" in (pack / "settings.csv").read_text(encoding="utf-8")


def test_a_second_time_changes_nothing(register: Path, pack: Path) -> None:
    command = ["gias", str(register), str(pack), "--authority", "990"]
    assert CliRunner().invoke(app, command).exit_code == 0
    before = (pack / "settings.csv").read_bytes()
    assert "0 added, 0 filled in" in CliRunner().invoke(app, command).output
    assert (pack / "settings.csv").read_bytes() == before


def test_a_pack_without_settings_gets_them(register: Path, pack: Path) -> None:
    (pack / "settings.csv").unlink()
    assert CliRunner().invoke(app, ["gias", str(register), str(pack), "--authority", "Larkmere"]).exit_code == 0
    assert len(read_pack(pack).area.settings) == 7


def test_the_register_is_read_out_of_its_archive(register: Path, tmp_path: Path) -> None:
    archive = tmp_path / "extract.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(register, register.name)
    assert schools_of(archive, "Larkmere") == schools_of(register, "Larkmere")
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr("links_edubasealldata20260924.csv", "x")
    with pytest.raises(PackError, match="holds 2 CSV files"):
        schools_of(archive, "Larkmere")


def test_another_file_or_authority_is_named(register: Path, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no school of the authority 'Lark Mere': did you mean Larkmere"):
        schools_of(register, "Lark Mere")
    with pytest.raises(PackError, match="can't be read"):
        schools_of(tmp_path / "missing.csv", "Larkmere")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(PackError, match="no column 'URN'"):
        schools_of(other, "Larkmere")


def test_a_line_with_too_many_values_is_not_written_over(register: Path, pack: Path) -> None:
    path = pack / "settings.csv"
    path.write_text(path.read_text(encoding="utf-8") + "elm,Elm,,Ann, Bo,SENCO,1,2,3\n", encoding="utf-8")
    before = path.read_bytes()
    done = CliRunner().invoke(app, ["gias", str(register), str(pack), "--authority", "Larkmere"])
    assert "line 6 has more values than there are columns" in str(done.exception)
    assert path.read_bytes() == before


def test_two_rows_of_one_name_do_not_share_a_school(register: Path) -> None:
    rows = [{"setting": each, "name": "The Limes", "urn": urn} for each, urn in (("a", "999805"), ("b", "999806"), ("c", ""))]
    found = brought_up(rows, schools_of(register, "Larkmere"))
    assert [row.get("phase") for row in found.rows[:3]] == ["special", "other", None]
    assert found.unknown == ("c",)
