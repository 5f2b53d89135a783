"""What ended on no known day is taken with a remark: figures of past days can't have it."""

from pathlib import Path

import pytest

from offers.importing import FileReport, import_paths
from tests.offers.company import COMPANY, RECORDED, load, write_files
from tests.offers.conftest import Store
from tests.offers.rows import contract, line, machine, total


def import_file(
    store: Store, folder: Path, kind: str, *rows: dict[str, object], dry_run: bool = False
) -> FileReport:
    load(store.scope, folder, {name: COMPANY[name] for name in ("partners", "accounts", "products")})
    written = write_files(folder / "more", {kind: rows})
    (file,) = import_paths(store.scope, [written], recorded_at=RECORDED, dry_run=dry_run).files
    return file


@pytest.mark.parametrize("dry_run", [False, True])
def test_contracts_cancelled_on_no_known_day_are_told_once(
    store: Store, tmp_path: Path, dry_run: bool
) -> None:
    cancelled = {"status": "cancelled"}
    file = import_file(
        store,
        tmp_path,
        "contracts",
        contract("C-1", "2025-01-01", "2026-12-31"),
        contract("C-2", "2025-01-01", "2026-12-31", **cancelled),
        contract("C-3", "2025-01-01", "2026-12-31", **cancelled, cancelled_on="2026-01-31"),
        contract("C-4", "2025-01-01", "2026-12-31", **cancelled),
        contract("C-5", "2025-01-01", "2026-12-31", **cancelled),
        dry_run=dry_run,
    )
    assert (file.problems, file.inserted) == ((), 5)
    (remark,) = file.remarks
    assert (remark.line, remark.column) == (3, "cancelled_on")
    assert remark.reason == (
        "cancelled without the day: figures take it as never in force, and as no cancellation "
        "(and 2 more like it)"
    )


def test_a_machine_retired_on_no_known_day_is_told(store: Store, tmp_path: Path) -> None:
    rows = (
        machine("M-1"),
        machine("M-2", status="retired"),
        machine("M-3", status="retired", retired_on="2026-01-01"),
    )
    (remark,) = import_file(store, tmp_path, "assets", *rows).remarks
    assert (remark.line, remark.column) == (3, "retired_on")
    assert remark.reason == "retired without the day: figures of past days are without it"


def test_what_is_told_is_what_figures_do(store: Store, tmp_path: Path) -> None:
    load(
        store.scope,
        tmp_path,
        {
            **{name: COMPANY[name] for name in ("partners", "accounts", "products")},
            "assets": [machine("M-1")],
            "contracts": [contract("C", "2025-01-01", "2026-12-31", status="cancelled")],
            "contract_lines": [line("L", "C", asset_id="M-1", booked_at="2026-02-01")],
        },
    )
    assert total(store, "coverage") == (0, 1)
    assert total(store, "cancellation_rate") == (0, 1)


@pytest.mark.parametrize("kind", ["contracts", "assets"])
def test_what_has_its_day_is_not_remarked_on(store: Store, tmp_path: Path, kind: str) -> None:
    rows = {
        "contracts": contract("C", "2025-01-01", "2026-12-31", status="cancelled", cancelled_on="2026-01-31"),
        "assets": machine("M", status="retired", retired_on="2026-01-31"),
    }
    assert import_file(store, tmp_path, kind, rows[kind]).remarks == ()
