"""Every table of `offers`, so that one import registers them all in `SQLModel.metadata`."""

from offers.tables.catalogue import BundleItem, PricebookEntry, Product, ProductRelationship, Target
from offers.tables.incentives import Incentive
from offers.tables.installed_base import Asset, Case, ContractLine, ServiceContract, WorkOrder
from offers.tables.parties import Account, Partner, Person, Site
from offers.tables.quotes import DiscountRequest, Quote
from offers.tables.rollups import FigureRollup
from offers.tables.sales import (
    AuditEntry,
    Decision,
    DecisionCandidate,
    Offer,
    OfferEvent,
    OfferRule,
    OrderLine,
    OutboxMessage,
    RuleSimulation,
    WebhookEndpoint,
)
from offers.tables.tallies import PlayTally, TallyState
from offers.tables.watches import TargetWatch

__all__ = [
    "Account",
    "Asset",
    "AuditEntry",
    "BundleItem",
    "Case",
    "ContractLine",
    "Decision",
    "DecisionCandidate",
    "DiscountRequest",
    "FigureRollup",
    "Incentive",
    "Offer",
    "OfferEvent",
    "OfferRule",
    "OrderLine",
    "OutboxMessage",
    "Partner",
    "Person",
    "PlayTally",
    "PricebookEntry",
    "Product",
    "ProductRelationship",
    "Quote",
    "RuleSimulation",
    "ServiceContract",
    "Site",
    "TallyState",
    "Target",
    "TargetWatch",
    "WebhookEndpoint",
    "WorkOrder",
]
