"""Whether the models read on this machine's processor as they did when the thresholds were fitted.

Two models decide what families get: the judge of disclosures and the cross-encoder. Both count in 8 bits, and a processor or a
version of ONNX Runtime that counts otherwise would let disclosures pass and answer nearly everything. So a service does not start
with one that reads a few known texts otherwise. `python -m signpost.self_check` writes their readings anew after a training.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from assistant.cross_encoder import CrossEncoder
from assistant.data_files import DATA, read_yaml
from assistant.harm_judge import HarmJudge
from signpost.settings import Settings

READINGS = DATA / "known_readings.yml"
_NAMES = {"cross_encoder": "cross-encoder", "harm_judge": "judge of disclosures"}
_FAR = 2.0  # logits; processors round a little otherwise, while sums that overflow were off by 6 to 13


def misreadings(cross: CrossEncoder, judge: HarmJudge) -> Iterator[str]:
    """What either model reads otherwise here, in plain words."""
    known = read_yaml(READINGS)
    for name, found in _read(cross, judge, known).items():
        if found["digest"] != known[name]["digest"]:
            yield f"the known readings are of another {_NAMES[name]}: run 'python -m signpost.self_check'"
            continue
        worst = max(abs(here["logit"] - there["logit"]) for here, there in zip(found["texts"], known[name]["texts"], strict=True))
        if worst > _FAR:
            where = f"{platform.machine()}, {platform.processor() or 'unknown processor'}"
            yield (
                f"the {_NAMES[name]} reads known texts wrongly on this machine ({where}), by {worst:.1f}: "
                "run 'signpost build --again', and report it if that does not help"
            )


def _read(cross: CrossEncoder, judge: HarmJudge, known: Mapping[str, Any]) -> dict[str, Any]:
    """The known texts as they are read here."""
    pairs, messages = known["cross_encoder"]["texts"], known["harm_judge"]["texts"]
    return {
        "cross_encoder": {
            "digest": cross.digest, "texts": [{**each, "logit": cross.rate(each["question"], each["passage"])} for each in pairs]
        },
        "harm_judge": {
            "digest": judge.digest, "texts": [{**each, "logit": judge.score(each["message"])} for each in messages]
        },
    }  # fmt: skip


def main() -> None:
    """Write the readings of the models that are in the data folder."""
    settings = Settings()
    cross, judge = CrossEncoder(settings.cross_encoder_folder), HarmJudge(settings.harm_judge_folder)
    found = _read(cross, judge, read_yaml(READINGS))
    for each in found["cross_encoder"]["texts"] + found["harm_judge"]["texts"]:
        each["logit"] = round(each["logit"], 2)
    READINGS.write_text(yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=130), encoding="utf-8")


if __name__ == "__main__":
    main()
