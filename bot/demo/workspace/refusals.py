"""What the workspace answers when Slack would refuse."""

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A Web API refusal: Slack's error code, the problems it lists, and further fields of the answer."""

    def __init__(self, error: str, *, problems: list[str] | None = None, **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        self.problems = problems or []
        self.fields = fields

    def __str__(self) -> str:
        return " ".join([self.error, *self.problems])

    def as_json(self) -> Json:
        """Return the body of the answer."""
        body: Json = {"ok": False, "error": self.error, **self.fields}
        if self.problems:
            body["errors"] = list(self.problems)
            body["response_metadata"] = {"messages": [f"[ERROR] {problem}" for problem in self.problems]}
        return body


def missing_field(name: str) -> Refusal:
    """Return the refusal for a required argument that was not sent."""
    return Refusal("invalid_arguments", problems=[f"missing required field: {name}"])


class InteractionFailed(Exception):
    """The app did not take a click, a command or a form: `operation_timeout` or `dispatch_failed`."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error
