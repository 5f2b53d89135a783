"""What `attache report` found: as words, as a document, as a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.console import out

if TYPE_CHECKING:
    from bot.files.report_tables import Table
    from offers.attach_rate import Group
    from offers.guardrails import Guardrails
    from offers.metrics.entries import Entry
    from offers.metrics.entry_facts import EntryFacts
    from offers.metrics.figures import Figure, Report
    from offers.metrics.progress import Progress
    from offers.metrics.restatement import Restatement
    from offers.survival import SurvivalCurve


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A report with what was asked for beside it.

    `paces` is where the targets of its rows stand, `names` what its ids are called, `facts` what its rows are known by,
    `beside` the guardrails of an attach figure, `trend` the months of one without groups, `remarks` what has to be
    known of it, as mrkdwn.
    """

    report: "Report"
    paces: "Mapping[Group, Progress]"
    names: Mapping[str, str]
    rows: "Sequence[Entry] | None"
    facts: "EntryFacts | None"
    curve: "SurvivalCurve | None"
    restated: "Restatement | None"
    beside: "Guardrails | None"
    trend: "Report | None" = None
    remarks: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the document that `--json` prints."""
        document = self.report.as_json()
        for row in (*document["rows"], document["total"]):
            progress = self.paces.get(tuple(row["group"].values()))
            if progress is not None:
                row["progress"] = progress.as_json()
            beside = self.beside.rows.get(tuple(row["group"].values())) if self.beside is not None else None
            if beside is not None:
                row["guardrails"] = beside.as_json()
        if self.remarks:
            document["remarks"] = self.list_remarks()
        if self.rows is not None:
            document["entries"] = [row.as_json() for row in self.rows]
        if self.restated is not None:
            document["restated"] = self.restated.as_json()
        if self.beside is not None:
            document["guardrails"] = self.beside.as_json()
        return document

    def list_remarks(self) -> list[str]:
        """Return the remarks in plain words."""
        return [one.replace("*", "") for one in self.remarks]

    def build_workbook(self) -> bytes:
        """Return the workbook that `--xlsx` writes."""
        from bot.files.guardrails import tabulate_guardrails
        from bot.files.reports import build_workbook
        from bot.views.guardrails import note_guardrails

        return build_workbook(
            self.report,
            self.rows,
            self.curve,
            facts=self.facts,
            names=self.names,
            paces=self.paces,
            tables=self._list_tables(),
            notes=[*(("remark", one) for one in self.list_remarks()), *note_guardrails(self.beside)],
            beside=tabulate_guardrails(self.report, self.beside) if self.beside is not None else None,
        )

    def _list_tables(self) -> "dict[str, Table]":
        from bot.files.report_tables import build_trend_tables
        from bot.files.restatements import tabulate_restatement

        tables = build_trend_tables(self.trend)
        if self.restated is not None:
            tables["restated"] = tabulate_restatement(self.restated)
        return tables

    def print(self) -> None:
        """Print it in words."""
        from bot.views.figures import name_group
        from bot.views.guardrails import list_flagged, outline_guardrails, warn_of
        from bot.views.pace import describe_progress
        from bot.views.readings import tell_day

        report = self.report
        out.print(", ".join([report.metric, *_name_part(self), _say_days(report)]), markup=False)
        out.print(report.definition, markup=False)
        labels = {one: _name(one, self.names) for one in self.names}
        flagged = list_flagged(report, self.beside) if self.beside is not None else []
        warnings = {tuple(row.group.values()): warn_of("It", worse) for row, worse in flagged}
        for row in (*report.rows, report.total):
            is_total = row is report.total
            group = name_group(row, labels)
            told = _describe(report.metric, row) + (tell_day(report) if is_total else "")
            out.print(f"{'total' if is_total else group:32} {told}", markup=False)
            progress = self.paces.get(tuple(row.group.values()))
            if progress is not None:
                out.print(f"    {describe_progress(report.metric, progress)}", markup=False)
            if tuple(row.group.values()) in warnings and not is_total:
                out.print(f"    Look: {warnings[tuple(row.group.values())]}", markup=False)
        for remark in self.list_remarks():
            out.print(remark, markup=False)
        if self.beside is not None:
            out.print(f"Beside it, {outline_guardrails(self.beside)}", markup=False)
            warning = warn_of("The figure", self.beside.flagged)
            if warning is not None:
                out.print(f"Look: {warning}", markup=False)
        if self.rows is not None and self.facts is not None:
            _print_rows(self.rows, self.facts)
        if self.restated is not None:
            _print_restatement(self.restated)


def _name_part(found: FoundReport) -> list[str]:
    return [f"{name} {_name(value, found.names)}" for name, value in found.report.only.items()]


def _name(value: str | None, names: Mapping[str, str]) -> str:
    """Return what a group is called, with its id where that is something else."""
    if value is None:
        return "unknown"
    return f"{names[value]} ({value})" if value in names else value


def _say_days(report: "Report") -> str:
    from bot.files.report_tables import name_days

    (first, start), *others = name_days(report)
    if not others:
        return f"{first} {start}"
    (_, last), (_, known) = others
    return f"{start} to {last}, as of {known}"


def _print_rows(rows: "Sequence[Entry]", facts: "EntryFacts") -> None:
    for row in rows:
        known = ", ".join(str(fact) for fact in facts.cells[row.entry_id] if fact is not None)
        out.print(f"  {row.entry_id}: {row.numerator} / {row.denominator}  {known}", markup=False)


def _print_restatement(changed: "Restatement") -> None:
    if not changed.changes:
        out.print("Nothing that was recorded later changes it.", markup=False)
        return
    out.print("As it is known now:", markup=False)
    for currency, sides in (changed.currencies or {"": (changed.before, changed.after)}).items():
        for name, counts in zip(("then", "now"), sides, strict=True):
            if counts is not None:
                known = f"{name}, {currency}" if currency else name
                out.print(
                    f"  {known}: {_both(counts.numerator, counts.denominator, counts.currency)}", markup=False
                )
    for one in changed.changes:
        before, after = (
            _both(*side, currency) if side else "not there"
            for side, currency in ((one.before, one.currency), (one.after, one.now_in or one.currency))
        )
        reasons = "; ".join(one.reasons)
        out.print(f"  {one.entry_id}: {before} -> {after}; {reasons}", markup=False)


def _both(numerator: int, denominator: int, currency: str | None) -> str:
    return f"{_amount(numerator, currency)} / {_amount(denominator, currency)}"


def _describe(metric: str, row: "Figure") -> str:
    from offers.metrics.catalogue import METRIC_TABLE
    from offers.metrics.intervals_told import TOO_FEW, is_too_few
    from offers.metrics.kinds import OVER_ACCOUNTS

    resting = f"  n {row.n}" if metric in OVER_ACCOUNTS else ""
    interval = f"  {TOO_FEW}" if is_too_few(metric, row) else ""
    if row.low is not None and row.high is not None:
        interval = f"  [{row.low * 100:.1f}, {row.high * 100:.1f}]"
    target = "" if row.target is None else f"  target {row.target * 100:.1f} %"
    if row.numerator is None or row.denominator is None:
        return "        –  (currencies are not added)"
    counts = show_counts(row)
    if METRIC_TABLE[metric].shared_by is not None and row.numerator == row.denominator and not row.group:
        return f"{row.numerator:>9}  {METRIC_TABLE[metric].title.lower()}"
    amounts = METRIC_TABLE[metric].amounts
    asides = "".join(
        f"  {name.replace('_', ' ')} {_amount(value, row.currency if name in amounts else None)}"
        for name, value in row.asides.items()
    )
    shrunk = "" if row.shrunk is None else f"  shrunk {row.shrunk * 100:.1f} %"
    return f"{show_percent(row.rate):>9}  {counts}{resting}{interval}{target}{shrunk}{asides}"


def show_counts(row: "Figure") -> str:
    """Return a row's numerator and denominator, amounts as money."""
    return _both(row.numerator or 0, row.denominator or 0, row.currency)


def show_percent(rate: float | None) -> str:
    """Return a rate in percent with two decimals, a dash without one."""
    return "–" if rate is None else f"{rate * 100:.2f} %"


def _amount(value: int, currency: str | None) -> str:
    from bot.mrkdwn import format_money

    return f"{value}" if currency is None else format_money(value, currency)
