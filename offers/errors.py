"""What can go wrong in `offers`, one leaf per fact. The sentences for people live in `bot/errors.py`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path


class OfferError(Exception):
    """Base of every error that `offers` raises on purpose."""


class UnknownTarget(OfferError):
    """Neither a serial number, nor an asset id, nor an account id."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no asset or account is known as {text!r}")
        self.text = text


class UnknownAsset(OfferError):
    """No such asset id, or not visible to the reader."""

    def __init__(self, asset_id: str) -> None:
        super().__init__(f"no asset {asset_id!r} for this reader")
        self.asset_id = asset_id


class OpportunityHeld(OfferError):
    """Something could be sold, but not now; `why` is the reason as part of a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(f"held: {why}")
        self.why = why


class AlreadyReferred(OfferError):
    """Somebody was told of this opportunity this week."""

    def __init__(self, name: str) -> None:
        super().__init__("told of it this week already")
        self.name = name


class UnknownAccount(OfferError):
    """No such account id."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"no account {account_id!r} for this reader")
        self.account_id = account_id


class NotYourAccount(OfferError):
    """A partner asked for an account that is not its own, or does not exist: it can't tell which."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"no account {account_id!r} for this reader")
        self.account_id = account_id


class UnknownOffer(OfferError):
    """No such offer, or not visible to the reader."""

    def __init__(self, offer_id: str) -> None:
        super().__init__(f"no offer {offer_id!r} for this reader")
        self.offer_id = offer_id


class UnknownQuote(OfferError):
    """No such quote, or not visible to the reader."""

    def __init__(self, quote_id: str) -> None:
        super().__init__(f"no quote {quote_id!r} for this reader")
        self.quote_id = quote_id


class UnknownOption(OfferError):
    """A product that the offer doesn't leave the choice of."""

    def __init__(self, sku: str) -> None:
        super().__init__(f"{sku!r} is none of the offer's options")
        self.sku = sku


class DiscountTooHigh(OfferError):
    """More discount than the person may give; `allowed` is how much that is, such as "5 %"."""

    def __init__(self, discount: str, allowed: str) -> None:
        super().__init__(f"{discount}, allowed are {allowed}")
        self.discount = discount
        self.allowed = allowed


class DiscountBelowCost(OfferError):
    """A price below cost, by its discount or because the cost has risen; only an admin may give or approve it."""

    def __init__(self, discount: str) -> None:
        super().__init__(f"{discount} would sell below cost")
        self.discount = discount


class UnknownDiscountRequest(OfferError):
    """No such request, or not visible to the reader."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"no discount request {request_id!r} for this reader")
        self.request_id = request_id


class OwnDiscount(OfferError):
    """A decision on a discount by whoever asked for it."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"discount request {request_id!r} is the person's own")
        self.request_id = request_id


class DiscountNotYours(OfferError):
    """A decision on a discount by somebody whose limit is below it."""

    def __init__(self, discount: str) -> None:
        super().__init__(f"{discount} are not the person's to decide")
        self.discount = discount


class NobodyMayApprove(OfferError):
    """A discount that nobody but the asker could approve."""

    def __init__(self, discount: str) -> None:
        super().__init__(f"nobody may approve {discount}")
        self.discount = discount


