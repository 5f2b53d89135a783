"""Handing over what was sold to another system: at least once, signed, in order for each offer."""
