"""The metrics by name: their definitions, what they can be grouped by, and how they are counted."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from functools import partial

from sqlmodel import Session

from offers.metrics import (
    experiments,
    funnel,
    installed_base,
    leakage,
    margin,
    orders,
    renewals,
    time_to_attach,
)
from offers.metrics.entries import Counted, Entry, Selector, count_entries, list_entries
from offers.metrics.entry_facts import EntryKind
from offers.metrics.figures import MetricSettings, Window
from offers.metrics.grouping import PERIODS
from offers.metrics.intervals_told import resampled
from offers.metrics.offers import CONVERSION_DIMENSIONS, count_conversion, list_opportunities


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its definition as a sentence, the dimensions that apply to it, and how to count it.

    `count` returns the groups and the total; `list_entries` the rows behind it.
    Settings in braces in the definition are those in force. `is_windowed`: it looks at a window, else at a day.
    `is_ranked`: people and partners are ordered by the lower end of their intervals; `is_low_best`: by the upper end,
    the lowest first. `is_estimate`: its rate is no quotient of its counts. `is_staged`: its groups keep the order in
    which they are counted. `is_personal`: it can be one person's own. `is_internal`: nobody external may see it.
    `entry_kind`: what its rows are. `shared_by`: it is a share of all that the part has, by this dimension.
    """

    title: str
    definition: str
    dimensions: tuple[str, ...]
    count: Callable[[Session, Window], Counted]
    list_entries: Callable[[Session, Window], list[Entry]]
    is_windowed: bool = True
    is_ranked: bool = False
    is_low_best: bool = False
    is_estimate: bool = False
    is_money: bool = False
    is_staged: bool = False
    is_personal: bool = False
    is_internal: bool = False
    amounts: tuple[str, ...] = ()
    entry_kind: EntryKind = EntryKind.ASSET
    shared_by: str | None = None

    @property
    def all_dimensions(self) -> tuple[str, ...]:
        """What the metric can be grouped by: a figure of a day by period is that of each period's last day."""
        return self.dimensions if self.is_windowed else (*self.dimensions, *PERIODS)

    def is_of_a_day(self, by: Collection[str]) -> bool:
        """Tell whether the figure, grouped so, stands on one day and looks at no window."""
        return not self.is_windowed and set(PERIODS).isdisjoint(by)

    def define(self, settings: MetricSettings) -> str:
        """Return the definition with the settings in force."""
        return self.definition.format(**asdict(settings))


def _of_entries(
    title: str,
    definition: str,
    dimensions: tuple[str, ...],
    select_entries: Selector,
    entry_kind: EntryKind,
    *,
    is_windowed: bool = True,
    is_ranked: bool = False,
    is_low_best: bool = False,
    is_money: bool = False,
    is_internal: bool = False,
    amounts: tuple[str, ...] = (),
) -> Metric:
    return Metric(
        title,
        definition,
        dimensions,
        count=partial(count_entries, select_entries=select_entries),
        list_entries=partial(list_entries, select_entries=select_entries),
        is_windowed=is_windowed,
        is_ranked=is_ranked,
        is_low_best=is_low_best,
        is_money=is_money,
        is_internal=is_internal,
        amounts=amounts,
        entry_kind=entry_kind,
    )


