"""What becomes of an offer: cards, discounts, the sale and its rows, rewards, and the list of conversions."""
