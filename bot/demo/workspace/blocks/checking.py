"""Collecting what Slack would complain about, each with the JSON pointer it belongs to."""

from collections.abc import Collection
from typing import Any, Literal

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]
PLAIN = ("plain_text",)
MRKDWN = ("mrkdwn",)
ANY_TEXT = ("plain_text", "mrkdwn")
TEXT_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}


class Checker:
    """The problems found so far, in Slack's words."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.problems: list[str] = []
        self.markdown_characters = 0

    def report(self, pointer: str, problem: str) -> None:
        """Note one problem."""
        self.problems.append(f"{problem} [json-pointer:{pointer}]")

    def mapping(self, value: Any, pointer: str) -> Json | None:
        """Return `value` when it is an object."""
        if isinstance(value, dict):
            return value
        self.report(pointer, "must provide an object")
        return None

    def keys(self, value: Json, pointer: str, *, allowed: Collection[str]) -> None:
        """Note every property that Slack does not know."""
        for key in value:
            if key not in allowed:
                self.report(pointer, f"invalid additional property: {key}")

    def string(
        self, owner: Json, key: str, pointer: str, *, maximum: int | None = None, required: bool = False
    ) -> str | None:
        """Return a string property that is neither empty nor longer than `maximum`."""
        value = owner.get(key)
        if value is None:
            if required:
                self.report(pointer, f"missing required field: {key}")
            return None
        if not isinstance(value, str):
            self.report(f"{pointer}/{key}", "must provide a string")
            return None
        self.length(value, f"{pointer}/{key}", maximum=maximum)
        return value

    def length(self, value: str, pointer: str, *, maximum: int | None) -> None:
        """Note an empty or too long string."""
        if not value:
            self.report(pointer, "must be more than 0 characters")
        elif maximum is not None and len(value) > maximum:
            self.report(pointer, f"must be less than {maximum + 1} characters")

    def choice(
        self, owner: Json, key: str, pointer: str, *, options: Collection[str], required: bool = False
    ) -> None:
        """Note a value that is not one of `options`."""
        value = owner.get(key)
        if value is None:
            if required:
                self.report(pointer, f"missing required field: {key}")
        elif value not in options:
            self.report(f"{pointer}/{key}", "must be a valid enum value")

    def boolean(self, owner: Json, key: str, pointer: str) -> None:
        """Note a property that should be true or false."""
        if key in owner and not isinstance(owner[key], bool):
            self.report(f"{pointer}/{key}", "must provide a boolean")

    def integer(
        self, owner: Json, key: str, pointer: str, *, minimum: int | None = None, maximum: int | None = None
    ) -> None:
        """Note a property that should be a whole number in a range."""
        value = owner.get(key)
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            self.report(f"{pointer}/{key}", "must provide an integer")
        elif minimum is not None and value < minimum:
            self.report(f"{pointer}/{key}", f"must be greater than or equal to {minimum}")
        elif maximum is not None and value > maximum:
            self.report(f"{pointer}/{key}", f"must be less than or equal to {maximum}")

    def items(
        self, owner: Json, key: str, pointer: str, *, maximum: int, minimum: int = 1, required: bool = True
    ) -> list[Any]:
        """Return a list property whose length is in the range; [] when it is missing or no list."""
        value = owner.get(key)
        if value is None:
            if required:
                self.report(pointer, f"missing required field: {key}")
            return []
        if not isinstance(value, list):
            self.report(f"{pointer}/{key}", "must provide an array")
            return []
        if len(value) > maximum:
            self.report(f"{pointer}/{key}", f"no more than {maximum} items allowed")
        if len(value) < minimum:
            self.report(f"{pointer}/{key}", f"no less than {minimum} items allowed")
        return value

    def text(
        self,
        owner: Json,
        key: str,
        pointer: str,
        *,
        maximum: int,
        kinds: Collection[str] = ANY_TEXT,
        required: bool = False,
    ) -> None:
        """Check a text object property."""
        value = owner.get(key)
        if value is None:
            if required:
                self.report(pointer, f"missing required field: {key}")
            return
        self.text_object(value, f"{pointer}/{key}", maximum=maximum, kinds=kinds)

    def text_object(
        self, value: Any, pointer: str, *, maximum: int, kinds: Collection[str] = ANY_TEXT
    ) -> None:
        """Check a text object."""
        body = self.mapping(value, pointer)
        if body is None:
            return
        kind = body.get("type")
        if kind not in kinds:
            self.report(pointer, "failed to match all allowed schemas")
            self.report(f"{pointer}/type", f"must be one of: {', '.join(sorted(kinds))}")
            return
        self.keys(body, pointer, allowed=TEXT_KEYS[str(kind)])
        before = len(self.problems)
        self.string(body, "text", pointer, maximum=maximum, required=True)
        if len(self.problems) > before:
            self.problems.insert(before, f"failed to match all allowed schemas [json-pointer:{pointer}]")
        self.boolean(body, "emoji", pointer)
        self.boolean(body, "verbatim", pointer)
