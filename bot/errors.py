"""Errors and the sentences people read for them: one table, one place that catches everything."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from bot.ids import new_reference
from knowledge import errors as knowledge_errors
from offers import errors as offer_errors

logger = logging.getLogger(__name__)


class AttacheError(Exception):
    """Base of what the bot itself raises."""


class DataDirectoryUnusable(AttacheError):
    """The data directory can't be created or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class DatabaseUnavailable(AttacheError):
    """The database can't be opened or written."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SchemaOutdated(AttacheError):
    """The database lacks the newest migration."""

    def __init__(self, current: str | None, newest: str | None) -> None:
        super().__init__(f"schema is at {current}, the program needs {newest}")
        self.current = current
        self.newest = newest


class TokenMissing(AttacheError):
    """A Slack token that the chosen way of running needs is not set."""

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


class TokenRefused(AttacheError):
    """Slack does not accept a token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SlackUnreachable(AttacheError):
    """Slack's Web API does not answer."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class FileUnwritable(AttacheError):
    """A file that was asked for can't be written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class PortUnavailable(AttacheError):
    """The port is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(str(port))
        self.port = port


class PersonUnknown(AttacheError):
    """Nobody in the people file has this Slack user id."""

    def __init__(self, slack_user_id: str) -> None:
        super().__init__(slack_user_id)
        self.slack_user_id = slack_user_id


class RoleNotAllowed(AttacheError):
    """The person's role may not do this."""

    def __init__(self, role: str, action: str) -> None:
        super().__init__(f"{role} may not {action}")
        self.role = role
        self.action = action


class PathNotFound(AttacheError):
    """A path given on the command line does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class InputRejected(AttacheError):
    """Some of the input was refused; the report that was printed names each part."""

    def __init__(self, refused: int, what: str) -> None:
        super().__init__(f"{refused} {what}")
        self.refused = refused
        self.what = what


class FamilyUnknown(AttacheError):
    """No product is of this family."""

    def __init__(self, family: str, known: tuple[str, ...]) -> None:
        super().__init__(family)
        self.family = family
        self.known = known


class ChannelUnusable(AttacheError):
    """This is not the id of a channel."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


