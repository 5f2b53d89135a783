"""What a rule's file may say, field by field, and what is wrong with it in words for who wrote it."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from offers.incentives import IncentiveTerms
from offers.playbook.conditions import Conditions
from offers.playbook.parameters import PARAMETERS, complete_parameters
from offers.rulebook.hints import suggest
from offers.rulebook.incentive_shape import read_incentive, write_incentive
from offers.rulebook.nodes import Path
from offers.rules import RuleFacts
from offers.vocabulary import Play

NAME_LIMIT = 80
_ENTRIES = 200
_WORST_BPS = 10_000


def _or_nothing(value: Any) -> Any:
    return [] if value is None else value


Entry = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Entries = Annotated[tuple[Entry, ...], BeforeValidator(_or_nothing), Field(max_length=_ENTRIES)]


class _Text(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WhenText(_Text):
    """The conditions as they are written."""

    families: Entries = ()
    skus: Entries = ()
    regions: Entries = ()
    segments: Entries = ()
    partner_tiers: Entries = ()
    work_order_types: Entries = ()
    fault_families: Entries = ()
    parts_used: Entries = ()


class RuleText(_Text):
    """A rule as it is written; `parameters` are looked at apart, because they depend on the play, as is `incentive`."""

    rule: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    play: Play
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LIMIT)]
    when: Annotated[WhenText, BeforeValidator(lambda value: {} if value is None else value)] = WhenText()
    offer: Entries = ()
    parameters: Any = None
    discount_percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    incentive: Any = None


_LISTS = frozenset(WhenText.model_fields) | {"offer"}
_SENTENCES = {
    "missing": "{name} is missing",
    "enum": "{name} is not one of {choices}{hint}",
    "string_type": "{name} must be a text",
    "string_too_short": "{name} is empty",
    "string_too_long": "{name} is longer than {max_length} characters",
    "string_pattern_mismatch": "{name} must be of small letters, digits and dashes, at most 64",
    "tuple_type": "{name} must be a list",
    "too_long": "{name} has more than {max_length} entries",
    "model_type": "{name} must be a table of conditions",
    "greater_than_equal": "{name} must be from 0 to 100",
    "less_than_equal": "{name} must be from 0 to 100",
    "decimal_max_places": "{name} has more than two decimals",
    "decimal_parsing": "{name} must be a number",
    "decimal_type": "{name} must be a number",
    "finite_number": "{name} must be a number",
}
_DAY = "{name} must be a day such as 2026-12-31"


def read_shape(value: Mapping[str, Any]) -> tuple[RuleFacts | None, list[tuple[Path, str]]]:
    """Return the rule that a value says, and every problem with where it stands; a rule only without problems.

    The rule has version 0: it becomes one when it is saved.
    """
    problems: list[tuple[Path, str]] = []
    text: RuleText | None = None
    try:
        text = RuleText.model_validate(value)
    except ValidationError as error:
        problems += [_explain(detail) for detail in error.errors(include_url=False)]
    play = text.play if text else next((one for one in Play if one.value == value.get("play")), None)
    parameters: dict[str, int] = {}
    if play is not None:
        problems += _read_parameters(play, value.get("parameters"), parameters)
    incentive, wrong = read_incentive(value.get("incentive"))
    problems += wrong
    if text is None:
        return None, problems
    if text.valid_from and text.valid_until and text.valid_until < text.valid_from:
        problems.append((("valid_until",), "valid_until is before valid_from"))
    return (None if problems else _build_rule(text, parameters, incentive)), problems


def write_shape(rule: RuleFacts) -> dict[str, Any]:
    """Return what a file would say for the rule; `read_shape` reads it back."""
    return {
        "rule": rule.rule_id,
        "play": rule.play.value,
        "name": rule.name,
        "when": rule.conditions.as_json(),
        "offer": list(rule.offer),
        "parameters": dict(rule.parameters),
        "discount_percent": str(Decimal(rule.discount_bps) / 100) if rule.discount_bps else None,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
        "incentive": write_incentive(rule.incentive),
    }


def _build_rule(text: RuleText, parameters: Mapping[str, int], incentive: IncentiveTerms) -> RuleFacts:
    return RuleFacts(
        rule_id=text.rule,
        version=0,
        play=text.play,
        name=" ".join(text.name.split()),
        parameters=complete_parameters(text.play, parameters),
        conditions=Conditions(**text.when.model_dump()),
        offer=text.offer,
        discount_bps=int((text.discount_percent or 0) * 100),
        valid_from=text.valid_from,
        valid_until=text.valid_until,
        incentive=incentive,
    )


def _read_parameters(play: Play, given: Any, found: dict[str, int]) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with the parameters; put the good ones into `found`."""
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield ("parameters",), "parameters must be a table of numbers"
        return
    known = {one.name: one for one in PARAMETERS[play]}
    for name, written in given.items():
        path: Path = ("parameters", name)
        parameter = known.get(name)
        if parameter is None:
            yield path, f"{play.value} has no parameter {name}{suggest(name, list(known))}"
            continue
        number = _read_number(written)
        if number is None:
            yield path, f"{name} must be a whole number"
        elif not parameter.low <= number <= parameter.high:
            yield path, f"{name} must be from {parameter.low} to {parameter.high}"
        else:
            found[name] = number


def _read_number(written: Any) -> int | None:
    if isinstance(written, int):
        return written
    is_number = isinstance(written, str) and len(written) < 12 and written.strip().lstrip("-").isdecimal()
    return int(written) if is_number and written.count("-") < 2 else None


def _explain(detail: Mapping[str, Any]) -> tuple[Path, str]:
    path: Path = tuple(part for part in detail["loc"] if part != "parameters")
    name, kind = str(path[-1]) if path else "the rule", detail["type"]
    if isinstance(path[-1], int):
        name = f"an entry of {path[-2]}"
    if kind == "extra_forbidden":
        return path, _explain_unknown(path)
    sentence = _DAY if kind.startswith("date") else _SENTENCES.get(kind, "{name} can't be read")
    choices = [one.value for one in Play]
    hint = suggest(str(detail["input"]), choices)
    facts = {"max_length": "", **detail.get("ctx", {})}
    return path, sentence.format(name=name, choices=", ".join(choices), hint=hint, **_only_limits(facts))


def _only_limits(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"max_length": facts["max_length"]}


def _explain_unknown(path: Path) -> str:
    """Say that there is no such key, what was probably meant, and where a key belongs that stands elsewhere."""
    name = str(path[-1])
    is_condition = len(path) > 1 and path[0] == "when"
    own, other = (WhenText, RuleText) if is_condition else (RuleText, WhenText)
    if name in other.model_fields:
        return f"{name} belongs {'beside' if is_condition else 'under'} when"
    all_parameters = {one.name for parameters in PARAMETERS.values() for one in parameters}
    if name in all_parameters:
        return f"{name} belongs under parameters"
    return f"there is no {name} in a rule{suggest(name, list(own.model_fields))}"
