"""`attache report`: what it is narrowed to and the days it is of stand on everything that comes out."""

import csv
from pathlib import Path

from openpyxl import load_workbook

from tests.bot.test_cli import Attache, attache
from tests.bot.test_cli_figures import TODAY, market, read, squeezed

__all__ = ["attache", "market"]


def test_what_a_report_was_narrowed_to_is_said_in_every_form(market: Attache, tmp_path: Path) -> None:
    out = tmp_path / "coverage"
    only = ("report", "coverage", "--only", "region=UK")
    assert squeezed(market(*only)).startswith(f"coverage, region UK, on {TODAY} ")
    assert read(market(*only, "--json"))["only"] == {"region": "UK"}
    assert "only" not in read(market("report", "coverage", "--json"))
    done = market(*only, "--by", "family", "--csv", f"{out}.csv", "--xlsx", f"{out}.xlsx")
    assert done.exit_code == 0, done.stderr
    lines = out.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ["region", "family"],
        ["UK", "Aurora"],
        ["UK", "total"],
    ]
    definition = {row[0]: row[1] for row in load_workbook(f"{out}.xlsx")["definition"].values}
    assert definition["only region"] == "UK"


def test_what_stands_beside_an_attach_figure_is_a_second_csv(market: Attache, tmp_path: Path) -> None:
    out = tmp_path / "by family.csv"
    done = market("report", "coverage", "--by", "family", "--only", "region=UK", "--csv", out, "--json")
    assert read(done)["guardrails"]["beside"]
    assert "by family-guardrails.csv" in done.stderr.replace("\n", " ")
    with (tmp_path / "by family-guardrails.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["region"], row["beside"]) for row in rows} == {("UK", "coverage")}
    assert [row["guardrail"] for row in rows][-3:] == [
        "machines that keep failing",
        "open escalations",
        "answers marked no help",
    ]
    # The figure's own rows stay as they were.
    assert out.read_text(encoding="utf-8").startswith("region,family,numerator,denominator,rate")
    assert market("report", "conversion", "--csv", tmp_path / "conversion.csv").exit_code == 0
    assert not (tmp_path / "conversion-guardrails.csv").exists()


def test_a_figure_of_one_day_is_read_on_the_last_day_and_says_so(market: Attache) -> None:
    # Nothing was recorded before 2026.
    quarter = ("--from", "2025-10-01", "--to", "2025-12-31")
    assert squeezed(market("report", "coverage", *quarter)).startswith("coverage, on 2025-12-31 ")
    found = read(market("report", "coverage", *quarter, "--json"))
    assert (found["from"], found["to"], found["as_of"]) == (None, "2025-12-31", "2025-12-31")
    assert found["total"]["denominator"] == 0
    assert read(market("report", "coverage", "--to", str(TODAY), "--json"))["total"]["denominator"] == 6
    # What it is known as of may be another day, and is then the one that it is read on.
    known = market("report", "coverage", "--to", "2025-12-31", "--as-of", str(TODAY))
    assert squeezed(known).startswith(f"coverage, on {TODAY} ")


def test_a_figure_of_one_day_has_no_beginning(market: Attache) -> None:
    refused = market("report", "coverage", "--from", "2026-01-01")
    assert refused.exit_code == 2
    assert "coverage is read on one day" in " ".join(refused.stderr.replace("│", " ").split())
    for unit, earlier in (("month", "2025-12"), ("quarter", "2025-Q4"), ("year", "2025 ")):
        ends = squeezed(market("report", "coverage", "--from", "2026-01-01", "--by", unit))
        assert ends.startswith(f"coverage, 2026-01-01 to {TODAY}, as of {TODAY} ")
        assert f" {earlier}" not in ends


def test_a_reversed_window_is_refused_for_a_figure_of_one_day_too(market: Attache) -> None:
    for metric, end in (("coverage", "--to"), ("coverage", "--as-of"), ("units_attach", "--to")):
        refused = market("report", metric, "--from", "2026-05-01", end, "2026-01-01")
        assert refused.exit_code == 1
        assert "ends (2026-01-01) before it starts (2026-05-01)" in " ".join(refused.stderr.split())
        assert refused.stdout == ""


def test_a_window_says_its_days_with_and_without_a_beginning(market: Attache) -> None:
    said = squeezed(market("report", "units_attach", "--from", "2026-01-01", "--to", "2026-03-31"))
    assert said.startswith(f"units_attach, 2026-01-01 to 2026-03-31, as of {TODAY} ")
    said = squeezed(market("report", "units_attach", "--to", "2026-03-31"))
    assert said.startswith(f"units_attach, the beginning of the records to 2026-03-31, as of {TODAY} ")


def test_a_day_before_the_first_import_is_told_as_it_is_known_now(market: Attache, tmp_path: Path) -> None:
    # Recorded on 1 January 2026: six machines, one with a contract that had not begun a year before. Orders of
    # 10 January 2026: nine chillers and, one of them alone, seven gateways.
    of_day = "Nothing of it was recorded by 31 Dec 2024. As it is known now: 0.0 % (0 of 6)"
    past = ("report", "coverage", "--as-of", "2024-12-31")
    found = read(market(*past, "--json"))
    assert found["total"]["denominator"] == 0
    assert [one.startswith(of_day) for one in found["remarks"]] == [True]
    assert of_day in squeezed(market(*past))
    by_family = market(*past, "--by", "family", "--csv", tmp_path / "c.csv", "--xlsx", tmp_path / "c.xlsx")
    assert of_day in " ".join(by_family.stderr.split())
    definition = {row[0]: row[1] for row in load_workbook(tmp_path / "c.xlsx")["definition"].values}
    assert str(definition["remark"]).startswith(of_day)
    window = ("report", "units_attach", "--from", "2026-01-01", "--to", "2026-01-31", "--as-of")
    (remark,) = read(market(*window, "2025-12-31", "--json"))["remarks"]
    assert remark.startswith(
        "Nothing of it was recorded by 31 Dec 2025. As it is known now: 77.8 % (7 units with 9 core"
    )
    # What there was nothing of then, and is nothing of now, needs no word; nor what is known.
    for day in ("2024-12-31", "2026-02-01"):
        assert "remarks" not in read(market("report", "margin", "--as-of", day, "--json"))


def test_what_has_no_rate_and_what_is_of_another_day_is_said(market: Attache, tmp_path: Path) -> None:
    why = "it sets add-ons against core units, and a product is one of the two"
    by_product = ("report", "units_attach", "--by", "sku")
    assert why in squeezed(market(*by_product))
    found = read(market(*by_product, "--json"))
    assert {row["group"]["sku"]: row["rate"] for row in found["rows"]} == dict.fromkeys(
        row["group"]["sku"] for row in found["rows"]
    )
    assert sum(row["denominator"] for row in found["rows"]) == found["total"]["denominator"] > 0
    written = market(*by_product, "--csv", tmp_path / "p.csv", "--xlsx", tmp_path / "p.xlsx")
    assert why in " ".join(written.stderr.split())
    definition = {row[0]: row[1] for row in load_workbook(tmp_path / "p.xlsx")["definition"].values}
    assert why in str(definition["remark"])
    leaked = squeezed(market("report", "leakage", "--from", "2026-01-01", "--to", "2026-03-31"))
    assert "(sold as of " in leaked
    assert "`--as-of 2026-03-31`" in leaked


def test_groups_are_called_by_their_names(market: Attache) -> None:
    said = squeezed(market("report", "units_attach", "--by", "sku"))
    assert "Chiller 240 (CHILL)" in said
    narrowed = squeezed(market("report", "units_attach", "--only", "sku=CHILL"))
    assert narrowed.startswith("units_attach, sku Chiller 240 (CHILL), ")
