"""Everything a decision was made from, kept with it: situation, rules and policy, as compressed JSON.

Row versions alone would not do: an import may load history that was not known when the decision was made.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from offers.playbook.policy import Policy
from offers.playbook.situations import Catalogue, Situation
from offers.playbook.track_record import PlayHistory
from offers.rules import RuleFacts


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision was made from. `seed` is what chance was drawn from."""

    situation: Situation
    rules: tuple[RuleFacts, ...]
    policy: Policy
    seed: str


def pack(grounds: Grounds) -> bytes:
    """Return the grounds, without the part of the catalogue and of the history that no rule could look at.

    Of what was said on the call only the words stay that a rule waits for.
    """
    lean = replace(grounds, situation=_forget_words(_trim(grounds.situation), grounds.rules))
    return zlib.compress(json.dumps(_plain(lean), separators=(",", ":")).encode())


def unpack(packed: bytes) -> Grounds:
    """Return the grounds of a packed decision."""
    return _adapter().validate_python(_restored(json.loads(zlib.decompress(packed))))


@lru_cache(1)
def _adapter() -> TypeAdapter[Grounds]:
    return TypeAdapter(Grounds)


def _forget_words(situation: Situation, rules: Iterable[RuleFacts]) -> Situation:
    if situation.service is None:
        return situation
    conditions = [rule.conditions for rule in rules]
    phrases = {phrase for one in conditions for phrase in one.fault_families}
    parts = {part for one in conditions for part in one.parts_used}
    return replace(situation, service=situation.service.keep_matches(phrases, parts))


def _trim(situation: Situation) -> Situation:
    catalogue, machines = situation.catalogue, situation.machines
    own = {machine.sku for machine in machines}
    relations = {core: found for core, found in catalogue.relations.items() if core in own}
    related = {relation.attach_sku for found in relations.values() for relation in found}
    bundles = {
        sku: items for sku, items in catalogue.bundles.items() if any(item in related for item, _ in items)
    }
    wanted = own | related | bundles.keys() | {item for items in bundles.values() for item, _ in items}
    for machine in machines:
        wanted |= machine.installed_skus | {line.sku for line in machine.lines}
    wanted |= _heirs(catalogue, wanted)
    families = {machine.family for machine in machines}
    plays = {key for key in situation.history.records if key[1] in families}
    return replace(
        situation,
        catalogue=Catalogue(
            products={sku: facts for sku, facts in catalogue.products.items() if sku in wanted},
            relations=relations,
            bundles=bundles,
            prices={sku: price for sku, price in catalogue.prices.items() if sku in wanted},
            foreign_prices={
                currency: {sku: price for sku, price in prices.items() if sku in wanted}
                for currency, prices in catalogue.foreign_prices.items()
            },
        ),
        history=_condense(situation.history, plays),
    )


def _heirs(catalogue: Catalogue, skus: Iterable[str]) -> set[str]:
    """Return the products that replace one of these, directly or at the end of a chain."""
    found = set(skus)
    size = 0
    while size != len(found):
        size = len(found)
        found |= {sku for sku, facts in catalogue.products.items() if facts.replaces_sku in found}
    return found


def _condense(history: PlayHistory, kept: set[Any]) -> PlayHistory:
    """Return a history with the same totals by play, in which other families are one."""
    records = {key: record for key, record in history.records.items() if key in kept}
    for play in {key[0] for key in history.records}:
        whole = history.of_play(play)
        part = [record for key, record in records.items() if key[0] is play]
        rest = replace(
            whole,
            surfaced=whole.surfaced - sum(record.surfaced for record in part),
            accepted=whole.accepted - sum(record.accepted for record in part),
        )
        if rest.surfaced or rest.accepted:
            records[play, _OTHER_FAMILIES, None] = rest
    return PlayHistory(records)


_OTHER_FAMILIES = "\0others"


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; a mapping is a list of pairs under one name, since its keys may be anything."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {"pairs": [[_plain(key), _plain(one)] for key, one in value.items()]}
    if isinstance(value, frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _restored(value: Any) -> Any:
    """Return a JSON value with its mappings as mappings again; their list keys are tuples."""
    if isinstance(value, list):
        return [_restored(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {"pairs"}:
        return {name: _restored(one) for name, one in value.items()}
    return {tuple(key) if isinstance(key, list) else key: _restored(one) for key, one in value["pairs"]}
