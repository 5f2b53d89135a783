"""What a manager's page shows of the figures: which they are, the shelf they stand on, and the blocks made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from slack_sdk.models.blocks import Block
from sqlmodel import Session

from bot.figures.due_renewals import DueSum
from bot.views.figure_home import Kpi, build_figures
from bot.views.opportunities import build_opportunities
from offers.forecast import Forecast
from offers.guardrails import METRIC_RAILS, Guardrail, Rail, guard_figure, guard_health, guard_share
from offers.installed_base.service_health import Days, read_service_health
from offers.intervals import Share
from offers.metrics.currencies import keep_currency, list_currencies
from offers.metrics.figures import Figure, MetricSettings, Report, Scope
from offers.metrics.outlook import MONTHS_AHEAD, Outlook, recall
from offers.metrics.pacing import KNOWN_AHEAD, OPEN_FOR_DAYS, build_progress
from offers.metrics.progress import Progress
from offers.metrics.recent import DAYS
from offers.metrics.rollups import FigureSpec, Kept, Span
from offers.metrics.targets import find_readers_goal
from offers.models import Target
from offers.people import PersonFacts
from offers.reporting import METRIC_TABLE
from offers.steering.renewals import RenewalSummary

SHOWN = ("coverage", "value_attach", "units_attach", "net_attach", "renewal_rate", "conversion")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The reports of one page, their forecasts by metric and currency, and what comes up for renewal.

    `known_at` is the oldest of their instants; `is_behind`: newer ones are being made. `settings` are those in force.
    """

    reports: Mapping[FigureSpec, Report]
    known_at: datetime
    is_behind: bool
    forecasts: Mapping[str, Mapping[str, Forecast]] = field(default_factory=dict)
    due: RenewalSummary | None = None
    settings: MetricSettings = field(default_factory=MetricSettings)

    def find(self, metric: str, span: Span = Span.RECENT, by: tuple[str, ...] = ()) -> Report | None:
        """Return one of them, or None."""
        return self.reports.get(FigureSpec(metric, span, by))

    def find_so_far(self, metric: str) -> Report | None:
        """Return what counts towards a metric's target up to now, None while it was never made."""
        return self.find(metric, Span.PERIOD if METRIC_TABLE[metric].is_windowed else Span.RECENT)

    def keep(self, metric: str, currency: str) -> "Shelf":
        """Return what the reports and the forecasts of a metric say in one currency."""
        reports = {
            spec: keep_currency(report, currency)
            for spec, report in self.reports.items()
            if spec.metric == metric
        }
        found = self.forecasts.get(metric, {}).get(currency)
        return replace(
            self, reports=reports, forecasts={metric: {currency: found}} if found is not None else {}
        )

    def find_outlook(self, metric: str) -> Outlook | None:
        """Return the complete months of a metric and those to come, None while they were never made."""
        history = self.find(metric, Span.AHEAD, ("month",))
        if history is None:
            return None
        currency = next(iter(list_currencies(history)), "")
        return recall(history, self.forecasts.get(metric, {}).get(currency), months=MONTHS_AHEAD)


def build_home_figures(
    session: Session,
    shelf: Shelf,
    reader: PersonFacts,
    *,
    unhelpful: tuple[Share, Share] | None,
    now: datetime,
) -> list[Block]:
    """Build the figures' part of a manager's page from what was kept ready, and what is cheap to count now.

    `unhelpful` are the answers marked as no help of those with a mark, of the last ninety days and of those before.
    """
    kpis = list_kpis(session, shelf, reader, now=now)
    beside = list_beside(session, shelf, reader, unhelpful=unhelpful, now=now)
    funnel = shelf.find("funnel", by=("stage",))
    blocks = build_figures(
        kpis, beside, funnel, known_at=shelf.known_at, is_behind=shelf.is_behind, settings=shelf.settings
    )
    value = shelf.find("value_attach")
    rows = value.rows if value is not None else ()
    return blocks + (
        build_opportunities(_total(value), shelf.due, rows=rows) if shelf.due is not None else []
    )


def list_kpis(session: Session, shelf: Shelf, reader: PersonFacts, *, now: datetime) -> list[Kpi]:
    """Return the figures of the page in their order, of amounts in several currencies one of each."""
    return [kpi for metric in SHOWN for kpi in _build_kpis(session, shelf, metric, reader, now=now)]


