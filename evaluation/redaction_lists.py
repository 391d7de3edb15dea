"""Makes the word lists that redaction and its measuring read: first names, ordinary words, a sample of names.

Children's names are those of the Office for National Statistics, "Baby names in England and Wales", every year
from 1996 to 2024 added up into one file of `name,births` (Open Government Licence v3.0). The rest is
from PyPI under the MIT licence: Faker (`first_names` and the like of every locale in Latin
letters), names (US Census 1990, itself public domain), pyspellchecker (English word counts) and english-words
(Webster's 1934, public domain). Run it in an environment that has them:

    pip install Faker==40.54.0 names==0.3.0 pyspellchecker==0.9.1 english-words==2.0.2
    python -m evaluation.redaction_lists births.csv

Words that the intents, the statutory cards and the glossary use in small letters are ordinary words too.
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import yaml

from assistant.redaction_words import plain

DATA = Path("assistant/data")
COMMON = 60  # times in pyspellchecker's corpus, whose floor is 50: rarer words are as likely to be names as words
NOT_PEOPLE = {"en", "is_IS"}  # Faker's first is a mix of everything, and its Icelandic names are often English words
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ'’-]{3,20}")
_WORD = re.compile(r"[a-z][a-z]+")
FEWEST_BIRTHS = 15  # a name that fewer children were given in 29 years is left to the words around it
SAMPLE = 300
SEEDS = {"train": 20260901, "held_out": 20261124}
HEADER = (
    "# Made by evaluation/redaction_lists.py, which names the sources. Holds public sector information licensed under\n"
    "# the Open Government Licence v3.0 (Office for National Statistics), and lists under the MIT licence.\n"
)


def faker_names(part: str) -> Iterator[str]:
    """Names of one part (`first` or `last`) of every locale."""
    for folder in sorted(Path(str(files("faker") / "providers/person")).iterdir()):
        if folder.name in NOT_PEOPLE or not (folder / "__init__.py").exists():
            continue
        provider = import_module(f"faker.providers.person.{folder.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if part in attribute and isinstance(value, tuple | list | set | dict):
                yield from (plain(name) for name in value if isinstance(name, str) and LATIN.fullmatch(name))


def census_names() -> Iterator[str]:
    """First names of the US Census 1990."""
    for half in ("male", "female"):
        for line in (files("names") / f"dist.{half}.first").read_text(encoding="utf-8").splitlines():
            yield line.split()[0].lower()


def our_words() -> set[str]:
    """Words that our own intents, cards and glossary use in small letters."""
    paths = [*Path("intents").rglob("*.yml"), DATA / "statutory_cards.yml", DATA / "glossary.csv"]
    text = " ".join(path.read_text(encoding="utf-8") for path in paths)
    terms = {
        word for row in (DATA / "glossary.csv").read_text(encoding="utf-8").splitlines() for word in _WORD.findall(row.lower())
    }
    return set(re.findall(r"(?<![\w'’])[a-z]{2,20}(?![\w'’])", text)) | terms


def births(path: Path) -> dict[str, int]:
    """Children given each name."""
    with path.open(encoding="utf-8", newline="") as file:
        return {plain(name): int(count) for name, count in csv.reader(file)}


def write_samples(children: Mapping[str, int]) -> None:
    """Names of 300 children for each half of the messages, drawn by chance, rare names too, to measure with."""
    for half, seed in SEEDS.items():
        drawn = random.Random(seed).choices(list(children), weights=list(children.values()), k=SAMPLE)
        path = Path(f"evaluation/redaction/names_{half}.txt")
        path.write_text(HEADER + "\n".join(drawn) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Write the lists; the argument is the file of births."""
    rules = yaml.safe_load((DATA / "redaction.yml").read_text(encoding="utf-8"))
    sets = {key: set(str(rules[key]).split()) for key in rules if isinstance(rules[key], str)}
    children = births(Path(arguments[0]))
    write_samples(children)
    english = import_module("english_words").get_english_words_set(["web2"])
    dictionary = {word for word in english if word.islower()}
    counts = dict(import_module("spellchecker").SpellChecker(language="en").word_frequency.items())
    in_use = {word for word in dictionary if counts.get(word, 0) >= COMMON} | our_words()
    kept = sets["names_that_are_words"] | sets["names_that_are_places"]
    people = set(faker_names("first")) | set(census_names())
    people |= {name for name, count in children.items() if count >= FEWEST_BIRTHS and LATIN.fullmatch(name)}
    firsts = (people - in_use - sets["not_first_names"] | sets["names_before_words"]) - kept
    lasts = set(faker_names("last")) - dictionary
    common = {word.strip("'") for word, count in counts.items() if count >= COMMON * 2 and re.fullmatch("[a-z']{2,20}", word)}
    ordinary = (common | in_use | sets["not_first_names"]) - firsts - lasts - kept | in_use - firsts - kept
    for key, words in (("first_names", firsts), ("ordinary_words", ordinary)):
        (DATA / rules[key]).write_text(HEADER + "\n".join(sorted(words)) + "\n", encoding="utf-8")
        print(f"{DATA / rules[key]}: {len(words)} words")
    unsorted = [name for name, count in children.items() if count >= 400 and name in in_use - firsts - kept]
    print("Words that are first names too, in no list of redaction.yml:", *unsorted)


if __name__ == "__main__":
    main(sys.argv[1:])
