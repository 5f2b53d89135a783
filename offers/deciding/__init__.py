"""Decisions on what to offer: made, logged with everything they were made from, and made again."""
