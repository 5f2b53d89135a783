"""What people write, claimed as the work it makes: one message is claimed once, whatever it turns out to be."""

from dataclasses import asdict, dataclass

from bot.conduct.inbox import Claim
from bot.delivery import Place
from bot.deps import Deps
from bot.figures.answering import FIGURE
from bot.figures.directs import FIGURE_WORDS
from bot.figures.forecasting import FORECAST
from bot.figures.insights import INSIGHT
from bot.figures.opportunities import OPPORTUNITIES
from bot.lookups.answering import LOOKUP, AskedOfRecords
from bot.views.payloads import FigureRef, ForecastRef, ListRef
from bot.visits.walking import find_typed_click
from offers.steering.opportunities import Kind

QUESTION, BUNDLE, WALK = "question", "bundle", "walk"


@dataclass(frozen=True, slots=True)
class IncomingQuestion:
    """A person's message that asks the bot something."""

    channel: str
    ts: str
    thread_ts: str
    user: str
    team: str | None
    text: str

    @property
    def key(self) -> str:
        """One message is one question, however often and by however many event types it is delivered."""
        return f"question:{self.channel}:{self.ts}"

    @property
    def place(self) -> Place:
        """Where the answer goes: the message's thread."""
        return Place(self.channel, self.thread_ts, team_id=self.team, user_id=self.user, after_ts=self.ts)

    @property
    def origin(self) -> dict[str, str]:
        """Who asked where, as it stands in a claim."""
        return {"user": self.user, "channel": self.channel, "ts": self.ts, "thread_ts": self.thread_ts}


def claim_question(question: IncomingQuestion, deps: Deps) -> Claim | None:
    """Claim the question, or return None when somebody already works or worked on it.

    Words that stand for a button of a walk that is under way there are claimed as that click.
    """
    click = find_typed_click(
        question.text,
        user=question.user,
        channel=question.channel,
        ts=question.ts,
        thread_ts=question.thread_ts,
        deps=deps,
    )
    if click is not None:
        return deps.inbox.claim(question.key, WALK, asdict(click))
    return deps.inbox.claim(question.key, QUESTION, asdict(question))


def claim_bundle(question: IncomingQuestion, account_id: str, deps: Deps) -> Claim | None:
    """Claim a bundle that was asked for in words, or return None when it was claimed before."""
    payload = {"account_id": account_id, "user": question.user, "channel": question.channel}
    return deps.inbox.claim(question.key, BUNDLE, payload)


def claim_figure(question: IncomingQuestion, ref: FigureRef | ForecastRef, deps: Deps) -> Claim | None:
    """Claim a figure or a forecast that was asked for in words, or return None when it was claimed before."""
    payload = {
        "ref": ref.model_dump(mode="json"),
        **question.origin,
    }
    return deps.inbox.claim(question.key, FORECAST if isinstance(ref, ForecastRef) else FIGURE, payload)


def claim_lookup(question: IncomingQuestion, asked: AskedOfRecords, deps: Deps) -> Claim | None:
    """Claim what the records answer, or return None when it was claimed before."""
    payload = {
        "asked": asdict(asked),
        **question.origin,
    }
    return deps.inbox.claim(question.key, LOOKUP, payload)


def claim_figure_words(question: IncomingQuestion, deps: Deps) -> Claim | None:
    """Claim a question about figures that no figure by itself answers, or return None when it was claimed before."""
    payload = {
        "text": question.text,
        **question.origin,
    }
    return deps.inbox.claim(question.key, FIGURE_WORDS, payload)


def claim_list(question: IncomingQuestion, kind: Kind, deps: Deps) -> Claim | None:
    """Claim a list of what could be sold that was asked for in words, or return None when it was claimed before."""
    payload = {
        "kind": kind.value,
        **question.origin,
    }
    return deps.inbox.claim(question.key, OPPORTUNITIES, payload)


def claim_insight(question: IncomingQuestion, ref: ListRef, deps: Deps) -> Claim | None:
    """Claim a list of products that was asked for in words, or return None when it was claimed before."""
    payload = {
        "ref": ref.model_dump(mode="json"),
        **question.origin,
    }
    return deps.inbox.claim(question.key, INSIGHT, payload)
