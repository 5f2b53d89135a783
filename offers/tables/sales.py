"""Tables of what was offered, what happened to it, and what was sold.

Offers, decisions and events are written once and never updated. What an offer's status is, follows from
its events.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field, SQLModel

from offers.tables.columns import CURRENT, OFFERED, ROW_ID, UtcDateTime, Versioned, version_indexes
from offers.vocabulary import RuleStatus, Source

_ONE_ACCEPTED = text("event = 'accepted' AND superseded_at IS NULL")
_WAITING = text("delivered_at IS NULL AND dead_at IS NULL")
_DEAD = text("dead_at IS NOT NULL")
_SHOWN = text("event = 'surfaced'")
_OWN_STEP = text(
    "event IN ('booked', 'cancelled', 'returned', 'reversed') AND source = 'own' AND superseded_at IS NULL"
)


class OrderLine(Versioned, table=True):
    """One line of an order. `offer_id` says that it came from an offer of ours."""

    __tablename__ = "offers_order_line"
    __table_args__ = (
        *version_indexes("offers_order_line", "order_line_id"),
        Index("ix_offers_order_line_account", "account_id", "ordered_at", "order_line_id"),
        Index("ix_offers_order_line_asset", "related_asset_id"),
        Index("ix_offers_order_line_partner", "partner_id"),
        Index("ix_offers_order_line_ordered", "ordered_at"),
        # Few lines come from an offer: an index of all would count for nothing in the statistics.
        Index("ix_offers_order_line_offered", "offer_id", sqlite_where=OFFERED, postgresql_where=OFFERED),
    )

    order_line_id: str
    order_id: str
    account_id: str
    partner_id: str | None = None
    sku: str
    quantity: int
    unit_amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    ordered_at: datetime = Field(sa_type=UtcDateTime)
    related_asset_id: str | None = None
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returned_quantity: int | None = None
    offer_id: str | None = None


class OfferRule(SQLModel, table=True):
    """One version of a rule; each step of its life (drafted, approved, archived) is a version of its own.

    The newest approved version holds unless an archived one follows it. `author_id` wrote what the version says,
    `created_by` took the step; None is the command line.
    """

    __tablename__ = "offers_rule"
    __table_args__ = (Index("uq_offers_rule_version", "rule_id", "version", unique=True),)

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    rule_id: str
    version: int = 1
    play: str
    name: str
    status: str = RuleStatus.DRAFT.value
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    price_source: str = "pricebook"
    conditions: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"}
    )
    offer: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    discount_bps: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    valid_from: date | None = None
    valid_until: date | None = None
    incentive: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"}
    )
    author_id: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str | None = None


class RuleSimulation(SQLModel, table=True):
    """What a version of a rule would have done over the installed base, when somebody last tried it."""

    __tablename__ = "offers_rule_simulation"
    __table_args__ = (Index("ix_offers_rule_simulation_rule", "rule_id", "version"),)

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    rule_id: str
    version: int
    as_of: date
    simulated_at: datetime = Field(sa_type=UtcDateTime)
    simulated_by: str | None = None
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Decision(SQLModel, table=True):
    """Everything that was considered at one moment for one asset or account.

    `grounds` is what it was made from, so that it can be made again (`offers.deciding.snapshots`). `is_asked` says that
    the person asked for offers, `is_exploring` that chance chose among the best, `is_held_out` that the account
    was drawn into the group of the `experiment` that is shown nothing unasked.
    """

    __tablename__ = "offers_decision"
    __table_args__ = (
        Index("uq_offers_decision_id", "decision_id", unique=True),
        Index("ix_offers_decision_asset", "asset_id", "decided_at"),
        Index("ix_offers_decision_decided", "decided_at"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    decision_id: str
    decided_at: datetime = Field(sa_type=UtcDateTime)
    account_id: str
    asset_id: str | None = None
    person_id: str | None = None
    partner_id: str | None = None
    work_order_id: str | None = None
    thread_ref: str | None = None
    policy_version: str
    held: str | None = None
    is_asked: bool = False
    is_exploring: bool = False
    is_held_out: bool = False
    experiment: str | None = None
    grounds: bytes | None = None


class DecisionCandidate(SQLModel, table=True):
    """One candidate of a decision: chosen, ranked below, or rejected at a stage for a reason.

    `is_eligible` says that the machine's own facts make the play sensible; these are the opportunities that
    `conversion` divides by. `probability` is the chance with which the policy chose as it did.
    """

    __tablename__ = "offers_decision_candidate"
    __table_args__ = (
        Index("ix_offers_decision_candidate_decision", "decision_id"),
        Index("ix_offers_decision_candidate_opportunity", "account_id", "asset_id", "play"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    decision_id: str
    rule_id: str | None = None
    play: str
    account_id: str
    asset_id: str | None = None
    sku: str | None = None
    is_eligible: bool
    is_chosen: bool
    rejected_stage: str | None = None
    rejected_reason: str | None = None
    restraint: str | None = None
    score: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    probability: float | None = None


class Offer(SQLModel, table=True):
    """One version of an offer: a price snapshot that holds until `expires_at`.

    A refreshed price is the next version under the same `offer_id`; the highest version is the current one.
    With a discount, `unit_amount_minor` is what is asked and `listed_minor` what the price book says. `options` are
    the products to choose from, each with its price, the offer's own first; [] where there is no choice. `wording` is
    how the reasons were put to the reader, where by a language model, and `worded_by` which one and by which prompt.
    `incentive` is what the rule promised who sells it when this version was made, and `rule_version` which one that is.
    """

    __tablename__ = "offers_offer"
    __table_args__ = (
        Index("uq_offers_offer_version", "offer_id", "version", unique=True),
        Index("ix_offers_offer_asset", "asset_id"),
        Index("ix_offers_offer_account", "account_id"),
        Index("ix_offers_offer_thread", "thread_ref"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    offer_id: str
    version: int = 1
    decision_id: str | None = None
    rule_id: str
    rule_version: int | None = None
    rule_name: str
    play: str
    account_id: str
    asset_id: str | None = None
    sku: str
    unit_amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    pricebook: str
    list_total_minor: int | None = Field(default=None, sa_type=BigInteger)
    items: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    discount_bps: int = 0
    listed_minor: int | None = Field(default=None, sa_type=BigInteger)
    options: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    term_months: int | None = None
    predecessor_line_id: str | None = None
    starts_on: date | None = None
    reasons: list[str] = Field(default_factory=list, sa_type=JSON)
    wording: str | None = None
    worded_by: str | None = None
    incentive: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"}
    )
    score: dict[str, float] = Field(default_factory=dict, sa_type=JSON)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    thread_ref: str | None = None
    person_id: str | None = None
    partner_id: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)


class OfferEvent(Versioned, table=True):
    """The ledger: append-only, each idempotency key once, each offer accepted at most once.

    A correction in an imported history is a row version like everywhere; our own events have one version.
    """

    __tablename__ = "offers_event"
    __table_args__ = (
        *version_indexes("offers_event", "event_id"),
        Index(
            "uq_offers_event_idempotency",
            "idempotency_key",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        Index(
            "uq_offers_event_one_accepted",
            "offer_id",
            unique=True,
            sqlite_where=_ONE_ACCEPTED,
            postgresql_where=_ONE_ACCEPTED,
        ),
        # Holds all that is asked of every sale at once: whose, through whom, to whom.
        Index(
            "ix_offers_event_accepted",
            "event",
            "account_id",
            "person_id",
            "partner_id",
            "offer_id",
            "offer_version",
            "superseded_at",
            sqlite_where=_ONE_ACCEPTED,
            postgresql_where=_ONE_ACCEPTED,
        ),
        # What follows a sale happens once as well, whoever logs it: a person, or an import that saw it booked.
        Index(
            "uq_offers_event_one_step",
            "offer_id",
            "event",
            unique=True,
            sqlite_where=_OWN_STEP,
            postgresql_where=_OWN_STEP,
        ),
        Index("ix_offers_event_offer", "offer_id", "occurred_at"),
        Index(
            "ix_offers_event_shown_by",
            "person_id",
            "occurred_at",
            sqlite_where=_SHOWN,
            postgresql_where=_SHOWN,
        ),
        Index("ix_offers_event_opportunity", "account_id", "asset_id", "play"),
        # Covers the counting of reactions by play, which every proposal does.
        Index("ix_offers_event_kind", "event", "occurred_at", "play", "superseded_at", "recorded_at"),
    )

    event_id: str
    idempotency_key: str
    offer_id: str
    offer_version: int | None = None
    rule_id: str | None = None
    play: str | None = None
    event: str
    account_id: str | None = None
    asset_id: str | None = None
    person_id: str | None = None
    on_behalf_of: str | None = None
    partner_id: str | None = None
    work_order_id: str | None = None
    thread_ref: str | None = None
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    reason: str | None = None
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxMessage(SQLModel, table=True):
    """A hand-over to another system, written in the transaction of what it tells.

    `attempts` counts the tries that were begun. While one is under way, `lease_token` says whose it is and
    `lease_until` from when on it counts as cut off. A message ends delivered or dead, with `last_error` as the reason.
    """

    __tablename__ = "offers_outbox_message"
    __table_args__ = (
        Index("uq_offers_outbox_message_id", "message_id", unique=True),
        Index("ix_offers_outbox_message_waiting", "row_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_offers_outbox_message_dead", "dead_at", sqlite_where=_DEAD, postgresql_where=_DEAD),
        Index("ix_offers_outbox_message_offer", "offer_id"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    message_id: str
    topic: str
    offer_id: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_token: str | None = None
    dead_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = None


class WebhookEndpoint(SQLModel, table=True):
    """What an address that messages are sent to has said of itself; known by a digest, as a URL may hold a key.

    `gone_at`: it answered 410 and is sent nothing more. `paused_until`: it asked for patience.
    """

    __tablename__ = "offers_webhook_endpoint"

    endpoint: str = Field(primary_key=True)
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing, and from where: `origin` is one of `offers.vocabulary.Origin`, None is unknown."""

    __tablename__ = "offers_audit_entry"
    __table_args__ = (
        Index("ix_offers_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_offers_audit_entry_at", "at"),
    )

    row_id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: str | None = None
    partner_id: str | None = None
    action: str
    subject_kind: str
    subject_id: str
    offer_id: str | None = None
    thread_ref: str | None = None
    origin: str | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


def is_own(row: Versioned) -> bool:
    """Return whether Attaché wrote the row itself, rather than an import."""
    return row.source == Source.OWN.value
