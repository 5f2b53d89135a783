"""The two forms: which machine is this visit for, and which customer is this bundle for."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ExternalDataSelectElement,
    InputBlock,
    Option,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.mrkdwn import fact, flatten, shorten
from bot.views.message import prose
from bot.views.payloads import Origin
from offers.installed_base.machines import AccountFacts, AssetFacts

_OPTION_LIMIT = 75


def build_visit_form(*, origin: str, wrong: str | None) -> View:
    """Build the form that asks for a serial number.

    Args:
        origin: The channel the form was opened from.
        wrong: What was typed and not found, or None when nothing was typed.
    """
    intro = "Which machine is this visit for?"
    if wrong:
        intro = f"I know no machine with the serial number `{fact(wrong, 80)}` that you may see."
    return View(
        type="modal",
        callback_id="visit_form",
        title="Open a visit",
        submit="Open",
        close="Cancel",
        private_metadata=Origin(channel=origin, typed=shorten(wrong, 80) if wrong else None).encode(),
        blocks=[
            SectionBlock(text=prose(intro)),
            InputBlock(
                block_id="asset",
                label="Serial number or customer",
                hint="Type a few characters; dashes and case don't matter.",
                element=ExternalDataSelectElement(
                    action_id="asset_search",
                    placeholder="NV-… or a customer's name",
                    # What is near to the wrong number is listed before anything is typed.
                    min_query_length=0 if wrong else 2,
                ),
            ),
        ],
    )


def build_bundle_form(*, origin: str, wrong: str | None) -> View:
    """Build the form that asks for which customer a bundle is meant."""
    intro = "Which customer is the bundle for?"
    if wrong:
        intro = f"I know no customer called `{fact(wrong, 80)}` that you may see."
    return View(
        type="modal",
        callback_id="bundle_form",
        title="Bundle for a customer",
        submit="Show prices",
        close="Cancel",
        private_metadata=Origin(channel=origin).encode(),
        blocks=[
            SectionBlock(text=prose(intro)),
            InputBlock(
                block_id="account",
                label="Customer",
                element=ExternalDataSelectElement(
                    action_id="account_search", placeholder="A customer's name", min_query_length=0
                ),
            ),
        ],
    )


def build_asset_options(assets: Sequence[AssetFacts]) -> list[dict[str, object]]:
    """Build the suggestions for the visit form, best first."""
    return [
        Option(
            text=shorten(flatten(f"{asset.serial_number} · {asset.account_name}"), _OPTION_LIMIT),
            value=asset.asset_id,
        ).to_dict()
        for asset in assets
    ]


def build_account_options(accounts: Sequence[AccountFacts]) -> list[dict[str, object]]:
    """Build the suggestions for the bundle form, best first."""
    return [
        Option(text=shorten(flatten(account.name), _OPTION_LIMIT), value=account.account_id).to_dict()
        for account in accounts
    ]
