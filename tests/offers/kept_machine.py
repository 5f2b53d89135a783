"""The small company's random stories once more, with all that an import brings beside, and its figures kept.

After each step the figures are read as Home reads them: what is kept and passes for fresh is taken as it stands, what
is not is made anew and kept. Beside them stands the replay: the rows of the ledger, written one after the other into an
empty database in which nothing was ever kept, and counted there.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, Table, select
from sqlmodel import Session

from bot.access import OPERATOR
from bot.database import build_read_scope
from bot.figures.shelf import list_specs
from offers.metrics.figures import MetricSettings
from offers.metrics.grouping import end_of_day
from offers.metrics.rollups import FigureSpec, Kept, Span, Viewpoint, find_kept, keep, make, read_revision
from offers.models import (
    Account,
    Asset,
    BundleItem,
    ContractLine,
    Decision,
    DecisionCandidate,
    OfferEvent,
    OrderLine,
    Partner,
    PricebookEntry,
    Product,
    ProductRelationship,
    ServiceContract,
    Target,
)
from offers.reporting import METRIC_TABLE, Report, report
from offers.tables.versions import table_of
from tests.offers.company import COMPANY, NOW
from tests.offers.ledger_machine import BEGINNINGS, PEOPLE, WHAT, LedgerMachine, Step, begin
from tests.templates import Template

LEDGER = (
    *(Account, Asset, BundleItem, ContractLine, Decision, DecisionCandidate, OfferEvent, OrderLine, Partner),
    *(PricebookEntry, Product, ProductRelationship, ServiceContract, Target),
)
"""What figures are made of: nothing that was ever added up is among it."""

SETTINGS = MetricSettings()
EVERY_SPLIT: Mapping[str, Sequence[tuple[str, ...]]] = {
    metric: ((), *((name,) for name in found.all_dimensions), found.all_dimensions[:2])
    for metric, found in METRIC_TABLE.items()
}

# What comes in by files, beside what the ledger's own machine does.
ARRIVES = {"ordered": 6, "sent back": 4, "told late": 6, "ended by the CRM": 4, "moved": 2, "aimed": 2}
TOLD = ("surfaced", "accepted", "booked", "declined", "reversed")
KINDS = [what for what, weight in {**WHAT, **ARRIVES}.items() for _ in range(weight)]
STEP = st.builds(
    Step,
    what=st.sampled_from(KINDS),
    who=st.sampled_from(PEOPLE),
    number=st.sampled_from([0, 1, 2, 2]),
    days=st.sampled_from([0, 0, 0, 0, 0, 1, 20, 100]),
    dies_at=st.just(0),
    discount_bps=st.just(None),
    clicks=st.integers(1, 2),
)
STORIES = st.tuples(
    st.sampled_from(BEGINNINGS), st.just(0), st.just(None), st.lists(STEP, min_size=6, max_size=14)
).map(begin)
TOTALS = tuple(dict.fromkeys([*(FigureSpec(metric) for metric in METRIC_TABLE), *list_specs()]))
PARTS = tuple(
    FigureSpec(metric, span, by)
    for metric, splits in EVERY_SPLIT.items()
    for by in splits
    for span in (Span.RECENT, Span.BEFORE)
    if by
)
SPECS = st.tuples(
    st.lists(st.sampled_from([one for one in TOTALS if one.span is not Span.AHEAD]), min_size=4, max_size=4),
    st.lists(st.sampled_from(PARTS), min_size=2, max_size=2),
).map(lambda drawn: tuple(dict.fromkeys([*drawn[0], *drawn[1]])))
"""Of a forecast it is known that it rests for an hour; whatever else is kept has to be what is counted."""


class KeptMachine(LedgerMachine):
    """The small company, some of whose figures are kept."""

    def __init__(self, engine: Engine, folder: Path, specs: Sequence[FigureSpec], empty: Template) -> None:
        super().__init__(engine, folder)
        self.empty = empty
        self.specs = specs
        self.shown: dict[tuple[FigureSpec, datetime], Report] = {}
        self.arrived: list[dict[str, Any]] = []
        self.arrived_events = 0
        self.taken_as_kept = 0

    def happen(self, step: Step) -> None:
        """Let one thing happen, where it can: to the ledger's own machine, or in a file that comes in."""
        if step.what not in ARRIVES:
            super().happen(step)
            return
        self.now += timedelta(days=step.days, minutes=1)
        for kind, rows in self._find_rows(step).items():
            if rows:
                self._load(kind, rows, self.now)

    def check(self, session: Session) -> None:
        """Compare what is kept and passes for fresh with what is counted now, and keep the rest."""
        view = Viewpoint(OPERATOR, SETTINGS, self.now, read_revision(session))
        kept = find_kept(session, self.specs, view)
        made: dict[FigureSpec, Kept] = {}
        for spec in self.specs:
            anew = make(session, spec, view)
            if spec in kept and kept[spec].is_fresh:
                assert kept[spec].report == anew.report, f"{spec} is not what is counted at {self.now}"
                self.taken_as_kept += 1
            else:
                made[spec] = anew
            self.shown[spec, self.now] = anew.report
        with self.scope() as writing:
            keep(writing, made, view)

    def finish(self, turn: int) -> None:
        """Replay the ledger from nothing, up to now and up to a day that is over: every figure is the same."""
        moments = sorted({moment for _, moment in self.shown})
        past = moments[turn % len(moments)]
        with self.read_scope() as counted, replayed(counted, self.empty) as replay:
            kept = find_kept(counted, self.specs, self._view("kept"))
            for spec in self.specs:
                assert make(replay, spec, self._view("replayed")).report == kept[spec].report, spec
                before = replace(self._view("replayed"), now=past)
                assert make(replay, spec, before).report == self.shown[spec, past], (spec, past)
            self._compare(counted, replay, turn, as_of=None)
        day = (past - timedelta(days=turn % 3)).date()
        until = end_of_day(day)
        with self.read_scope() as counted, replayed(counted, self.empty, until=until) as replay:
            self._compare(counted, replay, turn, as_of=day)

    def _view(self, revision: str) -> Viewpoint:
        return Viewpoint(OPERATOR, SETTINGS, self.now, revision)

    def _compare(self, counted: Session, replay: Session, turn: int, *, as_of: date | None) -> None:
        """Report every metric, by one split of each: what was not yet recorded makes no difference to a past day."""
        for place, (metric, splits) in enumerate(EVERY_SPLIT.items()):
            by = splits[(turn + place) % len(splits)]
            asked = {"by": by, "as_of": as_of, "now": self.now}
            assert report(counted, metric, **asked) == report(replay, metric, **asked), (metric, by, as_of)

    def _find_rows(self, step: Step) -> dict[str, list[dict[str, Any]]]:
        """Return what a file brings; of some rows the moment lies before its coming, or a moment after it."""
        at = self.now + (timedelta(), timedelta(days=-40), timedelta(seconds=90))[step.number]
        number, place = len(self.arrived), (step.clicks + step.days) % 2
        account, asset, partner = (("A-1", "M-CHILL", "P-1"), ("A-2", "M-ROOF", "P-2"))[place]
        about = {"account_id": account, "partner_id": partner}
        if step.what == "ordered":
            skus = ("CHILL", ("GATE", "CARE", "BUN")[number % 3])
            sold = {**about, "order_id": f"X-{number}", "quantity": step.clicks, "ordered_at": at.isoformat()}
            sold |= {"related_asset_id": asset, "unit_price": "250.00", "currency": "EUR"}
            rows = [{**sold, "order_line_id": f"X-{number}-{sku}", "sku": sku} for sku in skus]
            self.arrived += rows
            return {"orders": rows}
        if step.what == "sent back":
            back = {"returned_at": at.isoformat(), "returned_quantity": 1}
            return {"orders": [{**row, **back} for row in self.arrived[-step.clicks :]]}
        if step.what == "told late":
            what = TOLD[(number + step.number) % len(TOLD)]
            told = {**about, "asset_id": asset, "person_id": "T-1", "play": "add_on", "event": what}
            told |= {"offer_id": f"LATE-{place}", "reason": "price" if what == "declined" else ""}
            self.arrived_events += 1
            return {
                "offer_events": [
                    {**told, "event_id": f"E-{self.arrived_events}", "occurred_at": at.isoformat()}
                ]
            }
        if step.what == "ended by the CRM":
            return self._find_contracts(step, at)
        if step.what == "moved":
            return {
                "accounts": [{**COMPANY["accounts"][place], "region": ("West", "", "South")[step.number]}]
            }
        metric = ("coverage", "units_attach", "conversion")[step.number]
        aim = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
        return {"targets": [{"metric": metric, "value": str(step.clicks / 4), **aim}]}

    def _find_contracts(self, step: Step, at: datetime) -> dict[str, list[dict[str, Any]]]:
        """The contract there was at first is cancelled, or followed by another."""
        day = at.date()
        if step.clicks == 1:
            return {
                "contracts": [
                    {**COMPANY["contracts"][0], "status": "cancelled", "cancelled_on": day.isoformat()}
                ]
            }
        after = {"contract_id": "C-NEXT", "account_id": "A-1", "status": "active"}
        after |= {"start_date": day.isoformat(), "end_date": (day + timedelta(days=364)).isoformat()}
        line = {"contract_line_id": "L-NEXT", "contract_id": "C-NEXT", "asset_id": "M-CHILL", "sku": "CARE"}
        line |= {"predecessor_line_id": "L-1", "booked_at": at.isoformat(), "unit_price": "900.00"}
        return {"contracts": [after], "contract_lines": [{**line, "quantity": 1, "currency": "EUR"}]}


