"""The command line: exit codes, one clear sentence, JSON that scripts can rely on."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli import app
from knowledge.answering import chat
from tests.chroma_server import ChromaProcess
from tests.knowledge.models import QuotaExceeded, ScriptedModel
from tests.offers.company import Rows, write_files

MANUAL = """# Pump P200 service manual

## Replacing the shaft seal

> **WARNING** Hot water under pressure. Let the pump cool below 40 °C before you open it.

1. Close both isolating valves.
2. Loosen the four M8 bolts of the seal plate.
3. Fit the new seal, part number SEAL-4471.
4. Tighten the bolts of the seal plate to 25 Nm in a cross pattern.
"""

Attache = Callable[..., Result]


@pytest.fixture
def attache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attache:
    """Run the command with a home of its own and without Slack tokens."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ATTACHE_HOME", str(tmp_path / "home"))

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)

    return run


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    folder = tmp_path / "manuals"
    folder.mkdir()
    (folder / "p200.md").write_text(MANUAL, encoding="utf-8")
    return folder


def test_a_question_is_answered_from_what_was_ingested(attache: Attache, manual: Path) -> None:
    done = attache("ingest", manual)
    assert done.exit_code == 0
    assert "1 added" in done.stdout
    answered = attache("ask", "How tight are the bolts of the seal plate?", "--json")
    assert answered.exit_code == 0
    document = json.loads(answered.stdout)
    assert document["abstained"] is False
    assert "25 Nm" in document["answer"]
    citation = document["citations"][0]
    assert set(citation) == {"document", "title", "section", "page", "quote"}
    assert (citation["document"], citation["page"]) == ("p200.md", None)
    assert "40 °C" in document["notices"][0]["text"]
    assert document["latency_ms"] > 0
    assert document["answer"].index("40 °C") < document["answer"].index("25 Nm")


def test_files_of_kinds_that_are_not_read_are_counted_and_what_is_left_behind_is_not(
    attache: Attache, manual: Path
) -> None:
    for name in (
        "a.pptx",
        "deep/B.PPTX",
        "deep/plan.dwg",
        "README",
        ".DS_Store",
        "Thumbs.db",
        "~$a.docx",
        "a.md~",
    ):
        (manual / name).parent.mkdir(exist_ok=True)
        (manual / name).write_bytes(b"x")
    done = attache("ingest", manual)
    assert done.exit_code == 0
    assert "1 added" in done.stdout
    said = " ".join(done.stderr.split())
    assert "skipped: 4 files of kinds that are not read: .pptx (2), .dwg (1), without ending (1)" in said


def test_reading_the_same_again_changes_nothing(attache: Attache, manual: Path) -> None:
    attache("ingest", manual)
    assert "0 added, 0 updated, 1 unchanged" in attache("ingest", manual).stdout


@pytest.mark.parametrize(
    "question", ["", "   ", "What is the capital of Mongolia?", "x" * 50_000, "🔧" * 2_000]
)
def test_a_question_without_an_answer_is_an_honest_no(attache: Attache, manual: Path, question: str) -> None:
    attache("ingest", manual)
    answered = attache("ask", question, "--json")
    assert answered.exit_code == 0
    document = json.loads(answered.stdout)
    assert document["abstained"] is True
    assert document["citations"] == []


def test_internal_documents_are_not_for_partners(attache: Attache, manual: Path) -> None:
    attache("ingest", manual, "--audience", "internal")
    answered = attache("ask", "How tight are the bolts of the seal plate?", "--as", "partner", "--json")
    document = json.loads(answered.stdout)
    assert document["abstained"] is True
    assert document["nearest"] == []


def test_documents_are_listed_shown_and_removed(attache: Attache, manual: Path) -> None:
    attache("ingest", manual, "--product", "P200")
    assert "p200.md" in attache("kb", "list").stdout
    shown = json.loads(attache("kb", "show", "p200.md", "--json").stdout)
    assert shown["title"] == "Pump P200 service manual"
    assert attache("kb", "remove", "p200.md").exit_code == 0
    assert "No documents yet" in attache("kb", "list").stdout
    gone = attache("kb", "remove", "p200.md")
    assert (gone.exit_code, "no document p200.md" in gone.stderr) == (1, True)


def test_a_broken_document_is_named_and_the_rest_is_read(attache: Attache, manual: Path) -> None:
    (manual / "broken.pdf").write_bytes(b"%PDF-1.7\nthis is no PDF")
    done = attache("ingest", manual)
    assert done.exit_code == 1
    assert "1 added" in done.stdout
    assert "broken.pdf" in done.stderr


