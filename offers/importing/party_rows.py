"""Rows of the files about people and customers."""

from typing import Annotated, Any

from offers.importing.cells import Day, Optional, Required, word_of
from offers.importing.row import ImportRow, check_other
from offers.vocabulary import Role


class PartnerRow(ImportRow):
    """partners.csv"""

    partner_id: Required
    name: Required
    type: Optional = None
    tier: Optional = None
    region: Optional = None


class PersonRow(ImportRow):
    """people.csv"""

    person_id: Required
    slack_user_id: Optional = None
    name: Required
    email: Optional = None
    role: Annotated[str, word_of(Role)]
    partner_id: Optional = None
    region: Optional = None


class AccountRow(ImportRow):
    """accounts.csv"""

    account_id: Required
    name: Required
    parent_account_id: Optional = None
    segment: Optional = None
    region: Optional = None
    do_not_sell_until: Day = None

    def to_columns(self) -> dict[str, Any]:
        """Return the row as table columns. Raises RowValueError."""
        check_other(self.account_id, self.parent_account_id, "parent_account_id")
        return self.__dict__.copy()


class SiteRow(ImportRow):
    """sites.csv"""

    site_id: Required
    account_id: Required
    name: Optional = None
    address: Optional = None
    region: Optional = None