METRIC_TABLE: Mapping[str, Metric] = {
    "coverage": _of_entries(
        "Coverage",
        "Active, serviceable assets with a live contract line on the as-of date / active, serviceable assets. "
        "Retired and competitor assets are out; a warranty alone is no coverage. Interval: Wilson, 95 %.",
        installed_base.COVERAGE_DIMENSIONS,
        installed_base.select_coverage,
        EntryKind.ASSET,
        is_windowed=False,
        is_ranked=True,
    ),
    "value_attach": _of_entries(
        "Value attach",
        "List value covered / list value attachable, over active, serviceable assets: of each asset the price, valid "
        "on the as-of date, of the dearest product in service relation to it; attached when the asset is covered. "
        "In minor units, each currency apart. " + resampled(),
        installed_base.COVERAGE_DIMENSIONS,
        installed_base.select_value_attach,
        EntryKind.ASSET,
        is_windowed=False,
        is_money=True,
        is_ranked=True,
    ),
    "leakage": _of_entries(
        "Contract leakage",
        "Value that is not under contract / potential: the list value attachable over active, serviceable assets, "
        "as in value_attach. Potential less visible is unseen, visible less sold is unsold. Sold: covered on the "
        "as-of date. Visible: sold, and assets for which a renewal, coverage gap, warranty end or win-back was found "
        "eligible, surfaced or accepted in the window, whatever the answer. In minor units, each currency apart; "
        "assets are counted beside. " + resampled(),
        leakage.LEAKAGE_DIMENSIONS,
        leakage.select_leakage,
        EntryKind.ASSET,
        is_money=True,
        amounts=leakage.AMOUNTS,
    ),
    "units_attach": _of_entries(
        "Units attach",
        "Attached units (attach and service products, bundles as their items) / core units, both ordered in "
        "the window; gross of returns and reversals; may exceed 100 %. By play and technician a line counts for the "
        "offer that it came from. " + resampled(of_ratio=True),
        orders.ORDER_DIMENSIONS,
        orders.select_units_attach,
        EntryKind.ORDER_LINE,
        is_ranked=True,
    ),
    "net_attach": _of_entries(
        "Net attach",
        "Attached units ordered in the window less those cancelled, returned or reversed within {cancellation_days} "
        "days / core units ordered in the window. The base stays as it was ordered. "
        + resampled(of_ratio=True),
        orders.ORDER_DIMENSIONS,
        orders.select_net_attach,
        EntryKind.ORDER_LINE,
        is_ranked=True,
    ),
    "order_attach": _of_entries(
        "Order attach",
        "Orders with core and attached lines / orders with a core line, ordered in the window; gross of returns and "
        "reversals. A product's group has the orders with that core product, a play's and a technician's those whose "
        "core line came from such an offer. Interval: Wilson, 95 %.",
        orders.ORDER_DIMENSIONS,
        orders.select_order_attach,
        EntryKind.ORDER,
        is_ranked=True,
    ),
    "account_attach": _of_entries(
        "Account attach",
        "Of the accounts that ordered core in the window, those that ordered attached in it too; gross of returns and "
        "reversals. Interval: Wilson, 95 %.",
        orders.ORDER_DIMENSIONS,
        orders.select_account_attach,
        EntryKind.ACCOUNT,
        is_ranked=True,
    ),
    "partner_attach": _of_entries(
        "Partner attach",
        "Of the accounts that ordered core from partners in the window, those that ordered attached from partners in "
        "it too; gross of returns and reversals. Interval: Wilson, 95 %.",
        orders.ORDER_DIMENSIONS,
        orders.select_partner_attach,
        EntryKind.ACCOUNT,
        is_ranked=True,
    ),
    "pos_attach": _of_entries(
        "Point-of-sale attach",
        "Core units ordered in the window whose asset has an attached line ordered no later than {pos_days} days "
        "after installation (before it counts) / core units ordered in the window; later lines are post-sale. "
        "Without a known installation nothing is point of sale. " + resampled(),
        orders.ORDER_DIMENSIONS,
        orders.select_pos_attach,
        EntryKind.ORDER_LINE,
        is_ranked=True,
    ),
    "margin": _of_entries(
        "Margin",
        "Net price less cost / net price of the attached order lines (attach and service products, bundles as their "
        "items with their share of the price by list prices) of the window; the cost is the price book's on the day of "
        "the order. Lines without a known cost are left out and counted beside; gross of returns and reversals. In "
        "minor units, each currency apart. " + resampled(),
        orders.ORDER_DIMENSIONS,
        margin.select_margin,
        EntryKind.ORDER_LINE,
        is_money=True,
        is_internal=True,
        is_ranked=True,
    ),
    "renewal_rate": _of_entries(
        "Renewal rate",
        "Contract lines ending in the window with a successor booked by the as-of date that starts no later than "
        "{grace_days} days after the end / contract lines ending in the window; drafts and what is cancelled by then "
        "are neither. Interval: Wilson, 95 %.",
        renewals.RENEWAL_DIMENSIONS,
        renewals.select_renewal_rate,
        EntryKind.CONTRACT_LINE,
        is_ranked=True,
    ),
    "renewal_value": _of_entries(
        "Renewal value",
        "Booked value of the successors of contract lines ending in the window / value of those lines, in minor "
        "units, each currency apart; what is booked for other periods' lines doesn't count. A successor starts no "
        "later than {grace_days} days after the end. " + resampled(of_ratio=True),
        renewals.RENEWAL_DIMENSIONS,
        renewals.select_renewal_value,
        EntryKind.CONTRACT_LINE,
        is_money=True,
        is_ranked=True,
    ),
    "first_renewal_rate": _of_entries(
        "First renewal",
        "The renewal rate of contract lines that succeed no other: what a contract sold in whichever way is worth to "
        "its customer a term later. Interval: Wilson, 95 %.",
        renewals.RENEWAL_DIMENSIONS,
        renewals.select_first_renewal,
        EntryKind.CONTRACT_LINE,
        is_ranked=True,
    ),
    "cancellation_rate": _of_entries(
        "Cancellation",
        "Contract lines sold (booked, else begun) in the window whose contract was cancelled within "
        "{cancellation_days} days / contract lines sold in the window. Interval: Wilson, 95 %.",
        renewals.RENEWAL_DIMENSIONS,
        renewals.select_cancellations,
        EntryKind.CONTRACT_LINE,
        is_ranked=True,
        is_low_best=True,
    ),
    "conversion": Metric(
        "Conversion",
        "Opportunities accepted within {attribution_days} days and not reversed / eligible opportunities of the "
        "window, once per account, asset and play. Interval: Wilson, 95 %.",
        CONVERSION_DIMENSIONS,
        count=count_conversion,
        is_personal=True,
        list_entries=list_opportunities,
        entry_kind=EntryKind.OPPORTUNITY,
        is_ranked=True,
    ),
    "incremental_attach": Metric(
        "Incremental attach",
        "Accounts that bought something attached within {attribution_days} days of being first considered / accounts "
        "considered, of those that are offered something less those held out by chance; gross of returns and "
        "reversals. Interval of the difference: Newcombe, 95 %.",
        experiments.INCREMENT_DIMENSIONS,
        count=experiments.count_increment,
        list_entries=experiments.list_arms,
        entry_kind=EntryKind.ACCOUNT,
        is_estimate=True,
    ),
    "time_to_attach": Metric(
        "Time to attach",
        "Share of core assets installed in the window with an attached order line by day {horizon_days} after "
        "installation: Kaplan-Meier; those without are censored at the as-of date or their retirement. What is older "
        "than the first known order is observed from that on (delayed entry), beyond day {horizon_days} left out. "
        "Interval: Greenwood, 95 %.",
        time_to_attach.TIME_DIMENSIONS,
        count=time_to_attach.count_time_to_attach,
        list_entries=time_to_attach.list_observations,
        is_ranked=True,
        is_estimate=True,
    ),
    "funnel": Metric(
        "Funnel",
        "Of the window's eligible opportunities, once per account, asset and play, those that got at least to each "
        "stage by the as-of date and were not reversed; a group without stages got to the last one. Dropped: since the "
        "stage before. Interval: Wilson, 95 %.",
        funnel.FUNNEL_DIMENSIONS,
        count=funnel.count_stages,
        list_entries=funnel.list_stages,
        amounts=(funnel.DROPPED,),
        entry_kind=EntryKind.OPPORTUNITY,
        is_personal=True,
        is_staged=True,
    ),
    "declines": Metric(
        "Declined offers",
        "Offers declined in the window for a reason / all offers declined in the window, of a part of the company all "
        "of that part. Interval: Wilson, 95 %; none for all of them.",
        funnel.DECLINE_DIMENSIONS,
        count=funnel.count_declines,
        list_entries=funnel.list_declines,
        entry_kind=EntryKind.OFFER_EVENT,
        is_personal=True,
        shared_by="reason",
    ),
}

METRICS: tuple[str, ...] = tuple(METRIC_TABLE)
