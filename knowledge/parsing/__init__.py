"""Files in, blocks out: one parser per format behind one function."""

from knowledge.parsing.files import is_document, parse_file

__all__ = ["is_document", "parse_file"]