# One sentence a leaf; `{…}` are the error's own attributes. Vendor texts never appear here.
SENTENCES: Final[dict[type[Exception], str]] = {
    DataDirectoryUnusable: "The data directory {path} can't be used: {reason}. Set ATTACHE_HOME to one that can.",
    DatabaseUnavailable: "The database can't be used: {reason}.",
    SchemaOutdated: "The database needs an update first: run `attache db upgrade`.",
    TokenMissing: "{variable} is not set. Put the token that Slack shows for your app into the environment.",
    TokenRefused: "Slack refuses the token: {reason}. Check SLACK_BOT_TOKEN and SLACK_APP_TOKEN.",
    SlackUnreachable: "Slack can't be reached at {url}. Check the network, or SLACK_API_URL.",
    FileUnwritable: "{path} can't be written: {reason}.",
    PortUnavailable: "Port {port} on this machine is in use. Choose another with --port.",
    PersonUnknown: "I don't know you yet. Ask your admin to add you to the people file, with your Slack user id.",
    RoleNotAllowed: "Your role ({role}) may not {action}.",
    PathNotFound: "There is no file or folder {path}.",
    FamilyUnknown: "There is no product family {family}. Known: {known}; `default` stands for all others.",
    ChannelUnusable: (
        "{channel} is not the id of a channel. Slack shows it at the end of the channel's details: C0123456789."
    ),
    InputRejected: "{refused} {what} refused; see above. The rest is not affected.",
    knowledge_errors.UnreadableDocument: "{document}: {reason}",
    knowledge_errors.PathNotFound: "There is no file or folder {path}.",
    knowledge_errors.EmbedderUnavailable: "The embedder {spec} is not available here: {reason}.",
    knowledge_errors.CrossEncoderUnavailable: "The model that judges answers is not available here: {reason}.",
    knowledge_errors.EmbedderMismatch: (
        "The index was made with the embedder {stored}, but {configured} is set. "
        "Set ATTACHE_EMBEDDER={stored}, or ingest anew into another ATTACHE_HOME."
    ),
    knowledge_errors.ModelPackageMissing: (
        "ATTACHE_LLM={spec} needs the package {package}: pip install '{install}'"
    ),
    knowledge_errors.ModelUnusable: "ATTACHE_LLM={spec} can't be used: {reason}.",
    knowledge_errors.WritingFailed: (
        "{model} does not answer now ({reason}). Meanwhile answers are made of the documents' own sentences."
    ),
    knowledge_errors.IndexUnavailable: (
        "The {index} index can't be opened: {reason}. `attache kb rebuild` makes it anew."
    ),
    knowledge_errors.NoteEmpty: "The note needs a {part}.",
    knowledge_errors.NoteDatesWrong: (
        "The note can't expire before today or before its review: review on {review_on}, expiry on {expires_on}."
    ),
    knowledge_errors.ServerUnavailable: (
        "The Chroma server at {url} can't be used: {reason}. Check ATTACHE_CHROMA_URL and that it runs."
    ),
    knowledge_errors.InvalidEvaluationSet: "{path} is not an evaluation set: {reason}.",
    offer_errors.AmbiguousTarget: "Several machines bear the number {text}: {known}. Name the one by its id.",
    offer_errors.UnknownTarget: "I know no machine or customer called {text}.",
    offer_errors.AlreadyReferred: "{name} was told of this machine this week already.",
    offer_errors.OpportunityHeld: "This is held: {why}.",
    offer_errors.UnknownAsset: "I know no machine {asset_id} that you may see.",
    offer_errors.UnknownAccount: "I know no customer {account_id} that you may see.",
    offer_errors.NotYourAccount: "I know no customer {account_id} that you may see.",
    offer_errors.UnknownDecision: "I know no decision {decision_id} that could be shown to you.",
    offer_errors.UnknownOffer: "I know no offer {offer_id} that you may see.",
    offer_errors.UnknownDeclineReason: "{reason} is not one of the reasons to choose from.",
    offer_errors.UnknownQuote: "I know no quote {quote_id} that you may see.",
    offer_errors.UnknownOption: "{sku} can't be chosen with this offer.",
    offer_errors.DiscountTooHigh: "You may give up to {allowed}. More has to be approved.",
    offer_errors.DiscountBelowCost: "This price takes an admin's yes.",
    offer_errors.UnknownDiscountRequest: "I know no request for a discount {request_id} that you may see.",
    offer_errors.OwnDiscount: "Nobody approves their own discount. Somebody else has to decide.",
    offer_errors.DiscountNotYours: "A price at {discount} off is not yours to decide.",
    offer_errors.NobodyMayApprove: "Nobody who could approve {discount} off is known to me.",
    offer_errors.UnknownMetric: "There is no metric called {metric}. These exist: {known}.",
    offer_errors.UnknownDimension: "{metric} can't be split by {dimension}{reason}. It can be by: {allowed}.",
    offer_errors.UnknownValue: "No {dimension} in the records is “{value}”. Known, the nearest first: {known}.",
    offer_errors.NotYourFigure: "{metric} is the whole company's. You see your own conversion, funnel and declines.",
    offer_errors.AnotherPart: "You see {own}: no other {dimension}'s figures.",
    offer_errors.InternalFigure: "{metric} is told to our own people alone.",
    offer_errors.NotForecast: "There is no forecast of {metric}: it is not a rate of months that follow each other.",
    offer_errors.WindowReversed: "The period ends ({date_to}) before it starts ({date_from}).",
    offer_errors.ImportPathMissing: "There is no file or folder {path} that can be read.",
    offer_errors.NothingToImport: "There is no CSV or XLSX file to import in {path}.",
    offer_errors.MappingUnreadable: "The mapping file {path} can't be read: {reason}.",
    offer_errors.OfferNotAccepted: "Offer {offer_id} was never accepted, so nothing can become of it.",
    offer_errors.SaleNotYours: "Only {who} may log a sale as {step}.",
    offer_errors.SaleStepRefused: "This sale is {after} already; it can't be {step} any more.",
    offer_errors.StepBeforeSale: (
        "The sale was accepted on {accepted_at:%Y-%m-%d}; what became of it lies between then and now."
    ),
    offer_errors.ServiceNotReturnable: "A service can't be returned. Cancel it instead.",
    offer_errors.ReasonUnusable: "A reason is needed, of at most {limit} characters.",
    offer_errors.HandOverNotFailed: "No failed hand-over is called {message_id}. `attache outbox` lists them.",
    offer_errors.RulePathMissing: "There is no file or folder {path} that can be read.",
    offer_errors.NoRuleFile: "There is no .yaml file with rules in {path}.",
    offer_errors.UnknownRule: "There is no rule called {rule_id}. `attache rules list` names them.",
    offer_errors.RuleRoleRequired: "Your role ({role}) may not decide on rules: a manager, marketing or an admin may.",
    offer_errors.OwnRule: (
        "Nobody approves their own rule: another manager, marketing or admin person has to approve {rule_id}. "
        "On the command line, name them with --by."
    ),
    offer_errors.RuleMoved: "Somebody changed {rule_id} meanwhile. Look at it again.",
    offer_errors.RuleStateWrong: "{rule_id} is {status}: it can't be {step}.",
    offer_errors.RulePlayFixed: "{rule_id} is a rule for {play} and stays one. Give the other play a rule of its own.",
    offer_errors.RuleUnfit: "{rule_id} can't be approved yet: {reasons}.",
}