def list_beside(
    session: Session,
    shelf: Shelf,
    reader: PersonFacts,
    *,
    unhelpful: tuple[Share, Share] | None,
    now: datetime,
) -> list[Guardrail]:
    """Return what stands beside the figures of the page; `unhelpful` as for the page."""
    health = read_service_health(session, Scope.of(reader), Days.up_to(now.date(), count=DAYS), now=now)
    beside: list[Guardrail] = []
    for metric, rail in METRIC_RAILS.items():
        beside += guard_figure(rail, shelf.find(metric), shelf.find(metric, Span.BEFORE), shelf.settings)
    beside += guard_health(health)
    if unhelpful is not None:
        beside.append(guard_share(Rail.UNHELPFUL, *unhelpful))
    return beside


def _build_kpis(
    session: Session, shelf: Shelf, metric: str, reader: PersonFacts, *, now: datetime
) -> list[Kpi]:
    """Return a metric from what was kept: of amounts in several currencies one of each, [] before it was made."""
    whole = shelf.find(metric)
    if whole is None:
        return []
    goal = find_readers_goal(session, metric, reader=reader, now=now)
    currencies = list_currencies(whole)
    parts = [(one, shelf.keep(metric, one)) for one in currencies] or [("", shelf)]
    return [
        Kpi(
            report,
            part.find(metric, Span.BEFORE),
            months.rows if months is not None else (),
            _build_pace(part, goal) if goal is not None else None,
            part.find_outlook(metric),
            currency if len(currencies) > 1 else None,
        )
        for currency, part in parts
        if (report := part.find(metric)) is not None
        for months in [part.find(metric, Span.MONTHS, ("month",))]
    ]


def _build_pace(shelf: Shelf, goal: Target) -> Progress | None:
    """Return where a target stands, from what was kept of its figure alone."""
    metric = goal.metric
    so_far, outlook = shelf.find_so_far(metric), shelf.find_outlook(metric)
    if so_far is None:
        return None
    return build_progress(
        goal,
        so_far.total,
        outlook.figures if outlook is not None else (),
        rest=_total(shelf.find(metric, Span.REST)),
        still=_total(shelf.find(metric, Span.OPEN)),
        ahead=outlook.forecast if outlook is not None else None,
        day=so_far.as_of,
    )


def _total(report: Report | None) -> Figure | None:
    return report.total if report is not None else None


def list_specs() -> list[FigureSpec]:
    """Return what Home shows: each figure now, before, by month, to its target and ahead, and what stands beside it."""
    specs = [FigureSpec("funnel", by=("stage",))]
    for metric in SHOWN:
        specs += [
            FigureSpec(metric),
            FigureSpec(metric, Span.BEFORE),
            FigureSpec(metric, Span.MONTHS, ("month",)),
        ]
        if METRIC_TABLE[metric].is_windowed:
            specs.append(FigureSpec(metric, Span.PERIOD))
        if metric in KNOWN_AHEAD:
            specs.append(FigureSpec(metric, Span.REST))
        if metric in OPEN_FOR_DAYS:
            specs.append(FigureSpec(metric, Span.OPEN))
    for metric in METRIC_RAILS:
        specs += [FigureSpec(metric), FigureSpec(metric, Span.BEFORE)]
    # What takes longest to make comes last: of a page's first figures as many are made as time allows.
    return specs + [FigureSpec(metric, Span.AHEAD, ("month",)) for metric in SHOWN]


def fill_shelf(
    kept: Mapping[FigureSpec, Kept],
    due: DueSum | None,
    *,
    now: datetime,
    is_behind: bool,
    settings: MetricSettings | None = None,
) -> Shelf:
    """Return the shelf of what was kept, with what comes up for renewal."""
    # A forecast is of complete months: when it was made says nothing about how new the figures are.
    counted = [one.known_at for spec, one in kept.items() if spec.span is not Span.AHEAD]
    counted += [due.known_at] if due is not None else []
    known_at = min(counted, default=now)
    forecasts = {spec.metric: one.forecasts for spec, one in kept.items() if spec.span is Span.AHEAD}
    reports = {spec: one.report for spec, one in kept.items()}
    summary = due.summary if due is not None else None
    return Shelf(reports, known_at, is_behind, forecasts, summary, settings or MetricSettings())