class UnknownDecision(OfferError):
    """No such decision, or not visible to the reader."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(f"no decision {decision_id!r} for this reader")
        self.decision_id = decision_id


class UnknownDeclineReason(OfferError):
    """A decline with a code that is not in `offers.reactions.DECLINE_REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason!r} is not a decline reason")
        self.reason = reason


class UnknownMetric(OfferError):
    """A metric that `offers.reporting.METRICS` doesn't name."""

    def __init__(self, metric: str, known: Sequence[str]) -> None:
        super().__init__(f"{metric!r} is not a metric; known: {', '.join(known)}")
        self.metric = metric
        self.known = tuple(known)


class UnknownDimension(OfferError):
    """A dimension that doesn't exist, or doesn't apply to the metric."""

    def __init__(self, dimension: str, metric: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{metric} cannot be grouped by {dimension!r}; possible: {', '.join(allowed)}")
        self.dimension = dimension
        self.metric = metric
        self.allowed = tuple(allowed)


class NotYourFigure(OfferError):
    """A figure of the whole company, asked for by somebody who sees what they did themselves."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} is a figure of the company, not of one person")
        self.metric = metric


class NoRowsBehind(OfferError):
    """A metric that is an estimate over all of them, so that no row belongs to it alone."""

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} is an estimate over all assets or accounts; it has no rows of its own")
        self.metric = metric


class WindowReversed(OfferError):
    """A report window whose first day is after its last."""

    def __init__(self, date_from: date, date_to: date) -> None:
        super().__init__(f"the window starts on {date_from} after it ends on {date_to}")
        self.date_from = date_from
        self.date_to = date_to


class ImportPathMissing(OfferError):
    """A file or folder to import that does not exist or cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not exist or cannot be read")
        self.path = path


class NothingToImport(OfferError):
    """A folder without a single CSV or XLSX file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no .csv or .xlsx file")
        self.path = path


class MappingUnreadable(OfferError):
    """A mapping file that is not {kind: {their header: our header}} in YAML or TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is not a mapping file: {reason}")
        self.path = path
        self.reason = reason


class HandOverNotFailed(OfferError):
    """A message to be put back that is not a dead one: unknown, delivered, or still waiting."""

    def __init__(self, message_id: str) -> None:
        super().__init__(f"{message_id!r} is not a hand-over that failed")
        self.message_id = message_id


class OfferNotAccepted(OfferError):
    """Something is to become of a sale that never was one."""

    def __init__(self, offer_id: str) -> None:
        super().__init__(f"offer {offer_id!r} is not accepted")
        self.offer_id = offer_id


class SaleNotYours(OfferError):
    """The person's role may not take this step with a sale; `who` may."""

    def __init__(self, step: str, who: str) -> None:
        super().__init__(f"only {who} may log a sale as {step}")
        self.step = step
        self.who = who


class SaleStepRefused(OfferError):
    """A step that can't follow what became of the sale already, such as a booking after a cancellation."""

    def __init__(self, offer_id: str, step: str, after: str) -> None:
        super().__init__(f"offer {offer_id!r} is {after}, it can't be {step} any more")
        self.offer_id = offer_id
        self.step = step
        self.after = after


class StepBeforeSale(OfferError):
    """A step dated before the acceptance, or in the future."""

    def __init__(self, offer_id: str, occurred_at: datetime, accepted_at: datetime) -> None:
        super().__init__(f"offer {offer_id!r} was accepted at {accepted_at}, the step is dated {occurred_at}")
        self.offer_id = offer_id
        self.occurred_at = occurred_at
        self.accepted_at = accepted_at


class ServiceNotReturnable(OfferError):
    """A service that is to be returned; there is nothing to send back."""

    def __init__(self, offer_id: str) -> None:
        super().__init__(f"offer {offer_id!r} is a service")
        self.offer_id = offer_id


class ReasonUnusable(OfferError):
    """A reason that is missing where one is needed, or longer than `limit` characters."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a reason of 1 to {limit} characters is needed")
        self.limit = limit


class RulePathMissing(OfferError):
    """A file or folder of rules that does not exist or cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not exist or cannot be read")
        self.path = path


class NoRuleFile(OfferError):
    """A folder without a single YAML file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no .yaml file")
        self.path = path


class UnknownRule(OfferError):
    """No rule has this id."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"no rule {rule_id!r}")
        self.rule_id = rule_id


class RuleRoleRequired(OfferError):
    """The person's role may not change or approve rules."""

    def __init__(self, role: str) -> None:
        super().__init__(f"a {role} may not decide on rules")
        self.role = role


class OwnRule(OfferError):
    """Whoever wrote a version tries to approve it."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"the author of {rule_id} may not approve it")
        self.rule_id = rule_id


class RuleMoved(OfferError):
    """Somebody changed the rule since the person looked at it."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"{rule_id} was changed meanwhile")
        self.rule_id = rule_id


class RuleStateWrong(OfferError):
    """The rule's status doesn't allow the step."""

    def __init__(self, rule_id: str, status: str, step: str) -> None:
        super().__init__(f"{rule_id} is {status} and can't be {step}")
        self.rule_id = rule_id
        self.status = status
        self.step = step


class RulePlayFixed(OfferError):
    """A new version of a rule with another play: figures by rule would mix what doesn't belong together."""

    def __init__(self, rule_id: str, play: str) -> None:
        super().__init__(f"{rule_id} is a rule for {play} and stays one")
        self.rule_id = rule_id
        self.play = play


class RuleUnfit(OfferError):
    """A draft that can't be approved as it is; each reason is a sentence."""

    def __init__(self, rule_id: str, reasons: Sequence[str]) -> None:
        super().__init__(f"{rule_id} can't be approved: {'; '.join(reasons)}")
        self.rule_id = rule_id
        self.reasons = tuple(reasons)
