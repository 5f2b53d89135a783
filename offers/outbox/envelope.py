"""A message as the receiver gets it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it is sent; every try of it has the same id and, until its names are forgotten, the same body."""

    message_id: str
    topic: str
    created_at: datetime
    payload: Mapping[str, Any]

    @property
    def body(self) -> str:
        """The JSON that is signed and sent: type, timestamp of the event, data."""
        document = {"type": self.topic, "timestamp": self.created_at.isoformat(), "data": dict(self.payload)}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