# Why a file could not be read, and what helps.
UNREADABLE: Final[dict[str, str]] = {
    "corrupt": "The file is damaged, or cut off. Copy it anew from where it came.",
    "truncated": "The file is cut off: its end is missing. Copy it anew from where it came.",
    "encrypted": "The file is protected with a password. Save it without one.",
    "empty": "The file is empty.",
    "no_text": "The file holds pictures but no text, such as a scan. Let a program recognise its text (OCR) first.",
    "too_large": "The file is larger than a document of its kind may be. Split it.",
    "too_deep": "The file is nested deeper than a document may be.",
    "too_heavy": "Reading it took too much memory or time, or brought the reader down. Save it anew, or split it.",
    "zip_bomb": "The file unpacks to far more than a document may hold.",
    "mislabelled": "The file is of another kind than its name says.",
    "unreadable": "It can't be opened. Check that it is there and may be read.",
    "unknown_encoding": "Its letters are in an encoding that can't be told, or damaged. Save it as UTF-8.",
    "link_outside": "It is a link that leads out of the folder. Ingest the folder that it leads to.",
    "bad_name": "Its name is not valid text. Rename it.",
    "unknown_format": (
        "No file of this kind can be read, only PDF, Word, XLSX, HTML, Markdown, RST, AsciiDoc, CSV, JSON and text."
    ),
}

_UNKNOWN = "Something went wrong on my side. Nothing was lost; please try again. Reference {reference}."


def explain(error: Exception) -> str:
    """Return the sentence for a person: the table's for a known error, else one with a reference to the log."""
    sentence = SENTENCES.get(type(error))
    if sentence is None:
        reference = new_reference()
        logger.error("%s", reference, exc_info=error)
        return _UNKNOWN.format(reference=reference)
    facts = {
        name: ", ".join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in vars(error).items()
    }
    if isinstance(error, knowledge_errors.UnreadableDocument):
        facts["reason"] = UNREADABLE[error.reason]
    return sentence.format(**facts)


def explain_pictures(document: str, pages: Sequence[int]) -> str:
    """Return the sentence about pages (1-based) of a document that hold pictures and no text."""
    noun, verb = ("page", "holds") if len(pages) == 1 else ("pages", "hold")
    return (
        f"{document}: {noun} {_list_ranges(pages)} {verb} no text, only pictures, such as a scan. The rest is read; "
        "for these, let a program recognise the text (OCR) first."
    )


def _list_ranges(pages: Sequence[int]) -> str:
    """Return ascending page numbers as people write them: `3, 7-9`."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


@contextmanager
def apologise(tell: Callable[[str], None], *, unless: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Run the block; when it fails, tell the person a sentence instead of nothing.

    Args:
        tell: Gets the sentence; what it raises goes to the caller.
        unless: Failures that are the caller's to handle, such as Slack being out of reach.
    """
    try:
        yield
    except unless:
        raise
    except Exception as error:
        tell(explain(error))
