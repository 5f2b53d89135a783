"""Measurements, run by `make bench`: each figure beside a named peer that was measured in the same run."""
