"""The windows that a company sets stand with every figure that they decide, in days, wherever it is shown."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from bot.access import OPERATOR
from bot.deps import Deps
from bot.figures.digest import compose_digest
from bot.figures.forecasting import look as foretell
from bot.figures.shelf import build_home_figures, fill_shelf, list_specs
from bot.files.guardrails import build_guardrail_csv
from bot.settings import Settings
from bot.views.alert import build_alert
from bot.views.digest import build_digest
from bot.views.figure_help import build_targets
from bot.views.forecast import build_forecast_message
from bot.views.guardrails import outline_guardrails
from bot.views.payloads import ForecastRef
from offers.guardrails import find_guardrails
from offers.metrics.figures import MetricSettings
from offers.metrics.misses import Miss
from offers.metrics.pacing import find_progress
from offers.metrics.recent import Viewer
from offers.metrics.rollups import Viewpoint, make, read_revision
from offers.playbook.policy import Policy
from tests.offers.company import COMPANY, NOW
from tests.offers.conftest import Store, person
from tests.offers.rows import contract, fill, line, machine, order, run

SET = MetricSettings(attribution_days=71, pos_days=12, cancellation_days=43, grace_days=9)
NET = "*Net attach*: the same without what was cancelled, returned or reversed within 43 days"
SOLD = "*Conversion*: of eligible opportunities, accepted within 71 days"
RENEWED = "*Renewal rate*: contract lines that ended and were renewed, to begin within 9 days"
CANCELLED = "*Cancellation*: contract lines sold that were cancelled within 43 days"


def begin(store: Store, folder: Path) -> None:
    """A chiller with a gateway, sold, and its contract."""
    fill(
        store,
        folder,
        assets=[machine("M1")],
        contracts=[contract("C", "2026-01-01", "2026-12-31")],
        contract_lines=[line("L1", "C", asset_id="M1")],
        orders=[order("1a", "CHILL", "2026-02-05"), order("1b", "GATE", "2026-02-05")],
        pricebook=COMPANY["pricebook"],
        targets=[{"metric": "net_attach", "value": "0.6", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}],
    )  # fmt: skip


def test_home_names_the_days_of_its_figures_and_of_what_stands_beside_them(
    store: Store, folder: Path
) -> None:
    begin(store, folder)
    with store.scope() as session:
        view = Viewpoint(OPERATOR, SET, NOW, read_revision(session))
        kept = {spec: make(session, spec, view) for spec in list_specs()}
        shelf = fill_shelf(kept, None, now=NOW, is_behind=False, settings=SET)
        blocks = build_home_figures(session, shelf, OPERATOR, unhelpful=None, now=NOW)
    said = repr([block.to_dict() for block in blocks])
    for meaning in (NET, SOLD, RENEWED, "cancelled within 43 days 0.0 %, 0 of 1"):
        assert meaning in said


def test_a_digest_names_the_days_of_its_figures(store: Store, folder: Path) -> None:
    begin(store, folder)
    with store.scope() as session:
        manager = person(session, "UMGR")
        digest = compose_digest(session, manager, now=NOW, settings=SET, policy=Policy())
    assert digest is not None
    said = repr(build_digest(digest).blocks)
    assert f"{NET}; {CANCELLED}. 2 Dec 2025 to 1 Mar 2026" in said
    # A figure that no window decides needs no words, nor does a digest of such figures alone.
    assert "*Coverage*: " not in said
    plain = replace(digest, lines=[one for one in digest.lines if one.metric == "coverage"])
    assert "'2 Dec 2025 to 1 Mar 2026" in repr(build_digest(plain).blocks)


def test_an_alert_and_targets_name_the_days(store: Store, folder: Path) -> None:
    begin(store, folder)
    total = replace(run(store, "net_attach", settings=SET).total, low=0.1, high=0.2, target=0.6)
    miss = Miss("T", "net_attach", {}, total, None, None, None)
    assert f"{NET}. You are told once" in repr(
        build_alert([miss], names={}, next_step=None, settings=SET).blocks
    )
    with store.scope() as session:
        progress = find_progress(session, "net_attach", now=NOW, settings=SET)
    assert progress is not None
    assert f"{NET}." in repr(build_targets({"net_attach": progress}, SET).blocks)


class Desk:
    """What a forecast needs of the process: the clock and the settings."""

    def __init__(self) -> None:
        self.clock = lambda: NOW
        self.settings = Settings(cancellation_days=43)


def test_a_forecast_names_the_days_with_its_definition(store: Store, folder: Path) -> None:
    begin(store, folder)
    ref = ForecastRef(metric="net_attach", first_day=date(2026, 3, 1), last_day=date(2026, 5, 31), only={})
    with store.scope() as session:
        message = build_forecast_message(foretell(session, ref, OPERATOR, cast(Deps, Desk())))
    assert "returned or reversed within 43 days" in repr(message.best.blocks)


def test_guardrails_name_the_days_in_words_in_documents_and_in_files(store: Store, folder: Path) -> None:
    begin(store, folder)
    found = run(store, "units_attach", settings=SET)
    with store.scope() as session:
        beside = find_guardrails(
            session,
            "units_attach",
            Viewer(NOW, SET),
            first_day=None,
            last_day=NOW.date(),
            read_unhelpful=lambda _days: None,
        )
    assert beside is not None
    assert "cancelled within 43 days 0.0 %, 0 of 1 (–)" in outline_guardrails(beside)
    assert ",cancelled within 43 days,0,1," in build_guardrail_csv(found, beside).decode()
    assert [one.get("within_days") for one in beside.as_json()["beside"]] == [None, None, 43, None, None]
