"""What the bot remembers: events it has taken on, visits, threads, turns, who reads Home."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite keeps it naive, PostgreSQL as timestamptz, code always sees it aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _moment(*, nullable: bool = False) -> Any:
    return Column(UtcDateTime(), nullable=nullable)


def _list() -> Any:
    return Column(JSON, nullable=False, server_default="[]")


class WorkItem(SQLModel, table=True):
    """One delivered event, command or click that the bot has taken on: claimed once, finished once.

    `payload` is what is needed to do the work again after a crash; it is cleared when the work is done.
    """

    __tablename__ = "bot_work_item"
    __table_args__ = (Index("ix_bot_work_item_unfinished", "finished_at", "lease_until"),)

    key: str = Field(primary_key=True, max_length=200)
    kind: str = Field(max_length=40)
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    attempts: int = 1
    received_at: datetime = Field(sa_column=_moment())
    lease_until: datetime = Field(sa_column=_moment())
    finished_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class Visit(SQLModel, table=True):
    """A service call that somebody opened for an asset.

    What is true of the call stands here, because in direct messages it may run through several threads: how many
    questions were answered, whether a danger was reported, whether its one offer was shown.
    """

    __tablename__ = "bot_visit"
    __table_args__ = (Index("ix_bot_visit_slack_user_opened", "slack_user_id", "opened_at"),)

    visit_id: str = Field(primary_key=True, max_length=64)
    slack_user_id: str = Field(max_length=32)
    person_id: str = Field(max_length=128)
    asset_id: str = Field(max_length=128)
    work_order_id: str | None = Field(default=None, max_length=128)
    channel: str = Field(max_length=32)
    thread_ts: str = Field(max_length=32)
    answers: int = 0
    opened_at: datetime = Field(sa_column=_moment())
    danger_reported_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    offered_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class Thread(SQLModel, table=True):
    """A thread the bot takes part in: it answers there without being mentioned again."""

    __tablename__ = "bot_thread"

    channel: str = Field(primary_key=True, max_length=32)
    thread_ts: str = Field(primary_key=True, max_length=32)
    visit_id: str | None = Field(default=None, max_length=64)
    started_at: datetime = Field(sa_column=_moment())


class Turn(SQLModel, table=True):
    """One question, what was searched and found, what was answered, and the reader's reaction.

    `searched` is the question with what it leans on; `codes` are those it asks for, in their most exact form, and
    `typed_codes` the unknown ones as typed. `passages` are what was weighed, without text. When the text is old enough
    everything that somebody wrote or read is taken out, and `redacted_at` says when. `composed_by` and
    `prompt_version` name the language model and prompt that were asked, if any, and `short_form` why the documents'
    own sentences had to do; `stages_ms` is what the latency is made of.
    """

    __tablename__ = "bot_turn"
    __table_args__ = (
        Index("ix_bot_turn_thread", "channel", "thread_ts", "asked_at"),
        Index("ix_bot_turn_asked_at", "asked_at"),
    )

    turn_id: str = Field(primary_key=True, max_length=64)
    channel: str = Field(max_length=32)
    thread_ts: str = Field(max_length=32)
    slack_user_id: str = Field(max_length=32)
    person_id: str | None = Field(default=None, max_length=128)
    asset_id: str | None = Field(default=None, max_length=128)
    audience: str = Field(max_length=16)
    question: str
    answer: str
    rest: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    citations: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    abstained: bool
    reason: str | None = Field(default=None, max_length=40)
    latency_ms: int
    stages_ms: dict[str, int] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    composed_by: str | None = Field(default=None, max_length=120)
    prompt_version: str | None = Field(default=None, max_length=40)
    short_form: str | None = Field(default=None, max_length=20)
    asked_at: datetime = Field(sa_column=_moment())
    reply_ts: str | None = Field(default=None, max_length=32)
    helpful: bool | None = None
    reacted_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    family: str | None = Field(default=None, max_length=128)
    searched: str = Field(default="", sa_column_kwargs={"server_default": ""})
    codes: list[str] = Field(default_factory=list, sa_column=_list())
    typed_codes: list[str] = Field(default_factory=list, sa_column=_list())
    passages: list[dict[str, Any]] = Field(default_factory=list, sa_column=_list())
    nearest: list[dict[str, Any]] = Field(default_factory=list, sa_column=_list())
    feedback_reason: str | None = Field(default=None, max_length=40)
    feedback_note: str | None = None
    redacted_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class DigestChoice(SQLModel, table=True):
    """Somebody who wants no weekly digest."""

    __tablename__ = "bot_digest_choice"

    slack_user_id: str = Field(primary_key=True, max_length=32)
    stopped_at: datetime = Field(sa_column=_moment())


class AlertChoice(SQLModel, table=True):
    """Somebody who wants no word of missed targets outside the digest."""

    __tablename__ = "bot_alert_choice"

    slack_user_id: str = Field(primary_key=True, max_length=32)
    stopped_at: datetime = Field(sa_column=_moment())


class QuietHours(SQLModel, table=True):
    """Somebody's own hours in which nothing is sent to them unasked: full hours (0..23) of an IANA time zone."""

    __tablename__ = "bot_quiet_hours"

    slack_user_id: str = Field(primary_key=True, max_length=32)
    from_hour: int
    until_hour: int
    zone: str = Field(max_length=64)
    set_at: datetime = Field(sa_column=_moment())