@contextmanager
def replayed(source: Session, empty: Template, *, until: datetime | None = None) -> Iterator[Session]:
    """Write the ledger's rows into an empty database, in the order in which they were recorded, and open it.

    Args:
        until: Nothing that was recorded later is written, and nothing that came to an end later has ended.
    """
    with empty.copy() as engine:
        with engine.begin() as target:
            decided: set[str] = set()
            for model in LEDGER:
                rows = list(_read_ledger(source, table_of(model), until))
                if model is Decision:
                    decided = {row["decision_id"] for row in rows}
                if model is DecisionCandidate:
                    rows = [row for row in rows if row["decision_id"] in decided]
                rows.sort(key=lambda row: row.get("recorded_at") or row.get("decided_at") or NOW)
                for number, row in enumerate(rows, 1):
                    row["row_id"] = number
                if rows:
                    target.execute(table_of(model).insert(), rows)
        with build_read_scope(engine)() as session:
            yield session


def _read_ledger(source: Session, table: Table, until: datetime | None) -> Iterator[dict[str, Any]]:
    """Yield the rows as they were at the instant, by their number; those that came later are not there yet."""
    for row in source.execute(select(table).order_by(table.c.row_id)).mappings():
        came, ended = row.get("recorded_at") or row.get("decided_at"), row.get("superseded_at")
        if until is None or came is None:
            yield dict(row)
        elif came <= until:
            yield {**row, "superseded_at": None} if ended is not None and ended > until else dict(row)