def test_an_import_with_a_wrong_header_changes_nothing(attache: Attache, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_text("id,title\nA-1,Acme\n", encoding="utf-8")
    done = attache("import", tmp_path / "accounts.csv")
    assert done.exit_code == 1
    assert "account_id" in done.stderr


def test_an_import_names_line_column_and_reason(attache: Attache, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    header = "account_id,name,parent_account_id,segment,region,do_not_sell_until"
    path.write_text(f"{header}\nA-1,Acme,,,,\nA-2,Bolt,,,,soon\n", encoding="utf-8")
    done = attache("import", path)
    assert done.exit_code == 1
    assert "line 3, column do_not_sell_until" in done.stderr
    path.write_text(f"{header}\nA-1,Acme,,,,\nA-2,Bolt,,,,2027-01-31\n", encoding="utf-8")
    assert "2 inserted" in attache("import", path).stdout
    assert "2 unchanged" in attache("import", path).stdout


def test_a_report_without_data_has_no_rate(attache: Attache) -> None:
    done = attache("report", "coverage", "--json", "--as-of", "2026-11-22")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert set(document) == {"metric", "as_of", "from", "to", "definition", "rows", "total"}
    assert document["total"]["denominator"] == 0
    assert document["total"]["rate"] is None


def test_a_report_says_how_far_its_target_is(attache: Attache, tmp_path: Path) -> None:
    year = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    chiller = {"sku": "C", "name": "Chiller", "family": "Aurora", "kind": "core", "serviceable": "true"}
    tables: dict[str, Rows] = {
        "accounts": [{"account_id": "A-1", "name": "Acme"}],
        "products": [chiller],
        "assets": [
            {"asset_id": one, "sku": "C", "account_id": "A-1", "status": "active"} for one in ("M1", "M2")
        ],
        "targets": [
            {"metric": "coverage", "value": "0.5", **year},
            {"metric": "coverage", "family": "Aurora", "value": "1", **year},
        ],
    }
    done = attache("import", write_files(tmp_path / "company", tables), "--recorded-at", "2026-01-01")
    assert done.exit_code == 0, done.stderr
    done = attache("report", "coverage", "--by", "family", "--json", "--as-of", "2026-11-22")
    document = json.loads(done.stdout)
    progress = document["total"]["progress"]
    # One of two machines is half of them, and either can still be covered; 39 days of the year are left.
    assert (progress["needed"], progress["days_left"], progress["standing"]) == (1, 39, "open")
    assert document["rows"][0]["progress"]["needed"] == 2
    # A part works towards its own target, not the company's.
    done = attache("report", "coverage", "--only", "family=Aurora", "--json", "--as-of", "2026-11-22")
    total = json.loads(done.stdout)["total"]
    assert (total["target"], total["progress"]["target"], total["progress"]["needed"]) == (1, 1, 2)
    shown = " ".join(attache("report", "coverage", "--as-of", "2026-11-22").stdout.split())
    assert "To reach 50.0 % by 31 Dec 2026 it takes 1 more machine," in shown


def test_an_attach_figure_stands_beside_what_must_not_get_worse(attache: Attache, tmp_path: Path) -> None:
    day = "2026-10-15T12:00:00Z"
    kinds = {"C": "core", "G": "attach"}
    machine = {"sku": "C", "account_id": "A-1", "status": "active"}
    tables: dict[str, Rows] = {
        "accounts": [{"account_id": "A-1", "name": "Acme"}],
        "products": [{"sku": sku, "name": sku, "kind": kind} for sku, kind in kinds.items()],
        "pricebook": [
            {"pricebook": "standard", "sku": "G", "currency": "EUR", "unit_price": "90.00", "unit_cost": "45.00"}
        ],
        "assets": [{"asset_id": f"M{number}", **machine} for number in range(6)],
        "orders": [
            {"order_line_id": f"{sku}{number}", "order_id": f"O{number}", "account_id": "A-1", "sku": sku,
             "quantity": 1, "unit_price": "60.00", "currency": "EUR", "ordered_at": ordered}
            for ordered, first in (("2026-07-15T12:00:00Z", 0), (day, 8))
            for number in range(first, first + 8)
            for sku in kinds
            if sku == "C" or number >= 8
        ],
        "work_orders": [
            {"work_order_id": f"W{number}-{call}", "account_id": "A-1", "asset_id": f"M{number}", "opened_at": day,
             "type": "repair"}
            for number in range(6)
            for call in range(2)
        ],
    }  # fmt: skip
    done = attache("import", write_files(tmp_path / "company", tables), "--recorded-at", "2026-01-01")
    assert done.exit_code == 0, done.stderr
    window = ("order_attach", "--from", "2026-08-25", "--to", "2026-11-22", "--as-of", "2026-11-22")
    document = json.loads(attache("report", *window, "--json").stdout)
    # None of eight orders before, eight of eight now; no machine failed twice before, six do: 1/64 by chance.
    assert (document["total"]["numerator"], document["guardrails"]["flagged"]) == (8, ["repeat_failures"])
    margin = next(one for one in document["guardrails"]["beside"] if one["name"] == "margin")
    assert margin["now"] == {"numerator": 12_000, "denominator": 48_000, "rate": 0.25}
    shown = " ".join(attache("report", *window).stdout.split())
    assert (
        "Beside it, 25 Aug 2026 to 22 Nov 2026, in brackets 27 May 2026 to 24 Aug 2026: margin 25.0 %"
        in shown
    )
    warning = "The figure rises while machines that keep failing rise from 0 to 6."
    assert f"Look: {warning}" in shown
    attache("report", *window, "--xlsx", tmp_path / "it.xlsx")
    rows = load_workbook(tmp_path / "it.xlsx")["definition"].iter_rows(values_only=True)
    notes = {str(row[0]): str(row[1]) for row in rows}
    assert notes["look"] == warning
    assert "machines that keep failing 6 (0)" in notes["beside it"]
    # What is no attach figure has none.
    assert "guardrails" not in json.loads(attache("report", "margin", "--json").stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ingest", "/nowhere/at/all"), "no file or folder /nowhere/at/all"),
        (("import", "/nowhere/at/all"), "no file or folder /nowhere/at/all"),
        (("ask", "torque?", "--asset", "NV-0"), "no machine or customer called NV-0"),
        (("offers", "NV-0"), "no machine or customer called NV-0"),
        (("report", "covfefe"), "no metric called covfefe"),
        (("report", "coverage", "--by", "moon"), "can't be split by moon"),
        (("eval", "/nowhere"), "/nowhere"),
        (("run",), "SLACK_BOT_TOKEN is not set"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_sentence_and_exit_code_1(
    attache: Attache, arguments: tuple[str, ...], said: str
) -> None:
    done = attache(*arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments", [("fly",), ("ask",), ("ask", "x", "--as", "king"), ("report", "coverage", "--from", "soon")]
)
def test_wrong_usage_is_exit_code_2(attache: Attache, arguments: tuple[str, ...]) -> None:
    assert attache(*arguments).exit_code == 2


def test_a_data_directory_that_is_a_file_is_named(
    attache: Attache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("ATTACHE_HOME", str(tmp_path / "file" / "home"))
    done = attache("ask", "torque?")
    assert done.exit_code == 1
    assert "data directory" in done.stderr
    assert "ATTACHE_HOME" in done.stderr


def test_a_port_in_use_is_named(attache: Attache) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = attache("demo", "--port", str(port), "--no-browser")
    assert done.exit_code == 1
    assert f"Port {port} on this machine is in use" in done.stderr


def test_a_setting_that_makes_no_sense_is_named(attache: Attache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTACHE_VISIT_LASTS_H", "long")
    done = attache("kb", "list")
    assert done.exit_code == 1
    assert "ATTACHE_VISIT_LASTS_H" in done.stderr


def test_the_doctor_finds_what_is_missing(attache: Attache) -> None:
    done = attache("doctor")
    assert done.exit_code == 0
    assert "note  Documents: none yet" in done.stdout
    assert "ok    Database" in done.stdout


def test_a_report_is_written_as_csv_and_workbook_and_formulas_are_text(
    attache: Attache, tmp_path: Path
) -> None:
    header = "account_id,name,parent_account_id,segment,region,do_not_sell_until"
    (tmp_path / "accounts.csv").write_text(f"{header}\nA-1,Acme,,,=1+1,\n", encoding="utf-8")
    products = "sku,name,family,kind,serviceable,replaces_sku"
    (tmp_path / "products.csv").write_text(f"{products}\nP-1,Pump,Pumps,core,true,\n", encoding="utf-8")
    assets = (
        "asset_id,serial_number,sku,model,firmware,account_id,site_id,install_date,status,retired_on,"
        "sold_by_partner_id,serviced_by_partner_id,warranty_end"
    )
    (tmp_path / "assets.csv").write_text(
        f"{assets}\nAS-1,S-1,P-1,,,A-1,,2024-01-01,active,,,,\n", encoding="utf-8"
    )
    paths = [tmp_path / f"{name}.csv" for name in ("accounts", "products", "assets")]
    assert attache("import", *paths).exit_code == 0
    out = tmp_path / "coverage"
    written = attache("report", "coverage", "--by", "region", "--csv", f"{out}.csv", "--xlsx", f"{out}.xlsx")
    assert written.exit_code == 0
    # One active machine without a contract: 0 of 1, and the region is text, not a formula.
    lines = Path(f"{out}.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "region,numerator,denominator,rate,low,high,target,n,warranty_only"
    assert lines[1].startswith("'=1+1,0,1,0.0,")
    book = load_workbook(f"{out}.xlsx")
    assert [cell.value for cell in book["coverage"][2]][:3] == ["'=1+1", 0, 1]
    assert book["definition"]["A1"].value == "metric"
    part = attache(
        "report", "coverage", "--only", "family=Pumps", "--only", "region==1+1", "--rows", "--json"
    )
    assert [one["id"] for one in json.loads(part.stdout)["entries"]] == ["AS-1"]
    other = attache("report", "coverage", "--only", "family=Pump", "--rows", "--json")
    assert (other.exit_code, other.stdout) == (1, "")
    assert "No family in the records is “Pump”. Known, the nearest first: Pumps." in other.stderr
    # What the records have and the window doesn't stays a figure without a rate.
    none = attache("report", "units_attach", "--only", "family=Pumps", "--json")
    assert (none.exit_code, json.loads(none.stdout)["total"]["denominator"]) == (0, 0)
    ahead = attache("report", "coverage", "--as-of", "2090-01-01", "--json")
    assert (ahead.exit_code, json.loads(ahead.stdout)["total"]["denominator"]) == (0, 1)
    assert "2090-01-01 lies in the future" in ahead.stderr
    assert ahead.stderr.count("\n") == 1
    assert "future" not in attache("report", "coverage", "--as-of", "2026-01-01", "--json").stderr
    for wrong in (("--only", "Pumps"), ("--only", "family=")):
        assert attache("report", "coverage", *wrong).exit_code == 2
    calm = attache("report", "coverage", "--only", "family=Pumps", "--restated", "--json")
    assert json.loads(calm.stdout)["restated"] == {"before": [0, 1], "after": [0, 1], "changes": []}
    nowhere = attache("report", "coverage", "--csv", "/nowhere/at/all.csv")
    assert nowhere.exit_code == 1
    assert "/nowhere/at/all.csv can't be written" in nowhere.stderr


def test_a_restatement_tells_amounts_as_money(attache: Attache, tmp_path: Path) -> None:
    tables: dict[str, Rows] = {
        "accounts": [{"account_id": "A-1", "name": "Harbour"}],
        "products": [
            {"sku": "PUMP", "name": "Pump", "kind": "core", "serviceable": "true"},
            {"sku": "CARE", "name": "Care", "kind": "service"},
        ],
        "product_relations": [{"core_sku": "PUMP", "attach_sku": "CARE", "type": "service"}],
        "pricebook": [{"pricebook": "standard", "sku": "CARE", "currency": "EUR", "unit_price": "900.00"}],
        "assets": [{"asset_id": "AS-1", "sku": "PUMP", "account_id": "A-1", "status": "active"}],
    }
    assert attache("import", write_files(tmp_path / "files", tables)).exit_code == 0
    told = attache("report", "value_attach", "--as-of", "2025-01-01", "--restated").stdout
    assert "  now: EUR 0 / EUR 900" in told
    assert "AS-1: not there -> EUR 0 / EUR 900; " in told


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedModel]:
    """Set ATTACHE_LLM to a model that follows a script."""

    def set_up(*script: Any) -> ScriptedModel:
        model = ScriptedModel(script=list(script), prompts=[])
        monkeypatch.setattr(chat, "find_spec", lambda _: ModuleType("there"))
        monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda *_, **__: model)
        monkeypatch.setenv("ATTACHE_LLM", "openai:scripted")
        return model

    return set_up


def test_a_language_model_words_the_answer_and_the_contract_of_json_stays(
    attache: Attache, manual: Path, scripted: Callable[..., ScriptedModel]
) -> None:
    attache("ingest", manual)
    scripted("4. Tighten the seal plate's bolts to 25 Nm in a cross pattern. [1]\n4. Use 99 Nm. [1]\n")
    answered = attache("ask", "How tight are the bolts of the seal plate?", "--json")
    assert answered.exit_code == 0
    document = json.loads(answered.stdout)
    assert {"answer", "abstained", "citations", "notices", "latency_ms"} <= document.keys()
    assert "99" not in document["answer"]
    assert document["answer"].endswith("4. Tighten the seal plate's bolts to 25 Nm in a cross pattern. [1]")
    assert document["composed_by"] == "openai:scripted"
    assert document["prompt_version"].startswith("answer-")
    assert document["is_short_form"] is False
    assert document["citations"][0]["document"] == "p200.md"


def test_a_language_model_that_fails_leaves_the_documents_answer_and_says_so(
    attache: Attache, manual: Path, scripted: Callable[..., ScriptedModel]
) -> None:
    attache("ingest", manual)
    scripted(QuotaExceeded())
    answered = attache("ask", "How tight are the bolts of the seal plate?")
    assert answered.exit_code == 0
    assert "25 Nm" in answered.stdout
    assert "Short form, in the documents' own words (openai:scripted: failed)." in answered.stdout


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            "anthropic:claude-x",
            "ATTACHE_LLM=anthropic:claude-x needs the package langchain-anthropic: pip install 'attache[anthropic]'",
        ),
        ("nonsense:x", "ATTACHE_LLM=nonsense:x can't be used: LangChain knows no provider nonsense."),
        ("claude-x", "it is written as provider:model"),
    ],
)
def test_a_language_model_that_cannot_be_had_is_one_sentence(
    attache: Attache, manual: Path, monkeypatch: pytest.MonkeyPatch, spec: str, said: str
) -> None:
    monkeypatch.setattr(chat, "find_spec", lambda _: None)
    monkeypatch.setenv("ATTACHE_LLM", spec)
    assert attache("ingest", manual).exit_code == 0
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    for command in (("ask", "torque?"), ("run",)):
        done = attache(*command)
        assert done.exit_code == 1
        assert said in done.stderr.replace("\n", " ")
        assert "Traceback" not in done.stderr
    checked = attache("doctor")
    assert checked.exit_code == 1
    assert f"FAIL  Answers: {said}" in checked.stdout or said in checked.stdout
    assert "ok    Database" in checked.stdout


def test_the_doctor_asks_the_language_model_for_a_word_and_shows_it_no_document(
    attache: Attache, manual: Path, scripted: Callable[..., ScriptedModel]
) -> None:
    attache("ingest", manual)
    model = scripted("ready")
    done = attache("doctor")
    assert done.exit_code == 0
    assert "ok    Answers: worded by openai:scripted" in done.stdout
    assert "ok    Language model: openai:scripted answers in" in done.stdout
    assert len(model.prompts) == 1
    assert "seal" not in model.prompts[0]


def test_the_doctor_notes_a_language_model_that_is_down_and_is_content_without(
    attache: Attache, scripted: Callable[..., ScriptedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(QuotaExceeded())
    done = attache("doctor")
    assert done.exit_code == 0
    assert "note  Language model: openai:scripted does not answer now (failed)." in done.stdout
    monkeypatch.delenv("ATTACHE_LLM")
    assert "ok    Answers: made of the documents' own sentences (no ATTACHE_LLM)" in attache("doctor").stdout


def test_the_doctor_tells_whether_the_chroma_server_can_be_reached(
    attache: Attache, chroma_server: ChromaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Chroma server" not in attache("doctor").stdout
    monkeypatch.setenv("ATTACHE_CHROMA_URL", chroma_server.address.url)
    assert f"ok    Chroma server: {chroma_server.address.url} answers, version 1." in attache("doctor").stdout
    chroma_server.kill()
    done = attache("doctor")
    assert done.exit_code == 0
    assert (
        f"note  Chroma server: The Chroma server at {chroma_server.address.url} can't be used" in done.stdout
    )


def test_documents_are_found_through_a_chroma_server_and_without_it(
    attache: Attache,
    manual: Path,
    chroma_server: ChromaProcess,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("ATTACHE_CHROMA_URL", chroma_server.address.url)
    assert attache("ingest", manual).exit_code == 0
    assert not (tmp_path / "home" / "index" / "dense").exists()
    question = ("ask", "How tight are the bolts of the seal plate?", "--json")
    answered = json.loads(attache(*question).stdout)
    assert not answered["abstained"]
    chroma_server.kill()
    assert json.loads(attache(*question).stdout)["answer"] == answered["answer"]
    done = attache("kb", "rebuild")
    assert done.exit_code == 1
    assert "Check ATTACHE_CHROMA_URL" in done.stderr


@pytest.mark.parametrize("url", ["chroma:8000", "ftp://chroma", "http://ada:secret@chroma:8000"])
def test_an_address_of_a_server_that_is_none_is_named_and_not_shown(
    attache: Attache, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ATTACHE_CHROMA_URL", url)
    done = attache("kb", "list")
    assert done.exit_code == 1
    assert "ATTACHE_CHROMA_URL" in done.stderr
    assert "secret" not in done.stderr
