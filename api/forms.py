"""What the forms of the pages share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from pydantic import BeforeValidator

from api.guard import LARGEST_REQUEST
from api.schemas import LONGEST_MESSAGE


def typed_lines(text: str) -> str:
    """What somebody typed: a browser sends a line break as two characters, and counts it as one meanwhile."""
    return text.replace("\r\n", "\n")


_Lines = BeforeValidator(lambda sent: typed_lines(sent) if isinstance(sent, str) else sent)  # a file is left to be refused
Message = Annotated[str, _Lines, Form(max_length=LONGEST_MESSAGE)]
"""A message to the chat; a longer one is refused."""
Letter = Annotated[str, _Lines, Form(max_length=LARGEST_REQUEST)]
"""A message to a person. One that is too long gets here all the same, so that its words can be given back."""
