"""What has become of a past figure: told to our own people who ask, and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.figures.names import load_account_names, load_names
from bot.files.lists import ListFile
from bot.files.report_tables import name_days
from bot.files.reports import name_words
from bot.files.restatements import tabulate_restatement
from bot.views.figures import FigureMessage
from bot.views.payloads import FigureRef
from bot.views.restated import build_restated_message, name_restated
from offers.errors import InternalFigure
from offers.metrics.figures import Report, Scope
from offers.metrics.restatement import Restatement, restate
from offers.reporting import open_window, report


@dataclass(frozen=True, slots=True)
class RestatedAnswer:
    """A past report with what has become of it, and what its ids are called."""

    report: Report
    changed: Restatement
    ref: FigureRef
    names: Mapping[str, str]

    def build(self) -> FigureMessage:
        """Build the message."""
        return build_restated_message(self.report, self.changed, names=self.names, ref=self.ref)


def look_up_restated(session: Session, ref: FigureRef, options: Mapping[str, Any]) -> RestatedAnswer:
    """Return what has become of a figure: in total, as `attache report --restated` tells it.

    Raises:
        InternalFigure: The reader is external; the reasons name records that are not theirs.
        OfferError: As `offers.reporting.report`.
    """
    if Scope.of(options["reader"]).is_external:
        raise InternalFigure(ref.metric)
    whole = {**options, "by": ()}
    result = report(session, ref.metric, only=ref.only, **whole)
    window = open_window(ref.metric, **whole)
    changed = restate(session, ref.metric, window, now=options["now"], only=ref.only)
    accounts = {one.account_id for one in changed.changes if one.account_id is not None}
    names = load_names(session, result) | load_account_names(session, accounts)
    return RestatedAnswer(result, changed, ref, names)


def describe_restated_file(answer: RestatedAnswer) -> ListFile:
    """Return the entries that count otherwise as a file, with both totals last."""
    parts = [answer.names.get(value, value) for value in answer.report.only.values()]
    return ListFile(
        "-".join([answer.ref.metric, "restated", *name_words(parts)]),
        name_restated(answer.report, answer.names),
        answer.report.as_of,
        {"restated": tabulate_restatement(answer.changed)},
        [("what", answer.report.definition), *name_days(answer.report)[:-1]],
    )
