"""Norvane Climate, the sample company: its documents and its customers."""
