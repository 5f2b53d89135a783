"""Asking an expert: where a question goes, how the answer comes back, and how it becomes a reviewed note."""
