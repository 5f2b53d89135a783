"""The import contract: what comes in, what is refused and how it is named, and that nothing is half-written."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlmodel import Session, col, func, select

from bot.database import SessionScope
from offers.errors import ImportPathMissing, MappingUnreadable, NothingToImport
from offers.importing import ImportProgress, import_paths
from offers.importing.checks import RowProblem
from offers.importing.kinds import FILE_KINDS
from offers.models import (
    Account,
    Asset,
    Case,
    OfferEvent,
    OrderLine,
    Person,
    PricebookEntry,
    Product,
    WorkOrder,
)
from offers.tables.versions import current, known_at
from tests.offers.company import COMPANY, NOW, RECORDED, load, load_company, write_files
from tests.offers.conftest import Store
from tests.offers.rows import contract, fill, line

ACCOUNTS = "account_id,name,parent_account_id,segment,region,do_not_sell_until\n"
PRODUCTS = "sku,name,family,kind,serviceable,replaces_sku\n"
PRICEBOOK = "pricebook,sku,currency,unit_price,unit_cost,valid_from,valid_to\n"


def import_text(scope: SessionScope, path: Path, text: str | bytes) -> tuple[RowProblem, ...]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (file,) = import_paths(scope, [path], recorded_at=RECORDED).files
    return file.problems


def count(session: Session, model: type) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


def test_every_file_of_the_contract_comes_in_and_a_second_import_appends_nothing(
    store: Store, tmp_path: Path
) -> None:
    load_company(store.scope, tmp_path / "files")
    again = import_paths(store.scope, [tmp_path / "files"], recorded_at=NOW)
    assert again.is_clean
    assert sum(file.inserted + file.updated for file in again.files) == 0
    assert sum(file.unchanged for file in again.files) == sum(len(rows) for rows in COMPANY.values())


def test_a_row_whose_own_columns_are_named_like_a_versions_end_can_change(
    store: Store, tmp_path: Path
) -> None:
    load_company(store.scope, tmp_path / "files")
    case = {"case_id": "K-1", "account_id": "A-1", "opened_at": "2026-02-01", "is_escalated": "true"}
    (visit,) = [row for row in COMPANY["work_orders"] if row["work_order_id"] == "W-2"]
    load(store.scope, tmp_path / "opened", {"cases": [case]})
    closed = {"closed_at": "2026-02-03T10:00:00Z"}
    load(
        store.scope,
        tmp_path / "closed",
        {"cases": [case | closed], "work_orders": [{**visit, **closed, "opened_at": "2026-02-02"}]},
        recorded_at=NOW,
    )
    with store.scope() as session:
        for model in (Case, WorkOrder):
            row = session.exec(select(model).where(current(model), col(model.closed_at).is_not(None))).all()[
                -1
            ]
            assert row.closed_at == datetime(2026, 2, 3, 10, tzinfo=UTC)
            assert row.recorded_at == NOW


def test_prices_are_stored_in_minor_units_and_empty_cells_as_unknown(store: Store, tmp_path: Path) -> None:
    load_company(store.scope, tmp_path / "files")
    with store.scope() as session:
        entry = session.exec(select(PricebookEntry).where(col(PricebookEntry.sku) == "CARE")).one()
        assert (entry.unit_amount_minor, entry.unit_cost_minor, entry.valid_to) == (90_000, None, None)
        chiller = session.exec(select(Asset).where(col(Asset.asset_id) == "M-CHILL")).one()
        assert (chiller.warranty_end, chiller.retired_on) == (date(2024, 5, 1), None)


def test_bom_semicolons_and_quoted_line_breaks_are_read(session_scope: SessionScope, tmp_path: Path) -> None:
    text = "\ufeff" + ACCOUNTS.replace(",", ";") + 'A-1;"Hotel\nHarbour";;;"North";\nA-2;Two;;;;soon\n'
    problems = import_text(session_scope, tmp_path / "accounts.csv", text)
    # The second row begins in line 4: the first one takes lines 2 and 3.
    assert problems == (RowProblem(4, "do_not_sell_until", "'soon' is not an ISO 8601 date or time"),)


@pytest.mark.parametrize(
    ("kind", "header", "row", "column", "reason"),
    [
        ("products", PRODUCTS, "X,Ex,F,gadget,true,", "kind", "not one of core, attach, service, bundle"),
        ("products", PRODUCTS, "X,Ex,F,core,yes,", "serviceable", "not true or false"),
        ("products", PRODUCTS, ",Ex,F,core,true,", "sku", "is empty"),
        ("accounts", ACCOUNTS, "A,Name,,,,31.12.2026", "do_not_sell_until", "not an ISO 8601 date"),
        ("accounts", ACCOUNTS, "A,Name,A-0,,,", "parent_account_id", "'A-0' is not in accounts"),
        ("accounts", ACCOUNTS, "A,Name,,,,,,", "", "8 cells under 6 headers"),
        ("pricebook", PRICEBOOK, 'std,X,EUR,"12,50",,,', "unit_price", "decimals with a point"),
        ("pricebook", PRICEBOOK, "std,X,EUR,12.505,,,", "unit_price", "more decimals than EUR"),
        ("pricebook", PRICEBOOK, "std,X,euros,12.50,,,", "currency", "not a three-letter currency code"),
        ("pricebook", PRICEBOOK, "std,NOPE,EUR,12.50,,,", "sku", "'NOPE' is not in products"),
        ("pricebook", PRICEBOOK, "std,X,EUR,1,,2026-02-01,2026-01-01", "valid_to", "before the start"),
    ],
)
def test_a_bad_value_is_named_with_line_column_and_reason(
    session_scope: SessionScope, tmp_path: Path, kind: str, header: str, row: str, column: str, reason: str
) -> None:
    import_text(session_scope, tmp_path / "products.csv", PRODUCTS + "X,Ex,F,core,true,\n")
    (problem,) = import_text(session_scope, tmp_path / f"{kind}.csv", header + row + "\n")
    assert (problem.line, problem.column) == (2, column)
    assert reason in problem.reason


IMPOSSIBLE = [
    (
        "accounts",
        {"account_id": "A-9", "name": "Quay", "parent_account_id": "A-9"},
        "parent_account_id",
        "itself",
    ),
    ("contract_lines", {**line("L-9", "C-9"), "predecessor_line_id": "L-9"}, "predecessor_line_id", "itself"),
    (
        "products",
        {"sku": "X-9", "name": "Nine", "kind": "core", "replaces_sku": "X-9"},
        "replaces_sku",
        "itself",
    ),
    ("bundle_items", {"bundle_sku": "BUN", "sku": "BUN"}, "sku", "itself"),
    (
        "product_relations",
        {"core_sku": "CHILL", "attach_sku": "CARE", "type": "service", "min_age_days": 9, "max_age_days": 8},
        "max_age_days",
        "below the least, 9",
    ),
]


@pytest.mark.parametrize(("kind", "row", "column", "reason"), IMPOSSIBLE, ids=[one[2] for one in IMPOSSIBLE])
def test_what_cannot_be_is_named_and_keeps_its_file_out(
    store: Store, tmp_path: Path, kind: str, row: dict[str, Any], column: str, reason: str
) -> None:
    fill(store, tmp_path / "before", contracts=[contract("C-9", "2026-01-01", "2026-12-31")])
    report = import_paths(store.scope, [write_files(tmp_path / "now", {kind: [row]})], recorded_at=NOW)
    ((problem,),) = (file.problems for file in report.files)
    assert (problem.line, problem.column) == (2, column)
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("header", "column", "reason"),
    [
        (
            "acount_id,name,parent_account_id,segment,region,do_not_sell_until",
            "acount_id",
            "did you mean account_id",
        ),
        ("account_id,name,parent_account_id,segment,region", "do_not_sell_until", "is missing in the header"),
        ("account_id,name,name,parent_account_id,segment,region,do_not_sell_until", "name", "stands twice"),
    ],
)
def test_a_wrong_header_is_named(
    session_scope: SessionScope, tmp_path: Path, header: str, column: str, reason: str
) -> None:
    problems = import_text(session_scope, tmp_path / "accounts.csv", header + "\nA,Name,,,,\n")
    assert any(p.line == 1 and p.column == column and reason in p.reason for p in problems)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04 a workbook in disguise", "binary"),
        (b"account_id,\x00\x01\x02", "binary"),
        ("account_id".encode("utf-16"), "UTF-16"),
        ((ACCOUNTS + "A,Caf").encode() + b"\xe9,,,,\n", "not UTF-8"),
        ((ACCOUNTS + 'A,"Name,,,,\n').encode(), "not valid CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(
    session_scope: SessionScope, tmp_path: Path, content: bytes, reason: str
) -> None:
    (problem,) = import_text(session_scope, tmp_path / "accounts.csv", content)
    assert reason in problem.reason
    with session_scope() as session:
        assert count(session, Account) == 0


def test_a_broken_workbook_is_refused(session_scope: SessionScope, tmp_path: Path) -> None:
    (problem,) = import_text(session_scope, tmp_path / "accounts.xlsx", b"PK\x03\x04 not really")
    assert "not a readable XLSX" in problem.reason


def test_one_bad_row_keeps_its_whole_file_out_and_the_others_come_in(
    session_scope: SessionScope, tmp_path: Path
) -> None:
    folder = write_files(tmp_path / "files", {**COMPANY, "partners": [{"partner_id": "P-1", "name": ""}]})
    files = {file.kind: file for file in import_paths(session_scope, [folder], recorded_at=RECORDED).files}
    assert files["partners"].problems == (RowProblem(2, "name", "is empty"),)
    # Two people and both machines' partners stand in the refused file or in none: one sentence per column.
    assert [p.reason for p in files["people"].problems] == [
        "1 rows refer to partners, which was not imported",
        "'P-2' is not in partners",
    ]
    assert files["accounts"].inserted == 2
    with session_scope() as session:
        assert count(session, Person) == 0


def test_an_interrupted_import_leaves_nothing_of_its_file(
    session_scope: SessionScope, tmp_path: Path
) -> None:
    rows = "".join(f"A-{number},Name,,,,\n" for number in range(5_000))
    (tmp_path / "accounts.csv").write_text(ACCOUNTS + rows)

    def interrupt(progress: ImportProgress) -> None:
        if progress.phase == "writing" and progress.done >= 4_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_paths(session_scope, [tmp_path], recorded_at=RECORDED, on_progress=interrupt)
    with session_scope() as session:
        assert count(session, Account) == 0
    assert import_paths(session_scope, [tmp_path], recorded_at=RECORDED).files[0].inserted == 5_000


def test_a_dry_run_says_what_would_change_and_writes_nothing(
    session_scope: SessionScope, tmp_path: Path
) -> None:
    load(session_scope, tmp_path / "one", {"accounts": COMPANY["accounts"]})
    changed = [
        {**COMPANY["accounts"][0], "region": "West"},
        COMPANY["accounts"][1],
        {"account_id": "A-3", "name": "New"},
    ]
    folder = write_files(
        tmp_path / "two", {"accounts": changed, "sites": [{"site_id": "S", "account_id": "A-3"}]}
    )
    report = import_paths(session_scope, [folder], recorded_at=NOW, dry_run=True)
    assert report.is_clean
    accounts = report.files[0]
    assert (accounts.inserted, accounts.updated, accounts.unchanged) == (1, 1, 1)
    assert [(c.key, c.column, c.before, c.after) for c in accounts.changes] == [
        ("A-1", "region", "North", "West"),
        ("A-3", "", None, "new"),
    ]
    with session_scope() as session:
        assert count(session, Account) == 2


def test_a_changed_row_is_a_new_version_and_the_old_one_still_answers_for_its_time(
    store: Store, tmp_path: Path
) -> None:
    first = {"account_id": "A-1", "name": "Hotel", "region": "North"}
    load(store.scope, tmp_path / "a", {"accounts": [first]}, recorded_at=datetime(2025, 1, 1, tzinfo=UTC))
    load(
        store.scope,
        tmp_path / "c",
        {"accounts": [{**first, "region": "West"}]},
        recorded_at=datetime(2025, 6, 1, tzinfo=UTC),
    )
    # History that turns up late slots in between.
    load(
        store.scope,
        tmp_path / "b",
        {"accounts": [{**first, "region": "East"}]},
        recorded_at=datetime(2025, 3, 1, tzinfo=UTC),
    )

    def region_on(day: date) -> str | None:
        instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        with store.scope() as session:
            return session.exec(select(Account.region).where(known_at(Account, instant))).one()

    assert [region_on(date(2025, month, 15)) for month in (1, 3, 5, 6)] == ["North", "East", "East", "West"]
    with store.scope() as session:
        assert session.exec(select(Account.region).where(current(Account))).one() == "West"


def test_a_workbook_with_typed_cells_and_several_sheets_reads_like_csv(
    session_scope: SessionScope, tmp_path: Path
) -> None:
    workbook = Workbook()
    products, prices = workbook.active, workbook.create_sheet("Pricebook")
    assert products is not None
    products.title = "Products"
    products.append(FILE_KINDS["products"].headers)
    products.append([4711, "Chiller", "Aurora", "core", True, None])
    prices.append(FILE_KINDS["pricebook"].headers)
    prices.append(["standard", 4711, "EUR", 12.5, None, datetime(2026, 1, 1), None])  # noqa: DTZ001 (as Excel has it)
    workbook.save(tmp_path / "catalogue.xlsx")
    report = import_paths(session_scope, [tmp_path], recorded_at=RECORDED)
    assert report.is_clean, report
    with session_scope() as session:
        entry = session.exec(select(PricebookEntry)).one()
        assert (entry.sku, entry.unit_amount_minor, entry.valid_from) == ("4711", 1250, date(2026, 1, 1))
        assert session.exec(select(Product.serviceable)).one() is True


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.yaml", "accounts:\n  Id: account_id\n  Account Name: name\n"),
        ("map.toml", '[accounts]\nId = "account_id"\n"Account Name" = "name"\n'),
    ],
)
def test_a_mapping_reads_other_headers_and_passes_over_what_it_does_not_name(
    session_scope: SessionScope, tmp_path: Path, name: str, content: str
) -> None:
    mapping, export = tmp_path / name, tmp_path / "crm-export.csv"
    mapping.write_text(content)
    export.write_text("Id,Account Name,Billing Street\n001,Harbour Hotel,Quay 1\n")
    report = import_paths(session_scope, [export], mapping=mapping, recorded_at=RECORDED)
    assert report.files[0].inserted == 1, report
    with session_scope() as session:
        assert session.exec(select(Account.name)).one() == "Harbour Hotel"


@pytest.mark.parametrize(
    "content", ["acounts: {Id: account_id}", "accounts: {Id: account}", "- a", "a: [", "accounts: 3"]
)
def test_a_mapping_that_is_none_is_refused(session_scope: SessionScope, tmp_path: Path, content: str) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text(content)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    with pytest.raises(MappingUnreadable):
        import_paths(session_scope, [tmp_path], mapping=mapping, recorded_at=RECORDED)


def test_missing_paths_and_empty_folders_are_errors(session_scope: SessionScope, tmp_path: Path) -> None:
    with pytest.raises(ImportPathMissing):
        import_paths(session_scope, [tmp_path / "nowhere"], recorded_at=RECORDED)
    with pytest.raises(NothingToImport):
        import_paths(session_scope, [tmp_path], recorded_at=RECORDED)


def test_a_file_of_no_known_kind_is_named(session_scope: SessionScope, tmp_path: Path) -> None:
    (problem,) = import_text(session_scope, tmp_path / "stuff.csv", "a,b\n1,2\n")
    assert "stuff is not one of" in problem.reason


def test_an_id_that_stands_twice_with_other_values_is_a_problem(
    session_scope: SessionScope, tmp_path: Path
) -> None:
    text = ACCOUNTS + "A,Name,,,,\nA,Name,,,,\nA,Other,,,,\n"
    (problem,) = import_text(session_scope, tmp_path / "accounts.csv", text)
    assert (problem.line, problem.reason) == (4, "A stands in line 2 with other values")


def events(*rows: tuple[str, str, str, str]) -> Iterator[dict[str, str]]:
    for event_id, offer_id, event, occurred_at in rows:
        yield {
            "event_id": event_id,
            "offer_id": offer_id,
            "play": "renewal",
            "event": event,
            "account_id": "A-1",
            "asset_id": "M-CHILL",
            "occurred_at": occurred_at,
            "recorded_at": occurred_at,
        }


def test_a_second_acceptance_of_an_offer_stays_out_of_the_ledger(store: Store, tmp_path: Path) -> None:
    rows = list(
        events(
            ("E-1", "O-1", "surfaced", "2025-05-01T10:00:00Z"),
            ("E-2", "O-1", "accepted", "2025-05-02T10:00:00Z"),
            ("E-3", "O-1", "accepted", "2025-05-02T10:00:01Z"),
        )
    )
    load_company(store.scope, tmp_path / "files", offer_events=rows)
    with store.scope() as session:
        accepted = select(OfferEvent.event_id).where(col(OfferEvent.event) == "accepted")
        assert session.exec(accepted).all() == ["E-2"]


def test_an_event_keeps_the_second_clock_of_its_file(store: Store, tmp_path: Path) -> None:
    load_company(
        store.scope,
        tmp_path / "files",
        offer_events=list(events(("E-1", "O-1", "surfaced", "2025-05-01T10:00:00Z"))),
    )
    with store.scope() as session:
        event = session.exec(select(OfferEvent)).one()
        assert event.recorded_at == datetime(2025, 5, 1, 10, tzinfo=UTC)


def test_order_lines_carry_aware_utc_instants(store: Store, tmp_path: Path) -> None:
    order = {
        "order_line_id": "OL-1",
        "order_id": "O-1",
        "account_id": "A-1",
        "sku": "GATE",
        "quantity": 1,
        "ordered_at": "2025-05-01T10:00:00+02:00",
    }
    load_company(store.scope, tmp_path / "files", orders=[order])
    with store.scope() as session:
        ordered_at = session.exec(select(OrderLine.ordered_at)).one()
        assert ordered_at == datetime(2025, 5, 1, 8, tzinfo=UTC)
        assert ordered_at.tzinfo is UTC


def test_a_formula_that_came_to_nothing_is_no_name_and_no_region(
    session_scope: SessionScope, tmp_path: Path
) -> None:
    rows = ACCOUNTS + "A-1,Hotel,,hotel,#N/A,\nA-2,#REF!,,hotel,North,\n"
    problems = import_text(session_scope, tmp_path / "accounts.csv", rows)
    assert [(one.line, one.column, one.reason) for one in problems] == [
        (2, "region", "holds a spreadsheet's error, #N/A"),
        (3, "name", "holds a spreadsheet's error, #REF!"),
    ]
