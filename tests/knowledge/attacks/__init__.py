"""Attacks on the knowledge base: each is named, and each test asserts the harm that did not happen."""
