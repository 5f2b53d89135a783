"""The tables of `offers`, by subject; `offers.models` registers them all."""
