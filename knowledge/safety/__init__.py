"""Reports of a present danger, in the words of whoever stands beside it. Pure."""

from knowledge.safety.reports import find_danger, reports_danger

__all__ = ["find_danger", "reports_danger"]
