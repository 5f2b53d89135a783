"""Customers, installed base, contracts, offers, the ledger and the attach rate.

Knows no Slack and no documents.
"""
