"""The sample documents open, agree with each other, and hold what the stories ask for."""

import csv
import re
from functools import cache
from pathlib import Path

import docx
import pdfplumber
import pytest
from bs4 import BeautifulSoup

from bot.demo.company.catalogue import COMPANY_DIR, DOCUMENTS_DIR, SampleDocument, sample_documents
from bot.demo.company.price_list import PRODUCT_BY_SKU
from knowledge.documents import Audience

PART_NUMBER = re.compile(r"NP-\d\d-\d{4}")


@cache
def read_text(path: Path) -> str:
    """Return a document's text, white space as single blanks."""
    if path.suffix == ".pdf":
        with pdfplumber.open(path) as pdf:
            text = "\n".join(page.extract_text() for page in pdf.pages)
    elif path.suffix == ".docx":
        word = docx.Document(str(path))
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        text = "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])
    elif path.suffix == ".html":
        text = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" ")
    else:
        text = path.read_text(encoding="utf-8")
    return " ".join(text.split())


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every document's text by its path below the documents' folder."""
    return {
        document.path.relative_to(DOCUMENTS_DIR).as_posix(): read_text(document.path)
        for document in sample_documents()
    }


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV document."""
    with (DOCUMENTS_DIR / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_catalogue_names_every_file_once_and_no_other() -> None:
    named = [document.path for document in sample_documents()]
    assert len(named) == len(set(named)) >= 12
    assert set(named) == {path for path in DOCUMENTS_DIR.rglob("*") if path.is_file()}
    assert {path.suffix for path in named} == {".md", ".html", ".pdf", ".docx", ".csv"}
    assert {document.audience for document in sample_documents()} == set(Audience)


def test_every_product_of_the_catalogue_exists() -> None:
    known = set(PRODUCT_BY_SKU) | {product.family for product in PRODUCT_BY_SKU.values()}
    assert all(set(document.products) <= known for document in sample_documents())


@pytest.mark.parametrize("document", sample_documents(), ids=lambda document: document.path.name)
def test_every_document_opens_and_has_text(document: SampleDocument) -> None:
    assert len(read_text(document.path)) > 800


def test_the_service_manual_has_ten_to_fourteen_numbered_pages() -> None:
    with pdfplumber.open(DOCUMENTS_DIR / "manuals/aurora-service-manual.pdf") as pdf:
        assert 10 <= len(pdf.pages) <= 14
        for number, page in enumerate(pdf.pages, start=1):
            assert f"Page {number} of {len(pdf.pages)}" in page.extract_text()


@pytest.mark.parametrize(
    ("document", "fact"),
    [
        ("manuals/aurora-service-manual.pdf", "High-pressure switch opens 20.5 bar"),
        ("manuals/aurora-service-manual.pdf", "Evaporator water box bolts M12 58 Nm"),
        (
            "manuals/aurora-service-manual.pdf",
            "tighten the cover bolts of the filter drier crosswise to 40 Nm",
        ),
        ("manuals/aurora-service-manual.pdf", "DANGER: Never bridge the high-pressure switch"),
        ("manuals/aurora-service-manual.pdf", "see the current service bulletin"),
        ("manuals/boreal-service-manual.docx", "8.7 mbar"),
        ("manuals/boreal-service-manual.docx", "DANGER: Explosion hazard from leaking gas."),
        ("manuals/cirro-installation-manual.html", "tighten them to 45 Nm"),
        ("manuals/cirro-installation-manual.html", "wait 7 minutes for the inverter to discharge"),
        ("manuals/delta-maintenance-guide.md", "200 Pa"),
        ("bulletins/SB-2025-04.md", "28 Nm"),
        ("bulletins/SB-2026-02.md", "Supersedes: SB-2025-04"),
        ("bulletins/SB-2026-02.md", "tightened to 24 Nm"),
        ("internal/escalation-and-discount-guide.docx", "must not be given to partners or customers"),
        ("partners/partner-programme.pdf", "BUN-CIR-COMFORT"),
    ],
)
def test_a_document_holds_the_fact_that_others_rely_on(
    texts: dict[str, str], document: str, fact: str
) -> None:
    assert fact in texts[document]


def test_the_newer_bulletin_alone_has_the_new_torque(texts: dict[str, str]) -> None:
    assert "28 Nm" not in texts["bulletins/SB-2026-02.md"]
    assert "24 Nm" not in texts["bulletins/SB-2025-04.md"]


def test_the_same_code_has_different_meanings_in_two_families() -> None:
    rows = read_rows("manuals/error-codes.csv")
    assert len(rows) >= 60
    assert len({(row["code"], row["family"]) for row in rows}) == len(rows)
    assert all(all(row.values()) and None not in row for row in rows)
    meanings = {row["family"]: row["meaning"] for row in rows if row["code"] == "E07"}
    assert meanings == {
        "Aurora": "Water flow lost",
        "Boreal": "Burner does not ignite",
        "Cirro": "Defrost not finished",
        "Delta": "Heating valve does not follow",
    }


def test_every_part_number_in_a_document_is_in_the_parts_list(texts: dict[str, str]) -> None:
    rows = read_rows("manuals/parts-list.csv")
    known = {row["part_number"] for row in rows}
    assert len(rows) == len(known) >= 50
    for name, text in texts.items():
        assert set(PART_NUMBER.findall(text)) <= known, name
    skus = {sku for row in rows for sku in row["fits"].split("; ")}
    assert skus <= set(PRODUCT_BY_SKU)


def test_printed_documents_are_what_their_sources_say(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    from bot.demo.company.build_documents import PRINTED, SOURCES_DIR, build_documents

    built = build_documents(tmp_path)
    assert {path.name for path in SOURCES_DIR.iterdir()} == set(PRINTED)
    assert SOURCES_DIR.parent == COMPANY_DIR
    for path in built:
        assert read_text(path) == read_text(DOCUMENTS_DIR / path.relative_to(tmp_path)), path.name


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    from bot.demo.company.build_documents import build_documents

    first = [path.read_bytes() for path in build_documents(tmp_path / "one")]
    assert first == [path.read_bytes() for path in build_documents(tmp_path / "two")]
