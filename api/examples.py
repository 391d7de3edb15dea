"""What the OpenAPI description shows as examples: answers of the fictional sample area. A test holds them to their shapes."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

_SEND_TEAM: Example = {
    "key": "send_team", "name": "Larkmere SEND Team", "role": "", "phone": "01632 960110", "out_of_hours_phone": "",
    "email": "send@larkmere.example", "url": "https://localoffer.larkmere.example/send-team",
    "hours": "Monday to Friday, 9am to 4.30pm", "why": "They are the council's team for SEND.",
}  # fmt: skip
_CITATION: Example = {
    "document": "lo-transport-16", "title": "Travel after Year 11", "heading": "16 to 18",
    "url": "https://localoffer.larkmere.example/travel/post-16", "owner": "Larkmere Council (fictional)", "date": "2026-05-05",
    "stale": "",
}  # fmt: skip
_REPLY: Example = {
    "kind": "answer", "text": "Families pay £510 a year, in three parts. It is £255 if you get free college meals.", "notice": "",
    "citations": [_CITATION], "see_also": [], "choices": [], "contacts": [_SEND_TEAM], "reason": "confident", "probability": 0.89,
    "reference": "how much is transport to college",
}  # fmt: skip
_TOKEN = "7JMkiiF5O0kiWDB_Obnb6W1ynje-Tbsi"  # noqa: S105 - of a conversation that never was

EXAMPLES: dict[str, Example] = {
    "Question": {"text": "Who is the SENCO?", "setting": "millbrook", "audience": "parent"},
    "ConversationIn": {"area": "larkmere", "setting": "millbrook", "audience": "parent"},
    "MessageIn": {"text": "How do I get a blue badge?"},
    "FeedbackIn": {"helpful": True},
    "HandOverIn": {"contact": "sendiass", "text": "Please can you help me with school transport?", "consent": True},
    "WaitIn": {"email": "parent@example.org"},
    "AreaNameOut": {"area": "larkmere", "name": "Larkmere Council (fictional)"},
    "AreaOut": {
        "area": "larkmere", "name": "Larkmere Council (fictional)", "local_offer_url": "https://localoffer.larkmere.example",
        "contacts": {"send_team": _SEND_TEAM},
    },
    "SettingOut": {"setting": "millbrook", "name": "Millbrook Primary School", "phase": "primary"},
    "QuestionOut": {"topic": "P01", "question": "Who should I talk to first if I am worried about my child?"},
    "CitationOut": _CITATION,
    "ContactOut": _SEND_TEAM,
    "ReplyOut": _REPLY,
    "ConversationOut": {
        "conversation": _TOKEN, "expires": "2026-11-27T09:00:00Z", "area": "larkmere",
        "area_name": "Larkmere Council (fictional)", "setting": "millbrook", "setting_name": "Millbrook Primary School",
        "audience": "parent",
        "intro": "I look for answers in Larkmere Council (fictional)'s Local Offer and in school reports.",
    },
    "MessagesOut": {"replies": [_REPLY], "setting": "kestrel", "setting_name": "Kestrel Academy", "audience": "parent"},
    "HandOverOut": {"reference": "SP-4F7K2", "contact": "Larkmere SEND Advice", "text": "Your message waits to be sent."},
    "WaitOut": {"code": "7KQM-2F4D", "text": "Keep this code: 7KQM-2F4D. With it you can look here for the answer."},
    "HealthOut": {"ok": True, "notes": []},
    "ErrorOut": {"ok": False, "error": "There is no page at this address.", "errors": [], "status": 404},
}  # fmt: skip
