"""What a rule can't be or become."""

from collections.abc import Sequence
from pathlib import Path

from offers.errors.base import OfferError


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
