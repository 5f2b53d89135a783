"""Offers and sales in Slack: what a click does, told from the ledger, which alone decides."""
