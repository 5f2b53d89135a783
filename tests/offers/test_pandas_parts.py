"""Parts of random companies against the independent calculation: leaks, one group alone, what a reader may see."""

from collections.abc import Callable
from typing import Any

import pytest

from offers.errors import InternalFigure
from offers.people import PersonFacts
from offers.reporting import METRIC_TABLE, report
from tests.offers.pandas_company import Groups, Question
from tests.offers.pandas_figures import ENTRIES, add_up, list_entries
from tests.offers.pandas_leakage import leakage
from tests.offers.pandas_loading import NOW, PAST, QUARTER, WHOLE, Loaded

LEAK_GROUPS = [
    (),
    ("stage",),
    ("region", "family"),
    ("partner",),
    ("sku", "tier"),
    ("account",),
    ("segment", "type"),
]


@pytest.mark.parametrize("question", [WHOLE, QUARTER, PAST], ids=["whole", "quarter", "past"])
def test_leaks_are_what_the_files_say(load_random: Callable[..., Loaded], question: Question) -> None:
    loaded = load_random(2, assets=2_000)
    stages: set[str | None] = set()
    for by in LEAK_GROUPS:
        expected, beside = leakage(loaded.company, question, by)
        with loaded.scope() as session:
            found = report(
                session,
                "leakage",
                by=by,
                date_from=question.first,
                date_to=question.last,
                as_of=question.as_of,
                now=NOW,
            )
        rows = {tuple(row.group.values()): row for row in found.rows}
        assert {group: (row.numerator, row.denominator) for group, row in rows.items()} == expected, by
        for group, row in rows.items():
            assert row.asides == {name: beside[group].get(name, 0) for name in row.asides}, (by, group)
            assert {"unseen", "visible", "machines", "unsold_machines"} <= row.asides.keys()
        if by == ("stage",):
            stages = {group[0] for group in rows}
    # The proof is one only if there is something in every stage.
    assert stages == {"unseen", "unsold", "sold"}


def ask_part(loaded: Loaded, metric: str, question: Question, by: tuple[str, ...], **narrowed: Any) -> Groups:
    with loaded.scope() as session:
        found = report(
            session,
            metric,
            by=by,
            date_from=question.first,
            date_to=question.last,
            as_of=question.as_of,
            now=NOW,
            **narrowed,
        )
    return {tuple(row.group.values()): (row.numerator, row.denominator) for row in found.rows}


def count_part(
    loaded: Loaded, metric: str, question: Question, by: tuple[str, ...], part: dict[str, str]
) -> Groups:
    rows = [
        row
        for row in list_entries(loaded.company, metric, question)
        if all(row[name] == value for name, value in part.items())
    ]
    return add_up(rows, by)


@pytest.mark.parametrize("metric", sorted(ENTRIES))
def test_one_group_alone_is_that_group_of_all(load_random: Callable[..., Loaded], metric: str) -> None:
    loaded = load_random(1, assets=200)
    seen = 0
    for part, by in (
        ({"region": "North"}, ("tier",)),
        ({"tier": "gold"}, ("region",)),
        ({"region": "South", "family": "Aurora"}, ("segment",)),
    ):
        if set(part) | set(by) <= set(METRIC_TABLE[metric].dimensions):
            for question in (WHOLE, PAST):
                expected = count_part(loaded, metric, question, by, part)
                assert ask_part(loaded, metric, question, by, only=part) == expected, (part, question)
                seen += len(expected)
    assert seen >= 4


def reader(**facts: str) -> PersonFacts:
    known = dict.fromkeys(("slack_user_id", "email", "partner_id", "partner_name", "region"))
    return PersonFacts(**{"person_id": "READER", "name": "Reader", **known, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", sorted(ENTRIES))
def test_a_regional_manager_is_told_of_the_region_and_a_partner_of_their_own(
    load_random: Callable[..., Loaded], metric: str
) -> None:
    loaded = load_random(1, assets=200)
    partner = next(row["partner"] for row in loaded.company.assets if row["partner"] and row["tier"])
    seen = 0
    for who, part in (
        (reader(role="manager", region="North"), {"region": "North"}),
        (reader(role="partner", partner_id=partner, partner_name="Theirs"), {"partner": partner}),
    ):
        for question in (WHOLE, QUARTER, PAST):
            if "partner" in part and METRIC_TABLE[metric].is_internal:
                with pytest.raises(InternalFigure):
                    ask_part(loaded, metric, question, ("segment",), reader=who)
                continue
            expected = count_part(loaded, metric, question, ("segment",), part)
            assert ask_part(loaded, metric, question, ("segment",), reader=who) == expected, (part, question)
            seen += len(expected)
    assert seen >= 4