class ExpertChannel(SQLModel, table=True):
    """Where questions about a product family go; the family "" stands for all that have no channel of their own."""

    __tablename__ = "bot_expert_channel"

    family: str = Field(primary_key=True, max_length=128)
    channel: str = Field(max_length=32)
    set_by: str = Field(max_length=128)
    set_at: datetime = Field(sa_column=_moment())


class ExpertQuestion(SQLModel, table=True):
    """A question that was handed to the experts; its words stand in its turn.

    `channel` and `thread_ts` are where it was asked and where the answer goes, `audience` who may read along there as
    the experts were told; `expert_ts` is the root of the experts' thread.
    """

    __tablename__ = "bot_expert_question"
    __table_args__ = (Index("ix_bot_expert_question_thread", "expert_channel", "expert_ts"),)

    turn_id: str = Field(primary_key=True, max_length=64)
    slack_user_id: str = Field(max_length=32)
    person_id: str = Field(max_length=128)
    channel: str = Field(max_length=32)
    thread_ts: str = Field(max_length=32)
    audience: str = Field(max_length=16)
    family: str | None = Field(default=None, max_length=128)
    expert_channel: str = Field(max_length=32)
    expert_ts: str | None = Field(default=None, max_length=32)
    asked_at: datetime = Field(sa_column=_moment())
    answered_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class ExpertReply(SQLModel, table=True):
    """What somebody wrote in the experts' thread and the asker was sent; `ts` is theirs, `forwarded_ts` ours."""

    __tablename__ = "bot_expert_reply"
    __table_args__ = (Index("ix_bot_expert_reply_turn", "turn_id", "ts"),)

    channel: str = Field(primary_key=True, max_length=32)
    ts: str = Field(primary_key=True, max_length=32)
    turn_id: str = Field(max_length=64)
    slack_user_id: str = Field(max_length=32)
    person_id: str = Field(max_length=128)
    name: str = Field(max_length=200)
    text: str
    files: int = 0
    received_at: datetime = Field(sa_column=_moment())
    forwarded_ts: str | None = Field(default=None, max_length=32)
    note_id: str | None = Field(default=None, max_length=64)


class GuideRun(SQLModel, table=True):
    """One walk through the checks for a symptom: what is to be looked at, what was ruled out, how it ended.

    `checks`, `notices` and `citations` are what the answer held, so that the card reads the same after a restart.
    `position` is the place (from 0) of the present check and grows only; a button carries the one it was drawn for.
    `ruled_out` holds, oldest first, which check, by whom, when, and whether an earlier walk, a jump or a click did it.
    `outcome` is fixed, unresolved (no check is left), replaced (by a newer walk) or closed (with the visit); None
    while it is open.
    """

    __tablename__ = "bot_guide_run"
    __table_args__ = (
        Index("ix_bot_guide_run_visit_id", "visit_id"),
        Index("ix_bot_guide_run_thread", "channel", "thread_ts"),
        Index("ix_bot_guide_run_outcome_document", "outcome", "document"),
    )

    run_id: str = Field(primary_key=True, max_length=64)
    visit_id: str | None = Field(default=None, max_length=64)
    channel: str = Field(max_length=32)
    thread_ts: str = Field(max_length=32)
    turn_id: str = Field(max_length=64)
    slack_user_id: str = Field(max_length=32)
    audience: str = Field(max_length=16)
    family: str | None = Field(default=None, max_length=128)
    document: str
    title: str
    intro: str | None = None
    checks: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    notices: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    citations: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    bench: str | None = None
    is_widened: bool = False
    has_more: bool = False
    position: int = 0
    ruled_out: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    shows_all: bool = False
    outcome: str | None = Field(default=None, max_length=16)
    fixed_by: str | None = Field(default=None, max_length=32)
    message_ts: str | None = Field(default=None, max_length=32)
    started_at: datetime = Field(sa_column=_moment())
    updated_at: datetime = Field(sa_column=_moment())


class HomeReader(SQLModel, table=True):
    """Whoever opened Home lately: their page is published again, as they filtered it, when it changes."""

    __tablename__ = "bot_home_reader"

    slack_user_id: str = Field(primary_key=True, max_length=32)
    opened_at: datetime = Field(sa_column=_moment())
    shown_only: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class HomePicture(SQLModel, table=True):
    """A chart that was uploaded for Home: `scope` says whose figures, `digest` which numbers.

    `shown_at`: Slack has taken it on a page. `replaced_at`: newer numbers stand there since; it is deleted some time
    later, when the pages that were published with it are gone.
    """

    __tablename__ = "bot_home_picture"
    __table_args__ = (Index("uq_bot_home_picture_scope_digest", "scope", "digest", unique=True),)

    file_id: str = Field(primary_key=True, max_length=32)
    scope: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    alt_text: str
    uploaded_at: datetime = Field(sa_column=_moment())
    shown_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    replaced_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
