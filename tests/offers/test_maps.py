"""Other systems' exports, read by the maps that come with Attaché."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from sqlmodel import col, select

from offers.deciding.proposals import propose
from offers.errors import MappingUnreadable
from offers.importing import import_paths
from offers.importing.kinds import FILE_KINDS
from offers.importing.mapping import SHIPPED, load_mapping
from offers.ledger import accept
from offers.models import (
    Account,
    Asset,
    Case,
    ContractLine,
    OrderLine,
    PricebookEntry,
    Product,
    ServiceContract,
    WorkOrder,
)
from offers.quoting.pricing import load_prices
from offers.tables.versions import current
from tests.offers.company import NOW
from tests.offers.conftest import Store, person

RECORDED = datetime(2026, 1, 1, tzinfo=UTC)

# Headers as a data loader writes the fields that were selected, in capitals; one column is none of our business.
SALESFORCE = {
    "Account": "ID,NAME,PARENTID,INDUSTRY,BILLINGCOUNTRY,PHONE\n001A,Harbour Hotel,,Hospitality,Germany,040\n",
    "Product2": "ID,NAME,PRODUCTCODE,FAMILY,ATTACH_KIND__C,ISSERIALIZED\n"
    "01tA,Chiller 240,CH-240,Aurora,Core,true\n01tB,Care,CARE,Care,Service,false\n01tC,Gateway,GW,Extras,,\n",
    "PricebookEntry": "ID,PRICEBOOK2.NAME,PRODUCT2.PRODUCTCODE,CURRENCYISOCODE,UNITPRICE\n"
    "01uA,Standard Price Book,CARE,EUR,900\n",
    "Asset": "ID,NAME,SERIALNUMBER,PRODUCT2.PRODUCTCODE,ACCOUNTID,INSTALLDATE,STATUS,USAGEENDDATE\n"
    "02iA,Roof,NV-1,CH-240,001A,2022-05-01,Installed,2024-05-01\n02iB,Old,NV-2,CH-240,001A,2012-05-01,Obsolete,\n"
    "02iC,New,NV-3,CH-240,001A,2025-05-01,,\n",
    "ServiceContract": "ID,ACCOUNTID,STARTDATE,ENDDATE,STATUS\n810A,001A,2025-01-01,2025-12-31,Inactive\n",
    "ContractLineItem": "ID,SERVICECONTRACTID,ASSETID,PRODUCT2.PRODUCTCODE,QUANTITY,UNITPRICE,CURRENCYISOCODE,"
    "CREATEDDATE\n811A,810A,02iA,CARE,1.0,850.50,EUR,2024-12-01T10:00:00.000+0000\n",
    "OrderItem": "ID,ORDERID,ORDER.ACCOUNTID,PRODUCT2.PRODUCTCODE,QUANTITY,UNITPRICE,CURRENCYISOCODE,"
    "ORDER.EFFECTIVEDATE\n802A,801A,001A,GW,2.0,300,EUR,2025-03-01\n",
    "WorkOrder": "ID,ACCOUNTID,ASSETID,CREATEDDATE,ENDDATE,WORKTYPE.NAME,PRIORITY,SUBJECT\n"
    "0WOA,001A,02iA,2025-09-01T08:00:00.000Z,2025-09-01T12:00:00.000Z,Break/Fix,High,High pressure trip\n",
    "Case": "ID,ACCOUNTID,ASSETID,CREATEDDATE,CLOSEDDATE,PRIORITY,ISESCALATED\n"
    "500A,001A,02iA,2025-10-01T08:00:00.000+0000,,High,true\n",
}
ERPNEXT = {
    "Sales Partner": "ID,Sales Partner Name,Partner Type,Territory\nNord,Nordkälte,Dealer,Germany\n",
    "Customer": "ID,Customer Name,Customer Group,Market Segment,Territory\nCUST-1,Harbour Hotel,Hotels,Hotel,Germany\n",
    "Item": "ID,Item Name,Item Group,Has Serial No,Attach Kind\n"
    "CH-240,Chiller 240,Aurora,1,core\nGW,Gateway,Extras,0,\n",
    "Item Price": "ID,Item Code,Price List,Currency,Rate,Valid From,Valid Upto\n"
    "a1b2,GW,Standard Selling,EUR,300.0,2025-01-01,\n",
    "Serial No": "ID,Serial No,Item Code,Customer,Delivery Date,Status,Warranty Expiry Date\n"
    "NV-1,NV-1,CH-240,CUST-1,2022-05-01,Delivered,2024-05-01\nNV-2,NV-2,CH-240,CUST-1,2012-05-01,Inactive,\n",
    "Sales Invoice Item": "ID,Parent,Customer,Sales Partner,Item Code,Qty,Rate,Currency,Posting Date\n"
    "x1,SINV-1,CUST-1,Nord,GW,2,300.0,EUR,2025-03-01\n",
    "Maintenance Visit": "ID,Customer,Serial No,Maintenance Date,Maintenance Type,Customer Feedback\n"
    "MVS-1,CUST-1,NV-1,2025-09-01,Breakdown,It trips\n",
    "Issue": "ID,Customer,Opening Date,Resolution Date,Priority\nISS-1,CUST-1,2025-10-01,2025-10-02 09:30:00,High\n",
}


def load(
    store: Store, folder: Path, tables: dict[str, str], name: str, *, recorded_at: datetime = RECORDED
) -> None:
    folder.mkdir()
    for table, content in tables.items():
        (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    report = import_paths(store.scope, [folder], mapping=Path(name), recorded_at=recorded_at)
    assert report.is_clean, [(file.path.name, file.problems) for file in report.files if file.problems]


def test_exports_of_salesforce_are_read_by_its_map(store: Store, tmp_path: Path) -> None:
    load(store, tmp_path / "export", SALESFORCE, "salesforce")
    with store.scope() as session:
        account = session.exec(select(Account)).one()
        assert (account.account_id, account.segment, account.region) == ("001A", "Hospitality", "Germany")
        kinds = {row.sku: (row.kind, row.serviceable) for row in session.exec(select(Product)).all()}
        assert kinds == {"CH-240": ("core", True), "CARE": ("service", False), "GW": ("attach", False)}
        price = session.exec(select(PricebookEntry)).one()
        assert (price.pricebook, price.sku, price.unit_amount_minor) == ("standard", "CARE", 90_000)
        assets = {row.serial_number: row for row in session.exec(select(Asset)).all()}
        assert [assets[number].status for number in ("NV-1", "NV-2", "NV-3")] == [
            "active",
            "retired",
            "active",
        ]
        assert assets["NV-1"].warranty_end == date(2024, 5, 1)
        assert session.exec(select(ServiceContract.status)).one() == "draft"
        line = session.exec(select(ContractLine)).one()
        assert (line.asset_id, line.unit_amount_minor, line.booked_at) == (
            "02iA",
            85_050,
            datetime(2024, 12, 1, 10, tzinfo=UTC),
        )
        assert session.exec(select(OrderLine.quantity)).one() == 2
        assert session.exec(select(WorkOrder.type)).one() == "Break/Fix"
        assert session.exec(select(Case.is_escalated)).one() is True


def test_exports_of_erpnext_are_read_by_its_map(store: Store, tmp_path: Path) -> None:
    load(store, tmp_path / "export", ERPNEXT, "erpnext")
    with store.scope() as session:
        kinds = {row.sku: (row.kind, row.serviceable) for row in session.exec(select(Product)).all()}
        assert kinds == {"CH-240": ("core", True), "GW": ("attach", False)}
        price = session.exec(select(PricebookEntry)).one()
        assert (price.pricebook, price.valid_from) == ("standard", date(2025, 1, 1))
        assets = {row.asset_id: row for row in session.exec(select(Asset)).all()}
        assert [assets[number].status for number in ("NV-1", "NV-2")] == ["active", "retired"]
        order = session.exec(select(OrderLine)).one()
        assert (order.order_id, order.partner_id, order.quantity) == ("SINV-1", "Nord", 2)
        assert session.exec(select(WorkOrder.asset_id)).one() == "NV-1"
        case = session.exec(select(Case)).one()
        assert (case.is_escalated, case.closed_at) == (False, datetime(2025, 10, 2, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_map_gives_every_required_column_and_only_words_that_exist(name: str) -> None:
    for kind, file_map in load_mapping(Path(name)).items():
        given = {*file_map.columns.values(), *file_map.defaults}
        assert FILE_KINDS[kind].required <= given, kind
        assert file_map.files, kind
        assert file_map.values.keys() <= given, kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"columns": {"Id": "account_id"}, "value": {}}, "has 'value' beside"),
        ({"columns": {"Id": "account"}}, "has no column 'account'"),
        ({"columns": {"Id": "account_id"}, "values": {"status": {}}}, "has no column 'status'"),
        ({"columns": {"Id": "account_id"}, "values": {"name": ["a"]}}, "must be a table of theirs to ours"),
        ({"columns": {"Id": "account_id"}, "defaults": ["a"]}, "must be a table"),
        ({"columns": {"Id": "account_id"}, "files": "Account"}, "must be a list of names"),
        ({"columns": {"Id": "account_id"}, "skip": {"IsDeleted": "true"}}, "to a list of words"),
        ({"columns": {"Id": "account_id"}, "skip": ["true"]}, "to a list of words"),
    ],
)
def test_a_map_that_is_wrong_says_where(tmp_path: Path, content: object, reason: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(yaml.safe_dump({"accounts": content}))
    with pytest.raises(MappingUnreadable, match=reason):
        load_mapping(path)


def test_what_the_company_pays_itself_is_no_price_for_a_customer(store: Store, tmp_path: Path) -> None:
    prices = (
        "ID,Item Code,Price List,Currency,Rate,Selling\n"
        "1,GW,Standard Selling,EUR,300,1\n2,GW,Standard Buying,EUR,100,0\n3,GW,Suppliers,EUR,90,0\n"
    )
    load(store, tmp_path / "export", {"Item": ERPNEXT["Item"], "Item Price": prices}, "erpnext")
    with store.scope() as session:
        found = session.exec(select(PricebookEntry)).all()
        assert [(row.pricebook, row.unit_amount_minor) for row in found] == [("standard", 30_000)]


def test_a_price_that_is_switched_off_holds_no_longer(store: Store, tmp_path: Path) -> None:
    header = "ID,PRICEBOOK2.NAME,PRODUCT2.PRODUCTCODE,CURRENCYISOCODE,UNITPRICE,ISACTIVE\n"
    row = "01uA,Standard Price Book,CARE,EUR,900,"
    day = date(2026, 1, 2)

    def find_price() -> int | None:
        with store.scope() as session:
            found = load_prices(session, ["CARE"], "EUR", day, None)
            return found["CARE"].money.amount_minor if found else None

    product = {"Product2": SALESFORCE["Product2"]}
    load(store, tmp_path / "1", {**product, "PricebookEntry": f"{header}{row}true\n"}, "salesforce")
    assert find_price() == 90_000
    load(store, tmp_path / "2", {"PricebookEntry": f"{header}{row}false\n"}, "salesforce")
    assert find_price() is None


def test_an_exported_sale_that_names_its_offer_takes_our_rows_place(company: Store, tmp_path: Path) -> None:
    with company.scope() as session:
        mara = person(session, "UTECH")
        card = propose(session, asset_id="M-CHILL", person=mara, now=NOW, thread_ref=None).offer
        assert card is not None
        accept(session, card.offer_id, version=card.version, person=mara, now=NOW, idempotency_key="k")
    order = (
        "ID,ORDERID,ORDER.ACCOUNTID,ORDER.STATUS,PRODUCT2.PRODUCTCODE,QUANTITY,UNITPRICE,CURRENCYISOCODE,"
        "ORDER.EFFECTIVEDATE,OFFER_ID__C\n"
        f"802A,801A,A-1,Activated,CARE,1,900,EUR,2026-03-01,{card.offer_id}\n"
        "802B,801B,A-1,Draft,CARE,1,900,EUR,2026-03-01,\n"
    )
    line = (
        "ID,SERVICECONTRACTID,ASSETID,PRODUCT2.PRODUCTCODE,QUANTITY,OFFER_ID__C,PREDECESSOR_LINE_ID__C\n"
        f"811A,810A,M-CHILL,CARE,1,{card.offer_id},L-1\n"
    )
    contract = "ID,ACCOUNTID,STARTDATE,ENDDATE,STATUS\n810A,A-1,2026-04-12,2027-04-11,Active\n"
    tables = {"OrderItem": order, "ContractLineItem": line, "ServiceContract": contract}
    load(company, tmp_path / "export", tables, "salesforce", recorded_at=NOW)
    with company.scope() as session:
        sold = session.exec(select(OrderLine.order_line_id).where(current(OrderLine))).all()
        assert sold == ["802A"]
        renewed = select(ContractLine.contract_line_id).where(
            col(ContractLine.predecessor_line_id) == "L-1", current(ContractLine)
        )
        assert session.exec(renewed).all() == ["811A"]


def test_an_order_and_its_invoice_are_one_sale(store: Store, tmp_path: Path) -> None:
    invoice = ERPNEXT["Sales Invoice Item"]
    folder = tmp_path / "export"
    folder.mkdir()
    for table, content in {**ERPNEXT, "Sales Order Item": invoice.replace("x1,SINV-1", "y1,SO-1")}.items():
        (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    report = import_paths(store.scope, [folder], mapping=Path("erpnext"), recorded_at=RECORDED)
    (refused,) = (file for file in report.files if file.problems)
    assert refused.path.name == "Sales Order Item.csv"
    assert "Sales Invoice Item tells: import one of them" in refused.problems[0].reason
    with store.scope() as session:
        assert session.exec(select(OrderLine.order_line_id)).all() == ["x1"]
