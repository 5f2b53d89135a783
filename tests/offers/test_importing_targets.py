"""Targets as they come in: of metrics there are, as rates, and for parts that the records know."""

from pathlib import Path

from bot.database import SessionScope
from offers.importing import RowProblem, import_paths
from offers.metrics.catalogue import METRIC_TABLE
from offers.metrics.kinds import METRIC_NAMES
from tests.offers.company import COMPANY, RECORDED, write_files
from tests.offers.conftest import Store

TARGETS = "metric,family,tier,region,partner_id,value,valid_from,valid_to\n"


def import_text(scope: SessionScope, path: Path, text: str) -> tuple[RowProblem, ...]:
    path.write_text(text, encoding="utf-8")
    (file,) = import_paths(scope, [path], recorded_at=RECORDED).files
    return file.problems


def test_a_target_of_no_metric_is_refused_with_the_nearest(store: Store, tmp_path: Path) -> None:
    rows = "coverage,,,,,0.6,,\ncoverge,,,,,0.6,,\nwishes,,,,,0.6,,\n"
    typo, wish = import_text(store.scope, tmp_path / "targets.csv", TARGETS + rows)
    assert (typo.line, typo.column) == (3, "metric")
    assert typo.reason == "'coverge' is no metric; did you mean coverage?"
    assert (wish.line, wish.column) == (4, "metric")
    assert wish.reason.startswith("'wishes' is no metric; known are account_attach, cancellation_rate,")


def test_only_a_ratios_target_may_exceed_one(store: Store, tmp_path: Path) -> None:
    rows = "units_attach,,,,,1.2,,\nrenewal_value,,,,,1.05,,\n"
    assert import_text(store.scope, tmp_path / "targets.csv", TARGETS + rows) == ()
    wrong = "coverage,,,,,1.2,,\nunits_attach,,,,,80,,\nunits_attach,,,,,-1,,\n"
    problems = import_text(store.scope, tmp_path / "targets.csv", TARGETS + wrong)
    # 80 is meant as percent, also of what may exceed one.
    assert [(one.line, one.column, one.reason) for one in problems] == [
        (2, "value", "'1.2' is not a rate between 0 and 1"),
        (3, "value", "'80' is not a rate between 0 and 1"),
        (4, "value", "'-1' is not a rate between 0 and 1"),
    ]


def test_a_target_for_what_no_record_has_is_taken_with_a_remark(store: Store, tmp_path: Path) -> None:
    targets = {
        "targets": [
            {"metric": "coverage", "region": "Nrth", "value": "0.6"},
            {"metric": "coverage", "region": "South", "family": "Nofam", "tier": "gold", "value": "0.6"},
        ]
    }
    # Before the customers there is nothing to know a region by: it comes in all the same.
    (alone,) = import_paths(
        store.scope, [write_files(tmp_path / "early", targets)], recorded_at=RECORDED
    ).files
    assert (alone.problems, alone.inserted) == ((), 2)
    assert len(alone.remarks) == 4
    report = import_paths(
        store.scope, [write_files(tmp_path / "all", {**COMPANY, **targets})], recorded_at=RECORDED
    )
    assert report.is_clean
    (file,) = [file for file in report.files if file.kind == "targets"]
    assert [(one.line, one.column) for one in file.remarks] == [(2, "region"), (3, "family")]
    assert file.remarks[0].reason == (
        "no record has 'Nrth', so nothing is held to it; known, the nearest first: North, South"
    )


def test_the_names_of_metrics_are_those_there_are() -> None:
    assert set(METRIC_TABLE) == METRIC_NAMES
